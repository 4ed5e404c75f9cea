public import Evaluation
internal import Files
public import Foundation
public import Parallel
internal import Reports

/// A folder with the results of a model, or with a folder `seed-S` for each of its training runs.
///
/// ```swift
/// let folder = ResultsFolder(at: results)
/// try folder.write(scored)
/// let runs = try folder.runs()
/// ```
public struct ResultsFolder: Sendable, Equatable {
    /// Where it is.
    public let url: URL

    /// The names of its files.
    package enum Name {
        package static let results = "results.json"
        package static let table = "results.csv"
        package static let classes = "per-class.csv"
        package static let examples = "retrieval-examples.json"
        package static let curve = "curve.svg"
    }

    /// The folder at a URL, whether or not it exists; the URL of its `results.json` is also accepted.
    public init(at url: URL) {
        self.url = url.lastPathComponent == Name.results ? url.deletingLastPathComponent() : url
    }

    /// The folder of one of several training runs.
    public func run(seed: String) -> ResultsFolder { ResultsFolder(at: url.appending(path: "seed-\(seed)")) }

    /// Writes the results of a model: `results.json`, `results.csv`, `per-class.csv`, `retrieval-examples.json` and
    /// `curve.svg`.
    ///
    /// - Parameters:
    ///   - scored: the results.
    ///   - replacing: whether different results may be replaced.
    ///   - report: called with warnings.
    /// - Returns: the paths of the files, `results.json` last.
    /// - Throws: ``/Files/FileError`` for a file that cannot be written or may not be replaced.
    @discardableResult
    public func write(
        _ scored: ScoredModel, replacing: Bool = false, report: @escaping WorkReport = { _ in }
    ) throws -> [String] {
        let results = scored.results
        return try OutputFolder(url, force: replacing) { report(.warning($0)) }.write(
            [
                (Name.classes, Data(ClassScores.table(scored.classes).text.utf8)),
                (Name.examples, Data(try stableJSON(scored.examples).utf8)),
                (Name.table, Data(resultsTable(results).text.utf8)), (Name.curve, Data(CurveChart(results).svg.utf8)),
                (Name.results, Data(try stableJSON(results).utf8)),
            ], keepingElsewhere: true)
    }

    /// The results in the folder: its own, or those of each of its training runs.
    ///
    /// - Throws: ``/Files/FileError`` if there are none, or if a file cannot be read.
    public func runs() throws -> [EvaluationResults] {
        try runFolders().map {
            try readJSON(EvaluationResults.self, from: $0.appending(path: Name.results), as: "results of a model")
        }
    }

    /// How each class is retrieved in the first run; empty if the folder does not say.
    public func classScores() throws -> [ClassScores] {
        let file = try runFolders()[0].appending(path: Name.classes)
        return exists(file) ? try ClassScores.all(readingFrom: file) : []
    }

    /// Queries and what was found for them in the first run; nil if the folder does not say.
    public func examples() throws -> RetrievalExamplesFile? {
        let file = try runFolders()[0].appending(path: Name.examples)
        return exists(file) ? try RetrievalExamplesFile(readingFrom: file) : nil
    }

    /// The folders that hold a `results.json`, at least one.
    private func runFolders() throws -> [URL] {
        if exists(url.appending(path: Name.results)) { return [url] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        let folders = names.filter { $0.hasPrefix("seed-") }.sorted().map { url.appending(path: $0) }
        guard !folders.isEmpty else {
            throw FileError.unreadable(
                path: url.path, as: "results of a model", reason: "there is no \(Name.results) and no folder seed-S")
        }
        return folders
    }

    /// The shortest ends of the folders' paths that tell them apart.
    public static func shortNames(of folders: [ResultsFolder]) -> [String] {
        let parts = folders.map { $0.url.standardizedFileURL.pathComponents }
        for length in 1...(parts.map(\.count).max() ?? 1) {
            let names = parts.map { $0.suffix(length).joined(separator: "/") }
            if Set(names).count == names.count { return names }
        }
        return folders.map(\.url.relativePath)
    }
}
