import DenseLinearAlgebra
import Embeddings
import Evaluation
import Datasets
import Foundation
import Retrieval
import Testing
import TestSupport

/// The Python reader, run where there is a Python.
@Suite(.enabled(if: Python.isInstalled, "python3 is not installed"))
struct PythonReaderTests {
    @Test func itsOwnTestsPass() throws {
        let run = try Python.run(["Tests/Python/test_splits.py"])
        #expect(run.status == 0 && run.output.contains("\nOK"), "\(run.output)")
    }

    /// What it writes is what `evaluate` takes for the rows of the test classes, in their order.
    @Test func evaluateReadsWhatItWrites() throws {
        let folder = try TemporaryFolder()
        // Every sample is at its class's place around a circle, but for two of level-1's test side that have swapped places.
        let program = """
            import math, sys
            sys.path.insert(0, "python")
            from oodml.splits import Splits
            def embed(level):
                angles = [2 * math.pi * number / len(level.test.class_labels) for number in level.test.labels]
                if level.id == "level-1" and level.direction == "forward":
                    angles[0], angles[-1] = angles[-1], angles[0]
                return [[math.cos(angle), math.sin(angle)] for angle in angles]
            Splits("splits/glyphs200").write_run(sys.argv[1] + "/{level}-{direction}.npy", embed)
            """
        let written = try Python.run(["-c", program, folder.url.path])
        #expect(written.status == 0, "\(written.output)")
        let run = try CommandRun(
            [
                "evaluate", "--splits", "splits/glyphs200", "--embeddings",
                "\(folder.url.path)/{level}-{direction}.npy", "--out", folder.url.appending(path: "out").path,
                // With a folder of images named, the backbone stays out of it.
                "--root", "Sources/Glyphs200/Resources/glyphs200", "--format", "json", "--confidence", "none",
                "--matched-draws", "0", "-q",
            ], in: Python.repository)
        #expect(run.status == 0, "\(run.errors)")
        let results = try JSONDecoder().decode(EvaluationResults.self, from: Data(run.output.utf8))
        for level in results.levels {
            for direction in [DirectionOrMean.forward, .reverse] {
                let recall = level.scores(of: .model)?[direction]?.scores[.recall(1)]
                // The two that have swapped find the other's class. Where all are at the same place the first of the table
                // wins: that is the intruder for the 23 others of the last class, and none of the first class.
                let expected = level.id == "level-1" && direction == .forward ? 2375.0 / 2400 : 1
                #expect(abs((recall ?? 0) - expected) < 1e-12, "\(level.id) \(direction)")
            }
        }
    }
}

/// The `python3` of the machine.
enum Python {
    static let repository = repositoryFolder

    static let isInstalled = (try? run(["-c", "import sys; sys.exit(sys.version_info < (3, 8))"]))?.status == 0

    static func run(_ arguments: [String], in folder: URL? = nil) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        // Without -B it would leave files beside the sources.
        process.arguments = ["python3", "-B"] + arguments
        process.currentDirectoryURL = folder ?? repository
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
