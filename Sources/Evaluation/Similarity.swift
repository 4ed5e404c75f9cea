public import DenseLinearAlgebra

/// How alike two embeddings are; retrieval ranks by descending similarity.
public enum Similarity: String, Sendable, Hashable, Codable, CaseIterable {
    /// The cosine of the angle between two embeddings.
    ///
    /// The zero vector has no direction; its cosine with every vector, itself included, is defined as 0.
    case cosine
    /// The Euclidean distance, smaller being more alike.
    ///
    /// It is compared as `x·y − ‖y‖²/2`, which orders the items of a query x as −‖x − y‖² does. The Float32 rounding of
    /// that form is relative to the spread of the data: distances below about a thousandth of it are not told apart
    /// reliably, except that identical rows always tie.
    case euclidean
}

/// Embeddings made ready so that similarities are inner products.
struct PreparedEmbeddings: Sendable {
    /// The rows of the queries, n × d.
    let queries: Matrix<Float>
    /// The rows that are ranked, m × d; the same as the queries in one-vs-rest retrieval.
    let gallery: Matrix<Float>
    /// For the Euclidean distance, half the squared norm of each row of the gallery; empty for the cosine.
    let halfSquaredNorms: [Float]
    /// Each row of the gallery that equals an earlier one in every bit, with the first such row.
    let duplicates: [(row: Int, original: Int)]

    /// Prepares one set, each row of which is ranked for every other.
    ///
    /// - Throws: ``EvaluationError/nonFiniteEmbedding(row:column:)``.
    init(_ embeddings: Matrix<Float>, similarity: Similarity) throws {
        if let (row, column) = embeddings.firstNonFinite {
            throw EvaluationError.nonFiniteEmbedding(row: row, column: column)
        }
        let rows =
            switch similarity {
            case .cosine: normalizedRows(of: embeddings)
            case .euclidean: centring(embeddings)
            }
        self.init(ready: rows, rows, similarity: similarity)
    }

    /// Prepares two sets, of which the rows of one are ranked for those of the other.
    ///
    /// - Throws: ``EvaluationError/nonFiniteEmbedding(row:column:)``, the rows of the gallery counted after those of the
    ///   queries.
    /// - Precondition: both have the same number of columns.
    init(queries: Matrix<Float>, gallery: Matrix<Float>, similarity: Similarity) throws {
        precondition(
            queries.columnCount == gallery.columnCount,
            "queries have \(queries.columnCount) columns, the gallery \(gallery.columnCount)")
        let (n, m, d) = (queries.rowCount, gallery.rowCount, gallery.columnCount)
        // Together, so that both are centred alike.
        let both = Matrix(rowCount: n + m, columnCount: d, elements: queries.elements + gallery.elements)
        let prepared = try PreparedEmbeddings(both, similarity: similarity).queries.elements
        self.init(
            ready: Matrix(rowCount: n, columnCount: d, elements: Array(prepared[..<(n * d)])),
            Matrix(rowCount: m, columnCount: d, elements: Array(prepared[(n * d)...])), similarity: similarity)
    }

    private init(ready queries: Matrix<Float>, _ gallery: Matrix<Float>, similarity: Similarity) {
        self.queries = queries
        self.gallery = gallery
        halfSquaredNorms =
            similarity == .cosine ? [] : (0..<gallery.rowCount).map { Float(squaredNorm(gallery.row($0)) / 2) }
        duplicates = findDuplicates(in: gallery)
    }
}

/// The sum of squares in double precision, which no finite Float embedding can overflow.
func squaredNorm(_ row: ArraySlice<Float>) -> Double {
    row.withUnsafeBufferPointer { values in
        var sum = 0.0
        for value in values { sum += Double(value) * Double(value) }
        return sum
    }
}

/// Every row divided by its Euclidean norm; the zero vector stays zero.
public func normalizedRows(of a: Matrix<Float>) -> Matrix<Float> {
    var elements: [Float] = []
    elements.reserveCapacity(a.elements.count)
    for i in 0..<a.rowCount {
        let row = a.row(i)
        let norm = squaredNorm(row).squareRoot()
        let factor = norm > 0 ? 1 / norm : 0
        // Adding zero turns −0 into +0, so that equal rows are equal in every bit.
        for value in row { elements.append(Float(Double(value) * factor) + 0) }
    }
    return Matrix(rowCount: a.rowCount, columnCount: a.columnCount, elements: elements)
}

/// The rows moved near the origin and scaled by a power of two to magnitudes of at most 1.
///
/// Neither changes the order of distances, but without them a large common offset would cancel all digits of a Float
/// inner product, and large values would overflow. The offset of a column is its mean, rounded to a multiple of a power
/// of two no larger than the column's spread: so small integers stay exact, and with them their ties.
private func centring(_ a: Matrix<Float>) -> Matrix<Float> {
    let (n, d) = (a.rowCount, a.columnCount)
    guard n > 0, d > 0 else { return a }
    var sums = [Double](repeating: 0, count: d)
    for i in 0..<n {
        for (j, value) in a.row(i).enumerated() { sums[j] += Double(value) }
    }
    let means = sums.map { $0 / Double(n) }
    var spreads = [Double](repeating: 0, count: d)
    for i in 0..<n {
        for (j, value) in a.row(i).enumerated() { spreads[j] = max(spreads[j], abs(Double(value) - means[j])) }
    }
    let offsets = zip(means, spreads).map { mean, spread in
        guard spread > 0 else { return mean }
        let quantum = powerOfTwo(notAbove: spread)
        return (mean / quantum).rounded() * quantum
    }
    // A column's rounded offset may be half a quantum off its mean, hence the bound of twice the spread.
    let scale = spreads.max().map { $0 > 0 ? 0.5 / powerOfTwo(notAbove: $0) : 1 } ?? 1
    var elements: [Float] = []
    elements.reserveCapacity(a.elements.count)
    for i in 0..<n {
        for (j, value) in a.row(i).enumerated() {
            elements.append(Float((Double(value) - offsets[j]) * scale) + 0)
        }
    }
    return Matrix(rowCount: n, columnCount: d, elements: elements)
}

private func powerOfTwo(notAbove value: Double) -> Double {
    Double(sign: .plus, exponent: value.exponent, significand: 1)
}

/// The rows that equal an earlier row in every bit.
///
/// - Complexity: O(n·d) expected.
private func findDuplicates(in a: Matrix<Float>) -> [(row: Int, original: Int)] {
    var originals: [UInt64: [Int]] = [:]
    originals.reserveCapacity(a.rowCount)
    var duplicates: [(row: Int, original: Int)] = []
    for i in 0..<a.rowCount {
        let row = a.row(i)
        let hash = row.withUnsafeBufferPointer { values in
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for value in values { hash = (hash ^ UInt64(value.bitPattern)) &* 0x9E37_79B9_7F4A_7C15 }
            return hash ^ (hash >> 32)
        }
        if let original = originals[hash]?.first(where: { a.row($0).elementsEqual(row) }) {
            duplicates.append((i, original))
        } else {
            originals[hash, default: []].append(i)
        }
    }
    return duplicates
}
