public import DenseLinearAlgebra
internal import Foundation
internal import Parallel

/// A division of rows into clusters, with the mean of each cluster's rows as its centre.
public struct KMeansClustering: Sendable, Equatable {
    /// The cluster of each of the n rows, from 0 up to but not including `centres.rowCount`; no cluster is empty.
    public let clusterNumbers: [Int]
    /// The mean of each cluster's rows, k × d.
    public let centres: Matrix<Float>
    /// The sum of the squared Euclidean distances of all rows to the means of their clusters, before the means are
    /// rounded to single precision; lower is better.
    public let inertia: Double
    /// How often every row was assigned to its nearest centre; at least 1.
    public let iterationCount: Int
    /// Whether the iteration converged within the allowed number of assignments.
    public let hasConverged: Bool

    /// Completes an assignment to clusters, none of which may be empty.
    ///
    /// - Complexity: O(n·d).
    init(
        of rows: Matrix<Float>, clusterNumbers: [Int32], clusterCount: Int, iterationCount: Int, hasConverged: Bool
    ) {
        let means = ClusterSums(of: rows, clusterNumbers: clusterNumbers, clusterCount: clusterCount).means
        let d = rows.columnCount
        inertia = rows.withElements { values in
            var sum = 0.0
            for (i, cluster) in clusterNumbers.enumerated() {
                for j in 0..<d {
                    let difference = Double(values[i * d + j]) - means[Int(cluster) * d + j]
                    sum += difference * difference
                }
            }
            return sum
        }
        self.clusterNumbers = clusterNumbers.map(Int.init)
        centres = Matrix(rowCount: clusterCount, columnCount: d, elements: means.map { Float($0) })
        self.iterationCount = iterationCount
        self.hasConverged = hasConverged
    }
}

/// Divides rows into k clusters so that the rows of each lie near their mean: k-means by Lloyd's iteration.
///
/// Every row is assigned to its nearest centre, every centre becomes the mean of its rows, and so on: each step lowers
/// the sum of squared distances (``KMeansClustering/inertia``) or leaves it unchanged. The first centres are drawn by
/// k-means++ (Arthur and Vassilvitskii, "k-means++: The Advantages of Careful Seeding", SODA 2007): each is a row,
/// chosen with probability proportional to its squared distance from the nearest centre so far. For each centre several
/// rows are drawn, and the one that leaves the smallest sum of squared distances is taken (the greedy variant, as in
/// scikit-learn): with 1000 clear clusters of 20 rows, the inertia was three fifths of that with a single draw. Since
/// the iteration ends at a local minimum, it can be started several times; the best result is kept, the first if
/// several are equally good.
///
/// The iteration stops when no row changes its cluster; when the centres, taken together, moved by a squared distance
/// of no more than `tolerance` times the mean variance of a column, as in scikit-learn; or after
/// `maximalIterationCount` assignments.
///
/// Edge cases: of equally near centres, the one with the smallest number is taken. A cluster left without rows takes
/// the row farthest from its centre (the first of several) from a cluster that has others. Equal rows are always in one
/// cluster, so with fewer than k distinct rows there are fewer than k clusters.
///
/// Distances are compared as in ``Similarity/euclidean``, that is, by inner products of centred rows in single
/// precision; means and inertia are plain sums in double precision. The result is the same for any number of threads,
/// and the first centres are the same on any processor; but processors on which BLAS rounds differently may resolve
/// near ties differently when rows are assigned. For clusters by cosine, normalise the rows first.
///
/// ```swift
/// let line = Matrix<Float>(rows: [[0], [10], [1], [12], [2]])
/// let clustering = try kMeansClustering(of: line, clusterCount: 2)
/// print(clustering.centres.elements.sorted())  // [1.0, 11.0]
/// print(clustering.clusterNumbers[0] == clustering.clusterNumbers[4])  // true: 0 and 2 are near 1
/// print(clustering.inertia)  // 4.0 = (1 + 0 + 1) + (1 + 1)
/// ```
///
/// - Parameters:
///   - rows: n × d, one row per sample.
///   - clusterCount: k.
///   - seed: determines all random choices; start number s makes the same draws for any number of starts.
///   - startCount: how many starts are made.
///   - candidateCount: how many rows are drawn for each first centre; if nil, `2 + ⌊ln k⌋`, but no more than 4:
///     further ones take most of the time where k is large, and improve little.
///   - maximalIterationCount: the largest number of assignments of all rows, in each start.
///   - tolerance: see above; 0 to go on until no row changes its cluster.
/// - Precondition: `1 ≤ clusterCount ≤ n`, the other counts are positive, and `tolerance` is not negative.
/// - Complexity: O(n·k·d) operations for each iteration and for each candidate of a start, but O(n²·d) for all
///   candidates if clusters are small, and less for an iteration in which few centres move; memory for 8 MB of
///   distances per thread (or 64 rows of distances if 8 MB holds fewer), in addition to O((n + k)·d).
/// - Throws: ``RetrievalError/nonFiniteEmbedding(row:column:)``.
public func kMeansClustering(
    of rows: Matrix<Float>, clusterCount: Int, seed: UInt64 = 0, startCount: Int = 1, candidateCount: Int? = nil,
    maximalIterationCount: Int = 100, tolerance: Double = 1e-4
) throws -> KMeansClustering {
    precondition(
        clusterCount >= 1 && clusterCount <= rows.rowCount, "\(clusterCount) clusters of \(rows.rowCount) rows")
    precondition(startCount > 0, "k-means needs at least one start, not \(startCount)")
    precondition(maximalIterationCount > 0, "k-means needs at least one iteration, not \(maximalIterationCount)")
    precondition(tolerance >= 0, "the tolerance of k-means is \(tolerance); expected 0 or more")
    let candidateCount = candidateCount ?? min(2 + Int(log(Double(clusterCount))), 4)
    precondition(candidateCount > 0, "k-means needs at least one candidate for a centre, not \(candidateCount)")
    let prepared = try PreparedEmbeddings(rows, similarity: .euclidean)
    let movement = tolerance * meanVariance(ofColumns: prepared.queries)
    var best: KMeansClustering?
    for start in 0..<startCount {
        try WorkStop.check()
        let seeding = KMeansSeeding(
            in: prepared.queries, count: clusterCount, candidateCount: candidateCount, seed: seed, start: start)
        var iteration = LloydIteration(rows: prepared, seeds: seeding.seeds, nearest: seeding.nearest)
        try WorkStop.check()
        let hasConverged = iteration.run(maximalCount: maximalIterationCount, tolerance: movement)
        try WorkStop.check()
        let clustering = KMeansClustering(
            of: rows, clusterNumbers: iteration.clusterNumbers, clusterCount: seeding.seeds.count,
            iterationCount: iteration.count, hasConverged: hasConverged)
        if best.map({ clustering.inertia < $0.inertia }) ?? true { best = clustering }
    }
    guard let best else { preconditionFailure("at least one start was made") }
    return best
}

/// The mean over the columns of their variances (divisor n).
private func meanVariance(ofColumns rows: Matrix<Float>) -> Double {
    let (n, d) = (rows.rowCount, rows.columnCount)
    guard d > 0 else { return 0 }
    let all = [Int32](repeating: 0, count: n)
    return KMeansClustering(of: rows, clusterNumbers: all, clusterCount: 1, iterationCount: 1, hasConverged: true)
        .inertia / Double(n * d)
}
