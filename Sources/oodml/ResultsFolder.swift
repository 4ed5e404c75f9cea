import Evaluation
import Foundation

/// A folder that `evaluate` wrote: the results of a model, or a folder `seed-S` for each of its training runs.
enum ResultsFolder {
    /// The ends of the paths, as short as they are different.
    static func shortNames(of folders: [URL]) -> [String] {
        let parts = folders.map { $0.standardizedFileURL.pathComponents }
        for length in 1...(parts.map(\.count).max() ?? 1) {
            let names = parts.map { $0.suffix(length).joined(separator: "/") }
            if Set(names).count == names.count { return names }
        }
        return folders.map(\.relativePath)
    }

    /// The results in a folder: its own, or those of each of its training runs.
    static func runs(in folder: URL) throws -> [EvaluationResults] {
        try files(in: folder).map(read)
    }

    /// The files `results.json` of a folder, at least one.
    private static func files(in folder: URL) throws -> [URL] {
        let file = folder.lastPathComponent == "results.json" ? folder : folder.appending(path: "results.json")
        if FileManager.default.fileExists(atPath: file.path) { return [file] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let files = names.filter { $0.hasPrefix("seed-") }.sorted()
            .map { folder.appending(path: $0).appending(path: "results.json") }
        guard !files.isEmpty else {
            throw CommandError(
                "\(folder.path): there is no results.json and no folder seed-S; expected what oodml evaluate wrote")
        }
        return files
    }

    /// The folder of the first run, where what stands beside its `results.json` is.
    static func firstRun(in folder: URL) throws -> URL {
        try files(in: folder)[0].deletingLastPathComponent()
    }

    private static func read(_ file: URL) throws -> EvaluationResults {
        do {
            return try JSONDecoder().decode(EvaluationResults.self, from: Data(contentsOf: file))
        } catch let error as EvaluationError {
            throw CommandError("\(file.path): \(error)")
        } catch is DecodingError {
            throw CommandError("\(file.path): it is not what oodml evaluate writes; expected results of this version")
        } catch {
            throw CommandError("\(file.path): cannot be read; expected the results.json of oodml evaluate")
        }
    }
}
