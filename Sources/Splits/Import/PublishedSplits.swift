import Files
public import Foundation
import Pickle

/// A series of splits as published by the authors of ooDML: a pickle of
/// `{id: {train, test, fid, split_train, split_val, test_episodes: {shots: {episode: {class: [files]}}}}}`, or the same as JSON,
/// `published.json`.
///
/// The pickle is read as data; nothing in it is executed. It may hold dictionaries, lists, tuples, sets, text, numbers,
/// and the text, numbers and arrays of NumPy. Classes are named by text or numbered. `split_train` and `split_val`,
/// which divide the train classes for tuning, and `test_episodes` may be missing; entries with other names are ignored.
///
/// Source: the structure that the README of the reference code describes (Milbich et al., "Characterizing Generalization
/// under Out-Of-Distribution Shifts in Deep Metric Learning", NeurIPS 2021).
public struct PublishedSplits: Sendable, Equatable {
    /// One split.
    public struct Level: Sendable, Equatable {
        /// The id of the split in the file, such as `3`.
        public let id: String
        /// The published distance between its sides.
        public let fid: Double
        /// The classes to train on, in the published order.
        public let train: [String]
        /// The classes to test on, in the published order.
        public let test: [String]
        /// The train classes to validate on when tuning, and those to train on meanwhile; nil if it has none.
        public let tuning: Tuning?
        /// The episodes by number of shots; each has the support files of each class.
        public let episodes: [Int: [[String: [String]]]]
    }

    /// A division of the train classes.
    public struct Tuning: Sendable, Equatable {
        /// The classes of `split_val`.
        public let validation: [String]
        /// The classes of `split_train`.
        public let train: [String]
    }

    /// The splits, by increasing distance.
    public let levels: [Level]
    /// Whether all classes are numbers rather than text.
    public let classesAreNumbers: Bool

    init(levels: [Level], classesAreNumbers: Bool) {
        (self.levels, self.classesAreNumbers) = (levels.sorted(by: Level.precede), classesAreNumbers)
    }

    /// Reads a file: JSON if its first byte is a brace, with which no pickle begins, otherwise a pickle.
    ///
    /// - Complexity: O(n) for n bytes and the texts that they stand for.
    /// - Throws: ``/Files/FileError/unreadable(path:as:reason:)``.
    public init(contentsOf url: URL) throws {
        // What cannot be opened gets its reason from the reader of pickles.
        if let file = try? InputFile(url), file.byteCount > 0, try file.firstByte == UInt8(ascii: "{") {
            try self.init(json: readJSONBytes(url, as: Self.kindOfJSON), path: url.path)
        } else {
            try self.init(pickleAt: url)
        }
    }

    /// Reads a pickle.
    ///
    /// - Complexity: O(n) for n bytes and the texts that they stand for; files above 256 MiB are refused.
    /// - Throws: ``/Files/FileError/unreadable(path:as:reason:)``.
    public init(pickleAt url: URL) throws {
        func failure(_ reason: String) -> FileError {
            .unreadable(path: url.path, as: "a pickle of published splits", reason: reason)
        }
        let bytes = try readFile(url, as: "a pickle of published splits", limit: PickleValues.Limit.fileSize)
        do {
            var reader = PublishedSplitsReader(values: try PickleReader.values(of: bytes))
            self.init(levels: try reader.levels(), classesAreNumbers: !reader.hasTextLabels)
        } catch let error as PickleFailure {
            throw failure(error.reason)
        }
    }
}

extension InputFile {
    /// The first byte of a file that is not empty.
    fileprivate var firstByte: UInt8 {
        get throws {
            var byte: UInt8 = 0
            try withUnsafeMutableBytes(of: &byte) { try read(into: $0, at: 0) }
            return byte
        }
    }
}

extension PublishedSplits.Level {
    /// Whether one level comes before another: by its distance, and where these are the same, by its id.
    fileprivate static func precede(_ a: Self, _ b: Self) -> Bool {
        if a.fid != b.fid { return a.fid < b.fid }
        if let (a, b) = Int(a.id).flatMap({ a in Int(b.id).map { (a, $0) } }) { return a < b }
        return a.id < b.id
    }
}

/// Finds the splits among the values of a pickle.
private struct PublishedSplitsReader {
    let values: PickleValues
    /// Whether any class is named by text.
    private(set) var hasTextLabels = false
    /// The decoded text of values that are bytes.
    private var decoded: [Int: String] = [:]
    private var spent = 0

    init(values: PickleValues) { self.values = values }

    mutating func levels() throws -> [PublishedSplits.Level] {
        let levels = try entries(values.root, "the whole").map { id, place in
            try level(id, place)
        }
        guard !levels.isEmpty else { throw PickleFailure(reason: "it has no splits; expected at least one") }
        return levels
    }

