public import DenseLinearAlgebra
internal import Foundation
internal import Parallel

/// How embeddings are distributed on the unit sphere: the geometry behind retrieval scores, measured without ranking.
///
/// All rows are scaled to length 1 first (the zero vector stays zero). A value is nil if there is nothing to measure.
/// None of the values is a score on its own: which direction is better depends on the others. They follow K. Roth et
/// al., "Revisiting Training Strategies and Generalization Performance in Deep Metric Learning", ICML 2020, §5, and T.
/// Wang and P. Isola, "Understanding Contrastive Representation Learning through Alignment and Uniformity on the
/// Hypersphere", ICML 2020. They do not depend on the number of threads.
///
/// ```swift
/// let rows = Matrix<Float>(rows: [[1, 0], [0, 2], [-3, 0]])  // east, north and west on the unit circle
/// let structure = try EmbeddingStructure(of: rows, classNumbers: [8, 8, 5])
/// print(structure.intraClassDistance ?? 0)  // about 1.414 = √2, from east to north
/// print(structure.alignment ?? 0)  // about 2, its square
/// ```
public struct EmbeddingStructure: Sendable, Equatable {
    /// π_intra: the mean Euclidean distance of two samples of a class, averaged over the classes with at least two
    /// samples; from 0 for collapsed classes to 2.
    ///
    /// All classes count equally, whatever their sizes; nil if every class has one sample. (The code published with the
    /// paper takes the cosine distance instead, and the normalised centres for ``interClassDistance``; the paper does
    /// not.)
    public let intraClassDistance: Double?
    /// π_inter: the mean Euclidean distance of two classes' centres, from 0 to 2.
    ///
    /// The centre of a class is the mean of its samples, even if it has only one. The value is nil if there are fewer
    /// than two classes.
    public let interClassDistance: Double?
    /// ρ: the Kullback–Leibler divergence of the spectrum from a flat one, in nats, `(1/d) Σ ln(1 / (d·sⱼ))`, where sⱼ
    /// is the j-th of the d singular values of the embeddings (n × d, not centred) over their sum.
    ///
    /// It is 0 if all directions are used equally, and grows without bound as embeddings collapse into fewer
    /// dimensions. If a singular value is zero (always the case for n < d), the divergence is infinite and the value is
    /// nil. A singular value below 10⁻⁶ of the largest counts as zero: it may be mere rounding to single precision.
    public let spectralDecay: Double?
    /// The mean squared distance of two samples of a class (Wang and Isola, α = 2), over all within-class pairs, which
    /// count equally; from 0 to 4, nil if every class has one sample.
    public let alignment: Double?
    /// The logarithm of the mean of `exp(−2·‖x − y‖²)` over all pairs of different rows x and y (Wang and Isola, t =
    /// 2); from −8 to 0, lower if the samples cover the sphere more evenly, and nil for fewer than two samples.
    ///
    /// It is exact over all pairs, whereas the source estimates it in batches.
    public let uniformity: Double?

    /// π_ratio: ``intraClassDistance`` over ``interClassDistance``, lower for denser classes; nil if one of them is
    /// nil, or if all centres coincide.
    public var distanceRatio: Double? {
        guard let intraClassDistance, let interClassDistance, interClassDistance > 0 else { return nil }
        return intraClassDistance / interClassDistance
    }

    init(
        intraClassDistance: Double?, interClassDistance: Double?, spectralDecay: Double?, alignment: Double?,
        uniformity: Double?
    ) {
        self.intraClassDistance = intraClassDistance
        self.interClassDistance = interClassDistance
        self.spectralDecay = spectralDecay
        self.alignment = alignment
        self.uniformity = uniformity
    }

