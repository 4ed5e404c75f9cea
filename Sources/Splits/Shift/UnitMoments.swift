internal import Datasets
internal import DenseLinearAlgebra
internal import Parallel

/// For every unit, the number of its vectors, their sum and the sum of their outer products in a few coordinates:
/// enough to follow the distance of a partition as units change sides, without touching the vectors again.
///
/// A row of `items` is `[n, Σx (r), Σxxᵀ (upper triangle, row by row)]`; the moments of a side are the sum of those of
/// its units.
struct UnitMoments: Sendable {
    /// The number r of coordinates.
    let rank: Int
    /// One row per unit, 1 + r + r(r + 1)/2 columns.
    let items: Matrix<Double>
    /// The trace of the covariance of all vectors in these coordinates.
    let totalVariance: Double

    var unitCount: Int { items.rowCount }
    var width: Int { items.columnCount }

    /// Computes the moments in at most `largestRank` coordinates: those of the vectors themselves if there are no more,
    /// otherwise along the principal directions of the unit means.
    init(_ vectors: UnitVectors, rank largestRank: Int) {
        let d = vectors.dimension
        let directions =
            d <= largestRank
            ? Matrix.identity(d)
            : principalDirections(of: vectors.means, about: vectors.origin, count: largestRank)
        let r = directions.rowCount
        let width = 1 + r + r * (r + 1) / 2
        let rows = concurrentMap(count: vectors.unitCount) { unit in
            let members = vectors.rows[unit]
            let coordinates =
                switch vectors.storage {
                case .embeddings(let matrix):
                    plainCoordinates(of: matrix, rows: members, about: vectors.origin, along: directions)
                case .means(let matrix):
                    plainCoordinates(of: matrix, rows: members, about: vectors.origin, along: directions)
                }
            return Self.moments(of: coordinates, rank: r, width: width)
        }
        rank = r
        items = Matrix(rowCount: rows.count, columnCount: width, elements: rows.flatMap { $0 })
        var sum = [Double](repeating: 0, count: width)
        for row in rows { for j in 0..<width { sum[j] += row[j] } }
        totalVariance = SideMoments(sum: sum, rank: r).variance
    }

    private init(rank: Int, items: Matrix<Double>, totalVariance: Double) {
        self.rank = rank
        self.items = items
        self.totalVariance = totalVariance
    }

    /// The same moments for a search whose result other samples are to confirm: all units are assumed to spread alike
    /// about their means, and ten times the average product of vectors is added to that of each.
    ///
    /// The spread of a dozen samples is mostly noise, and so is the spread of a few means; the means themselves are
    /// not. With a large common part, the covariances' part of the distance shrinks to a tenth, and the means' part
    /// stays. (At a ratio of 0.1 between the variances between and within classes, 16 of 16 hardest levels were
    /// confirmed this way, and 22 of 24 without it.)
    func dampingSpread() -> UnitMoments {
        var damped = items
        var (within, all) = ([Double](repeating: 0, count: width), [Double](repeating: 0, count: width))
        var total = 0.0
        for unit in 0..<unitCount where items[unit, 0] > 0 {
            let n = items[unit, 0]
            total += n
            var place = 1 + rank
            for j in 0..<rank {
                for k in j..<rank {
                    damped[unit, place] = items[unit, 1 + j] * items[unit, 1 + k] / n
                    within[place] += items[unit, place] - damped[unit, place]
                    all[place] += items[unit, place]
                    place += 1
                }
            }
        }
        guard total > 0 else { return self }
        for unit in 0..<unitCount {
            let part = items[unit, 0] / total
            for place in (1 + rank)..<max(width, 1 + rank) {
                damped[unit, place] += part * (within[place] + 10 * all[place])
            }
        }
        return UnitMoments(rank: rank, items: damped, totalVariance: totalVariance)
    }

    private static func moments(of coordinates: [Double], rank r: Int, width: Int) -> [Double] {
        var result = [Double](repeating: 0, count: width)
        let n = r == 0 ? 0 : coordinates.count / r
        result[0] = Double(n)
        result.withUnsafeMutableBufferPointer { result in
            coordinates.withUnsafeBufferPointer { x in
                for i in 0..<n {
                    var place = 1 + r
                    for j in 0..<r {
                        let value = x[i * r + j]
                        result[1 + j] += value
                        for k in j..<r {
                            result[place] += value * x[i * r + k]
                            place += 1
                        }
                    }
                }
            }
        }
        return result
    }

    /// The summed moments of one side of a partition.
    func side(_ side: Side, of partition: ClassPartition) -> SideMoments {
        var moments = SideMoments(sum: Array(repeating: 0, count: width), rank: rank)
        for unit in partition.classes(on: side) { moments.add(items.row(unit), times: 1) }
        return moments
    }

    /// Σ wᵢaᵢ for each unit's moments a.
    func scores(_ weights: [Double]) -> [Double] {
        weights.withUnsafeBufferPointer { w in
            items.withElements { values in
                (0..<unitCount).map { unit in
                    dot(UnsafeBufferPointer(rebasing: values[unit * width..<(unit + 1) * width]), w)
                }
            }
        }
    }
}
