internal import Evaluation
internal import Files
public import Foundation
package import Ranks

/// The scores of a part of all tasks, as a job writes them for the one that joins them.
public struct ScoringPart: Sendable {
    /// Which part it is.
    public let shard: RunShard
    /// What was scored, by what rules: parts of one run agree.
    let rules: String
    /// The tasks of the part, by their numbers among all tasks of all runs.
    var tasks: [Int: ScoredTask]
    /// The backbone's scores in the catalogue, which the first part has.
    var backbone: TaskScores?

    init(shard: RunShard, rules: String, tasks: [Int: ScoredTask] = [:], backbone: TaskScores? = nil) {
        (self.shard, self.rules, self.tasks, self.backbone) = (shard, rules, tasks, backbone)
    }

    /// A part without any scores yet.
    ///
    /// - Parameter scored: the ``ModelScoring/descriptionOfRules(seeds:)`` of all models that will be scored.
    public init(_ shard: RunShard, of scored: [String]) {
        self.init(shard: shard, rules: SHA256.hexadecimal(of: Array(scored.joined(separator: "\n").utf8)))
    }

    /// Joins all parts of a run.
    ///
    /// - Parameter scored: as for ``init(_:of:)``.
    /// - Throws: an error of one sentence for parts of other runs, or if one is missing or there twice.
    public init(joining folders: [URL], of scored: [String]) throws {
        let whole = ScoringPart(RunShard(number: 1, of: 1), of: scored)
        self = whole
        let parts = try folders.map { try ScoringPart(readingFrom: $0) }
        for (folder, part) in zip(folders, parts) where part.rules != whole.rules {
            throw FileError.malformed(
                path: folder.path, found: "scores of other models, splits or options",
                expected: "those that this part was scored with")
        }
        let count = parts.first?.shard.count ?? 1
        let numbers = parts.map(\.shard.number).sorted()
        guard parts.allSatisfy({ $0.shard.count == count }), numbers == Array(1...count) else {
            throw FileError.malformed(
                path: folders.first?.path ?? "",
                found: "the parts " + parts.map { "\($0.shard.number)/\($0.shard.count)" }.joined(separator: ", "),
                expected: "each once")
        }
        for part in parts {
            tasks.merge(part.tasks) { first, _ in first }
            backbone = backbone ?? part.backbone
        }
    }

    /// How many tasks it has.
    public var taskCount: Int { tasks.count }

    static let resultName = "a part of the scores"
    static let fileName = "scores.part"
    /// The first bytes of the file.
    private static let format = "oodml-scores-part-1"

    /// Makes sure, before any work, that a part may be written to a folder.
    public static func requireRoom(in folder: URL, replacing: Bool) throws {
        try OutputFolder(folder, result: resultName, force: replacing).requireRoom(for: [fileName])
    }

    /// Writes the part to a folder.
    ///
    /// - Returns: the path of the file.
    /// - Throws: ``/Files/FileError`` for a file that cannot be written or may not be replaced.
    @discardableResult
    public func write(into folder: URL, replacing: Bool = false) throws -> String {
        let output = try OutputFolder(folder, result: Self.resultName, force: replacing)
        return try output.write([OutputItem(Self.fileName, SealedBytes.of(self))])[0]
    }

    /// Reads the part in a folder.
    ///
    /// - Throws: ``/Files/FileError`` for a part that is missing, was changed or is of another version.
    public init(readingFrom folder: URL) throws {
        self = try WrittenFolder.reading(folder, of: Self.resultName) { written in
            let file = folder.appending(path: Self.fileName)
            try written.require(Self.fileName)
            guard let part = SealedBytes.value(in: try readFile(file), as: ScoringPart.self) else {
                throw FileError.malformed(
                    path: file.path, found: "something else",
                    expected: "a part of the scores, written by this version of oodml")
            }
            return part
        }
    }
}

extension ScoringPart: Portable {
    package func put(into bytes: inout PortableBytes) {
        // In order, so that the same part has the same bytes.
        let numbers = tasks.keys.sorted()
        bytes.put(
            Self.format, shard.number, shard.count, rules, numbers, numbers.compactMap { tasks[$0] }, backbone)
    }

    package init(from bytes: inout PortableBytes) throws {
        guard try String(from: &bytes) == Self.format else { throw PortableBytes.Ended() }
        let (number, count) = (try Int(from: &bytes), try Int(from: &bytes))
        guard number >= 1, number <= count else { throw PortableBytes.Ended() }
        let rules = try String(from: &bytes)
        let numbers = try [Int](from: &bytes)
        let tasks = try [ScoredTask](from: &bytes)
        guard numbers.count == tasks.count, Set(numbers).count == numbers.count else { throw PortableBytes.Ended() }
        self.init(
            shard: RunShard(number: number, of: count), rules: rules,
            tasks: Dictionary(uniqueKeysWithValues: zip(numbers, tasks)), backbone: try bytes.get())
    }
}
