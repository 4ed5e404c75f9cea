internal import Files

/// How the values of a column follow one another: as numbers, as dates, or as text.
///
/// - *Numbers*, if every value is one; years are numbers.
/// - *Dates*, if every value is a date in the order year, month, day, as ISO 8601 and cameras write it: `2013`, `2013-05`,
///   `2013-05-01`, `2013/05/01 12:30`, `2013:05:01 12:30:59`, `2013-05-01T12:30:59.5Z`. A date without its day comes before all
///   days of its month.
/// - *Text* otherwise, in which runs of digits count as numbers: `site2` comes before `site10`.
///
/// ```swift
/// let column = SampleColumn(name: "site", of: ["site10", "site2", "site2"])
/// let order = try ColumnOrder(of: column, in: "photos")
/// print(order.kind, order.places)  // text [1, 0]: the values are site10 and site2
/// ```
public struct ColumnOrder: Sendable, Equatable {
    /// What the values are taken for.
    public enum Kind: String, Sendable, Codable {
        /// Numbers, by size.
        case numbers
        /// Dates, the earliest first.
        case dates
        /// Text, in which runs of digits count as numbers.
        case text
    }

    /// What the values are taken for.
    public let kind: Kind
    /// The place of each of the column's values in the order, from 0; the same for values that mean the same, as 1 and 1.0.
    public let places: [Int]

    /// Finds the order of a column's values; blanks around them do not count.
    ///
    /// - Parameter source: the table, for errors.
    /// - Complexity: O(v log v) comparisons for v values.
    /// - Throws: ``DatasetError/ambiguousDate(source:column:value:)`` for dates like 01/02/2013, whose day and month may stand
    ///   in either order; ``DatasetError/oddOrderValue(source:column:value:kind:)`` if most values are numbers or dates, but
    ///   not all.
    public init(of column: SampleColumn, in source: String) throws {
        let values = column.values.map(Self.trimmed)
        let ambiguous = values.map(Self.isAmbiguousDate)
        if let first = ambiguous.firstIndex(of: true), 2 * ambiguous.count(where: \.self) >= values.count {
            throw DatasetError.ambiguousDate(source: source, column: column.name, value: values[first])
        }
        let numbers = values.map(Self.number)
        let dates = values.map { Self.date($0) ?? Self.year($0) }
        if values.allSatisfy(Self.isWholeNumber) {
            // As digits, for doubles tell large ones apart no more.
            kind = .numbers
            places = Self.places(values.map(Self.signedDigits)) { Self.isLess($0, $1) }
        } else if !numbers.contains(where: { $0 == nil }) {
            kind = .numbers
            places = Self.places(numbers.compactMap(\.self)) { $0 < $1 }
        } else if !dates.contains(where: { $0 == nil }) {
            kind = .dates
            places = Self.places(dates.compactMap(\.self)) { utf8Precedes($0, $1) }
        } else {
            for (kind, isOdd) in [(Kind.numbers, numbers.map { $0 == nil }), (.dates, dates.map { $0 == nil })] {
                if let odd = isOdd.firstIndex(of: true), 2 * isOdd.count(where: \.self) < values.count {
                    throw DatasetError.oddOrderValue(
                        source: source, column: column.name, value: column.values[odd], kind: kind)
                }
            }
            kind = .text
            places = Self.places(values.map(Self.runs)) { a, b in Self.precedes(a, b) }
        }
    }

    private static func trimmed(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let start = bytes.firstIndex { !isBlank($0) } ?? bytes.endIndex
        let end = bytes.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
        return String(decoding: bytes[start..<max(start, end)], as: UTF8.self)
    }

    private static func isWholeNumber(_ text: String) -> Bool {
        let digits = text.utf8.drop { "+-".utf8.contains($0) }
        return text.utf8.count - digits.count <= 1 && !digits.isEmpty && digits.allSatisfy(isDigit)
    }

    /// The sign of a whole number, and its digits without leading zeros.
    private static func signedDigits(_ text: String) -> (isNegative: Bool, digits: [UInt8]) {
        let digits = Array(text.utf8.drop { "+-".utf8.contains($0) }.drop { $0 == UInt8(ascii: "0") })
        return (text.utf8.first == UInt8(ascii: "-") && !digits.isEmpty, digits)
    }

    private static func isLess(
        _ a: (isNegative: Bool, digits: [UInt8]), _ b: (isNegative: Bool, digits: [UInt8])
    ) -> Bool {
        guard a.isNegative == b.isNegative else { return a.isNegative }
        let (small, large) = a.isNegative ? (b.digits, a.digits) : (a.digits, b.digits)
        return small.count == large.count ? small.lexicographicallyPrecedes(large) : small.count < large.count
    }

