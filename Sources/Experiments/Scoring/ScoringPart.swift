internal import Evaluation
internal import Files
public import Foundation
internal import Ranks

/// A part of the tasks of all training runs, for jobs that run apart from one another: the first of eight, and so on.
public struct ScoringShard: Sendable, Equatable {
    /// Its number, from 1.
    public let number: Int
    /// How many parts there are.
    public let count: Int

    /// One of several parts.
    ///
    /// - Precondition: `number` is from 1 to `count`.
    public init(number: Int, of count: Int) {
        precondition((1...max(count, 1)).contains(number), "part \(number) of \(count)")
        (self.number, self.count) = (number, count)
    }

    /// Whether the part has a task, all tasks of all runs being counted from 0.
    func has(_ task: Int) -> Bool { task % count == number - 1 }
}

/// The scores of a part of all tasks, as a job writes them for the one that joins them.
///
/// ```swift
/// let part = try scoring.part(ScoringShard(number: 1, of: 2), ofSeeds: [nil])
/// try part.write(to: folder)
/// ```
public struct ScoringPart: Sendable {
    /// Which part it is.
    public let shard: ScoringShard
    /// What was scored, by what rules: parts of one run agree.
    let rules: String
    /// The tasks of the part, by their numbers among all tasks of all runs.
    var tasks: [Int: ScoredTask]
    /// The backbone's scores in the catalogue, which the first part has.
    var backbone: TaskScores?

    init(shard: ScoringShard, rules: String, tasks: [Int: ScoredTask] = [:], backbone: TaskScores? = nil) {
        (self.shard, self.rules, self.tasks, self.backbone) = (shard, rules, tasks, backbone)
    }

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
    public func write(to folder: URL, replacing: Bool = false) throws -> String {
        let output = try OutputFolder(folder, result: Self.resultName, force: replacing)
        return try output.write([OutputItem(Self.fileName, Data(portableBytes))])[0]
    }

    /// Reads the part in a folder.
    ///
    /// - Throws: ``/Files/FileError`` for a part that is missing, was changed or is of another version.
    public init(readingFrom folder: URL) throws {
        self = try WrittenFolder.reading(folder, of: Self.resultName) { written in
            let file = folder.appending(path: Self.fileName)
            try written.require(Self.fileName)
            guard let part = try? ScoringPart(portableBytes: [UInt8](try readFile(file))) else {
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
        Self.format.put(into: &bytes)
        shard.number.put(into: &bytes)
        shard.count.put(into: &bytes)
        rules.put(into: &bytes)
        // In order, so that the same part has the same bytes.
        let numbers = tasks.keys.sorted()
        numbers.put(into: &bytes)
        numbers.compactMap { tasks[$0] }.put(into: &bytes)
        backbone.put(into: &bytes)
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
            shard: ScoringShard(number: number, of: count), rules: rules,
            tasks: Dictionary(uniqueKeysWithValues: zip(numbers, tasks)), backbone: try TaskScores?(from: &bytes))
    }
}
