internal import Datasets
internal import DenseLinearAlgebra
internal import Foundation
internal import Parallel
internal import Statistics

/// Finds near-copies within classes, such as the frames of a burst or the shots of a product, by their embeddings alone.
///
/// With x and y two samples less the mean of their class, r = ‖x − y‖² / (‖x‖² + ‖y‖²) is 1 on average for independent
/// samples, whatever the class's spread, and nearly 0 for copies. If x and y are independent and normal with a covariance of
/// ν equal eigenvalues, (x − y)/√2 and (x + y)/√2 are independent and alike, so r/2 has the distribution Beta(ν/2, ν/2), and
/// T = (1 − r)·√(ν / (1 − (1 − r)²)) is Student's t with ν degrees of freedom: the p-value of a pair is P(T > t). ν is taken
/// from all classes at once as (Σ λ)² / Σ λ², λ being the eigenvalues of the covariance within classes.
///
/// Pairs are near-copies if r is at most a threshold, the largest of some at which the pairs that chance would make, N·p of
/// N pairs, are at most 5 % of those that are there (Benjamini and Hochberg, "Controlling the false discovery rate", Journal
/// of the Royal Statistical Society B 57, 1995), and at most 0.2: a distance of less than 0.45 of the usual one. Identical
/// rows always are. What is connected by pairs is one cluster.
///
/// Of normal classes of 2 to 100 samples in 2 to 512 dimensions, at most one data set in twenty has such a pair; where tails
/// are so heavy that few samples make up all of the variance, a few per cent of the samples do. A class with two modes that are
/// much farther apart than either is wide looks like copies of two samples, and is treated as such.
struct NearCopies {
    /// The clusters of each class: positions within the class's samples, each cluster ascending, in the order of their first
    /// ones.
    let clustersOfClass: [[[Int]]]

    /// The largest r of near-copies.
    static let greatestRatio = 0.2
    /// The share of pairs by chance among near-copies.
    static let falseDiscoveryRate = 0.05
    /// Classes of more samples are not searched, which would take their square in memory and time.
    static let greatestClassSize = 4096
    /// How many samples the covariance is estimated from.
    private static let covarianceSampleCount = 2048

    /// Searches the classes of some embeddings.
    ///
    /// - Parameters:
    ///   - embeddings: n × d.
    ///   - samplesOfClass: the rows of each class.
    /// - Complexity: O(Σ m²·d) over the sizes m of classes, by BLAS.
    init(in embeddings: Matrix<Float>, samplesOfClass: [[Int]]) {
        let means = embeddings.means(ofRowGroups: samplesOfClass)
        let freedom = Self.degreesOfFreedom(of: embeddings, samplesOfClass: samplesOfClass, about: means)
        let classes = concurrentMap(count: samplesOfClass.count) { number in
            ClassPairs(
                rows: embeddings.centred(rows: samplesOfClass[number], about: Array(means.row(number))))
        }
        let threshold = Self.threshold(classes, degreesOfFreedom: freedom)
        clustersOfClass = classes.map { $0.clusters(upTo: threshold) }
    }

    /// (Σ λ)² / Σ λ² of the covariance within classes; 1 if nothing varies.
    private static func degreesOfFreedom(
        of embeddings: Matrix<Float>, samplesOfClass: [[Int]], about means: Matrix<Double>
    ) -> Double {
        let rows = samplesOfClass.enumerated().flatMap { number, samples in
            samples.count > 1 ? samples.map { (number, $0) } : []
        }
        let step = max(1, (rows.count + covarianceSampleCount - 1) / covarianceSampleCount)
        let chosen = stride(from: 0, to: rows.count, by: step).map { rows[$0] }
        var elements: [Double] = []
        elements.reserveCapacity(chosen.count * embeddings.columnCount)
        for (number, sample) in chosen {
            elements += zip(embeddings.row(sample), means.row(number)).map { Double($0) - $1 }
        }
        let residuals = Matrix<Double>(
            rowCount: chosen.count, columnCount: embeddings.columnCount, elements: elements)
        // Both Gram matrices have the same eigenvalues but for zeros.
        let gram =
            residuals.rowCount < residuals.columnCount
            ? product(residuals, residuals, transposingRight: true) : gramMatrix(residuals)
        let trace = (0..<gram.rowCount).reduce(0) { $0 + gram[$1, $1] }
        let squares = gram.elements.reduce(0) { $0 + $1 * $1 }
        return squares > 0 ? max(1, trace * trace / squares) : 1
    }

