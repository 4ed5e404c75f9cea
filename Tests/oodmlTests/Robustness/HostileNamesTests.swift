import Datasets
import Embeddings
import Files
import Foundation
import Glyphs200
import Splits
import Testing
import TestSupport

/// Names of classes and files with line ends, controls and other things that nobody expects, through every command.
@Suite struct HostileNamesTests {
    private let folder: TemporaryFolder
    private let names = [
        "line\nend", "carriage\rreturn", "tab\tstop", "quote\"", "comma, 'quoted'", "per%20cent", "que?ry#part",
        "back\\slash", "\u{1B}[31mred", " leading", "trailing ", "[glob]*", "{level}", "-option", "~root", "日本",
    ]

    init() throws {
        folder = try TemporaryFolder()
        let latin = EmbeddedBenchmark.images.appending(path: "latin")
        let sources = try FileManager.default.contentsOfDirectory(atPath: latin.path).sorted()
        for (number, name) in names.enumerated() {
            let source = latin.appending(path: sources[number])
            for (i, image) in try FileManager.default.contentsOfDirectory(atPath: source.path).sorted().prefix(4)
                .enumerated()
            {
                try folder.write(
                    Data(contentsOf: source.appending(path: image)), to: "images/\(name)/\(i)\(name).png")
            }
        }
    }

    private let network = ["--root", "images", "--backbone", EmbeddedBenchmark.backbone.path, "-q", "--out"]

    private func run(_ arguments: [String]) throws -> CommandRun { try CommandRun(arguments, in: folder.url) }

    @Test func everyCommandKeepsThem() throws {
        let ids = names.flatMap { name in (0..<4).map { "\(name)/\($0)\(name).png" } }
        #expect(try run(["embed"] + network + ["store"]).status == 0)
        let store = try FeatureFile<Float>(contentsOf: folder.url.appending(path: "store"))
        #expect(Set(store.ids ?? []) == Set(ids) && store.ids?.count == 64)
        let made = try run(["make-splits"] + network + ["splits", "--min-classes", "4", "--draws", "0"])
        #expect(made.status == 0, "\(made.errors)")
        let manifest = try SplitManifest(readingFrom: folder.url.appending(path: "splits/manifest.json"))
        for level in manifest.levels {
            #expect(Set(level.train + level.test + level.removed) == Set(names))
        }
        #expect(try run(["validate", "splits", "-q"]).status == 0)
        let scored = try run(["evaluate", "--splits", "splits", "--embeddings", "store", "-q", "--out", "results"])
        #expect(scored.status == 0, "\(scored.errors)")
        for format in SplitExport.Form.all.map(\.name) {
            let exported = try run(["export", "splits", "--format", format, "--root", "images", "-q", "--out", format])
            #expect(exported.status == 0, "\(exported.errors)")
        }
        let table = try CSVTable(contentsOf: folder.url.appending(path: "csv/level-1.csv"))
        #expect(Set(table.rows.map { $0[0] }) == Set(ids) && Set(table.rows.map { $0[1] }) == Set(names))
        // Every link leads to its image, and stays within the folder.
        let trees = try SplitsFixture.contents(of: folder.url.appending(path: "imagefolder"))
        let links = trees.filter { $0.key.hasPrefix("level-1/") }
        #expect(
            Set(links.values.map { String(decoding: $0, as: UTF8.self) })
                == Set(ids.map { folder.url.appending(path: "images/\($0)").path }))
    }

    /// A message is one line, whatever name is in it.
    @Test func messagesStayOnOneLine() throws {
        let name = "line\nend"
        try folder.write("text", to: "images/\(name)/bad\u{1B}.png")
        for command in ["embed", "make-splits"] {
            let failed = try run([command] + network + ["x"])
            #expect(failed.status == 1)
            #expect(
                failed.sentence?.contains(
                    "images/line\\nend/bad\\u{1B}.png: found a text file; expected a PNG, JPEG, WebP, TIFF, GIF, BMP or PNM image"
                ) == true,
                "\(failed.errors)")
        }
        // What was left out is listed by its name nevertheless.
        #expect(try run(["embed"] + network + ["store", "--on-error", "skip"]).status == 0)
        let skipped = try CSVTable(contentsOf: folder.url.appending(path: "store/skipped.csv"))
        #expect(skipped.rows.map { $0[0] } == ["\(name)/bad\u{1B}.png"])
        #expect(
            skipped.rows.map { $0[1] } == ["found a text file; expected a PNG, JPEG, WebP, TIFF, GIF, BMP or PNM image"]
        )
    }

    /// The reasons in a list of what was left out are whole where the path is not ASCII.
    @Test func reasonsAreWholeBesideLongNames() throws {
        try folder.write("text", to: "images/日本/éèà日本日本.png")
        #expect(try run(["embed"] + network + ["store", "--on-error", "skip"]).status == 0)
        let skipped = try CSVTable(contentsOf: folder.url.appending(path: "store/skipped.csv"))
        #expect(
            skipped.rows == [
                ["日本/éèà日本日本.png", "found a text file; expected a PNG, JPEG, WebP, TIFF, GIF, BMP or PNM image"]
            ])
    }

    @Test func namesThatAreNotUTF8AreRefused() throws {
        let path = Array(folder.url.path.utf8) + Array("/images/caf".utf8) + [0xE9, 0]
        #expect(mkdir(path.map { CChar(bitPattern: $0) }, 0o755) == 0)
        for command in ["embed", "make-splits"] {
            let failed = try run([command] + network + ["x"])
            #expect(failed.status == 1)
            #expect(failed.sentence?.hasSuffix("images: found the name \"caf\\xE9\"; expected names in UTF-8") == true)
        }
    }

    /// A pipe in a class folder is no reason to wait for ever, nor a file that cannot be read (here a link to a device's
    /// memory, since permissions do not stop tests that run as root).
    @Test func filesThatCannotBeRead() throws {
        let place = folder.url.appending(path: "images/日本/pipe.png").path
        for (make, sentence) in [
            ({ mkfifo(place, 0o600) }, "it is a pipe or a device; expected a file"),
            ({ symlink("/dev/zero", place) }, "it is a pipe or a device; expected a file"),
            ({ symlink("/proc/self/mem", place) }, "input/output error"),
        ] as [(() -> Int32, String)] {
            #expect(make() == 0)
            let failed = try run(["embed"] + network + ["x"])
            #expect(failed.status == 1)
            #expect(failed.sentence?.contains("日本/pipe.png: ") == true, "\(failed.errors)")
            if sentence == "it is a pipe or a device; expected a file" {
                #expect(failed.sentence?.hasSuffix(sentence) == true, "\(failed.errors)")
            }
            unlink(place)
        }
    }
}

