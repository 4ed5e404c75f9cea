internal import DenseLinearAlgebra
internal import Parallel

/// Where rows are moved to.
struct RowFrame: Sendable {
    let similarity: Similarity
    let isIntegral: Bool
    let unit: Double
    let scale: Double
    let centre: [Double]

    /// The centre is the median of some rows in each column, so that a few far rows do not move it; and it is a value of
    /// the data, so that differences of small integers are small integers.
    ///
    /// Cosines of integers are not moved, so that inner products follow from them.
    init(
        of source: RowValues, order: [Int32], scale: Double, similarity: Similarity, integralUnit: Double?
    ) {
        self.similarity = similarity
        isIntegral = integralUnit != nil && similarity == .cosine
        unit = integralUnit ?? 1
        self.scale = scale
        let d = source.columnCount
        guard similarity != .innerProduct, !isIntegral, !order.isEmpty, d > 0 else {
            centre = Array(repeating: 0, count: d)
            return
        }
        let count = min(order.count, 65)
        let sample = (0..<count).map { k in
            let row = source.row(Int(order[k * order.count / count]))
            guard similarity == .cosine else { return row }
            let length = row.withUnsafeBufferPointer { RowLength(of: $0) }
            return row.map { $0 * length.scale * length.inverse }
        }
        centre = (0..<d).map { j in sample.map { $0[j] }.sorted()[(count - 1) / 2] }
    }

    func side(of source: RowValues, order: [Int32], keeping pieces: RowShare.Pieces?) -> ComparableRows.Side {
        switch source {
        case .single(let rows): side(of: rows, order: order, keeping: pieces)
        case .double(let rows): side(of: rows, order: order, keeping: pieces)
        }
    }

    @inline(__always)
    private func side<Scalar>(
        of rows: Matrix<Scalar>, order: [Int32], keeping pieces: RowShare.Pieces?
    ) -> ComparableRows.Side {
        let d = rows.columnCount
        // Where only some rows are kept, lengths are found first, a row in memory after the other.
        var values = [Float](repeating: 0, count: pieces == nil ? order.count * d : 0)
        var lengths = [Length](repeating: Length(moved: 0, square: 0, isZero: false), count: order.count)
        values.withUnsafeMutableBufferPointer { values in
            lengths.withUnsafeMutableBufferPointer { lengths in
                let (values, lengths) = (DisjointBuffer(values), DisjointBuffer(lengths))
                let blockSize = 256
                inParallel(
                    blockCount: (order.count + blockSize - 1) / blockSize, work: 16 * Double(order.count) * Double(d)
                ) {
                    [Float](repeating: 0, count: pieces == nil ? 0 : d)
                } _: { room, block in
                    for position in block * blockSize..<min((block + 1) * blockSize, order.count) {
                        guard pieces != nil else {
                            lengths[position] = write(
                                rows, Int(order[position]), to: values[position * d..<(position + 1) * d])
                            continue
                        }
                        lengths[position] = room.withUnsafeMutableBufferPointer {
                            write(rows, Int(order[position]), to: $0)
                        }
                    }
                }
            }
        }
        let prepared =
            pieces.map { pieces in
                PreparedRows(rowCount: order.count, columnCount: d, pieceEnds: pieces.ends, limit: pieces.limit) {
                    range, values in
                    for (place, position) in range.enumerated() {
                        _ = write(
                            rows, Int(order[position]),
                            to: UnsafeMutableBufferPointer(rebasing: values[place * d..<(place + 1) * d]))
                    }
                }
            } ?? PreparedRows(Matrix(rowCount: order.count, columnCount: d, elements: values))
        let penalties = lengths.map { length in
            similarity == .innerProduct
                ? 0 : length.moved / 2 + (similarity == .cosine && length.isZero ? 0.5 : 0)
        }
        return ComparableRows.Side(
            rows: order, values: prepared,
            norms: lengths.map { $0.moved.squareRoot() * (1 + 0x1p-20) }, penalties: penalties,
            roundedPenalties: penalties.map { Float($0) }, squares: lengths.map { $0.square / unit },
            lengths: isIntegral ? lengths.map { ($0.square / unit).squareRoot() } : [], areZero: lengths.map(\.isZero))
    }

    /// Of a row: ‖X‖², the squared length as read, and whether it is zero.
    private struct Length {
        let moved: Double
        let square: Double
        let isZero: Bool
    }

    /// Writes the X of a row of a matrix, and returns its length.
    @inline(__always)
    private func write<Scalar>(
        _ rows: Matrix<Scalar>, _ row: Int, to moved: UnsafeMutableBufferPointer<Float>
    ) -> Length {
        let d = rows.columnCount
        return rows.withElements { write(UnsafeBufferPointer(rebasing: $0[row * d..<(row + 1) * d]), to: moved) }
    }

