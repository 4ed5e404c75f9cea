public import DenseLinearAlgebra

/// How alike two embeddings are; retrieval ranks by descending similarity.
public enum Similarity: String, Sendable, Hashable, Codable, CaseIterable {
    /// The cosine of the angle between two embeddings.
    ///
    /// The zero vector has no direction; its cosine with every vector, itself included, is defined as 0.
    case cosine
    /// The Euclidean distance, smaller being more alike.
    ///
    /// It is compared as `x·y − ‖y‖²/2`, which orders the items of a query x as −‖x − y‖² does. In single precision the
    /// rounding of that form is relative to the spread of the data: distances below about a thousandth of it are not told
    /// apart reliably, except that identical rows always tie.
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
    /// The same in double precision, where that is to be used.
    let exact: ExactRows?

    /// Prepares one set, each row of which is ranked for every other.
    ///
    /// - Throws: ``EvaluationError/nonFiniteEmbedding(row:column:)``.
    init(
        _ embeddings: Matrix<Float>, similarity: Similarity, precision: RetrievalPrecision = .automatic
    ) throws {
        if let (row, column) = embeddings.firstNonFinite {
            throw EvaluationError.nonFiniteEmbedding(row: row, column: column)
        }
        let rows =
            switch similarity {
            case .cosine: normalizedRows(of: embeddings)
            case .euclidean: Centring(of: [embeddings]).applied(to: embeddings)
            }
        let n = embeddings.rowCount
        var exact: ExactRows?
        if precision.isDouble(queryCount: n, itemCount: n, dimension: embeddings.columnCount) {
            let rows = doubles(of: embeddings, from: [embeddings], similarity)
            exact = ExactRows(queries: rows, gallery: rows, similarity: similarity)
        }
        self.init(ready: rows, rows, similarity: similarity, exact: exact)
    }

    /// Prepares two sets, of which the rows of one are ranked for those of the other.
    ///
    /// - Throws: ``EvaluationError/nonFiniteEmbedding(row:column:)``, the rows of the gallery counted after those of the
    ///   queries.
    /// - Precondition: both have the same number of columns.
    init(
        queries: Matrix<Float>, gallery: Matrix<Float>, similarity: Similarity,
        precision: RetrievalPrecision = .automatic
    ) throws {
        precondition(
            queries.columnCount == gallery.columnCount,
            "queries have \(queries.columnCount) columns, the gallery \(gallery.columnCount)")
        if let (row, column) = queries.firstNonFinite {
            throw EvaluationError.nonFiniteEmbedding(row: row, column: column)
        }
        if let (row, column) = gallery.firstNonFinite {
            throw EvaluationError.nonFiniteEmbedding(row: queries.rowCount + row, column: column)
        }
        var exact: ExactRows?
        if precision.isDouble(
            queryCount: queries.rowCount, itemCount: gallery.rowCount, dimension: queries.columnCount)
        {
            let rows = [queries, gallery].map { doubles(of: $0, from: [queries, gallery], similarity) }
            exact = ExactRows(queries: rows[0], gallery: rows[1], similarity: similarity)
        }
        switch similarity {
        case .cosine:
            self.init(
                ready: normalizedRows(of: queries), normalizedRows(of: gallery), similarity: similarity, exact: exact)
        case .euclidean:
            let centring = Centring(of: [queries, gallery])
            self.init(
                ready: centring.applied(to: queries), centring.applied(to: gallery), similarity: similarity,
                exact: exact)
        }
    }

    /// Some rows of one prepared set as queries to its first rows.
    func selecting(queries rows: [Int], galleryCount: Int, similarity: Similarity) -> PreparedEmbeddings {
        PreparedEmbeddings(
            ready: queries.selectingRows(rows), gallery.selectingRows(0..<galleryCount), similarity: similarity)
    }

    private init(
        ready queries: Matrix<Float>, _ gallery: Matrix<Float>, similarity: Similarity, exact: ExactRows? = nil
    ) {
        self.queries = queries
        self.gallery = gallery
        halfSquaredNorms =
            similarity == .cosine ? [] : (0..<gallery.rowCount).map { Float(squaredNorm(gallery.row($0)) / 2) }
        duplicates = findDuplicates(in: gallery)
        var exact = exact
        exact?.duplicates = duplicates
        self.exact = exact
    }
}

extension PreparedEmbeddings: SimilaritySource {
    typealias Counter = RankCounter

    var queryCount: Int { queries.rowCount }
    var itemCount: Int { gallery.rowCount }

    func makeScratch() {}

    func fill(_ similarities: inout [Float], rows: Range<Int>) {
        innerProducts(ofRows: rows, of: queries, with: gallery, into: &similarities)
    }