    /// The largest r of near-copies; 0 if only identical rows are.
    private static func threshold(_ classes: [ClassPairs], degreesOfFreedom: Double) -> Double {
        let pairCount = classes.reduce(0) { $0 + $1.pairCount }
        var found = [Int](repeating: 0, count: ClassPairs.edges.count)
        for pairs in classes { for (bin, count) in pairs.counts.enumerated() { found[bin] += count } }
        // Edges are descending; of each, the pairs in its own bin and in all below it.
        var below = 0
        var threshold = 0.0
        for (edge, count) in zip(ClassPairs.edges, found).reversed() {
            below += count
            let cosine = 1 - edge
            let t = cosine * (degreesOfFreedom / (1 - cosine * cosine)).squareRoot()
            let expected = Double(pairCount) * studentTSurvival(t, degreesOfFreedom: degreesOfFreedom)
            if below > 0, expected <= falseDiscoveryRate * Double(below) { threshold = edge }
        }
        return threshold
    }
}

/// The pairs of a class's samples that may be near-copies.
private struct ClassPairs: Sendable {
    /// Descending, by a twelfth of an octave or so, down to where no number of dimensions makes a difference.
    static let edges = (0..<128).map { NearCopies.greatestRatio * exp2(-Double($0) / 8) }
    /// Below this, rows are identical but for rounding.
    private static let identical = 1e-12

    /// The number of pairs, 0 for a class that is not searched.
    let pairCount: Int
    /// For each edge, the number of pairs between it and the next.
    private(set) var counts = [Int](repeating: 0, count: edges.count)
    private let sampleCount: Int
    /// Pairs that connect whatever all pairs up to the same r connect, ascending in r.
    private var links: [(ratio: Double, a: Int32, b: Int32)] = []

    /// - Parameter rows: the class's samples less their mean.
    init(rows: Matrix<Double>) {
        let m = rows.rowCount
        sampleCount = m
        guard m > 1, m <= NearCopies.greatestClassSize else {
            pairCount = 0
            return
        }
        pairCount = m * (m - 1) / 2
        let products = product(rows, rows, transposingRight: true)
        var pairs: [(ratio: Double, a: Int32, b: Int32)] = []
        for a in 0..<m {
            for b in a + 1..<m {
                let total = products[a, a] + products[b, b]
                let ratio = total > 0 ? max(0, 1 - 2 * products[a, b] / total) : 0
                // Ties go with the edge, so that rounding decides nothing.
                guard ratio <= Self.edges[0] * (1 + Tie.tolerance) else { continue }
                pairs.append((ratio, Int32(a), Int32(b)))
                let bin = ratio > 0 ? 8 * log2(NearCopies.greatestRatio * (1 + Tie.tolerance) / ratio) : .infinity
                counts[Int(min(max(bin, 0), Double(Self.edges.count - 1)))] += 1
            }
        }
        pairs.sort { ($0.ratio, $0.a, $0.b) < ($1.ratio, $1.a, $1.b) }
        var sets = DisjointSets(count: m)
        for pair in pairs where sets.smallest(of: Int(pair.a)) != sets.smallest(of: Int(pair.b)) {
            sets.join(Int(pair.a), Int(pair.b))
            links.append(pair)
        }
    }

    func clusters(upTo threshold: Double) -> [[Int]] {
        var sets = DisjointSets(count: sampleCount)
        for link in links.prefix(while: { $0.ratio <= max(threshold * (1 + Tie.tolerance), Self.identical) }) {
            sets.join(Int(link.a), Int(link.b))
        }
        return sets.sets
    }
}