    private mutating func level(_ id: String, _ place: Int) throws -> PublishedSplits.Level {
        let name = "split \"\(excerpt(id))\""
        let parts = Dictionary(uniqueKeysWithValues: try entries(place, name).map { ($0.key, $0.value) })
        func part(_ key: String) throws -> Int {
            guard let place = parts[key] else { throw PickleFailure(reason: "\(name) has no \(key); expected one") }
            return place
        }
        let fidPlace = try part("fid")
        guard let fid = values.number(fidPlace), fid.isFinite, fid >= 0 else {
            let found = values.number(fidPlace).map { "\($0)" } ?? values.kind(fidPlace)
            throw PickleFailure(reason: "\(name), fid is \(found); expected a number from 0 on")
        }
        let train = try labels(part("train"), "\(name), train")
        let test = try labels(part("test"), "\(name), test")
        var tuning: PublishedSplits.Tuning?
        if let validation = parts["split_val"].flatMap(present), let training = parts["split_train"].flatMap(present) {
            tuning = PublishedSplits.Tuning(
                validation: try labels(validation, "\(name), split_val"),
                train: try labels(training, "\(name), split_train"))
        }
        var episodes: [Int: [[String: [String]]]] = [:]
        if let place = parts["test_episodes"].flatMap(present) {
            for (shots, place) in try entries(place, "\(name), test_episodes") {
                guard let count = Int(shots), count > 0 else {
                    throw PickleFailure(
                        reason: "\(name), test_episodes are of \"\(excerpt(shots))\" shots; expected a "
                            + "whole number from 1 on")
                }
                let found = try self.episodes(place, "\(name), test_episodes, \(count)")
                if !found.isEmpty { episodes[count] = found }
            }
        }
        return PublishedSplits.Level(id: id, fid: fid, train: train, test: test, tuning: tuning, episodes: episodes)
    }

    private mutating func episodes(_ place: Int, _ name: String) throws -> [[String: [String]]] {
        let inOrder = try entries(place, name).sorted { a, b in
            if let (a, b) = Int(a.key).flatMap({ a in Int(b.key).map { (a, $0) } }) { return a < b }
            return a.key < b.key
        }
        return try inOrder.map { key, place in
            var supports: [String: [String]] = [:]
            for (label, files) in try entries(place, "\(name), episode \(excerpt(key))", ofClasses: true) {
                supports[label] = try list(files, "\(name), class \"\(excerpt(label))\"").map { place in
                    guard let file = try text(place) else {
                        throw PickleFailure(
                            reason: "\(name), class \"\(excerpt(label))\" has \(values.kind(place)); "
                                + "expected names of files")
                    }
                    return file
                }
            }
            return supports
        }
    }

    /// The place itself, unless it holds `None`.
    private func present(_ place: Int) -> Int? {
        if case .none = values[place] { nil } else { place }
    }

    private mutating func labels(_ place: Int, _ name: String) throws -> [String] {
        try list(place, name).map { place in
            guard let (label, isText) = try key(place) else {
                throw PickleFailure(reason: "\(name) has \(values.kind(place)); expected names of classes")
            }
            if isText { hasTextLabels = true }
            return label
        }
    }

    private mutating func list(_ place: Int, _ name: String) throws -> [Int] {
        guard case .list(let places) = values[place] else {
            throw PickleFailure(reason: "\(name) is \(values.kind(place)); expected a list")
        }
        try spend(places.count)
        return places
    }

    /// The entries of a dictionary, in order.
    private mutating func entries(
        _ place: Int, _ name: String, ofClasses: Bool = false
    ) throws -> [(key: String, value: Int)] {
        guard case .dictionary(let pairs) = values[place] else {
            throw PickleFailure(reason: "\(name) is \(values.kind(place)); expected a dictionary")
        }
        try spend(pairs.count)
        var seen: Set<String> = []
        return try pairs.map { key, value in
            guard let (text, isText) = try self.key(key) else {
                throw PickleFailure(
                    reason: "\(name) has \(values.kind(key)) as a key; expected text or whole numbers")
            }
            guard seen.insert(text).inserted else {
                throw PickleFailure(
                    reason: "\(name) has the key \"\(excerpt(text))\" twice; expected it once")
            }
            if ofClasses && isText { hasTextLabels = true }
            return (text, value)
        }
    }

    /// Text, or a whole number as text.
    private mutating func key(_ place: Int) throws -> (text: String, isText: Bool)? {
        if case .int(let number) = values[place] { return (String(number), false) }
        return try text(place).map { ($0, true) }
    }

    private mutating func text(_ place: Int) throws -> String? {
        let found = decoded[place] ?? values.text(place)
        guard let found else { return nil }
        if case .bytes = values[place] { decoded[place] = found }
        spent += found.utf8.count
        try spend(0)
        return found
    }

    /// Counts the size of values as expanded: a memoised one can appear in a thousand places, at a byte or two each.
    private mutating func spend(_ count: Int) throws {
        spent += 64 * count
        guard spent <= 1 << 32 else {
            throw PickleFailure(reason: "its entries stand for more than \(1 << 32) bytes; expected no more")
        }
    }
}
