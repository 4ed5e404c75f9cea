internal import DenseLinearAlgebra
internal import Parallel

/// Embeddings prepared so that a product of two rows in single precision, less a penalty, orders items as their
/// similarities to a query do, up to a bound that is known.
///
/// Retrieval by cosine is retrieval by the distance of rows of length 1, and distances stay the same when all rows are
/// moved. So rows x are moved by a centre c, which takes away what all rows share, and scaled by a power of two:
/// `X = σ(x − c)`, or `x/‖x‖ − c` for the cosine. With `h = ‖Y‖²/2`, the number `s = X·Y − h` is
/// `(‖X‖² − ‖X − Y‖²)/2`, which falls with the distance of y. The zero vector, whose cosine is 0, gets 1/2 more of a
/// penalty: it then ranks as an item of cosine 0. For the inner product c and h are 0.
///
/// ``RoundingBounds`` says how far computed numbers are from s.
struct ComparableRows: Sendable {
    /// Rows as queries or items, in some order.
    struct Side: Sendable {
        /// The number of the row, as read, at each position.
        let rows: [Int32]
        /// X in single precision, n × d.
        let values: Matrix<Float>
        /// A bound above ‖X‖.
        let norms: [Double]
        /// h, and the same in single precision.
        let penalties: [Double]
        let roundedPenalties: [Float]
        /// The squared length of each row as read, in units of ``ComparableRows/unit``, and exact if
        /// ``ComparableRows/isIntegral``.
        let squares: [Double]
        /// The square roots of these, if ``ComparableRows/isIntegral`` for cosines; else empty.
        let lengths: [Double]
        /// Whether each row is the zero vector.
        let areZero: [Bool]
    }

    let queries: Side
    let items: Side
    let bounds: RoundingBounds
    let similarity: Similarity
    /// For each position of an item, the first one whose row as read is the same; nil if no two are.
    let originals: [Int32]?
    /// Whether all values are multiples of one power of two, and so small that their products and the sums of these are
    /// exact in double precision.
    let isIntegral: Bool
    /// The square of that power of two, of which products are multiples; else 1.
    let unit: Double
    /// Whether the cosine times both lengths, in single precision, is the inner product in units once it is rounded.
    let hasIntegralCosines: Bool

    private let querySource: RowValues
    private let itemSource: RowValues
    /// A power of two that keeps products of values as read within the range of a Double; nil if it is another one for
    /// each row.
    private let commonScale: Double?

    /// Prepares rows.
    ///
    /// - Parameters:
    ///   - queries: the queries, and which of them are wanted, in which order; nil if they are the items.
    ///   - items: the same for the items.
    /// - Precondition: all values are finite.
    init(
        queries: (source: RowValues, order: [Int32])?, items: (source: RowValues, order: [Int32]),
        similarity: Similarity
    ) {
        self.similarity = similarity
        let (queries, items) = Self.withoutSubnormals(queries, items)
        querySource = (queries ?? items).source
        itemSource = items.source
        let sources = [queries?.source, items.source].compactMap { $0 }
        let d = items.source.columnCount
        let largest = sources.map(\.largestMagnitude).max() ?? 0
        let quantum = commonQuantum(of: sources)
        isIntegral = quantum.map { (largest / $0) * (largest / $0) * Double(d) < 0x1p53 } ?? false
        unit = isIntegral ? quantum.map { $0 * $0 } ?? 1 : 1
        // Differences from the centre stay below 1.
        let scale = similarity == .cosine ? 1 : scaleToOne(2 * largest)
        let frame = Frame(
            of: items.source, order: items.order, scale: scale, similarity: similarity,
            integralUnit: isIntegral ? unit : nil)
        self.items = frame.side(of: items.source, order: items.order)
        self.queries = queries.map { frame.side(of: $0.source, order: $0.order) } ?? self.items
        originals = firstOfEqualRows(in: items.source, order: items.order)
        let areSingle = sources.allSatisfy { if case .single = $0 { true } else { false } }
        commonScale = areSingle ? 1 : similarity == .cosine ? nil : scaleToOne(largest)
        let longest = max(self.items.norms.max() ?? 0, self.queries.norms.max() ?? 0)
        bounds = RoundingBounds(
            columnCount: d, normalisationError: similarity == .cosine ? Double(d + 16) * 0x1p-53 : 0,
            exactness: similarity != .cosine && isIntegral
                ? .init(longest: longest, quantum: (quantum ?? 0) * scale) : .none)
        let squares = (self.queries.squares.max() ?? 0, self.items.squares.max() ?? 0)
        let error = Double(bounds.doubt(query: 1.001, item: 1.001, penalty: 1)) + 0x1p-22
        hasIntegralCosines =
            similarity == .cosine && isIntegral && (squares.0 * squares.1).squareRoot() * error < 0.4
            && squares.0 * squares.1 * squares.1 < 0x1p126
    }

