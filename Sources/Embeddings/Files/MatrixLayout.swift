internal import DenseLinearAlgebra
internal import Files
internal import Foundation

/// Where in a file the values of a matrix lie, and how they are encoded; all of it checked against the file's length.
struct MatrixLayout {
    enum ValueType {
        case float16, bfloat16, float32, float64

        var byteCount: Int {
            switch self {
            case .float16, .bfloat16: 2
            case .float32: 4
            case .float64: 8
            }
        }
    }

    let valueType: ValueType
    let isBigEndian: Bool
    let isFortranOrder: Bool
    /// At least 1, as is the number of columns.
    let rowCount: Int
    let columnCount: Int
    let valuesOffset: Int

    /// The matrix that the header of a `.npy` file describes.
    init(_ header: NumpyHeader, of source: some ByteSource) throws {
        guard let (type, isBigEndian) = Self.numpyType(header.descriptor) else {
            throw source.malformed(
                "values of type \(excerpt(header.descriptor))", "float16, float32 or float64 values")
        }
        guard let isFortranOrder = header.isFortranOrder, let shape = header.shape else {
            throw source.malformed("a header without shape and order (\(excerpt(header.text)))", "a .npy file")
        }
        let found = "an array of shape (\(excerpt(shape)))"
        let sizes = shape.parts(between: ",", keepingEmpty: false).map { $0.filter { $0 != " " } }.filter {
            !$0.isEmpty
        }
        guard sizes.count == 2 else { throw source.malformed(found, "one of two dimensions, a row for each sample") }
        guard let n = Int(sizes[0]), let d = Int(sizes[1]), n > 0, d > 0 else {
            throw source.malformed(found, "at least one row and one column, and no more than the file has values for")
        }
        try self.init(
            type, isBigEndian: isBigEndian, isFortranOrder: isFortranOrder, rowCount: n, columnCount: d,
            bytes: header.valuesOffset..<source.byteCount, of: source)
    }

    /// The values of an array of floating-point numbers, whatever its dimensions, as a matrix of the given size.
    init(_ header: NumpyHeader, rowCount: Int, columnCount: Int, of source: some ByteSource) throws {
        guard let (type, isBigEndian) = Self.numpyType(header.descriptor), columnCount > 0 else {
            throw source.malformed(
                "values of type \(excerpt(header.descriptor))", "float16, float32 or float64 values")
        }
        try self.init(
            type, isBigEndian: isBigEndian, isFortranOrder: header.isFortranOrder == true && rowCount > 1,
            rowCount: rowCount, columnCount: columnCount, bytes: header.valuesOffset..<source.byteCount, of: source)
    }

    /// A matrix of positive size whose values fill `bytes` exactly.
    init(
        _ valueType: ValueType, isBigEndian: Bool = false, isFortranOrder: Bool = false, rowCount: Int,
        columnCount: Int, bytes: Range<Int>, of source: some ByteSource
    ) throws {
        let (count, overflow) = rowCount.multipliedReportingOverflow(by: columnCount)
        let (size, overflow2) = count.multipliedReportingOverflow(by: valueType.byteCount)
        guard !overflow, !overflow2, bytes.count == size else {
            throw source.malformed(
                "\(bytes.count) bytes of values",
                "\(rowCount) × \(columnCount) × \(valueType.byteCount), as its header says")
        }
        self.valueType = valueType
        self.isBigEndian = isBigEndian
        self.isFortranOrder = isFortranOrder
        self.rowCount = rowCount
        self.columnCount = columnCount
        valuesOffset = bytes.lowerBound
    }

    /// Whether a `.npy` header describes an array that could be embeddings: floating-point, with two dimensions.
    static func isMatrix(_ header: NumpyHeader) -> Bool {
        numpyType(header.descriptor) != nil && header.sizes?.count == 2
    }

    private static func numpyType(_ descriptor: Substring) -> (ValueType, isBigEndian: Bool)? {
        guard let name = descriptor.wholeMatch(of: #/'([<>|=]?)(f[248])'/#) else { return nil }
        let type: ValueType = name.2 == "f2" ? .float16 : name.2 == "f4" ? .float32 : .float64
        return (type, name.1 == ">")
    }

    /// Reads the matrix.
    ///
    /// - Parameter expected: what the values must be, for the error about one that is not finite.
    func matrix<Scalar>(in source: some ByteSource, holding expected: String) throws -> Matrix<Scalar> {
        let matrix: Matrix<Scalar>
        let areFinite: Bool
        if let mapped: Matrix<Scalar> = mapped(in: source) {
            (matrix, areFinite) = (mapped, mapped.withElements(Self.areFinite))
        } else {
            (matrix, areFinite) = try read(in: source)
        }
        if !areFinite, let (row, column) = matrix.firstNonFinite {
            let value = try value(inRow: row, column: column, of: source)
            throw source.malformed("\(value) in row \(row), column \(column)", expected)
        }
        return matrix
    }

    /// The matrix where the system keeps the file, for ranks; nil if it is not to be mapped or is stored in another way than in
    /// memory.
    private func mapped<Scalar>(in source: some ByteSource) -> Matrix<Scalar>? {
        guard isStored(as: Scalar.self), !isFortranOrder, let file = source as? InputFile,
            valuesOffset.isMultiple(of: MemoryLayout<Scalar>.alignment), let mapped = MappedFile(file)
        else { return nil }
        let bytes = mapped.bytes[valuesOffset..<valuesOffset + rowCount * columnCount * valueType.byteCount]
        return Matrix(
            rowCount: rowCount, columnCount: columnCount,
            valuesIn: UnsafeRawBufferPointer(rebasing: bytes).bindMemory(to: Scalar.self), keptBy: mapped)
    }

    /// Whether values have the same bytes in the file as in memory.
    func isStored<Scalar: BinaryFloatingPoint>(as _: Scalar.Type) -> Bool {
        // Among decoded types, equal size implies equal type.
        (UInt16(1).littleEndian == 1) != isBigEndian && valueType.byteCount == MemoryLayout<Scalar>.size
    }

    private func read<Scalar>(in source: some ByteSource) throws -> (matrix: Matrix<Scalar>, areFinite: Bool) {
        // A small archive can validly claim more memory than any machine has, and hold it, too.
        let (size, overflow) = (rowCount * columnCount).multipliedReportingOverflow(by: MemoryLayout<Scalar>.size)
        try MemoryBudget.current().requireProportion(
            overflow ? .max : size, to: source.storedByteCount, factor: MemoryBudget.packing,
            for: "\(rowCount) × \(columnCount) values", in: source.path)
        let (values, areFinite): ([Scalar], Bool) = try values(in: source)
        return (Matrix(rowCount: rowCount, columnCount: columnCount, elements: values), areFinite)
    }
}
