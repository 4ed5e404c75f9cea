internal import DenseLinearAlgebra
internal import Foundation
internal import Parallel

extension PairSums {
    /// Sums over pairs of vectors i < j where i is of one of a few classes, and j of any class that is not before it.
    struct Block {
        /// The place in ``PairSums/classes`` of the class of each row of the sums.
        let rowClasses: [Int]
        /// The same for each column; a class may have several columns.
        let columnClasses: [Int]
        /// The sums, in the order of the functions.
        let sums: [Matrix<Double>]
    }

    private static let tileHeight = 256
    private static let tileWidth = 512

    /// Visits all pairs of vectors once.
    ///
    /// - Parameter body: called for blocks of rows, in order; what it gets adds up to the sums over all pairs. `done` of the
    ///   `total` pairs have been visited then.
    /// - Complexity: O(n²·d) by BLAS on all processors, and O(n²) functions; memory for a block's sums, and one tile a
    ///   processor.
    func forEachBlock(
        of functions: [PairFunction], _ body: (_ block: Block, _ done: Int, _ total: Int) throws -> Void
    ) rethrows {
        let m = order.count
        for start in stride(from: 0, to: m, by: Self.tileHeight) {
            let rows = start..<min(start + Self.tileHeight, m)
            let left = m - rows.upperBound
            try body(block(rows, of: functions), (m * (m - 1) - left * (left - 1)) / 2, m * (m - 1) / 2)
        }
    }

    /// Neighbouring vectors of one class.
    private struct Run {
        let place: Int
        var vectors: Range<Int>
    }

    private func runs(_ range: Range<Int>) -> [Run] {
        var runs: [Run] = []
        for i in range {
            if let last = runs.last, last.place == placeOfVector[i] {
                runs[runs.count - 1].vectors = last.vectors.lowerBound..<i + 1
            } else {
                runs.append(Run(place: placeOfVector[i], vectors: i..<i + 1))
            }
        }
        return runs
    }

    /// What one processor keeps from tile to tile.
    private struct TileBuffers {
        var right: [Double]
        var products: [Double]
        var squares: [Double]

        init(height: Int, width: Int, dimension: Int) {
            right = Array(repeating: 0, count: width * dimension)
            products = Array(repeating: 0, count: height * width)
            squares = Array(repeating: 0, count: width)
        }
    }

    private func block(_ rows: Range<Int>, of functions: [PairFunction]) -> Block {
        let (m, d) = (order.count, origin.count)
        let left = centred(rows.map { order[$0] })
        let rowRuns = runs(rows)
        let tiles = stride(from: rows.lowerBound, to: m, by: Self.tileWidth).map {
            runs($0..<min($0 + Self.tileWidth, m))
        }
        // Each tile has columns of its own, so that no two processors add to one number.
        var firstColumns = [0]
        for tile in tiles { firstColumns.append((firstColumns.last ?? 0) + tile.count) }
        let width = firstColumns[tiles.count]
        let size = rowRuns.count * width
        var sums = [Double](repeating: 0, count: functions.count * size)
        sums.withUnsafeMutableBufferPointer { sums in
            let sums = DisjointBuffer(sums)
            inParallel(
                blockCount: tiles.count, work: 2 * Double(rows.count) * Double(m - rows.lowerBound) * Double(d + 64),
                buffers: { TileBuffers(height: rows.count, width: Self.tileWidth, dimension: d) }
            ) { [firstColumns] buffers, number in
                let tile = tiles[number]
                let columns = tile[0].vectors.lowerBound..<tile[tile.count - 1].vectors.upperBound
                multiply(left, columns, into: &buffers)
                for (line, run) in rowRuns.enumerated() {
                    let first = line * width + firstColumns[number]
                    for i in run.vectors {
                        let target = sums
                        add(i, rows.lowerBound, left, columns, tile, functions, &buffers) { function, column, value in
                            target[function * size + first + column] += value
                        }
                    }
                }
            }
        }
        return Block(
            rowClasses: rowRuns.map(\.place), columnClasses: tiles.flatMap { $0 }.map(\.place),
            sums: functions.indices.map { number in
                Matrix(
                    rowCount: rowRuns.count, columnCount: width,
                    elements: Array(sums[number * size..<(number + 1) * size]))
            })
    }

