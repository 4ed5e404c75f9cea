internal import DenseLinearAlgebra

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
///
/// It is a class because tiles and comparisons pass it on millions of times.
final class ComparableRows: Sendable {
    /// Rows as queries or items, in some order.
    struct Side: Sendable {
        /// The number of the row, as read, at each position.
        let rows: [Int32]
        /// X in single precision.
        let values: PreparedRows
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
    ///   - share: which rows are kept in memory; nil for all.
    /// - Precondition: all values are finite.
    init(
        queries: (source: RowValues, order: [Int32])?, items: (source: RowValues, order: [Int32]),
        similarity: Similarity, keeping share: RowShare? = nil
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
        let frame = RowFrame(
            of: items.source, order: items.order, scale: scale, similarity: similarity,
            integralUnit: isIntegral ? unit : nil)
        self.items = frame.side(of: items.source, order: items.order, keeping: share?.items)
        self.queries =
            queries.map { frame.side(of: $0.source, order: $0.order, keeping: share?.queries) } ?? self.items
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
        let (x, y) = (Int(queries.rows[query]), Int(items.rows[item]))
        if case .single(let queryRows) = querySource, case .single(let itemRows) = itemSource {
            return PreciseSimilarity(queryRows.row(x), itemRows.row(y), similarity)
        }
        func scaled(_ row: [Double]) -> [Double] {
            let scale = commonScale ?? scaleToOne(row.lazy.map { abs($0) }.max() ?? 0)
            return scale == 1 ? row : row.map { $0 * scale }
        }
        return PreciseSimilarity(scaled(querySource.row(x)), scaled(itemSource.row(y)), similarity)
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

/// Which prepared rows are kept in memory.
struct RowShare {
    /// Pieces of the rows, each kept as a whole, and how many rows are kept in all.
    struct Pieces {
        /// Where the pieces end, in order.
        let ends: [Int]
        let limit: Int
    }

    let queries: Pieces
    let items: Pieces
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
