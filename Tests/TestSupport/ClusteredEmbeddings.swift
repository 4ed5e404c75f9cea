public import DenseLinearAlgebra

extension SplitMix64 {
    /// Uniform in [−1, 1), exact in single precision.
    public mutating func nextFloat() -> Float {
        Float(Int64(next() >> 40)) / Float(1 << 23) - 1
    }
}

/// Points about random class centres: `spread` 0 collapses each class, a large one hides the classes.
public func clusteredEmbeddings(n: Int, d: Int, classCount: Int, spread: Float, seed: UInt64) -> (Matrix<Float>, [Int])
{
    var generator = SplitMix64(seed: seed)
    let centres = (0..<classCount).map { _ in (0..<d).map { _ in generator.nextFloat() } }
    let classes = (0..<n).map { _ in Int(generator.next() % UInt64(classCount)) }
    let rows = classes.map { number in centres[number].map { $0 + spread * generator.nextFloat() } }
    return (Matrix(rowCount: n, columnCount: d, elements: rows.flatMap { $0 }), classes)
}

/// The ranks of each row's relevant items by sorting all others; empty for a lone row.
///
/// `similarity` gets two row numbers.
public func bruteForceRanks(classes: [Int], similarity: (Int, Int) -> Double) -> [[Int]] {
    classes.indices.map { query in
        let similarities = classes.indices.map { similarity(query, $0) }
        let order = classes.indices.filter { $0 != query }
            .sorted { (similarities[$0], $1) > (similarities[$1], $0) }
        return order.indices.filter { classes[order[$0]] == classes[query] }.map { $0 + 1 }
    }
}

/// The inner product of two rows, in double precision.
public func innerProduct(_ a: Matrix<Float>, _ i: Int, _ j: Int) -> Double {
    zip(a.row(i), a.row(j)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}

/// The cosine of two rows; 0 for the zero vector.
public func cosine(_ a: Matrix<Float>, _ i: Int, _ j: Int) -> Double {
    let norms = (innerProduct(a, i, i) * innerProduct(a, j, j)).squareRoot()
    return norms > 0 ? innerProduct(a, i, j) / norms : 0
}

/// The squared distance of two rows, negated.
public func negativeSquaredDistance(_ a: Matrix<Float>, _ i: Int, _ j: Int) -> Double {
    -zip(a.row(i), a.row(j)).reduce(0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }
}
