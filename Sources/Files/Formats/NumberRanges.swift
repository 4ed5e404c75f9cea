internal import Foundation

/// The ranges of numbers in our files: what a computation can give, with much to spare, and what can be computed with.
///
/// Files may come from anywhere. A count of 2⁶³ − 1 overflows as soon as another is added, and a distance of 10³⁰⁸ when
/// it is doubled; so numbers beyond these are refused when a file is read, rather than wherever they are used.
package enum NumberRange {
    /// Counts of samples, classes, steps, draws and queries.
    package static let count = 0...1_000_000_000_000
    /// Squared distances, their means and deviations, which are never negative.
    package static let distance = 0...1e100
    /// Differences of distances, and coordinates.
    package static let signed = -1e100...1e100
    /// Scores and probabilities, which are parts of 1; the last digit may be rounded up.
    package static let part = 0...(1 + 1e-9)
}

/// A value that is JSON of the right type and nevertheless cannot be meant; the description says which it is.
package struct ImplausibleValue: Error, Equatable, CustomStringConvertible {
    private let place: String
    private let found: String
    private let expected: String

    /// Says where a value is, as in `levels.3.fid`.
    package init(_ place: String, found: String, expected: String) {
        self.place = place
        self.found = found
        self.expected = expected
    }

    /// Says where in a decoder a value is.
    package init(_ path: [any CodingKey], found: String, expected: String) {
        self.init(placeText(path), found: found, expected: expected)
    }

    package var description: String { "\(place) is \(found); expected \(expected)" }
}

/// Where a value is in JSON, as in `levels.3.fid`.
package func placeText(_ path: [any CodingKey]) -> String {
    path.map { $0.intValue.map(String.init) ?? excerpt($0.stringValue) }.joined(separator: ".")
}

/// Refuses a number that is outside of its range, or no number.
///
/// - Throws: ``ImplausibleValue``.
package func requireNumber<Value: Comparable>(
    _ value: Value?, in range: ClosedRange<Value>, _ place: @autoclosure () -> String
) throws {
    guard let value, !range.contains(value) else { return }
    throw ImplausibleValue(
        place(), found: "\(value)", expected: "\(words(range.lowerBound)) to \(words(range.upperBound))")
}

/// A bound as people write it, without the allowance for rounding.
private func words(_ bound: some Comparable) -> String {
    switch bound {
    case let bound as Double where abs(bound) < 2: "\(Int(bound.rounded()))"
    default: "\(bound)"
    }
}

extension KeyedDecodingContainer {
    /// Decodes a number within a range.
    ///
    /// - Throws: `DecodingError`; ``ImplausibleValue``.
    package func decode<Value: Decodable & Comparable>(
        _ type: Value.Type, in range: ClosedRange<Value>, forKey key: Key
    ) throws -> Value {
        let value = try decode(type, forKey: key)
        try requireNumber(value, in: range, place(of: key))
        return value
    }

    /// Decodes a number within a range, if there is one.
    ///
    /// - Throws: `DecodingError`; ``ImplausibleValue``.
    package func decodeIfPresent<Value: Decodable & Comparable>(
        _ type: Value.Type, in range: ClosedRange<Value>, forKey key: Key
    ) throws -> Value? {
        let value = try decodeIfPresent(type, forKey: key)
        try requireNumber(value, in: range, place(of: key))
        return value
    }

    private func place(of key: Key) -> String { placeText(codingPath + [key]) }
}

/// An id without the signs by which escaped names differ from others.
private func plainName(_ id: String) -> String { id.replacing(bytes: ["%": "-", "~": "-"]) }

/// Refuses ids of levels that cannot be the names of files, or that are too alike to be.
///
/// A level's id stands in paths of models and in names of charts and exports, as it is; so it is one component of a path,
/// 1 to 200 bytes long, that ``fileNames(for:)`` leaves alone or has made, and differs from all others in more than case or Unicode
/// form.
///
/// - Parameter allowsTwins: whether an id may occur twice, because that is looked at elsewhere.
/// - Throws: ``ImplausibleValue``.
package func requireLevelIDs(_ ids: [String], allowsTwins: Bool = false) throws {
    var seen: Set<Name> = []
    for (number, id) in ids.enumerated() {
        let shown = "\"\(excerpt(id))\""
        guard seen.insert(Name(id)).inserted || allowsTwins else {
            throw ImplausibleValue("levels.\(number).id", found: "\(shown) again", expected: "an id of its own")
        }
        // What an escaped name has instead of other characters is safe too.
        let plain = plainName(id)
        guard (1...200).contains(id.utf8.count), plain.escaped(for: .fileName).utf8.elementsEqual(plain.utf8) else {
            throw ImplausibleValue(
                "levels.\(number).id", found: shown,
                expected: "1 to 200 bytes that can be the name of a file, without slashes and controls")
        }
    }
    // As file systems that do not tell case or forms apart see them.
    let keys = ids.map { $0.precomposedStringWithCompatibilityMapping.uppercased().lowercased() }
    let names = Dictionary(grouping: zip(keys, ids), by: \.0).mapValues { Set($0.map { Name($0.1) }) }
    for (number, key) in keys.enumerated() where names[key, default: []].count > 1 {
        throw ImplausibleValue(
            "levels.\(number).id",
            found: "\"\(excerpt(ids[number]))\", which another id has in other case or Unicode form",
            expected: "ids that are different names of files everywhere")
    }
}
