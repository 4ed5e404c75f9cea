public import Datasets
public import DenseLinearAlgebra
import Statistics

/// A second opinion on the shift of partitions: the unbiased squared maximum mean discrepancy (MMD) between their sides,
/// with the kernel of the kernel inception distance (KID), k(x, y) = (x·y / d + 1)³.
///
/// Unlike the Fréchet distance it does not assume Gaussians, and its expectation does not depend on the number of
/// samples: if both sides are drawn from one distribution, it is 0 on average, and so often negative. Higher means
/// farther apart. For sides X and Y of n and m vectors,
///
///     MMD² = Σ_{i≠j} k(xᵢ, xⱼ) / (n(n−1)) + Σ_{i≠j} k(yᵢ, yⱼ) / (m(m−1)) − 2 Σ_{i,j} k(xᵢ, yⱼ) / (nm).
///
/// Sources: Gretton et al., "A Kernel Two-Sample Test", JMLR 13, 2012, lemma 6; Bińkowski et al., "Demystifying MMD GANs",
/// ICLR 2018. KID as usually quoted averages over subsets of 1,000; this is one value over all vectors.
///
/// The kernel is not invariant to a common offset of the vectors, and nothing is done about that: the value is that of
/// the vectors as they are. But it is not computed from k itself, whose values dwarf their differences if vectors are
/// long. With any fixed vector c,
///
///     h(x, y) = k(x, y) − k(x, c) − k(c, y) + k(c, c)
///
/// has the same MMD², because terms that depend on only one argument cancel. With c the mean of all vectors, x = c + u,
/// y = c + v, α = c·u/d, β = c·v/d, t = u·v/d and w = c·c/d + 1 + α + β, this becomes
///
///     h = 3αβ(w + c·c/d + 1) + t(3w² + 3wt + t²),
///
/// in which no large terms cancel. So a common offset of 10⁴ costs no digits here; otherwise it would cost twelve.
///
/// All pairs of vectors are visited once, to form sums over pairs of classes; after that, any partition costs little.
public struct KernelDiscrepancy: Sendable {
    /// How many vectors of each class are used, in class order.
    public let rowCountOfClass: [Int]
    /// The numbers of the classes whose vectors are used, ascending.
    private let classes: [Int]
    /// For each a ≤ b of `classes`, in row-major order of a square, the sum of h over the pairs of vectors i < j where
    /// i is of class a and j of class b.
    private let pairSums: [Double]

    /// Prepares the discrepancy between samples.
    ///
    /// If there are more samples than `limit`, only that many are used, each with the same probability, and the same
    /// fraction of every class, to within one sample. So `limit` may leave a class with none. Giving every class at
    /// least one would let small classes weigh more here than in the Fréchet distance: 2,000 classes of 5 samples
    /// beside 100 classes of 1,000 would make up half of the whole instead of a tenth. The choice does not depend on
    /// the order of the rows.
    ///
    /// - Parameters:
    ///   - embeddings: n × d, one row per sample, in the order of `dataset.samples`; all finite.
    ///   - limit: the largest number of samples to use. The default takes about a second at d = 2048.
    /// - Complexity: O(m²·d) for m = min(n, `limit`), by BLAS; memory for m·d values, and for the square of the number of
    ///   classes used.
    /// - Precondition: there is one row for each sample, with at least one column, and `limit` is not negative.
    public init(of dataset: Dataset, embeddings: Matrix<Float>, limit: Int = 4096, seed: UInt64) {
        precondition(
            embeddings.rowCount == dataset.samples.count,
            "\(embeddings.rowCount) embeddings for \(dataset.samples.count) samples")
        let rowsOfClass = dataset.classLabels.indices.map(dataset.samplesByID(ofClass:))
        let chosen = Self.choose(limit, of: rowsOfClass, seed: seed)
        self.init(.embeddings(embeddings), rowsOfClass: chosen)
    }

    /// Prepares the discrepancy between class means, all with equal weight.
    ///
    /// - Parameters:
    ///   - classMeans: one row per class, in class order; all finite.
    ///   - limit: the largest number of classes to use, each with the same probability.
    /// - Complexity: O(m²·d) for m = min(c, `limit`) of c classes, by BLAS.
    /// - Precondition: there is at least one column, and `limit` is not negative.
    public init(ofClassMeans classMeans: Matrix<Double>, limit: Int = 4096, seed: UInt64) {
        let chosen = Self.choose(limit, of: (0..<classMeans.rowCount).map { [$0] }, seed: seed)
        self.init(.means(classMeans), rowsOfClass: chosen)
    }

    /// The discrepancy between the train and the test side of a partition.
    ///
    /// Swapping the sides changes nothing; removed classes do not count.
    ///
    /// - Returns: nil if fewer than 2 vectors of a side are used.
    /// - Complexity: O(c²) for c classes.
    /// - Precondition: the partition is of the same classes.
    public func squared(between partition: ClassPartition) -> Double? {
        let classCount = rowCountOfClass.count
        precondition(
            partition.sides.count == classCount, "a partition of \(partition.sides.count) classes, not \(classCount)")
        let sides = classes.map { partition.sides[$0] }
        var (train, test, cross) = (0.0, 0.0, 0.0)
        for a in classes.indices {
            guard let side = sides[a] else { continue }
            for b in a..<classes.count where sides[b] != nil {
                let sum = pairSums[a * classes.count + b]
                if sides[b] != side { cross += sum } else if side == .train { train += sum } else { test += sum }
            }
        }
        func count(_ side: Side) -> Double {
            Double(zip(classes, sides).reduce(0) { $0 + ($1.1 == side ? rowCountOfClass[$1.0] : 0) })
        }
        let (n, m) = (count(.train), count(.test))
        guard n >= 2, m >= 2 else { return nil }
        return 2 * train / (n * (n - 1)) + 2 * test / (m * (m - 1)) - 2 * cross / (n * m)
    }

    /// Systematic sampling: every (n / `limit`)-th of all rows, class by class, from a seeded start.
    static func choose(_ limit: Int, of rowsOfClass: [[Int]], seed: UInt64) -> [[Int]] {
        precondition(limit >= 0, "the limit is \(limit)")
        let n = rowsOfClass.reduce(0) { $0 + $1.count }
        guard n > limit else { return rowsOfClass }
        var generator = SeededGenerator(seed: seed, stream: "kernel-discrepancy")
        let offset = generator.below(n)
        // Row p of the whole order is chosen if p = ⌊(i·n + offset) / limit⌋ for some i, so each row is chosen for
        // `limit` of the n offsets. `next` is the first i that is not yet used.
        var (position, next) = (0, 0)
        return rowsOfClass.map { rows in
            let end = position + rows.count
            var count = 0
            while next < limit, (next * n + offset) / limit < end {
                count += 1
                next += 1
            }
            position = end
            return Array(generator.shuffled(rows).prefix(count))
        }
    }

    /// Sums over the pairs of the chosen vectors.
    private init(_ storage: UnitVectors.Storage, rowsOfClass rows: [[Int]]) {
        rowCountOfClass = rows.map(\.count)
        let pairs = PairSums(storage, rowsOfClass: rows)
        let count = pairs.classes.count
        var sums = [Double](repeating: 0, count: count * count)
        pairs.forEachBlock(of: [.cubic]) { block, _, _ in
            for (line, a) in block.rowClasses.enumerated() {
                for (column, b) in block.columnClasses.enumerated() {
                    sums[a * count + b] += block.sums[0][line, column]
                }
            }
        }
        classes = pairs.classes
        pairSums = sums
    }
}