    /// Takes off half the squared norms, and gives duplicates the similarity of the first of them.
    ///
    /// BLAS does not promise that equal columns give equal products. OpenBLAS 0.3.21 with its Haswell and Zen kernels
    /// breaks that for every d ≥ 17 by where in a tile a column lies, and padding to multiples of 16, 48, 64 or 96 does
    /// not help. So a row that duplicates another takes over its product, and ties between duplicates are exact by
    /// construction.
    func finish(_ row: UnsafeMutableBufferPointer<Float>, query: Int, scratch: inout Void) {
        for (duplicate, original) in duplicates { row[duplicate] = row[original] }
        halfSquaredNorms.withUnsafeBufferPointer { norms in
            for item in norms.indices { row[item] -= norms[item] }
        }
    }
}

/// Rows for ``ExactRows``: as they are for the cosine, and for the distance less the mean of all rows of some sets.
private func doubles(of rows: Matrix<Float>, from sets: [Matrix<Float>], _ similarity: Similarity) -> Matrix<Double> {
    let offsets = similarity == .cosine ? [] : Centring(of: sets).offsets
    var elements: [Double] = []
    elements.reserveCapacity(rows.elements.count)
    for i in 0..<rows.rowCount {
        for (j, value) in rows.row(i).enumerated() {
            // Adding zero turns −0 into +0, so that equal rows are equal in every bit.
            elements.append(Double(value) - (offsets.isEmpty ? 0 : offsets[j]) + 0)
        }
    }
    return Matrix(rowCount: rows.rowCount, columnCount: rows.columnCount, elements: elements)
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

/// Moves rows near the origin and scales them by a power of two to magnitudes of at most 1.
///
/// Neither changes the order of distances, but without them a large common offset would cancel all digits of a Float
/// inner product, and large values would overflow. The offset of a column is its mean, rounded to a multiple of a power
/// of two no larger than the column's spread: so small integers stay exact, and with them their ties.
private struct Centring {
    let offsets: [Double]
    private let scale: Double

    /// - Parameter sets: matrices of as many columns each, whose rows are moved alike.
    init(of sets: [Matrix<Float>]) {
        let d = sets.first?.columnCount ?? 0
        let n = sets.reduce(0) { $0 + $1.rowCount }
        var sums = [Double](repeating: 0, count: d)
        Self.forEachValue(of: sets) { j, value in sums[j] += value }
        let means = sums.map { $0 / Double(max(n, 1)) }
        var spreads = [Double](repeating: 0, count: d)
        Self.forEachValue(of: sets) { j, value in spreads[j] = max(spreads[j], abs(value - means[j])) }
        offsets = zip(means, spreads).map { mean, spread in
            guard spread > 0 else { return mean }
            let quantum = powerOfTwo(notAbove: spread)
            return (mean / quantum).rounded() * quantum
        }
        // A column's rounded offset may be half a quantum off its mean, hence the bound of twice the spread.
        scale = spreads.max().map { $0 > 0 ? 0.5 / powerOfTwo(notAbove: $0) : 1 } ?? 1
    }

    func applied(to a: Matrix<Float>) -> Matrix<Float> {
        var elements: [Float] = []
        elements.reserveCapacity(a.elements.count)
        for i in 0..<a.rowCount {
            for (j, value) in a.row(i).enumerated() {
                elements.append(Float((Double(value) - offsets[j]) * scale) + 0)
            }
        }
        return Matrix(rowCount: a.rowCount, columnCount: a.columnCount, elements: elements)
    }

    @inline(__always)
    private static func forEachValue(of sets: [Matrix<Float>], _ body: (_ column: Int, _ value: Double) -> Void) {
        for set in sets {
            for i in 0..<set.rowCount {
                for (j, value) in set.row(i).enumerated() { body(j, Double(value)) }
            }
        }
    }
}

private func powerOfTwo(notAbove value: Double) -> Double {
    Double(sign: .plus, exponent: value.exponent, significand: 1)
}

/// The rows that equal an earlier row in every bit.
///
/// - Complexity: O(n·d) expected.
private func findDuplicates(in a: Matrix<Float>) -> [(row: Int, original: Int)] {
    // Rows of one hash are chained, the newest first: less memory than a list for each hash.
    var newest: [UInt64: Int32] = [:]
    newest.reserveCapacity(a.rowCount)
    var older = [Int32](repeating: -1, count: a.rowCount)
    var duplicates: [(row: Int, original: Int)] = []
    for i in 0..<a.rowCount {
        let row = a.row(i)
        let hash = row.withUnsafeBufferPointer { values in
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for value in values { hash = (hash ^ UInt64(value.bitPattern)) &* 0x9E37_79B9_7F4A_7C15 }
            return hash ^ (hash >> 32)
        }
        let last = newest[hash] ?? -1
        var original = last
        while original >= 0, !a.row(Int(original)).elementsEqual(row) { original = older[Int(original)] }
        if original >= 0 {
            duplicates.append((i, Int(original)))
        } else {
            older[i] = last
            newest[hash] = Int32(i)
        }
    }
    return duplicates
}