    /// The same rows times a power of two if all values are near the end of the range of a Double, where halves are rounded.
    private static func withoutSubnormals(
        _ queries: (source: RowValues, order: [Int32])?, _ items: (source: RowValues, order: [Int32])
    ) -> (queries: (source: RowValues, order: [Int32])?, items: (source: RowValues, order: [Int32])) {
        let largest = [queries?.source, items.source].compactMap { $0?.largestMagnitude }.max() ?? 0
        guard largest > 0, largest < 0x1p-500 else { return (queries, items) }
        let scale = scaleToOne(largest)
        func scaled(_ side: (source: RowValues, order: [Int32])) -> (source: RowValues, order: [Int32]) {
            guard case .double(let rows) = side.source else { return side }
            let elements = rows.elements.map { $0 * scale }
            return (
                .double(Matrix(rowCount: rows.rowCount, columnCount: rows.columnCount, elements: elements)), side.order
            )
        }
        return (queries.map(scaled), scaled(items))
    }

    /// A query's similarity to an item, by position, in twice the precision of a double.
    func precise(_ query: Int, _ item: Int) -> PreciseSimilarity {
        func scaled(_ row: [Double]) -> [Double] {
            let scale = commonScale ?? scaleToOne(row.lazy.map { abs($0) }.max() ?? 0)
            return scale == 1 ? row : row.map { $0 * scale }
        }
        return PreciseSimilarity(
            scaled(querySource.row(Int(queries.rows[query]))), scaled(itemSource.row(Int(items.rows[item]))), similarity
        )
    }

    /// The order of two items for a query, all by position, by integers.
    func exactOrder(query: Int, item: Int, other: Int) -> PairOrder {
        if similarity == .cosine, isIntegral {
            let lengths = (items.squares[item], items.squares[other])
            return orderOfIntegralCosines(
                product(query, item), squaredLength: lengths.0, product(query, other), squaredLength: lengths.1)
        }
        return PairOrder.exact(
            query: querySource.row(Int(queries.rows[query])), item: itemSource.row(Int(items.rows[item])),
            other: itemSource.row(Int(items.rows[other])), similarity: similarity)
    }

    /// The inner product of a query and an item as read, in units; exact if ``isIntegral``.
    func product(_ query: Int, _ item: Int) -> Double {
        let (query, item) = (Int(queries.rows[query]), Int(items.rows[item]))
        let product =
            switch (querySource, itemSource) {
            case (.single(let x), .single(let y)): innerProduct(x, query, y, item)
            default: zip(querySource.row(query), itemSource.row(item)).reduce(0) { $0 + $1.0 * $1.1 }
            }
        return product / unit
    }
}

/// Orders two cosines `p/‖y‖` of integers, of which the products with the query and the squared lengths are known.
func orderOfIntegralCosines(
    _ product: Double, squaredLength square: Double, _ otherProduct: Double, squaredLength otherSquare: Double
) -> PairOrder {
    guard square != otherSquare else { return PairOrder(product, against: otherProduct) }
    let sign = product > 0 ? 1.0 : product < 0 ? -1 : 0
    let otherSign = otherProduct > 0 ? 1.0 : otherProduct < 0 ? -1 : 0
    guard sign == otherSign, sign != 0 else { return PairOrder(sign, against: otherSign) }
    let largest = max(abs(product), abs(otherProduct))
    if largest * largest * max(square, otherSquare) < 0x1p53 {
        return PairOrder(sign * product * product * otherSquare, against: sign * otherProduct * otherProduct * square)
    }
    // Products below 2⁵³ have squares below 2¹⁰⁶, and these times lengths take up to 159 bits.
    func value(_ product: Double, _ square: Double) -> (high: UInt128, low: UInt128) {
        let magnitude = UInt128(abs(product))
        return (magnitude * magnitude).multipliedFullWidth(by: UInt128(square))
    }
    let (a, b) = (value(product, otherSquare), value(otherProduct, square))
    if a.high == b.high, a.low == b.low { return .tie }
    return PairOrder((a.high, a.low) > (b.high, b.low) ? sign : -sign, against: 0)
}

// MARK: The frame

