/// The head of an array in a MAT-file: its kind, its size and its name.
struct MATLABArray {
    enum Kind: Int {
        case cell = 1
        case structure, object, text, sparse
        case double, single, int8, uint8, int16, uint16, int32, uint32, int64, uint64
        case function, opaque, reference
    }

    let kind: Kind?
    let isComplex: Bool
    let dimensions: [Int]
    /// The number of elements over all dimensions.
    let count: Int
    let name: String

    /// Reads the head of the array in the next element; its contents are next.
    init(_ elements: inout MATLABElements) throws {
        try elements.enter(.matrix)
        try self.init(head: &elements)
    }

    private init(head elements: inout MATLABElements) throws {
        let flags = try elements.next()
        guard flags.type == .uint32, flags.data.count == 8 else {
            throw MATLABReadingError.damaged("an array without its kind")
        }
        let word = elements.number(4, at: flags.data.lowerBound)
        kind = Kind(rawValue: word & 0xFF)
        isComplex = word & 0x800 != 0
        // Objects that only MATLAB can read have no dimensions.
        let dimensions = kind == .opaque ? [0, 0] : try elements.int32s(of: elements.next()) ?? []
        guard (2...32).contains(dimensions.count), dimensions.allSatisfy({ $0 >= 0 }) else {
            throw MATLABReadingError.damaged("an array without its dimensions")
        }
        self.dimensions = dimensions
        count = dimensions.reduce(1) { count, size in
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            return overflow ? .max : product
        }
        let name = try elements.next()
        guard [.int8, .uint8, .utf8].contains(name.type), let text = elements.text(of: name) else {
            throw MATLABReadingError.damaged("an array without its name")
        }
        self.name = text
    }

    /// The name of the array in the next element, which may be cut off after it; nil for an empty array, which has none.
    static func name(_ elements: inout MATLABElements) throws -> String? {
        try elements.enter(.matrix)
        return elements.isAtEnd ? nil : try MATLABArray(head: &elements).name
    }

    /// The text in an array of characters; nil for anything else.
    ///
    /// Longer than 65,536 bytes is no name and no path; a damaged size must not make every sample read far more.
    static func text(of element: MATLABElements.Element, in elements: MATLABElements) throws -> String? {
        guard let (array, content) = try contents(of: element, in: elements), array.kind == .text,
            array.dimensions.count == 2, array.dimensions[0] <= 1 || array.count == 0
        else { return nil }
        if array.count == 0 { return "" }
        var rest = content
        let data = try rest.next()
        guard data.data.count <= 1 << 16, let text = rest.text(of: data),
            // Writers count bytes, units of UTF-16 or code points.
            [data.data.count, text.utf16.count, text.unicodeScalars.count].contains(array.count)
        else { return nil }
        return text
    }

    /// The number in an array of one; nil for anything else.
    static func number(in element: MATLABElements.Element, of elements: MATLABElements) throws -> Double? {
        guard let (array, content) = try contents(of: element, in: elements), let kind = array.kind,
            (Kind.double.rawValue...Kind.uint64.rawValue).contains(kind.rawValue), !array.isComplex, array.count == 1
        else { return nil }
        var rest = content
        return try rest.number(of: rest.next())
    }

    /// The head and the contents of an array; nil for an empty one, which may have neither.
    private static func contents(
        of element: MATLABElements.Element, in elements: MATLABElements
    ) throws -> (MATLABArray, MATLABElements)? {
        guard element.type == .matrix, !element.data.isEmpty else { return nil }
        var content = elements.elements(in: element)
        return (try MATLABArray(head: &content), content)
    }
}
