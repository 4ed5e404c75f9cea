internal import Files

extension MatrixLayout {
    /// The values in C order, and whether all of them are finite.
    func values<Scalar: BinaryFloatingPoint>(in source: some ByteSource) throws -> (values: [Scalar], areFinite: Bool) {
        switch valueType {
        case .float16: try decode(source) { (bits: UInt16) in Scalar(Float(halfPrecision: bits)) }
        case .bfloat16: try decode(source) { (bits: UInt16) in Scalar(Float(bitPattern: UInt32(bits) << 16)) }
        case .float32: try decode(source) { (bits: UInt32) in Scalar(Float(bitPattern: bits)) }
        case .float64: try decode(source) { (bits: UInt64) in Scalar(Double(bitPattern: bits)) }
        }
    }

    /// One value, as the file has it.
    func value(inRow row: Int, column: Int, of source: some ByteSource) throws -> Double {
        let position = isFortranOrder ? column * rowCount + row : row * columnCount + column
        let (size, offset) = (valueType.byteCount, valuesOffset + position * valueType.byteCount)
        let bytes = try source.bytes(in: offset..<offset + size)
        let bits = (isBigEndian ? bytes : bytes.reversed()).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        switch valueType {
        case .float16: return Double(Float(halfPrecision: UInt16(bits)))
        case .bfloat16: return Double(Float(bitPattern: UInt32(bits) << 16))
        case .float32: return Double(Float(bitPattern: UInt32(bits)))
        case .float64: return Double(bitPattern: bits)
        }
    }

    /// Decodes some whole rows at a time, and looks them over for NaN and infinities before they leave the cache.
    @inline(__always)
    private func decode<Bits: FixedWidthInteger, Scalar: BinaryFloatingPoint>(
        _ source: some ByteSource, _ value: (Bits) -> Scalar
    ) throws -> (values: [Scalar], areFinite: Bool) {
        var areFinite = true
        // A column is read in pieces of this length, so in Fortran order they must not be short, and all of it where the
        // source cannot go back to where a column went on.
        let step =
            isFortranOrder
            ? source.isSequential ? rowCount : min(rowCount, max(256, 1 << 22 / columnCount))
            : min(rowCount, max(1, 1 << 16 / columnCount))
        // 32 columns at once, but of very many rows fewer, so that they are not a second copy of the matrix.
        let width = isFortranOrder ? min(32, columnCount, max(1, 1 << 25 / step)) : columnCount
        let scratch = UnsafeMutableBufferPointer<Bits>.allocate(capacity: step * width)
        defer { scratch.deallocate() }
        let values = try [Scalar](unsafeUninitializedCapacity: rowCount * columnCount) { target, initializedCount in
            for firstRow in stride(from: 0, to: rowCount, by: step) {
                let lastRow = min(firstRow + step, rowCount)
                let block = UnsafeMutableBufferPointer(
                    rebasing: target[firstRow * columnCount..<lastRow * columnCount])
                if isFortranOrder {
                    try decodeColumns(
                        of: firstRow..<lastRow, atOnce: width, source, by: scratch, into: block, value)
                } else {
                    try decodeRows(from: firstRow, source, by: scratch, into: block, value)
                }
                areFinite = areFinite && Self.areFinite(block)
            }
            initializedCount = target.count
        }
        return (values, areFinite)
    }

    @inline(__always)
    private func decodeRows<Bits: FixedWidthInteger, Scalar: BinaryFloatingPoint>(
        from firstRow: Int, _ source: some ByteSource, by scratch: UnsafeMutableBufferPointer<Bits>,
        into block: UnsafeMutableBufferPointer<Scalar>, _ value: (Bits) -> Scalar
    ) throws {
        let offset = valuesOffset + firstRow * columnCount * MemoryLayout<Bits>.size
        let isNativeOrder = (Bits(1).littleEndian == 1) != isBigEndian
        // Of the types that are decoded those of equal size are the same.
        if isNativeOrder && MemoryLayout<Scalar>.size == MemoryLayout<Bits>.size {
            return try source.read(into: UnsafeMutableRawBufferPointer(block), at: offset)
        }
        let bits = UnsafeMutableBufferPointer(rebasing: scratch[..<block.count])
        try source.read(into: UnsafeMutableRawBufferPointer(bits), at: offset)
        for i in 0..<block.count { block[i] = value(inHostOrder(bits[i])) }
    }

    /// Transposes some columns at a time: 32 let each cache line of the block be fetched once.
    @inline(__always)
    private func decodeColumns<Bits: FixedWidthInteger, Scalar: BinaryFloatingPoint>(
        of rows: Range<Int>, atOnce columnsAtOnce: Int, _ source: some ByteSource,
        by scratch: UnsafeMutableBufferPointer<Bits>,
        into block: UnsafeMutableBufferPointer<Scalar>, _ value: (Bits) -> Scalar
    ) throws {
        for firstColumn in stride(from: 0, to: columnCount, by: columnsAtOnce) {
            let width = min(columnsAtOnce, columnCount - firstColumn)
            for j in 0..<width {
                let piece = UnsafeMutableBufferPointer(rebasing: scratch[j * rows.count..<(j + 1) * rows.count])
                let position = (firstColumn + j) * rowCount + rows.lowerBound
                try source.read(
                    into: UnsafeMutableRawBufferPointer(piece),
                    at: valuesOffset + position * MemoryLayout<Bits>.size)
            }
            for i in 0..<rows.count {
                for j in 0..<width {
                    block[i * columnCount + firstColumn + j] = value(inHostOrder(scratch[j * rows.count + i]))
                }
            }
        }
    }

    @inline(__always)
    private func inHostOrder<Bits: FixedWidthInteger>(_ bits: Bits) -> Bits {
        isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits)
    }

    /// Without a branch for each value, so that it is done in vectors.
    @inline(__always)
    private static func areFinite<Scalar: BinaryFloatingPoint>(_ values: UnsafeMutableBufferPointer<Scalar>) -> Bool {
        var flags: Int32 = 0
        for i in 0..<values.count { flags |= values[i].magnitude < .infinity ? 0 : 1 }
        return flags == 0
    }
}

extension Float {
    /// The value of an IEEE 754 binary16; by hand, since Swift has `Float16` on some processors only.
    @inline(__always)
    fileprivate init(halfPrecision bits: UInt16) {
        let magnitude = UInt32(bits & 0x7FFF)
        // With the fields in the places of a binary32's, the exponent is short by the difference of the two biases.
        let finite = Float(bitPattern: magnitude << 13) * 0x1p112
        let value = magnitude < 0x7C00 ? finite : magnitude == 0x7C00 ? .infinity : .nan
        self = bits >> 15 == 1 ? -value : value
    }
}