/// Where rows are moved to.
private struct Frame: Sendable {
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
            let length = row.withUnsafeBufferPointer { Length(of: $0) }
            return row.map { $0 * length.scale * length.inverse }
        }
        centre = (0..<d).map { j in sample.map { $0[j] }.sorted()[(count - 1) / 2] }
    }

    func side(of source: RowValues, order: [Int32]) -> ComparableRows.Side {
        switch source {
        case .single(let rows): side(of: rows, order: order)
        case .double(let rows): side(of: rows, order: order)
        }
    }

    @inline(__always)
    private func side<Scalar>(of rows: Matrix<Scalar>, order: [Int32]) -> ComparableRows.Side {
        let d = rows.columnCount
        var values = [Float](repeating: 0, count: order.count * d)
        // ‖X‖², the squared length as read, and whether the row is zero.
        var lengths = [(moved: Double, square: Double, isZero: Bool)](repeating: (0, 0, false), count: order.count)
        values.withUnsafeMutableBufferPointer { values in
            lengths.withUnsafeMutableBufferPointer { lengths in
                let (values, lengths) = (DisjointBuffer(values), DisjointBuffer(lengths))
                let blockSize = 256
                inParallel(
                    blockCount: (order.count + blockSize - 1) / blockSize, work: 16 * Double(order.count) * Double(d)
                ) {
                } _: { _, block in
                    for position in block * blockSize..<min((block + 1) * blockSize, order.count) {
                        let row = Int(order[position])
                        rows.elements.withUnsafeBufferPointer { elements in
                            lengths[position] = write(
                                UnsafeBufferPointer(rebasing: elements[row * d..<(row + 1) * d]),
                                to: values[position * d..<(position + 1) * d])
                        }
                    }
                }
            }
        }
        let penalties = lengths.map { length in
            similarity == .innerProduct
                ? 0 : length.moved / 2 + (similarity == .cosine && length.isZero ? 0.5 : 0)
        }
        return ComparableRows.Side(
            rows: order, values: Matrix(rowCount: order.count, columnCount: d, elements: values),
            norms: lengths.map { $0.moved.squareRoot() * (1 + 0x1p-20) }, penalties: penalties,
            roundedPenalties: penalties.map { Float($0) }, squares: lengths.map { $0.square / unit },
            lengths: isIntegral ? lengths.map { ($0.square / unit).squareRoot() } : [], areZero: lengths.map(\.isZero))
    }

    /// Writes a row's X, and returns its length.
    @inline(__always)
    private func write<Scalar: BinaryFloatingPoint>(
        _ row: UnsafeBufferPointer<Scalar>, to moved: UnsafeMutableBufferPointer<Float>
    ) -> (moved: Double, square: Double, isZero: Bool) {
        let length = Length(of: row)
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
        return (sum, length.square, length.inverse == 0)
    }
}

/// The length of a row.
private struct Length {
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
private func scaleToOne(_ largest: Double) -> Double {
    largest > 0 && largest.isFinite
        ? Double(sign: .plus, exponent: -max(-1000, Int(largest.exponent) + 1), significand: 1) : 1
}

extension RowValues {
    fileprivate var largestMagnitude: Double {
        switch self {
        case .single(let rows): rows.elements.reduce(0) { max($0, Double($1.magnitude)) }
        case .double(let rows): rows.elements.reduce(0) { max($0, $1.magnitude) }
        }
    }
}

/// The largest power of two of which all values are multiples, if none of them has more than 26 bits above it and its square is
/// within the range of a Double; nil if there is none, or all values are zero.
private func commonQuantum(of sources: [RowValues]) -> Double? {
    var (lowest, highest) = (Int.max, Int.min)
    func take<Scalar: BinaryFloatingPoint>(_ values: [Scalar]) -> Bool {
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
            case .single(let rows): take(rows.elements)
            case .double(let rows): take(rows.elements)
            }
        guard isCoarse else { return nil }
    }
    return lowest <= highest ? Double(sign: .plus, exponent: lowest, significand: 1) : nil
}

// MARK: Equal rows

/// For each position the first one with an equal row; nil if no rows are equal.
///
/// - Complexity: O(n·d) expected.
private func firstOfEqualRows(in source: RowValues, order: [Int32]) -> [Int32]? {
    switch source {
    case .single(let rows): firstOfEqualRows(in: rows, order: order)
    case .double(let rows): firstOfEqualRows(in: rows, order: order)
    }
}

private func firstOfEqualRows<Scalar>(in rows: Matrix<Scalar>, order: [Int32]) -> [Int32]? {
    // Positions with the same hash are chained, newest first: this takes less memory than a list for each hash.
    var newest: [UInt64: Int32] = [:]
    newest.reserveCapacity(order.count)
    var older = [Int32](repeating: -1, count: order.count)
    var first = (0..<Int32(order.count)).map { $0 }
    var areSomeEqual = false
    let d = rows.columnCount
    rows.elements.withUnsafeBufferPointer { elements in
        for position in order.indices {
            let row = elements[Int(order[position]) * d..<(Int(order[position]) + 1) * d]
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for j in row.indices {
                // Adding zero turns −0 into +0.
                hash = (hash ^ UInt64((Double(elements[j]) + 0).bitPattern)) &* 0x9E37_79B9_7F4A_7C15
                // A product leaves the highest bit, the sign, where it is.
                hash ^= hash >> 29
            }
            hash ^= hash >> 32
            let last = newest[hash] ?? -1
            var original = last
            while original >= 0 {
                let start = Int(order[Int(original)]) * d
                if (0..<d).allSatisfy({ elements[start + $0] == elements[row.startIndex + $0] }) { break }
                original = older[Int(original)]
            }
            if original >= 0 {
                first[position] = first[Int(original)]
                areSomeEqual = true
            } else {
                older[position] = last
                newest[hash] = Int32(position)
            }
        }
    }
    return areSomeEqual ? first : nil
}
