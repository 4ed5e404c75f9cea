import DenseLinearAlgebra
import TestSupport

extension SplitMix64 {
    /// Uniform in [−1, 1), exact in single precision.
    mutating func nextFloat() -> Float {
        Float(Int64(next() >> 40)) / Float(1 << 23) - 1
    }
}

/// Points about random class centres: `spread` 0 collapses each class, a large one hides the classes.
func clusteredEmbeddings(n: Int, d: Int, classCount: Int, spread: Float, seed: UInt64) -> (Matrix<Float>, [Int]) {
    var generator = SplitMix64(seed: seed)
    let centres = (0..<classCount).map { _ in (0..<d).map { _ in generator.nextFloat() } }
    let classes = (0..<n).map { _ in Int(generator.next() % UInt64(classCount)) }
    let rows = classes.map { number in centres[number].map { $0 + spread * generator.nextFloat() } }
    return (Matrix(rowCount: n, columnCount: d, elements: rows.flatMap { $0 }), classes)
}

/// The ranks of each row's relevant items by sorting all others; empty for a lone row.
///
/// `similarity` gets two row numbers.
func bruteForceRanks(classes: [Int], similarity: (Int, Int) -> Double) -> [[Int]] {
    classes.indices.map { query in
        let similarities = classes.indices.map { similarity(query, $0) }
        let order = classes.indices.filter { $0 != query }
            .sorted { (similarities[$0], $1) > (similarities[$1], $0) }
        return order.indices.filter { classes[order[$0]] == classes[query] }.map { $0 + 1 }
    }
}

func innerProduct(_ a: Matrix<Float>, _ i: Int, _ j: Int) -> Double {
    zip(a.row(i), a.row(j)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}

func cosine(_ a: Matrix<Float>, _ i: Int, _ j: Int) -> Double {
    let norms = (innerProduct(a, i, i) * innerProduct(a, j, j)).squareRoot()
    return norms > 0 ? innerProduct(a, i, j) / norms : 0
}

func negativeSquaredDistance(_ a: Matrix<Float>, _ i: Int, _ j: Int) -> Double {
    -zip(a.row(i), a.row(j)).reduce(0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }
}
