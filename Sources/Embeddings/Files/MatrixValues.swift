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

    /// One value, as stored in the file.
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

    /// Decodes several whole rows at a time, and checks them for NaN and infinities while they are in the cache.
    @inline(__always)
    private func decode<Bits: FixedWidthInteger, Scalar: BinaryFloatingPoint>(
        _ source: some ByteSource, _ value: (Bits) -> Scalar
    ) throws -> (values: [Scalar], areFinite: Bool) {
        var areFinite = true
        // In Fortran order a column is read in pieces of this length, so they must not be short; if the source cannot
        // seek back to continue a column, the whole column is read at once.
        let step =
            isFortranOrder
            ? source.isSequential ? rowCount : min(rowCount, max(256, 1 << 22 / columnCount))
            : min(rowCount, max(1, 1 << 16 / columnCount))
        // 32 columns at once, but fewer for very many rows, so that they do not amount to a second copy of the matrix.
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
                areFinite = areFinite && Self.areFinite(UnsafeBufferPointer(block))
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
        if isStored(as: Scalar.self) {
            return try source.read(into: UnsafeMutableRawBufferPointer(block), at: offset)
        }
        let bits = UnsafeMutableBufferPointer(rebasing: scratch[..<block.count])
        try source.read(into: UnsafeMutableRawBufferPointer(bits), at: offset)
        for i in 0..<block.count { block[i] = value(inHostOrder(bits[i])) }
    }

    /// Transposes several columns at a time: with 32, each cache line of the block is fetched once.
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

    /// No branch per value, so that the loop is vectorised.
    @inline(__always)
    static func areFinite<Scalar: BinaryFloatingPoint>(_ values: UnsafeBufferPointer<Scalar>) -> Bool {
        var flags: Int32 = 0
        for i in 0..<values.count { flags |= values[i].magnitude < .infinity ? 0 : 1 }
        return flags == 0
    }
}

extension Float {
    /// The value of an IEEE 754 binary16; decoded by hand, since Swift has `Float16` only on some processors.
    @inline(__always)
    fileprivate init(halfPrecision bits: UInt16) {
        let magnitude = UInt32(bits & 0x7FFF)
        // Once the fields are moved to their binary32 positions, the exponent is too small by the difference of the
        // biases.
        let finite = Float(bitPattern: magnitude << 13) * 0x1p112
        let value = magnitude < 0x7C00 ? finite : magnitude == 0x7C00 ? .infinity : .nan
        self = bits >> 15 == 1 ? -value : value
    }
}
