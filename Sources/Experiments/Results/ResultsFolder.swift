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

    /// The name of the result in the folder's receipt.
    static let resultName = "results"

    /// The name of the folder of one of several training runs.
    private static func folderName(ofSeed seed: String) -> String { "seed-\(seed)" }

    /// The folder of one of several training runs.
    public func run(seed: String) -> ResultsFolder {
        ResultsFolder(at: url.appending(path: Self.folderName(ofSeed: seed)))
    }

    /// Writes the results of a model: `results.json`, `results.csv`, `per-class.csv`, `retrieval-examples.json` and
    /// `curve.svg`; those of one of several training runs go into a folder `seed-S` of its own.
    ///
    /// The folder then has these results and no others, all or none of them, whenever the run is stopped. Only where
    /// nothing may be replaced, other training runs that are there stay.
    ///
    /// - Parameters:
    ///   - runs: the results of each training run.
    ///   - replacing: whether different results may be replaced.
    ///   - report: called with warnings.
    /// - Returns: the paths of the files of each run, its `results.json` last.
    /// - Precondition: there is a single run, or each has a seed.
    /// - Throws: ``/Files/FileError`` for a file that cannot be written or may not be replaced.
    @discardableResult
    public func write(
        _ runs: [ScoredModel], replacing: Bool = false, report: @escaping WorkReport = { _ in }
    ) throws -> [[String]] {
        precondition(
            runs.count == 1 || runs.allSatisfy { $0.results.seed != nil }, "\(runs.count) runs, some without a seed")
        let folder = try OutputFolder(url, result: Self.resultName, force: replacing) { report(.warning($0)) }
        let items = try runs.map(Self.items)
        let paths = try folder.write(
            items.flatMap { $0 }, adding: runs.allSatisfy { $0.results.seed != nil }, keepingElsewhere: true)
        var start = 0
        return items.map { items in
            defer { start += items.count }
            return Array(paths[start..<start + items.count])
        }
    }

    /// Writes the results of a model that was trained once, or of one of its training runs, as
    /// ``write(_:replacing:report:)-([ScoredModel],_,_)`` does.
    ///
    /// - Returns: the paths of the files, `results.json` last.
    @discardableResult
    public func write(
        _ scored: ScoredModel, replacing: Bool = false, report: @escaping WorkReport = { _ in }
    ) throws -> [String] {
        try write([scored], replacing: replacing, report: report)[0]
    }

    /// The files of a run, its results last.
    private static func items(of model: ScoredModel) throws -> [OutputItem] {
        let results = model.results
        let folder = results.seed.map { folderName(ofSeed: $0) + "/" } ?? ""
        return [
            OutputItem(folder + Name.classes, text: ClassScores.table(model.classes).text),
            OutputItem(folder + Name.examples, text: try stableJSON(model.examples)),
            OutputItem(folder + Name.table, text: resultsTable(results).text),
            OutputItem(folder + Name.curve, text: CurveChart(results).svg),
            OutputItem(folder + Name.results, text: try stableJSON(results)),
        ]
    }

    /// Makes sure, before any model is scored, that the results can be written.
    ///
    /// - Throws: ``/Files/FileError`` for a folder that is not writable, or something that may not be replaced.
    public func requireRoom(ofSeeds seeds: [String?] = [nil], replacing: Bool = false) throws {
        let names = [Name.classes, Name.examples, Name.table, Name.curve, Name.results]
        try OutputFolder(url, result: Self.resultName, force: replacing).requireRoom(
            for: seeds.flatMap { seed in
                let folder = seed.map { Self.folderName(ofSeed: $0) + "/" } ?? ""
                return names.map { folder + $0 }
            })
    }

    /// The results in the folder: its own, or those of each of its training runs.
    ///
    /// - Throws: ``/Files/FileError`` if there are none, or if a file cannot be read.
    public func runs() throws -> [EvaluationResults] {
        try WrittenFolder.reading(url, of: Self.resultName) { try results(in: $0) }
    }

    /// How each class is retrieved in the first run; empty if the folder does not say.
    public func classScores() throws -> [ClassScores] { try contents().classes }

    /// The results of each run, and how it retrieves each class; nothing of classes if the folder does not say.
    public func classScoresOfRuns() throws -> [(results: EvaluationResults, classes: [ClassScores])] {
        try WrittenFolder.reading(url, of: Self.resultName) { folder in
            try zip(results(in: folder), runFolders(in: folder)).map { results, run in
                guard folder.has(run + Name.classes) else { return (results, []) }
                try folder.require(run + Name.classes)
                return (results, try ClassScores.all(readingFrom: url.appending(path: run + Name.classes)))
            }
        }
    }

    /// Queries and what was found for them in the first run; nil if the folder does not say.
    public func examples() throws -> RetrievalExamplesFile? { try contents().examples }

    /// Everything that the page of a report shows, as one run of oodml wrote it.
    func contents() throws -> (runs: [EvaluationResults], classes: [ClassScores], examples: RetrievalExamplesFile?) {
        try WrittenFolder.reading(url, of: Self.resultName) { folder in
            let runs = try results(in: folder)
            let first = try runFolders(in: folder)[0]
            func file(_ name: String) throws -> URL? {
                guard folder.has(first + name) else { return nil }
                try folder.require(first + name)
                return url.appending(path: first + name)
            }
            return (
                runs, try file(Name.classes).map(ClassScores.all(readingFrom:)) ?? [],
                try file(Name.examples).map(RetrievalExamplesFile.init(readingFrom:))
            )
        }
    }

    /// The results in the folder, if there are any, and their files; nil for a file that has none of this version.
    func present() throws -> [(file: URL, results: EvaluationResults?)] {
        guard isFolder(url) else { return [] }
        return try WrittenFolder.reading(url, of: Self.resultName) { folder in
            ((try? runFolders(in: folder)) ?? []).filter { exists(url.appending(path: $0 + Name.results)) }.map { run in
                let file = url.appending(path: run + Name.results)
                return (file, try? readJSON(EvaluationResults.self, from: file, as: "results of a model"))
            }
        }
    }

    private func results(in folder: WrittenFolder) throws -> [EvaluationResults] {
        try runFolders(in: folder).map { run in
            try folder.require(run + Name.results)
            return try readJSON(
                EvaluationResults.self, from: url.appending(path: run + Name.results), as: "results of a model")
        }
    }

    /// The prefixes of the paths of runs, at least one: that of the folder itself is empty.
    private func runFolders(in folder: WrittenFolder) throws -> [String] {
        if folder.has(Name.results) { return [""] }
        let names = (try? folder.names) ?? []
        let runs = names.filter { $0.begins(with: "seed-") }.map { $0 + "/" }
            .filter { folder.has($0 + Name.results) }
        guard !runs.isEmpty else {
            throw FileError.unreadable(
                path: url.path, as: "results of a model", reason: "there is no \(Name.results) and no folder seed-S")
        }
        return runs
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
