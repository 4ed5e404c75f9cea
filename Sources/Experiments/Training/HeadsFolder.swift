internal import Datasets
internal import Files
public import Foundation
internal import HeadTraining

/// A folder of heads that were trained along splits.
///
/// `training.json` says what was trained. The heads of an objective are in a folder of its name, if there are several
/// objectives, and in folders `seed-S`, if there are several seeds; each is `{level}-{direction}.safetensors`, with the same
/// as ONNX beside it. `losses.csv` has the course of each training.
///
/// ```swift
/// let record = try HeadsFolder(at: heads).record()
/// for objective in record.objectives { print(objective.name, objective.steps) }  // proxy-anchor 1000
/// ```
public struct HeadsFolder: Sendable, Equatable {
    /// Where it is.
    public let url: URL

    /// The names of its files.
    package enum Name {
        package static let record = "training.json"
        package static let losses = "losses.csv"
    }

    /// The name of the result in the folder's receipt.
    static let resultName = "heads"

    /// The folder at a URL, whether or not it exists; the URL of its `training.json` is also accepted.
    public init(at url: URL) {
        self.url = url.lastPathComponent == Name.record ? url.deletingLastPathComponent() : url
    }

    /// Whether a folder has a record of trainings.
    public var isThere: Bool { exists(url.appending(path: Name.record)) }

    /// Whether it has heads, finished or not.
    var hasHeads: Bool {
        guard let folder = try? WrittenFolder(url, of: Self.resultName), let receipt = folder.receipt else {
            return isThere
        }
        return receipt.paths(of: Self.resultName).contains { $0.ends(with: ".safetensors") }
    }

    /// What was trained.
    ///
    /// - Throws: ``/Files/FileError`` for a record that is missing or cannot be read.
    public func record() throws -> TrainingRecord {
        try WrittenFolder.reading(url, of: Self.resultName) { folder in
            try folder.require(Name.record)
            let file = url.appending(path: Name.record)
            let record = try readJSON(TrainingRecord.self, from: file, as: "a record of trainings")
            func malformed(_ found: String, _ expected: String) -> FileError {
                .malformed(path: file.path, found: found, expected: expected)
            }
            let names = record.objectives.map(\.name)
            guard record.schemaVersion == TrainingRecord.schemaVersion else {
                throw malformed("version \(record.schemaVersion)", "version \(TrainingRecord.schemaVersion)")
            }
            guard !names.isEmpty, Set(names).count == names.count else {
                throw malformed(
                    "\(names.count) objectives, \(Set(names).count) different", "different ones, one at least")
            }
            // Names of objectives are names of folders.
            for name in names where (try? KnownObjectives.objective(named: name)) == nil {
                throw malformed("the objective \"\(excerpt(name))\"", "one that this version knows")
            }
            guard !record.seeds.isEmpty, Set(record.seeds).count == record.seeds.count, !record.directions.isEmpty
            else {
                throw malformed(
                    "\(record.seeds.count) seeds and \(record.directions.count) directions",
                    "different ones, one at least")
            }
            return record
        }
    }

    /// Makes sure that all heads are as they were written.
    ///
    /// - Throws: ``/Files/FileError`` for one that was changed since.
    public func requireUnchanged() throws {
        let changed = try WrittenFolder.reading(url, of: Self.resultName) { $0.strangers.first }
        guard let changed else { return }
        throw FileError.malformed(
            path: url.appending(path: changed.file).path, found: changed.found, expected: changed.expected)
    }

    /// Where the heads of an objective are, with `{level}`, `{direction}` and, if there are several seeds, `{seed}`.
    ///
    /// - Parameter seed: the seed to put in its place; nil for the word.
    /// - Throws: ``ModelFiles/PathError`` for a folder with braces in its path.
    public func heads(of objective: String, in record: TrainingRecord, seed: UInt64? = nil) throws -> ModelFiles {
        let name = Self.path(
            record, objective: objective, seed: seed.map { "\($0)" } ?? "{seed}", level: "{level}",
            direction: record.directions.count > 1 ? "{direction}" : Direction.forward.rawValue)
        return try ModelFiles(url.appending(path: name + ".safetensors").relativePath)
    }

    /// The path of a head below the folder, without its extension.
    static func path(
        _ record: TrainingRecord, objective: String, seed: String, level: String, direction: String
    ) -> String {
        var parts: [String] = []
        if record.objectives.count > 1 { parts.append(objective) }
        if record.seeds.count > 1 { parts.append("seed-" + seed) }
        return (parts + ["\(level)-\(direction)"]).joined(separator: "/")
    }
}
