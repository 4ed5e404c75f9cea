import DenseLinearAlgebra
import Embeddings
import Foundation
import Glyphs200
import Splits
import TestSupport
import Testing

@Suite struct EmbedTests {
    private let folder: TemporaryFolder
    private let arguments = [
        "embed", "--root", "images", "--backbone", EmbeddedBenchmark.backbone.path, "--chunk", "8", "-q", "--out",
    ]

    init() throws {
        folder = try TemporaryFolder()
        for system in ["latin", "thai"] {
            try folder.copy(EmbeddedBenchmark.images.appending(path: system), to: "images/\(system)")
        }
    }

    private func files(_ store: String) throws -> [String: Data] {
        let url = folder.url.appending(path: store)
        return try Dictionary(
            uniqueKeysWithValues: FileManager.default.contentsOfDirectory(atPath: url.path).map {
                ($0, try Data(contentsOf: url.appending(path: $0)))
            })
    }

    private func embed(_ store: String, _ more: String...) throws -> CommandRun {
        try CommandRun(arguments + [store] + more, in: folder.url)
    }

    /// The finished chunks of a store, and when each was written.
    private func finishedChunks(_ store: String) -> [String: Date] {
        let partial = folder.url.appending(path: ".\(store).oodml/parts")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: partial.path)) ?? []
        return names.filter { $0.hasPrefix("chunk-0") && $0.hasSuffix(".csv") }.reduce(into: [:]) { dates, name in
            let path = partial.appending(path: name).path
            dates[name] = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
        }
    }

    /// However often a run is killed, nothing that was finished is computed again, and the store is the same.
    @Test func killedRunsGoOn() throws {
        let start = Date.now
        #expect(try embed("whole").status == 0)
        let duration = Date.now.timeIntervalSince(start)
        var rng = SplitMix64(seed: 8)
        var finished: [String: Date] = [:]
        var kills = 0
        while kills < 12 {
            let process = Process()
            process.executableURL = CommandRun.executable
            process.arguments = arguments + ["killed"]
            process.currentDirectoryURL = folder.url
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            Thread.sleep(forTimeInterval: duration * (0.05 + 0.2 * (rng.uniform() + 1)))
            kill(process.processIdentifier, kills % 4 == 3 ? SIGINT : SIGKILL)
            process.waitUntilExit()
            kills += 1
            if FileManager.default.fileExists(atPath: folder.url.appending(path: "killed/store.json").path) { break }
            #expect(process.terminationStatus != 0)
            let now = finishedChunks("killed")
            for (name, date) in finished { #expect(now[name] == date, "\(name) was written again") }
            finished = now
        }
        #expect(!finished.isEmpty)
        #expect(try embed("killed").status == 0)
        #expect(try files("killed") == files("whole"))
    }

    @Test func shardsMergeToTheSameBytes() throws {
        #expect(try embed("whole").status == 0)
        for number in 1...3 { #expect(try embed("part-\(number)", "--shard", "\(number)/3").status == 0) }
        let merge = ["embed", "-q", "--out", "merged", "--merge"]
        let incomplete = try CommandRun(merge + ["part-3", "part-1"], in: folder.url)
        #expect(incomplete.status == 1 && incomplete.errors.contains("found 1/3, 3/3; expected each shard once"))
        #expect(try CommandRun(merge + ["part-3", "part-1", "part-2"], in: folder.url).status == 0)
        #expect(try files("merged") == files("whole"))
        let store = try FeatureFile<Float>(contentsOf: folder.url.appending(path: "merged"))
        #expect(store.matrix.rowCount == 960 && store.ids?.count == 960)
    }

    /// Splits from a store are those from its images, byte for byte, and either serves where the other was used.
    @Test func aStoreServesAsItsNetworkDoes() throws {
        #expect(try embed("store").status == 0)
        let fromImages = ["--root", "images", "--backbone", EmbeddedBenchmark.backbone.path]
        let fromStore = ["--features", "store", "--samples", "store/samples.csv"]
        for (out, source) in [("a", fromImages), ("b", fromStore)] {
            let made = try CommandRun(
                ["make-splits", "--draws", "0", "--min-classes", "5", "-q", "--out", out] + source, in: folder.url)
            #expect(made.status == 0, "\(made.errors)")
        }
        #expect(try files("a") == files("b"))
        let scored = try CommandRun(
            [
                "evaluate", "--splits", "a", "--embeddings", "store", "--features", "store", "--matched-draws", "0",
                "--confidence", "none", "-q", "--format", "json",
            ], in: folder.url)
        #expect(scored.status == 0, "\(scored.errors)")
        #expect(scored.output.contains("\"subject\": \"backbone\""))
        // A store of another network is refused: its record is what the splits' digest is compared with.
        let record = folder.url.appending(path: "store/store.json")
        let manifest = try SplitManifest(readingFrom: folder.url.appending(path: "a/manifest.json"))
        let digest = try #require(manifest.embeddings?.sha256)
        let other = try String(contentsOf: record, encoding: .utf8)
            .replacingOccurrences(of: digest, with: String(repeating: "0", count: 64))
        try folder.write(other, to: "store/store.json")
        try folder.remove("store/receipt.csv")
        let refused = try CommandRun(
            [
                "evaluate", "--splits", "a", "--embeddings", "store", "--features", "store", "--out", "other", "-q",
            ], in: folder.url)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("store: found the digest 000000000000…; expected the file that the splits"))
    }

    @Test func datasetsAreReadAsByMakeSplits() throws {
        let replica = testFile("DatasetsTests/Fixtures/cub200")
        let run = try CommandRun(
            [
                "embed", "--dataset", "cub200", "--root", replica.path, "--backbone", EmbeddedBenchmark.backbone.path,
                "--out",
                "cub",
            ], in: folder.url)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("not all of CUB-200-2011"))
        let store = try FeatureFile<Float>(contentsOf: folder.url.appending(path: "cub"))
        #expect(store.ids?.allSatisfy { $0.hasPrefix("images/") } == true)
        for arguments in [["--dataset", "cub200"], ["--dataset", "birds"], ["--merge", "a", "--pool", "avg"]] {
            #expect(try CommandRun(["embed", "--out", "x"] + arguments, in: folder.url).status == 64, "\(arguments)")
        }
    }

    /// What is no image is counted and listed, by one shard of all, and stays so when shards are joined.
    @Test func whatIsPassedOverIsListed() throws {
        let latin = try FileManager.default.contentsOfDirectory(
            atPath: folder.url.appending(path: "images/latin").path
        ).sorted()
        try folder.write("x", to: "images/latin/\(latin[0])/photo.heic")
        let run = try CommandRun(arguments.filter { $0 != "-q" } + ["whole"], in: folder.url)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("1 entry was passed over (1 .heic), first latin/\(latin[0])/photo.heic"))
        for shard in 1...2 { #expect(try embed("part-\(shard)", "--shard", "\(shard)/2").status == 0) }
        let merged = try CommandRun(["embed", "--merge", "part-1", "part-2", "--out", "joined", "-q"], in: folder.url)
        #expect(merged.status == 0, "\(merged.errors)")
        #expect(try files("joined") == files("whole"))
        let skipped = String(decoding: try files("joined")["skipped.csv"] ?? Data(), as: UTF8.self)
        #expect(skipped.hasSuffix("\nlatin/\(latin[0])/photo.heic,\".heic: it is not an image, by its extension\"\n"))
        let record = String(decoding: try files("joined")["store.json"] ?? Data(), as: UTF8.self)
        #expect(record.contains("\"passed_over_count\": 1") && record.contains("\"skipped_count\": 0"))
    }

    @Test func badFilesAndDuplicatesAreListed() throws {
        let thai = folder.url.appending(path: "images/thai")
        let classes = try FileManager.default.contentsOfDirectory(atPath: thai.path).sorted()
        let first = thai.appending(path: classes[0])
        let image = try #require(try FileManager.default.contentsOfDirectory(atPath: first.path).sorted().first)
        let bytes = try Data(contentsOf: first.appending(path: image))
        try folder.write(bytes, to: "images/thai/\(classes[1])/copy.png")
        try folder.write("no image", to: "images/thai/\(classes[2])/text.png")
        try folder.write(bytes.prefix(200), to: "images/thai/\(classes[2])/short.png")

        let failed = try embed("store")
        #expect(failed.status == 1 && failed.errors.split(separator: "\n").count == 1)
        #expect(failed.errors.contains("short.png: found a truncated PNG image"), "\(failed.errors)")
        #expect(try embed("store", "--on-error", "skip").status == 0)
        let written = try files("store")
        let skipped = String(decoding: written["skipped.csv"] ?? Data(), as: UTF8.self)
        #expect(skipped.contains("thai/\(classes[2])/short.png,") && skipped.contains("thai/\(classes[2])/text.png,"))
        #expect(skipped.split(separator: "\n").count == 3)
        let duplicates = String(decoding: written["duplicates.csv"] ?? Data(), as: UTF8.self)
        #expect(duplicates.contains("1,thai/\(classes[0])/\(image),") && duplicates.contains("/copy.png,"))
        // Of other images there is a store now.
        try folder.write(bytes, to: "images/thai/\(classes[3])/another.png")
        let refused = try embed("store", "--on-error", "skip")
        #expect(refused.status == 1 && refused.errors.contains("--force"), "\(refused.errors)")
    }
}
