import DenseLinearAlgebra
import Embeddings
import Foundation
import Glyphs200
import Splits
import TestSupport
import Testing

/// Stores that are stopped, gone on with, and replaced while their images change.
@Suite struct EmbedResumeTests {
    private let folder: TemporaryFolder
    private let arguments = [
        "embed", "--root", "images", "--backbone", EmbeddedBenchmark.backbone.path, "--chunk", "4", "-q", "--out",
    ]

    init() throws {
        folder = try TemporaryFolder()
        let source = EmbeddedBenchmark.images.appending(path: "latin")
        for name in try FileManager.default.contentsOfDirectory(atPath: source.path).sorted().prefix(10) {
            try folder.copy(source.appending(path: name), to: "images/\(name)")
        }
    }

    private func embed(_ store: String, _ more: String...) throws -> CommandRun {
        try CommandRun(arguments + [store] + more, in: folder.url)
    }

    private func files(_ store: String) throws -> [String: Data] {
        try SplitsFixture.contents(of: folder.url.appending(path: store))
    }

    /// The images, in the order of the rows.
    private func images() throws -> [String] {
        let root = folder.url.appending(path: "images")
        return try FileManager.default.subpathsOfDirectory(atPath: root.path).filter { $0.hasSuffix(".png") }.sorted()
            .map { "images/\($0)" }
    }

