/// An array of structures in a MAT-file.
package struct MATLABStructs {
    /// The number of structures.
    package let count: Int
    /// The names of their fields.
    package let fields: [String]
    private let name: String
    private let path: String
    private let elements: MATLABElements
    /// The values, field after field of one structure after the other.
    private let values: [MATLABElements.Element]

    /// Reads the array in the next element; nil if it is something else.
    init?(_ elements: inout MATLABElements, name: String, path: String) throws {
        let array = try MATLABArray(&elements)
        guard array.kind == .structure else { return nil }
        let length = try elements.next()
        guard let size = elements.int32s(of: length).flatMap({ $0.count == 1 ? $0[0] : nil }), size > 0 else {
            throw MATLABReadingError.damaged("structures without the length of their fields' names")
        }
        let names = try elements.next()
        let letters = elements.bytes(of: names)
        // MATLAB's own names have at most 63 characters.
        guard [.int8, .uint8, .utf8].contains(names.type), size <= 64, letters.count % size == 0,
            letters.count / size <= 1 << 12
        else {
            throw MATLABReadingError.damaged("structures without their fields' names")
        }
        fields = stride(from: letters.startIndex, to: letters.endIndex, by: size).map { start in
            String(decoding: letters[start..<start + size].prefix { $0 != 0 }, as: UTF8.self)
        }
        // Without fields, nothing in the file bounds the number of structures.
        count = fields.isEmpty ? 0 : array.count
        let (total, overflow) = count.multipliedReportingOverflow(by: fields.count)
        try elements.requireElements(overflow ? .max : total)
        values = try (0..<total).map { _ in try elements.next() }
        guard fields.isEmpty || elements.isAtEnd else {
            throw MATLABReadingError.damaged("more values than its \(count) structures have")
        }
        (self.name, self.path, self.elements) = (name, path, elements)
    }

    /// The text in a field of the structure with this index, from 0.
    ///
    /// - Throws: ``FileError`` if it is something else, or empty.
    /// - Precondition: there is such a field.
    package func string(_ field: String, of index: Int) throws -> String {
        let text = try value(field, of: index) { try MATLABArray.text(of: $0, in: elements) }
        guard let text, !text.isEmpty else { throw unexpected(field, of: index, expected: "a string") }
        return text
    }

    /// The number in a field of the structure with this index, from 0.
    ///
    /// - Throws: ``FileError`` if it is something else, or several numbers.
    /// - Precondition: there is such a field.
    package func number(_ field: String, of index: Int) throws -> Double {
        let number = try value(field, of: index) { try MATLABArray.number(in: $0, of: elements) }
        guard let number else { throw unexpected(field, of: index, expected: "one number") }
        return number
    }

    private func value<Value>(
        _ field: String, of index: Int, _ read: (MATLABElements.Element) throws -> Value?
    ) throws -> Value? {
        guard let column = fields.firstIndex(of: field) else {
            preconditionFailure("the field \(field) of structures with \(fields.joined(separator: ", "))")
        }
        do {
            return try read(values[index * fields.count + column])
        } catch MATLABReadingError.damaged(let reason) {
            throw FileError.malformed(
                path: path, found: "the field \(field) of \(name) \(index + 1) damaged (\(reason))",
                expected: "one that can be read")
        }
    }

    private func unexpected(_ field: String, of index: Int, expected: String) -> FileError {
        .malformed(
            path: path, found: "something else in the field \(field) of \(name) \(index + 1)", expected: expected)
    }
}