    /// The inner products of the vectors on the left with those of some columns.
    private func multiply(_ left: [Double], _ columns: Range<Int>, into buffers: inout TileBuffers) {
        let d = origin.count
        buffers.right.withUnsafeMutableBufferPointer { right in
            copy(columns.lazy.map { order[$0] }, to: right)
            left.withUnsafeBufferPointer { left in
                buffers.products.withUnsafeMutableBufferPointer { products in
                    guard let a = left.baseAddress, let b = right.baseAddress, let c = products.baseAddress else {
                        return
                    }
                    Double.addProduct(
                        a, b, to: c, sizes: (rows: left.count / d, columns: columns.count, inner: d),
                        transposingLeft: false, transposingRight: true, scale: 1, kept: 0)
                }
            }
        }
    }

    /// Hands over the sums over the pairs of vector `i` with each class of a tile.
    private func add(
        _ i: Int, _ firstRow: Int, _ left: [Double], _ columns: Range<Int>, _ tile: [Run], _ functions: [PairFunction],
        _ buffers: inout TileBuffers, _ target: (_ function: Int, _ column: Int, _ value: Double) -> Void
    ) {
        let start = max(i + 1, columns.lowerBound)
        guard start < columns.upperBound else { return }
        if functions.contains(where: { $0 != .cubic }) {
            fillSquares(i, firstRow, left, start..<columns.upperBound, columns.lowerBound, &buffers)
        }
        let row = (i - firstRow) * columns.count
        buffers.products.withUnsafeBufferPointer { products in
            let products = UnsafeBufferPointer(rebasing: products[row..<row + columns.count])
            buffers.squares.withUnsafeBufferPointer { squares in
                for (column, run) in tile.enumerated() where run.vectors.upperBound > start {
                    let range = max(start, run.vectors.lowerBound)..<run.vectors.upperBound
                    for (number, function) in functions.enumerated() {
                        let sum =
                            switch function {
                            case .cubic: cubic(i, range, products, from: columns.lowerBound)
                            case .distance: Self.roots(squares, range, from: columns.lowerBound)
                            case .gaussian(let bandwidth):
                                Self.exponentials(
                                    squares, range, from: columns.lowerBound, factor: -0.5 / (bandwidth * bandwidth))
                            }
                        target(number, column, sum)
                    }
                }
            }
        }
    }

    /// The squared distances of vector `i` from those of a range.
    private func fillSquares(
        _ i: Int, _ firstRow: Int, _ left: [Double], _ range: Range<Int>, _ firstColumn: Int,
        _ buffers: inout TileBuffers
    ) {
        let d = origin.count
        let row = (i - firstRow) * (range.upperBound - firstColumn) - firstColumn
        let own = squares[i]
        var near: [Int] = []
        buffers.squares.withUnsafeMutableBufferPointer { target in
            buffers.products.withUnsafeBufferPointer { products in
                squares.withUnsafeBufferPointer { squares in
                    for j in range {
                        let sum = own + squares[j]
                        let square = sum - 2 * products[row + j]
                        target[j - firstColumn] = square
                        if square < 1e-6 * sum { near.append(j) }
                    }
                }
            }
        }
        // Of near copies, the difference of large numbers says nothing.
        for j in near {
            var square = 0.0
            for k in 0..<d {
                let difference = left[(i - firstRow) * d + k] - buffers.right[(j - firstColumn) * d + k]
                square += difference * difference
            }
            buffers.squares[j - firstColumn] = square
        }
    }

    private static func roots(_ squares: UnsafeBufferPointer<Double>, _ range: Range<Int>, from start: Int) -> Double {
        var sum = 0.0
        for j in range { sum += squares[j - start].squareRoot() }
        return sum
    }

    private static func exponentials(
        _ squares: UnsafeBufferPointer<Double>, _ range: Range<Int>, from start: Int, factor: Double
    ) -> Double {
        var sum = 0.0
        for j in range { sum += exp(factor * squares[j - start]) }
        return sum
    }

    /// The sum of h of ``KernelDiscrepancy`` over the pairs of vector `i` with each of a range.
    private func cubic(
        _ i: Int, _ range: Range<Int>, _ products: UnsafeBufferPointer<Double>, from start: Int
    ) -> Double {
        let (a, constant, scale) = (alpha[i], constant, 1 / Double(origin.count))
        return alpha.withUnsafeBufferPointer { alpha in
            var sum = 0.0
            for j in range {
                let t = products[j - start] * scale
                let w = constant + a + alpha[j]
                sum += 3 * a * alpha[j] * (w + constant) + t * (3 * w * (w + t) + t * t)
            }
            return sum
        }
    }
}
