import DenseLinearAlgebra
import Embeddings
import Foundation
import TestSupport
import Testing

/// Files that ask for more than they hold, and systems that refuse: one sentence, and little memory.
@Suite struct LimitsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let rows = (0..<40).map { i in [Float(i), Float(i % 7), Float(i % 5)] }
        try folder.write(Matrix<Float>(rows: rows).numpyFile, to: "a.npy")
        try folder.write("label\n" + (0..<40).map { "\($0 / 4)\n" }.joined(), to: "labels.csv")
    }

    /// A run as a user without rights, since nothing is refused to root.
    private func run(_ command: String, environment: [String: String] = [:]) throws -> CommandRun {
        let drop = geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : ""
        return try CommandRun(
            ["-c", command.replacingOccurrences(of: "RUN", with: "exec \(drop)\"$OODML\"")], in: folder.url,
            program: URL(filePath: "/bin/bash"), environment: environment)
    }

    private func sentence(_ run: CommandRun) throws -> String {
        #expect(run.status == 1)
        return try #require(run.sentence, "\(run.errors)").replacingOccurrences(of: folder.url.path + "/", with: "")
    }

    @Test func aStatedBudgetIsKept() throws {
        let arguments = ["score", "a.npy", "--labels", "labels.csv"]
        let small = try CommandRun(arguments, in: folder.url, environment: ["OODML_MEMORY": "400"])
        #expect(
            try sentence(small)
                == "a.npy: found 40 × 3 values, 480 bytes of memory; expected at most the 400 bytes that OODML_MEMORY allows"
        )
        #expect(try CommandRun(arguments, in: folder.url, environment: ["OODML_MEMORY": "1M"]).status == 0)
        let wrong = try CommandRun(arguments, in: folder.url, environment: ["OODML_MEMORY": "much"])
        #expect(
            try sentence(wrong) == "OODML_MEMORY: found \"much\"; expected an amount of memory, such as 8G or 500M")
    }

    @Test func linesOfNothingTakeLittle() throws {
        try folder.write(Data(repeating: UInt8(ascii: ","), count: 50_000_000), to: "commas.csv")
        let run = try run("ulimit -v 400000; RUN score a.npy --labels commas.csv")
        #expect(try sentence(run) == "commas.csv:1: found more than 263144 fields; expected at most 262144 columns")
    }

    @Test func jsonIsNotReadWithoutEnd() throws {
        // A file with nothing on disk.
        let file = try folder.write("[", to: "s/manifest.json")
        #expect(truncate(file.path, 1 << 30 | 1) == 0)
        #expect(
            try sentence(CommandRun(["validate", "s"], in: folder.url))
                == "s/manifest.json: found a file of 1073741825 bytes; expected at most 1073741824 for a split manifest "
                + "(OODML_MEMORY allows more)")
    }

    // MARK: The system's refusals

    @Test func whatMayNotBeEnteredIsNamed() throws {
        try folder.write(Matrix<Float>(rows: [[1, 2], [3, 4]]).numpyFile, to: "closed/sub/b.npy")
        let manager = FileManager.default
        try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path)
        try manager.createSymbolicLink(
            atPath: folder.url.appending(path: "link.npy").path, withDestinationPath: "closed/sub/b.npy")
        try manager.createDirectory(at: folder.url.appending(path: "folder.npy"), withIntermediateDirectories: false)
        #expect(mkfifo(folder.url.appending(path: "pipe.npy").path, 0o000) == 0)
        try folder.write("", to: "secret.npy")
        for name in ["closed", "folder.npy", "secret.npy"] {
            try manager.setAttributes(
                [.posixPermissions: 0], ofItemAtPath: folder.url.appending(path: name).path)
        }
        defer { try? manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path + "/closed") }
        let closed = "the folder closed may not be entered (permission is denied)"
        for (file, reason) in [
            ("closed/sub/b.npy", closed), ("link.npy", closed), ("secret.npy", "permission is denied"),
            ("pipe.npy", "it is a pipe or a device; expected a file"),
            ("a.npy/b.npy", "there is no such file, since a part of its path is no folder"),
            ("nothing.npy", "there is no such file"),
        ] {
            let run = try run("RUN score \(file) --labels labels.csv")
            #expect(try sentence(run) == "\(file): cannot be read: \(reason)")
        }
        let labels = try run("RUN score a.npy --labels folder.npy")
        #expect(try sentence(labels) == "folder.npy: cannot be read: it is a folder; expected a file")
    }

    @Test(arguments: [
        ("/dev/null", "it is a pipe or a device; expected a folder"), ("/nowhere", "there is no such folder"),
    ])
    func theVariableOfTemporaryFoldersIsNamed(place: String, reason: String) throws {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
        let splits = repository.appending(path: "splits/glyphs200").path
        let run = try CommandRun(
            ["report", splits, "--out", "r", "--charts", "c"], in: folder.url, environment: ["TMPDIR": place])
        // Without librsvg no folder is needed.
        if run.errors.contains("rsvg-convert: there is no such program") { return }
        #expect(
            try sentence(run)
                == "\(place): cannot be written: no folder for temporary files can be made there, \(reason); TMPDIR names "
                + "another")
    }

    /// The signal would end the program without a word.
    @Test func aLimitOnTheSizeOfFilesIsSaid() throws {
        let run = try CommandRun(
            ["-c", "ulimit -f 10; exec \"$OODML\" make-splits --dataset glyphs200 --draws 0 --out s"], in: folder.url,
            program: URL(filePath: "/bin/bash"))
        #expect(
            try sentence(run).hasSuffix("cannot be written: no file may be so large (ulimit -f, or the file system)"))
    }

    @Test func programsThatFailAreNamed() throws {
        let program = try folder.write("#!/bin/sh\nexit 3\n", to: "bin/rsvg-convert")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
        let arguments = ["report", repository.appending(path: "splits/glyphs200").path, "--out", "r", "--charts", "c"]
        let path = ["PATH": program.deletingLastPathComponent().path]
        #expect(
            try sentence(CommandRun(arguments, in: folder.url, environment: path))
                == "bin/rsvg-convert: it failed with status 3; expected a picture of the chart")
        try folder.write("#!/bin/sh\nkill -9 $$\n", to: "bin/rsvg-convert")
        #expect(
            try sentence(CommandRun(arguments, in: folder.url, environment: path))
                == "bin/rsvg-convert: it was ended by signal 9; expected a picture of the chart")
        try folder.write("no program", to: "bin/rsvg-convert")
        #expect(
            try sentence(CommandRun(arguments, in: folder.url, environment: path))
                .hasPrefix("bin/rsvg-convert: it cannot be started: "))
    }
}