/// Standard output and error that are full or closed.
@Suite struct StandardStreamsTests {
    private func shell(_ script: String, in folder: URL) throws -> CommandRun {
        try CommandRun(["-c", script], in: folder, program: URL(filePath: "/bin/sh"))
    }

    @Test(arguments: ["text", "json"])
    func aFullOutputIsAnError(format: String) throws {
        let fixture = try SplitsFixture()
        for command in [
            "distance f.npy f.npy -q", "score f.npy --labels l.csv -q", "validate splits -q", "datasets",
            "evaluate --splits splits --embeddings f.npy -q --out results",
            "make-splits --features f.npy --samples s.csv -q --min-classes 5 --out splits",
        ] {
            try fixture.folder.write(
                "label\n" + (0..<120).map { "\($0 / 5)\n" }.joined(), to: "l.csv")
            let run = try shell("\"$OODML\" \(command) --format \(format) > /dev/full", in: fixture.folder.url)
            #expect(run.status == 1, "\(command)")
            #expect(
                run.sentence?.hasPrefix("standard output: cannot be written: ") == true,
                "\(command): \(run.errors)")
        }
    }

    @Test func closedStreamsAreNoFiles() throws {
        let fixture = try SplitsFixture(withSplits: false)
        let whole = try fixture.run(SplitsFixture.makeSplits, out: "whole")
        #expect(whole.status == 0)
        for closed in ["<&- >&- 2>&-", ">&-", "2>&-", "<&-"] {
            let arguments = SplitsFixture.makeSplits.joined(separator: " ")
            #expect(try shell("\"$OODML\" \(arguments) --out out \(closed)", in: fixture.folder.url).status == 0)
            #expect(try fixture.contents(of: "out") == fixture.contents(of: "whole"))
            try fixture.folder.remove("out")
        }
    }
}