    /// Writes a row's X, and returns its length.
    @inline(__always)
    private func write<Scalar: BinaryFloatingPoint>(
        _ row: UnsafeBufferPointer<Scalar>, to moved: UnsafeMutableBufferPointer<Float>
    ) -> Length {
        let length = RowLength(of: row)
        // Halves, since a difference of large numbers could overflow.
        let (first, second) = similarity == .cosine ? (length.scale, length.inverse) : (0.5, 1)
        let (half, whole) = similarity == .cosine ? (1.0, 1.0) : (0.5, 2 * scale)
        let sum = centre.withUnsafeBufferPointer { centre in
            sumOfSquares(count: row.count) { j in
                let value = (Double(row[j]) * first * second - centre[j] * half) * whole
                // Adding zero turns −0 into +0, so that equal rows are equal in every bit.
                moved[j] = Float(value) + 0
                return value
            }
        }
        return Length(moved: sum, square: length.square, isZero: length.inverse == 0)
    }
}

/// The length of a row.
struct RowLength {
    /// A power of two by which values are multiplied first, so that squares stay within the range of a Double.
    let scale: Double
    /// The reciprocal of the length of the scaled row, or 0 for the zero vector.
    let inverse: Double
    /// The square of the length of the row itself, which may be infinite.
    let square: Double

    @inline(__always)
    init<Scalar: BinaryFloatingPoint>(of row: UnsafeBufferPointer<Scalar>) {
        square = sumOfSquares(count: row.count) { Double(row[$0]) }
        guard square < 0x1p-900 || square > 0x1p900 else {
            scale = 1
            inverse = 1 / square.squareRoot()
            return
        }
        let scale = scaleToOne(row.lazy.map { abs(Double($0)) }.max() ?? 0)
        let scaled = sumOfSquares(count: row.count) { Double(row[$0]) * scale }
        self.scale = scale
        inverse = scaled > 0 ? 1 / scaled.squareRoot() : 0
    }
}

/// Sums up squares in four sums, since each addition waits for the one before.
@inline(__always)
private func sumOfSquares(count: Int, _ value: (Int) -> Double) -> Double {
    var sums = (0.0, 0.0, 0.0, 0.0)
    var j = 0
    while j &+ 4 <= count {
        let (a, b, c, d) = (value(j), value(j &+ 1), value(j &+ 2), value(j &+ 3))
        sums = (sums.0 + a * a, sums.1 + b * b, sums.2 + c * c, sums.3 + d * d)
        j &+= 4
    }
    while j < count {
        let a = value(j)
        sums.0 += a * a
        j &+= 1
    }
    return (sums.0 + sums.1) + (sums.2 + sums.3)
}

/// A power of two by which a number comes to lie between 1/2 and 1; 1 for 0.
func scaleToOne(_ largest: Double) -> Double {
    largest > 0 && largest.isFinite
        ? Double(sign: .plus, exponent: -max(-1000, Int(largest.exponent) + 1), significand: 1) : 1
}

extension RowValues {
    var largestMagnitude: Double {
        switch self {
        case .single(let rows): rows.withElements { $0.reduce(0) { max($0, Double($1.magnitude)) } }
        case .double(let rows): rows.withElements { $0.reduce(0) { max($0, $1.magnitude) } }
        }
    }
}

/// The largest power of two of which all values are multiples, if none of them has more than 26 bits above it and its square is
/// within the range of a Double; nil if there is none, or all values are zero.
func commonQuantum(of sources: [RowValues]) -> Double? {
    var (lowest, highest) = (Int.max, Int.min)
    func take<Scalar: BinaryFloatingPoint>(_ values: UnsafeBufferPointer<Scalar>) -> Bool {
        for value in values where value != 0 {
            let double = Double(value)
            let bits = double.significandBitPattern
            let exponent = Int(double.exponent)
            highest = max(highest, exponent)
            lowest = min(lowest, exponent - (bits == 0 ? 0 : 52 - bits.trailingZeroBitCount))
            if highest - lowest > 26 || lowest < -300 || highest > 300 { return false }
        }
        return true
    }
    for source in sources {
        let isCoarse =
            switch source {
            case .single(let rows): rows.withElements(take)
            case .double(let rows): rows.withElements(take)
            }
        guard isCoarse else { return nil }
    }
    return lowest <= highest ? Double(sign: .plus, exponent: lowest, significand: 1) : nil
}
