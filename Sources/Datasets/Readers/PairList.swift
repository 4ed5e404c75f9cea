internal import Files
public import Foundation

/// Pairs of samples by their ids, and whether both are said to be of one class.
///
/// ```swift
/// let list = try PairList(contentsOf: pairs)
/// print(list.pairs.count, "pairs in", list.foldCount ?? 1, "folds")  // 6000 pairs in 10 folds: that of LFW
/// ```
public struct PairList: Sendable, Equatable {
    /// A pair.
    public struct Pair: Sendable, Equatable {
        /// The id of the first sample.
        public let first: String
        /// The id of the second sample.
        public let second: String
        /// Whether both are of one class.
        public let isSame: Bool
        /// The fold, from 0; 0 without folds.
        public let fold: Int
        /// The line of the file, from 1.
        public let line: Int
    }

    /// The path of the file.
    public let path: String
    /// The pairs, in the order of the file.
    public let pairs: [Pair]
    /// How many folds there are; nil without folds.
    public let foldCount: Int?

    /// Reads a list in the form of LFW's pairs.txt, or a table.
    ///
    /// LFW's form begins with the numbers of folds and of pairs of each kind in a fold, or with the latter alone. For each fold
    /// follow so many lines `name i j`, of one person, and so many lines `name i other j`, of two. Image 7 of `name` has the
    /// id `name/name_0007`.
    ///
    /// A table has the columns `a` and `b` (or `first` and `second`), `same`, which is 1 or 0 (or `true` or `false`), and
    /// optionally `fold`, whose values may be any names.
    ///
    /// - Throws: ``/Files/FileError`` that names the line.
    public init(contentsOf url: URL) throws {
        let lines = try TextLines(contentsOf: url)
        let head = lines.first.map { Self.fields(of: $0.text).map { Int($0) } } ?? []
        if (1...2).contains(head.count), head.allSatisfy({ $0 != nil }) {
            try self.init(lines, counts: head.compactMap(\.self), path: url.path)
        } else {
            try self.init(table: CSVTable(contentsOf: url), path: url.path)
        }
    }

    /// The fields of a line of LFW's form, which tabs separate, or spaces where there are none.
    private static func fields(of line: Substring) -> [String] {
        let hasTabs = line.utf8.contains(UInt8(ascii: "\t"))
        return line.utf8.split { $0 == UInt8(ascii: "\t") || (!hasTabs && $0 == UInt8(ascii: " ")) }
            .map { String(Substring($0)) }
    }

    private init(_ lines: TextLines, counts: [Int], path: String) throws {
        let (foldCount, size) = counts.count == 2 ? (counts[0], counts[1]) : (1, counts[0])
        let (perFold, overflow) = size.multipliedReportingOverflow(by: 2)
        let (expected, isTooMany) = perFold.multipliedReportingOverflow(by: foldCount)
        guard foldCount > 0, size > 0, !overflow, !isTooMany, lines.count - 1 == expected else {
            throw FileError.malformed(
                path: path, line: lines.first?.number,
                found: "\(lines.count - 1) pairs after the line \(counts.map { "\($0)" }.joined(separator: " "))",
                expected: "two times \(size) for each of \(foldCount) folds, as in LFW's pairs.txt")
        }
        var pairs: [Pair] = []
        pairs.reserveCapacity(expected)
        for (place, line) in lines.dropFirst().enumerated() {
            let isSame = place % perFold < size
            let fields = Self.fields(of: line.text)
            let numbers = (isSame ? [1, 2] : [1, 3]).map { $0 < fields.count ? Int(fields[$0]) : nil }
            guard fields.count == (isSame ? 3 : 4), let i = numbers[0], let j = numbers[1], i >= 0, j >= 0 else {
                throw FileError.malformed(
                    path: path, line: line.number, found: "\"\(excerpt(line.text))\"",
                    expected: isSame
                        ? "a pair of one person: name i j" : "a pair of two persons: name i other j")
            }
            pairs.append(
                Pair(
                    first: Self.id(fields[0], i), second: Self.id(fields[isSame ? 0 : 2], j), isSame: isSame,
                    fold: place / perFold, line: line.number))
        }
        (self.path, self.pairs, self.foldCount) = (path, pairs, counts.count == 2 && foldCount > 1 ? foldCount : nil)
    }

    private static func id(_ name: String, _ number: Int) -> String {
        let digits = "\(number)"
        return "\(name)/\(name)_" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }

    private init(table: CSVTable, path: String) throws {
        func column(_ names: [String]) -> Int? { names.lazy.compactMap { table.columns.firstIndex(of: $0) }.first }
        guard let a = column(["a", "first"]), let b = column(["b", "second"]), let same = column(["same"]) else {
            throw FileError.malformed(
                path: path, line: 1, found: "the columns \(excerpt(table.columns.joined(separator: ", ")))",
                expected:
                    "a, b and same, and optionally fold; or the form of LFW's pairs.txt, which begins with numbers")
        }
        let fold = column(["fold"])
        var folds = LabelNumbering()
        pairs = try zip(table.rows, table.lines).map { row, line in
            let isSame: Bool
            switch row[same].lowercased() {
            case "1", "true": isSame = true
            case "0", "false": isSame = false
            default:
                throw FileError.malformed(
                    path: path, line: line, found: "\"\(excerpt(row[same]))\" as same",
                    expected: "1 or 0, or true or false")
            }
            if let fold, row[fold].isEmpty {
                throw FileError.malformed(
                    path: path, line: line, found: "an empty fold", expected: "a fold on every row, or no column fold")
            }
            return Pair(
                first: row[a], second: row[b], isSame: isSame, fold: fold.map { folds.number(of: row[$0]) } ?? 0,
                line: line)
        }
        guard !pairs.isEmpty else {
            throw FileError.malformed(
                path: path, line: 1, found: "a table without rows", expected: "a row for each pair")
        }
        if fold != nil, folds.labels.count < 2 {
            throw FileError.malformed(
                path: path, line: 1, found: "one fold for all pairs", expected: "two folds or more, or no column fold")
        }
        (self.path, foldCount) = (path, fold == nil ? nil : folds.labels.count)
    }
}

/// Ids of samples with or without the extensions of their files: lists of pairs often leave these out.
package struct SampleNames {
    private let names: NameIndex
    /// The sample of each name without its extension; nil where there are several.
    private let stems: [Name: Int?]

    /// - Precondition: no id occurs twice.
    package init(_ ids: [String]) {
        names = NameIndex(ids)
        var stems: [Name: Int?] = [:]
        for (place, id) in ids.enumerated() {
            let stem = Name(Self.stem(of: id))
            stems.updateValue(stems[stem] == nil ? place : nil, forKey: stem)
        }
        self.stems = stems
    }

    /// The place of the sample with an id, or else of the only one whose id is this with an extension.
    package subscript(id: String) -> Int? { names[id] ?? stems[Name(id)] ?? nil }

    /// Whether several samples have an id that is this one with an extension.
    package func isAmbiguous(_ id: String) -> Bool {
        guard names[id] == nil, let sample = stems[Name(id)] else { return false }
        return sample == nil
    }

    private static func stem(of id: String) -> String {
        guard let dot = id.utf8.lastIndex(of: UInt8(ascii: ".")),
            id.utf8[dot...].allSatisfy({ $0 != UInt8(ascii: "/") })
        else { return id }
        return String(id[..<dot])
    }
}