    private func finishedChunks(_ store: String) -> Set<String> {
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: folder.url.appending(path: ".\(store).oodml/parts").path)
        return Set((names ?? []).filter { $0.hasPrefix("chunk-0") && $0.hasSuffix(".csv") })
    }

    /// Runs until so many chunks are finished, and kills it then.
    ///
    /// - Returns: whether it was killed at work.
    private func stop(_ store: String, after count: Int, signal: Int32 = SIGKILL, more: [String] = []) throws -> Bool {
        let process = Process()
        process.executableURL = CommandRun.executable
        process.arguments = arguments + [store] + more
        process.currentDirectoryURL = folder.url
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        while process.isRunning, finishedChunks(store).count < count { usleep(200) }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return process.terminationReason == .uncaughtSignal || process.terminationStatus == 130
    }

    /// Twenty kills, each at work and later than the last; nothing that was finished is computed again.
    @Test func twentyKills() throws {
        #expect(try embed("whole").status == 0)
        var finished: [String: Date] = [:]
        var rng = SplitMix64(seed: 6)
        for number in 0..<20 {
            let isKilled = try stop(
                "killed", after: finished.count + Int.random(in: 1...2, using: &rng),
                signal: number % 4 == 3 ? SIGINT : SIGKILL)
            #expect(isKilled, "the run ended by itself before kill \(number)")
            for (name, date) in finished { #expect(modification(of: ".killed.oodml/parts/\(name)") == date) }
            for name in finishedChunks("killed") { finished[name] = modification(of: ".killed.oodml/parts/\(name)") }
        }
        #expect(finished.count >= 20)
        #expect(try embed("killed").status == 0)
        #expect(try files("killed") == files("whole"))
    }

    private func modification(of path: String) -> Date? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: folder.url.appending(path: path).path)
        return attributes?[.modificationDate] as? Date
    }

    /// Killed after its last part or at any other moment, the store that --force replaces is the old or the new one.
    @Test func replacementsGoOnToo() throws {
        #expect(try embed("new", "--mean", "0.5").status == 0)
        #expect(try embed("store").status == 0)
        let old = try files("store")
        for count in [1, 3, 30, 60] {
            _ = try stop("store", after: count, more: ["--mean", "0.5", "--force"])
            let left = try files("store")
            #expect(try left == old || left == files("new"))
        }
        #expect(try embed("store", "--mean", "0.5", "--force").status == 0)
        #expect(try files("store") == files("new"))
        // Without --force the same store is there already, and another one is refused.
        #expect(try embed("store", "--mean", "0.5").status == 0)
        #expect(try embed("store").sentence?.contains("expected none, or --force to replace it") == true)
    }

    @Test func imagesThatChangedAreEmbeddedAgain() throws {
        let images = try images()
        #expect(try stop("store", after: 3))
        let done = finishedChunks("store").count * 4
        #expect(done >= 12)
        // One image is another now, one is written anew with the same bytes, and one of those to come is another as well.
        let bytes = try images.map { try Data(contentsOf: folder.url.appending(path: $0)) }
        try folder.write(bytes[100], to: images[1])
        try folder.write(bytes[9], to: images[9])
        try folder.write(bytes[101], to: images[120])
        let before = [0, 1, 2].map { modification(of: ".store.oodml/parts/chunk-00000\($0).csv") }
        #expect(before.allSatisfy { $0 != nil })
        #expect(try stop("store", after: finishedChunks("store").count + 1))
        let after = [0, 1, 2].map { modification(of: ".store.oodml/parts/chunk-00000\($0).csv") }
        #expect(before[0] != after[0] && before[1] == after[1] && before[2] == after[2])
        #expect(try embed("store").status == 0)
        #expect(try embed("whole").status == 0)
        #expect(try files("store") == files("whole"))
    }

    @Test func aChangeIsSaid() throws {
        let images = try images()
        #expect(try stop("store", after: 2))
        try folder.write(try Data(contentsOf: folder.url.appending(path: images[50])), to: images[0])
        let run = try CommandRun(arguments.filter { $0 != "-q" } + ["store"], in: folder.url)
        #expect(run.status == 0)
        #expect(run.errors.contains("1 image has changed since an earlier run, and is embedded again"), "\(run.errors)")
    }

    @Test func aFinishedStoreOfOtherImagesIsRefused() throws {
        let images = try images()
        #expect(try embed("store").status == 0)
        try folder.write(try Data(contentsOf: folder.url.appending(path: images[50])), to: images[7])
        try folder.remove(images[9])
        try folder.write("", to: images[9])
        let refused = try embed("store")
        #expect(refused.status == 1)
        let name = images[7].dropFirst("images/".count)
        #expect(
            refused.sentence?.contains(
                "2 of the 240 images are not those that were embedded, first \(name); expected none, or --force")
                == true, "\(refused.errors)")
    }

    /// What was left out once is tried again where nothing may be left out.
    @Test func imagesThatWereMendedAreEmbedded() throws {
        let images = try images()
        let bytes = try Data(contentsOf: folder.url.appending(path: images[2]))
        try folder.write(Data(), to: images[2])
        #expect(try stop("store", after: 2, more: ["--on-error", "skip"]))
        let failed = try embed("store")
        #expect(
            failed.sentence?.contains("found an empty file; expected a PNG, JPEG, WebP, TIFF, GIF, BMP or PNM image")
                == true)
        try folder.write(bytes, to: images[2])
        #expect(try embed("store").status == 0)
        #expect(try embed("whole").status == 0)
        #expect(try files("store") == files("whole"))
    }

    /// Parts of which a file is lost or damaged are made again.
    @Test func damagedPartsAreMadeAgain() throws {
        #expect(try stop("store", after: 5))
        try folder.remove(".store.oodml/parts/chunk-000000.npy")
        try folder.write(Data([1, 2, 3]), to: ".store.oodml/parts/chunk-000001.npy")
        try folder.write("sample,sha256\n\"", to: ".store.oodml/parts/chunk-000002.csv")
        try folder.write("sample,sha256,reason,stamp\nx,y,,z\n", to: ".store.oodml/parts/chunk-000003.csv")
        try folder.write("12 parts", to: ".store.oodml/parts/chunk-size")
        try folder.write("junk", to: ".store.oodml/parts/.chunk-000004.npy.part")
        #expect(try embed("store").status == 0)
        #expect(try embed("whole").status == 0)
        #expect(try files("store") == files("whole"))
    }

    /// Images that vanish between the listing and the reading: one sentence, or a line of what was left out.
    @Test func imagesThatVanish() throws {
        let images = try images()
        for (policy, status) in [("fail", 1), ("skip", 0)] as [(String, Int32)] {
            let process = Process()
            process.executableURL = CommandRun.executable
            process.arguments = arguments + [policy, "--on-error", policy]
            process.currentDirectoryURL = folder.url
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            while process.isRunning, finishedChunks(policy).isEmpty { usleep(200) }
            kill(process.processIdentifier, SIGSTOP)
            let last = folder.url.appending(path: images[images.count - 1])
            let bytes = try Data(contentsOf: last)
            try FileManager.default.removeItem(at: last)
            kill(process.processIdentifier, SIGCONT)
            process.waitUntilExit()
            #expect(process.terminationStatus == status)
            try bytes.write(to: last)
        }
        let skipped = String(decoding: try files("skip")["skipped.csv"] ?? Data(), as: UTF8.self)
        #expect(skipped.split(separator: "\n").count == 2)
        #expect(skipped.contains(",cannot be read: there is no such file\n"), "\(skipped)")
        #expect(try FeatureFile<Float>(contentsOf: folder.url.appending(path: "skip")).ids?.count == 239)
    }

    /// Only one run at a time writes a store; the others say so, or find it finished.
    @Test func runsAtOnceDoNotMix() throws {
        let processes = try (0..<4).map { _ in
            let process = Process()
            process.executableURL = CommandRun.executable
            process.arguments = arguments + ["store"]
            process.currentDirectoryURL = folder.url
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            return process
        }
        for process in processes { process.waitUntilExit() }
        let statuses = processes.map(\.terminationStatus)
        #expect(statuses.contains(0) && statuses.allSatisfy { [0, 1].contains($0) }, "\(statuses)")
        #expect(try embed("whole").status == 0)
        #expect(try files("store") == files("whole"))
        // The lock is on a file, which anybody can hold.
        let lock = try folder.write("", to: ".store.oodml/lock").withUnsafeFileSystemRepresentation { path in
            open(try #require(path), O_RDWR)
        }
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        let refused = try embed("store", "--force")
        #expect(
            refused.sentence?.hasSuffix("store: another run is writing this store; expected none") == true
        )
        close(lock)
        #expect(try embed("store", "--force").status == 0)
    }

    /// Somebody's file among the parts is neither removed nor taken for one.
    @Test func filesOfOthersAmongThePartsAreNamed() throws {
        #expect(try stop("store", after: 2))
        try folder.write("mine", to: ".store.oodml/parts/notes.txt")
        let refused = try embed("store", "--force")
        #expect(
            refused.sentence?.contains("notes.txt: found a file that is no part of a store") == true,
            "\(refused.errors)")
        try folder.remove(".store.oodml/parts/notes.txt")
        #expect(try embed("store").status == 0)
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: ".store.oodml").path))
    }

    /// Of a store that was stopped, nothing is read.
    @Test func unfinishedStoresAreNotRead() throws {
        #expect(try stop("store", after: 2))
        let run = try CommandRun(["distance", "store", "store", "-q"], in: folder.url)
        #expect(run.status == 1)
        #expect(run.sentence?.contains("it is a store that is not finished") == true, "\(run.errors)")
    }
}
