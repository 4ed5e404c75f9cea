internal import Datasets
internal import DenseLinearAlgebra
internal import Parallel
internal import Statistics

/// Orthonormal directions (one row each) along which the unit means vary most.
///
/// Subspace iteration from seeded random directions: the search needs directions that are good and always the same, not
/// eigenvectors to the last digit. So everything here uses plain sums in a fixed order; BLAS and LAPACK would give
/// different bits on other processors, and entirely different directions where variances are equal.
///
/// - Parameter count: how many directions; fewer come back if the means span fewer.
/// - Complexity: O(C·d·`count`) for C units.
func principalDirections(of means: Matrix<Double>, about origin: [Double], count: Int) -> Matrix<Double> {
    let d = means.columnCount
    var generator = SeededGenerator(seed: 0, stream: "principal directions")
    let start = (0..<count * d).map { _ in Double(generator.next() >> 11) * 0x1p-52 - 1 }
    var directions = orthonormalised(Matrix(rowCount: count, columnCount: d, elements: start), tolerance: 1e-9)
    for _ in 0..<6 {
        let along = directions
        let chunks = concurrentMap(count: (means.rowCount + 255) / 256) { chunk in
            plainCoordinates(
                of: means, rows: chunk * 256..<min(chunk * 256 + 256, means.rowCount), about: origin, along: along)
        }
        let coordinates = Matrix(
            rowCount: means.rowCount, columnCount: along.rowCount, elements: chunks.flatMap { $0 })
        directions = orthonormalised(
            plainCombinations(of: means, about: origin, weights: coordinates), tolerance: 1e-9)
    }
    return directions
}

/// The coordinates of rows minus `origin` along some directions, by plain sums: r values for each of `rows`.
func plainCoordinates<Scalar>(
    of matrix: Matrix<Scalar>, rows: some Sequence<Int>, about origin: [Double], along directions: Matrix<Double>
) -> [Double] {
    let (d, r) = (matrix.columnCount, directions.rowCount)
    var result: [Double] = []
    var centred = [Double](repeating: 0, count: d)
    centred.withUnsafeMutableBufferPointer { centred in
        matrix.withElements { values in
            directions.withElements { directions in
                for row in rows {
                    for j in 0..<d { centred[j] = Double(values[row * d + j]) - origin[j] }
                    for k in 0..<r {
                        result.append(
                            dot(
                                UnsafeBufferPointer(rebasing: centred[0..<d]),
                                UnsafeBufferPointer(rebasing: directions[k * d..<(k + 1) * d])))
                    }
                }
            }
        }
    }
    return result
}

/// `weightsᵀ · (means − origin)` (r × d) by plain sums, for weights with one row per unit and r columns.
private func plainCombinations(
    of means: Matrix<Double>, about origin: [Double], weights: Matrix<Double>
) -> Matrix<Double> {
    let (d, r) = (means.columnCount, weights.columnCount)
    // Several directions at once, so that the means are read fewer times.
    let width = 4
    let rows = concurrentMap(count: (r + width - 1) / width) { block in
        let columns = block * width..<min((block + 1) * width, r)
        var sums = [Double](repeating: 0, count: columns.count * d)
        var centred = [Double](repeating: 0, count: d)
        sums.withUnsafeMutableBufferPointer { sums in
            centred.withUnsafeMutableBufferPointer { centred in
                means.withElements { values in
                    origin.withUnsafeBufferPointer { origin in
                        guard let source = values.baseAddress, let target = sums.baseAddress,
                            let centred = centred.baseAddress, let origin = origin.baseAddress
                        else { return }
                        for i in 0..<means.rowCount {
                            let row = source + i * d
                            for j in 0..<d { centred[j] = row[j] - origin[j] }
                            for (number, k) in columns.enumerated() {
                                let (weight, sum) = (weights[i, k], target + number * d)
                                for j in 0..<d { sum[j] += weight * centred[j] }
                            }
                        }
                    }
                }
            }
        }
        return sums
    }
    return Matrix(rowCount: r, columnCount: d, elements: rows.flatMap { $0 })
}

/// Makes the rows orthonormal one after the other (modified Gram–Schmidt, twice); rows that hardly stand out from those
/// before them are left out.
private func orthonormalised(_ matrix: Matrix<Double>, tolerance: Double) -> Matrix<Double> {
    let d = matrix.columnCount
    var kept: [[Double]] = []
    let largest = (0..<matrix.rowCount).map { norm(Array(matrix.row($0))) }.max() ?? 0
    for i in 0..<matrix.rowCount {
        var row = Array(matrix.row(i))
        for _ in 0..<2 {
            for other in kept {
                let overlap = row.withUnsafeBufferPointer { a in other.withUnsafeBufferPointer { dot(a, $0) } }
                for j in 0..<d { row[j] -= overlap * other[j] }
            }
        }
        let length = norm(row)
        guard length > tolerance * largest else { continue }
        kept.append(row.map { $0 / length })
    }
    return Matrix(rowCount: kept.count, columnCount: d, elements: kept.flatMap { $0 })
}

/// The inner product of two vectors of the same length, in eight interleaved sums, always added in the same order.
func dot(_ a: UnsafeBufferPointer<Double>, _ b: UnsafeBufferPointer<Double>) -> Double {
    let whole = a.count & ~7
    var sums = SIMD8<Double>()
    let (first, second) = (UnsafeRawPointer(a.baseAddress), UnsafeRawPointer(b.baseAddress))
    if let first, let second {
        for offset in stride(from: 0, to: whole * 8, by: 64) {
            let x = first.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
            let y = second.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
            sums += x * y
        }
    }
    var sum = sums.sum()
    for j in whole..<a.count { sum += a[j] * b[j] }
    return sum
}

private func norm(_ vector: [Double]) -> Double {
    vector.withUnsafeBufferPointer { dot($0, $0) }.squareRoot()
}