    /// The place of each key among all; equal keys share one.
    private static func places<Key>(_ keys: [Key], _ precedes: (Key, Key) -> Bool) -> [Int] {
        let order = keys.indices.sorted { a, b in
            precedes(keys[a], keys[b]) || (!precedes(keys[b], keys[a]) && a < b)
        }
        var result = [Int](repeating: 0, count: keys.count)
        var place = 0
        for (position, index) in order.enumerated() {
            if position > 0, precedes(keys[order[position - 1]], keys[index]) { place += 1 }
            result[index] = place
        }
        return result
    }

    private static func number(_ text: String) -> Double? {
        let allowed = Set("+-.0123456789eE".utf8)
        guard text.utf8.allSatisfy(allowed.contains), let value = Double(text), value.isFinite else { return nil }
        return value
    }

    private static func year(_ text: String) -> String? {
        text.utf8.count == 4 && text.utf8.allSatisfy(isDigit) ? text : nil
    }

    /// A date in a form in which dates compare as bytes; nil for anything else.
    private static func date(_ text: String) -> String? {
        var bytes = ArraySlice(Array(text.utf8))
        func digits(_ count: Int) -> [UInt8]? {
            guard bytes.count >= count, bytes.prefix(count).allSatisfy(isDigit) else { return nil }
            defer { bytes = bytes.dropFirst(count) }
            return Array(bytes.prefix(count))
        }
        func separator(_ allowed: String) -> UInt8? {
            guard let first = bytes.first, allowed.utf8.contains(first) else { return nil }
            bytes = bytes.dropFirst()
            return first
        }
        func twoDigits(_ range: ClosedRange<Int>) -> [UInt8]? {
            guard let found = digits(2) else { return nil }
            let value = found.reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) }
            return range.contains(value) ? found : nil
        }
        guard var result = digits(4), let mark = separator("-/:"), let month = twoDigits(1...12) else { return nil }
        result += [UInt8(ascii: "-")] + month
        guard !bytes.isEmpty else { return String(decoding: result, as: UTF8.self) }
        guard separator("-/:") == mark, let day = twoDigits(1...31) else { return nil }
        result += [UInt8(ascii: "-")] + day
        guard !bytes.isEmpty else { return String(decoding: result, as: UTF8.self) }
        guard separator("T ") != nil, let hour = twoDigits(0...23), separator(":") != nil,
            let minute = twoDigits(0...59)
        else { return nil }
        result += [UInt8(ascii: "T")] + hour + minute
        if separator(":") != nil {
            guard let second = twoDigits(0...60) else { return nil }
            result += second
            if separator(".") != nil {
                let fraction = bytes.prefix(while: isDigit)
                guard !fraction.isEmpty else { return nil }
                bytes = bytes.dropFirst(fraction.count)
                result += [UInt8(ascii: ".")] + fraction
            }
        }
        _ = separator("Z")
        return bytes.isEmpty ? String(decoding: result, as: UTF8.self) : nil
    }

    /// Whether a text is a date whose day and month may stand in either order, as 01/02/2013, perhaps with a time of day.
    private static func isAmbiguousDate(_ text: String) -> Bool {
        let day = text.utf8.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "T") }
        let parts = day.split(omittingEmptySubsequences: false) { "/.-".utf8.contains($0) }
        return parts.count == 3 && parts.allSatisfy { $0.allSatisfy(isDigit) } && (1...2).contains(parts[0].count)
            && (1...2).contains(parts[1].count) && (parts[2].count == 4 || parts[2].count == 2)
    }

    /// The digits and the other bytes of a text, in turn; the first run is of other bytes, perhaps none.
    private static func runs(_ text: String) -> [[UInt8]] {
        var result: [[UInt8]] = [[]]
        for byte in text.utf8 {
            if isDigit(byte) != (result.count % 2 == 0) { result.append([]) }
            result[result.count - 1].append(byte)
        }
        return result
    }

    private static func precedes(_ a: [[UInt8]], _ b: [[UInt8]]) -> Bool {
        for (place, (first, second)) in zip(a, b).enumerated() where first != second {
            guard place % 2 == 1 else { return first.lexicographicallyPrecedes(second) }
            let zero = UInt8(ascii: "0")
            let (one, other) = (first.drop { $0 == zero }, second.drop { $0 == zero })
            if one.count != other.count { return one.count < other.count }
            if one != other { return one.lexicographicallyPrecedes(other) }
            return first.count > second.count
        }
        return a.count < b.count
    }

    private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
}
