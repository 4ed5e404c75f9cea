import DenseLinearAlgebra
import Embeddings
import Foundation
import TestSupport
import Testing

/// Limits of the address space, as batch systems set them.
///
/// A run gives what it gives without one, or says in one sentence what was refused. None waits: libraries below would, and
/// `timeout` would end such a run with status 124.
@Suite struct AddressSpaceTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "oodml-space-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var rng = SplitMix64(seed: 5)
        let rows = (0..<400).map { i in (0..<64).map { _ in Float(i / 20 % 7) + .random(in: -2...2, using: &rng) } }
        try Data(Matrix<Float>(rows: rows).numpyFile).write(to: folder.appending(path: "a.npy"))
        try Data(Matrix<Float>(rows: rows.reversed().map { $0.map { $0 * 2 } }).numpyFile)
            .write(to: folder.appending(path: "b.npy"))
        let labels = (0..<400).map { "\($0),\($0 / 20)\n" }.joined()
        try Data(("sample,class\n" + labels).utf8).write(to: folder.appending(path: "classes.csv"))
        try Data(("sample,label\n" + labels).utf8).write(to: folder.appending(path: "labels.csv"))
    }

    private func run(_ arguments: [String], limit: String, variables: [String: String] = [:]) throws -> CommandRun {
        let quoted = arguments.map { "'\($0)'" }.joined(separator: " ")
        return try CommandRun(
            ["-c", "ulimit -v \(limit) && exec timeout 120 \"$OODML\" \(quoted)"], in: folder,
            program: URL(filePath: "/bin/bash"), environment: variables)
    }

    private static let commands = [
        ["score", "a.npy", "--labels", "labels.csv", "--format", "json"],
        ["distance", "a.npy", "b.npy"],
        ["make-splits", "--features", "a.npy", "--samples", "classes.csv", "--draws", "0", "--out", "splits"],
    ]

    @Test(arguments: commands)
    func aRunIsRightOrOneSentence(arguments: [String]) throws {
        // The numbers do not depend on how many threads there are only if there is one.
        let one = ["OPENBLAS_NUM_THREADS": "1"]
        let whole = try run(arguments, limit: "unlimited", variables: one)
        try #require(whole.status == 0, "\(whole.errors)")
        var failures = 0
        for kilobytes in [100_000, 180_000, 200_000, 230_000, 260_000, 300_000, 350_000, 420_000, 2_000_000] {
            try? FileManager.default.removeItem(at: folder.appending(path: "splits"))
            let limited = try run(arguments, limit: "\(kilobytes)", variables: one)
            if limited.status == 0 {
                #expect(limited.output == whole.output, "\(kilobytes) kB")
            } else {
                failures += 1
                let lines = limited.errors.split(separator: "\n")
                // Below a certain limit the system's loader cannot map the program's libraries.
                let isLoader =
                    limited.status == 127 && limited.errors.contains("cannot")
                    || limited.errors.contains("failed to map")
                let isRefused =
                    limited.status == 1
                    && lines.last?.hasPrefix("Error: the system refused ") == true
                    && limited.errors.contains("within the limit of \(kilobytes) kB on the address space")
                #expect(isLoader || isRefused, "\(kilobytes) kB: \(limited.status) \(limited.errors)")
                #expect(kilobytes < 1_000_000)
            }
        }
        #expect(failures >= 2)
    }

    /// OpenBLAS would begin with as many threads as processors while the program is loaded.
    @Test func whatNeedsNoThreadsRunsWithinLittle() throws {
        for arguments in [["--help"], ["datasets"]] {
            let run = try run(arguments, limit: "350000")
            #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        }
    }

    @Test func aLimitOnDataIsNamed() throws {
        let run = try CommandRun(
            ["-c", "ulimit -d 60000 && exec timeout 120 \"$OODML\" distance a.npy b.npy"], in: folder,
            program: URL(filePath: "/bin/bash"))
        #expect(run.status == 1)
        #expect(
            run.sentence?.contains("within the limit of 60000 kB on data (ulimit -d, h_data)") == true, "\(run.errors)")
    }
}