    /// Measures embeddings whose classes are known.
    ///
    /// - Parameters:
    ///   - embeddings: n × d, one row per sample.
    ///   - classNumbers: the class of each row; any integers.
    /// - Precondition: there is one class number for each row.
    /// - Complexity: O(n²·d + n·d² + d³) operations, and memory for two copies of the embeddings in double precision.
    /// - Throws: ``RetrievalError/nonFiniteEmbedding(row:column:)``; `LinearAlgebraError` if LAPACK cannot determine
    ///   the spectrum.
    public init(of embeddings: Matrix<Float>, classNumbers: [Int]) throws {
        precondition(
            classNumbers.count == embeddings.rowCount,
            "\(classNumbers.count) class numbers for \(embeddings.rowCount) embeddings")
        if let (row, column) = embeddings.firstNonFinite {
            throw RetrievalError.nonFiniteEmbedding(row: row, column: column)
        }
        let rows = normalizingRowsInDoublePrecision(of: embeddings)
        let classes = ClassGeometry(rows: rows, classNumbers: classNumbers)
        intraClassDistance = classes.intraClassDistance
        interClassDistance = classes.interClassDistance
        alignment = classes.alignment
        spectralDecay = try Self.spectralDecay(of: rows)
        let pairCount = Double(rows.rowCount) * Double(rows.rowCount - 1) / 2
        uniformity =
            rows.rowCount > 1
            ? log(sumOverPairs(of: rows, isExactNearZero: false) { exp(-2 * $0) } / pairCount) : nil
    }

    private static func spectralDecay(of rows: Matrix<Double>) throws -> Double? {
        let d = rows.columnCount
        guard d > 0, rows.rowCount >= d else { return nil }
        // The squares of the singular values suffice: the precision they lose is below the limit for zero. This is
        // little work compared with the pairs of rows, so one thread is enough; its sums are the same on any machine of
        // the same kind.
        let values = try withSerialBLAS { try symmetricEigenvalues(gramMatrix(rows)) }
        guard let smallest = values.first, let largest = values.last, largest > 0, smallest > 1e-12 * largest
        else { return nil }
        let singular = values.map { $0.squareRoot() }
        let mean = singular.reduce(0, +) / Double(d)
        return singular.reduce(0) { $0 + log(mean / $1) } / Double(d)
    }
}

/// Distances within and between classes.
private struct ClassGeometry {
    let intraClassDistance: Double?
    let interClassDistance: Double?
    let alignment: Double?

    init(rows: Matrix<Double>, classNumbers: [Int]) {
        let d = rows.columnCount
        var centres: [Double] = []
        var (distances, squares, pairCount) = ([Double](), 0.0, 0.0)
        let members = Dictionary(grouping: classNumbers.indices) { classNumbers[$0] }.values
            .sorted { $0[0] < $1[0] }
        for indices in members {
            let size = Double(indices.count)
            var centre = [Double](repeating: 0, count: d)
            for i in indices {
                for (j, value) in rows.row(i).enumerated() { centre[j] += value }
            }
            for j in 0..<d { centre[j] /= size }
            centres += centre
            guard indices.count > 1 else { continue }
            let pairs = size * (size - 1) / 2
            let sum = sumOverPairs(of: rows.selectingRows(indices), isExactNearZero: true) { $0.squareRoot() }
            distances.append(sum / pairs)
            pairCount += pairs
            // The squared distances of all pairs add up to the class size times the sum of squared distances from the
            // mean.
            for i in indices {
                let deviation = zip(rows.row(i), centre).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
                squares += size * deviation
            }
        }
        intraClassDistance = distances.isEmpty ? nil : distances.reduce(0, +) / Double(distances.count)
        alignment = pairCount > 0 ? squares / pairCount : nil
        let count = members.count
        let all = Matrix(rowCount: count, columnCount: d, elements: centres)
        interClassDistance =
            count > 1
            ? sumOverPairs(of: all, isExactNearZero: true) { $0.squareRoot() } / (Double(count) * Double(count - 1) / 2)
            : nil
    }
}

/// Every row divided by its Euclidean norm, in double precision; the zero vector stays zero.
private func normalizingRowsInDoublePrecision(of a: Matrix<Float>) -> Matrix<Double> {
    let elements = (0..<a.rowCount).flatMap { i -> [Double] in
        let row = a.row(i).map { Double($0) }
        let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return norm > 0 ? row.map { $0 / norm } : row
    }
    return Matrix(rowCount: a.rowCount, columnCount: a.columnCount, elements: elements)
}
