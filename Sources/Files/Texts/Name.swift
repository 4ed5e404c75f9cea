internal import Foundation

/// A string that is compared and hashed by its UTF-8 bytes, as file systems and other languages compare names.
///
/// `String ==` ignores Unicode normalisation: é as one code point equals é as two. Here, class labels and sample ids
/// that differ in this way are different.
///
/// The bytes are read in place; nothing is copied.
package struct Name: Hashable, Comparable, Sendable {
    /// The text itself.
    package let text: String

    /// Makes a name from a text.
    ///
    /// - Complexity: O(1).
    package init(_ text: String) {
        self.text = text
    }

    private func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        text.utf8.withContiguousStorageIfAvailable { body(UnsafeRawBufferPointer($0)) }
            ?? Array(text.utf8).withUnsafeBytes(body)
    }

    /// Negative, zero or positive if `a` is before, the same as, or after `b`.
    private static func order(_ a: Name, _ b: Name) -> Int {
        a.withBytes { a in
            b.withBytes { b in
                guard let start = a.baseAddress, let other = b.baseAddress else { return a.count - b.count }
                let order = Int(memcmp(start, other, min(a.count, b.count)))
                return order == 0 ? a.count - b.count : order
            }
        }
    }

    /// Whether both have the same bytes.
    package static func == (a: Name, b: Name) -> Bool {
        a.text.utf8.count == b.text.utf8.count && order(a, b) == 0
    }

    /// Whether `a` comes first by its bytes, which is also the order of code points and of Python's `sorted`.
    package static func < (a: Name, b: Name) -> Bool { order(a, b) < 0 }

    /// Hashes the bytes.
    package func hash(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: $0) }
        // This byte never occurs in UTF-8, so what is hashed next cannot be mistaken for more of the text.
        hasher.combine(0xFF as UInt8)
    }
}

/// Whether `a` sorts before `b` by UTF-8 bytes.
package func utf8Precedes(_ a: String, _ b: String) -> Bool {
    Name(a) < Name(b)
}

extension Sequence<String> {
    /// The first text that differs from an earlier one only in Unicode form (composed or decomposed); nil if there is
    /// none.
    ///
    /// - Complexity: O(n).
    package var firstInSecondUnicodeForm: String? {
        var forms: Set<String> = []
        return first { text in
            let (isNew, form) = forms.insert(text)
            return !isNew && Name(form) != Name(text)
        }
    }
}

/// Maps names to places, counted from 0; finds classes and samples by their labels and ids.
package struct NameIndex: Equatable, Sendable {
    private var places: [Name: Int] = [:]

    /// Makes an empty index.
    package init() {}

    /// Gives each name its place in a list.
    ///
    /// - Precondition: no name occurs twice.
    /// - Complexity: O(n) for n names.
    package init(_ names: some Collection<String>) {
        places.reserveCapacity(names.count)
        for name in names {
            let (isNew, place) = insert(name)
            precondition(isNew, "\"\(name)\" is at the places \(place) and \(places.count)")
        }
    }

    /// The number of names.
    package var count: Int { places.count }

    /// The place of a name; nil if it has none.
    ///
    /// - Complexity: O(1).
    package subscript(name: String) -> Int? { places[Name(name)] }

    /// Gives a name the next place, unless it has one already.
    ///
    /// - Returns: whether the name is new, and its place.
    /// - Complexity: O(1), amortised.
    @discardableResult
    package mutating func insert(_ name: String) -> (isNew: Bool, place: Int) {
        let key = Name(name)
        if let place = places[key] { return (false, place) }
        places[key] = places.count
        return (true, places.count - 1)
    }
}
