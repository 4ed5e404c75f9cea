internal import CRanks
internal import DenseLinearAlgebra
internal import Parallel

/// Embeddings scaled to length 1 in double precision, and the keys of their cosines.
///
/// The key of a pair is its cosine, rounded to the nearest multiple of 2⁻³⁰ (a half goes up). It does not depend on how BLAS
/// adds up: with u = 2⁻⁵³, a product of two rows of length 1 is wrong by `d·u` at most, and each of them by `(d + 16)·u` (see
/// ``RoundingBounds``). Where so much could lead to another key, which is one pair of thousands, sums in twice the precision
/// of a double decide. The cosine of the zero vector is 0.
///
/// It is a class because threads share it.
final class CosineRows: Sendable {
    /// Rows as queries or items, in some order.
    struct Side: Sendable {
        /// The number of the row, as read, at each position.
        let rows: [Int32]
        /// The rows scaled to length 1, n × d.
        let values: Matrix<Double>
        fileprivate let source: RowValues
    }

    let queries: Side
    let items: Side
    /// How far a product in double precision can be from the cosine.
    let doubt: Double

    /// Prepares rows.
    ///
    /// - Parameters:
    ///   - queries: the queries in their order; nil if they are the items.
    ///   - items: the items in their order.
    /// - Precondition: all values are finite.
    init(queries: (source: RowValues, order: [Int32])?, items: (source: RowValues, order: [Int32])) {
        self.items = Side(of: items.source, order: items.order)
        self.queries = queries.map { Side(of: $0.source, order: $0.order) } ?? self.items
        doubt = Double(3 * items.source.columnCount + 48) * 0x1p-53
    }

    /// The key of a query and an item, by position, given their product.
    @inline(__always)
    func key(_ query: Int, _ item: Int, product: Double) -> Int32 {
        let place = product * 0x1p30 + 0.5
        let whole = place.rounded(.down)
        let part = place - whole
        // Numbers up to 2³⁰ are rounded to within 2⁻²³.
        let low = doubt * 0x1p30 + 0x1p-22
        guard part >= low && part <= 1 - low else { return preciseKey(query, item) }
        return Int32(whole)
    }

    /// The key of a query and an item, by position.
    func key(_ query: Int, _ item: Int) -> Int32 {
        let d = items.values.columnCount
        let product = queries.values.withElements { x in
            items.values.withElements { y in
                // Four sums, since each addition waits for the one before.
                var sums = SIMD4<Double>.zero
                let (first, second) = (query * d, item * d)
                for j in stride(from: 0, to: d & ~3, by: 4) {
                    let a = SIMD4(x[first + j], x[first + j + 1], x[first + j + 2], x[first + j + 3])
                    let b = SIMD4(y[second + j], y[second + j + 1], y[second + j + 2], y[second + j + 3])
                    sums += a * b
                }
                return (d & ~3..<d).reduce(sums.sum()) { $0 + x[first + $1] * y[second + $1] }
            }
        }
        return key(query, item, product: product)
    }

    /// The same in twice the precision of a double.
    private func preciseKey(_ query: Int, _ item: Int) -> Int32 {
        let (first, second) = (Int(queries.rows[query]), Int(items.rows[item]))
        let (product, square, otherSquare) =
            switch (queries.source, items.source) {
            case (.single(let x), .single(let y)): products(x.row(first), y.row(second))
            case (let x, let y): products(scaled(x.row(first))[...], scaled(y.row(second))[...])
            }
        guard square.high > 0, otherSquare.high > 0 else { return 0 }
        let cosine = product / square.squareRoot() / otherSquare.squareRoot()
        let whole = (cosine.high * 0x1p30).rounded(.down)
        let part = (cosine.high * 0x1p30 - whole) + cosine.low * 0x1p30
        // What is a half but for the rounding of these sums is one.
        return Int32(whole) + (part >= 0.5 - 0x1p-40 ? 1 : 0)
    }

    private func scaled(_ row: [Double]) -> [Double] {
        let scale = scaleToOne(row.lazy.map { abs($0) }.max() ?? 0)
        return row.map { $0 * scale }
    }

    private func products(_ x: ArraySlice<Float>, _ y: ArraySlice<Float>) -> ProductsOfTwo {
        products(x, y) { TwofoldDouble(innerProductOf: $0, with: $1, count: $2) }
    }

    private func products(_ x: ArraySlice<Double>, _ y: ArraySlice<Double>) -> ProductsOfTwo {
        products(x, y) { TwofoldDouble(innerProductOf: $0, with: $1, count: $2) }
    }

    private typealias ProductsOfTwo = (product: TwofoldDouble, square: TwofoldDouble, otherSquare: TwofoldDouble)

    private func products<Scalar>(
        _ x: ArraySlice<Scalar>, _ y: ArraySlice<Scalar>,
        _ product: (UnsafePointer<Scalar>, UnsafePointer<Scalar>, Int) -> TwofoldDouble
    ) -> ProductsOfTwo {
        x.withUnsafeBufferPointer { first in
            y.withUnsafeBufferPointer { second in
                guard let a = first.baseAddress, let b = second.baseAddress else { return (.zero, .zero, .zero) }
                return (product(a, b, first.count), product(a, a, first.count), product(b, b, first.count))
            }
        }
    }
}

extension CosineRows.Side {
    fileprivate init(of source: RowValues, order: [Int32]) {
        rows = order
        self.source = source
        values =
            switch source {
            case .single(let rows): unitRows(of: rows, order: order)
            case .double(let rows): unitRows(of: rows, order: order)
            }
    }
}

/// Some rows scaled to length 1 in double precision; the zero vector stays zero.
private func unitRows<Scalar>(of rows: Matrix<Scalar>, order: [Int32]) -> Matrix<Double> {
    let d = rows.columnCount
    var values = [Double](repeating: 0, count: order.count * d)
    values.withUnsafeMutableBufferPointer { values in
        let values = DisjointBuffer(values)
        let blockSize = 256
        inParallel(blockCount: (order.count + blockSize - 1) / blockSize, work: 16 * Double(order.count) * Double(d)) {
        } _: { _, block in
            rows.withElements { elements in
                for position in block * blockSize..<min((block + 1) * blockSize, order.count) {
                    let start = Int(order[position]) * d
                    let row = UnsafeBufferPointer(rebasing: elements[start..<start + d])
                    let length = RowLength(of: row)
                    for j in row.indices { values[position * d + j] = Double(row[j]) * length.scale * length.inverse }
                }
            }
        }
    }
    return Matrix(rowCount: order.count, columnCount: d, elements: values)
}
