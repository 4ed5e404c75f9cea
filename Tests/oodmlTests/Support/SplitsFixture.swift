import DenseLinearAlgebra
import Embeddings
import Foundation
import TestSupport
import Testing

/// A folder with features of twenty-four classes, splits of them and the commands that write results, small and quick.
struct SplitsFixture {
    let folder: TemporaryFolder

    /// - Parameter withSplits: whether `splits` is made as well.
    init(withSplits: Bool = true, dimension: Int = 6) throws {
        folder = try TemporaryFolder()
        var rng = SplitMix64(seed: 13)
        var table = "sample,class\n"
        var rows: [[Float]] = []
        for number in 0..<24 {
            let centre = (0..<dimension).map { _ in rng.bell() }
            for i in 0..<5 {
                table += "\(number)-\(i).png,class \(10 + number)\n"
                rows.append(centre.map { Float($0 + rng.bell()) })
                try folder.write("image \(number) \(i)", to: "images/\(number)-\(i).png")
            }
        }
        try folder.write(table, to: "s.csv")
        try folder.write(Matrix(rows: rows).numpyFile, to: "f.npy")
        guard withSplits else { return }
        let made = try run(Self.makeSplits, out: "splits")
        try #require(made.status == 0, "\(made.errors)")
    }

    static let makeSplits = ["make-splits", "--features", "f.npy", "--samples", "s.csv", "--min-classes", "5", "-q"]
    static let evaluate = ["evaluate", "--splits", "splits", "--embeddings", "f.npy", "--matched-draws", "2", "-q"]
    static let export = ["export", "splits", "--format", "imagefolder", "--root", "images", "-q"]
    /// Each command that writes a folder, and the file that it writes last.
    static let commands = [(makeSplits, "manifest.json"), (evaluate, "results.json"), (export, "classes.csv")]

    func run(_ arguments: [String], out: String) throws -> CommandRun {
        try CommandRun(arguments + ["--out", out], in: folder.url)
    }

    /// The contents of all files below a folder, links by what they lead to; none if there is no folder.
    func contents(of path: String) throws -> [String: Data] {
        try SplitsFixture.contents(of: folder.url.appending(path: path))
    }

    static func contents(of root: URL) throws -> [String: Data] {
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: root.path)) ?? []
        return try paths.reduce(into: [:]) { contents, path in
            let file = root.appending(path: path)
            if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: file.path) {
                contents[path] = Data(target.utf8)
                return
            }
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), !isFolder.boolValue {
                contents[path] = try Data(contentsOf: file)
            }
        }
    }
}
