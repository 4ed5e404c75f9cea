public import DenseLinearAlgebra

/// A query and the items found for it, for visual inspection.
public struct RetrievalExample: Sendable, Equatable {
    /// The query's place among all queries.
    public enum Place: String, Sendable, Hashable, Codable, CaseIterable {
        /// Among the highest scores.
        case best
        /// Around the middle.
        case median
        /// Among the lowest scores.
        case worst
    }

    /// The query's place among all queries.
    public let place: Place
    /// The query's row.
    public let query: Int
    /// Its score.
    public let score: Double
    /// The rows found, nearest first, each with its similarity: the cosine, the negated Euclidean distance or
    /// the inner product.
    public let neighbours: [(row: Int, similarity: Double)]

    /// Whether two examples are equal.
    public static func == (a: RetrievalExample, b: RetrievalExample) -> Bool {
        a.place == b.place && a.query == b.query && a.score == b.score
            && a.neighbours.elementsEqual(b.neighbours, by: ==)
    }
}

/// Examples of one-vs-rest retrieval: queries with the highest, middle and lowest scores, and their neighbours.
///
/// Queries are ordered by score, and by row if scores are equal. At each place, the queries come from different classes
/// as far as possible; no query occurs twice.
///
/// ```swift
/// let line = Matrix<Float>(rows: [[0], [1], [10], [11.5], [20], [5], [30], [33]])
/// let set = RetrievalSet(line, classNumbers: [0, 0, 1, 1, 2, 2, 3, 3])
/// let scores = try set.scores(by: RankingRules(similarity: .euclidean))
/// let examples = retrievalExamples(
///     from: scores, by: .recall(1), in: line, countPerPlace: 1, neighbourCount: 3, similarity: .euclidean)
/// for example in examples { print(example.place, example.query, example.neighbours.map(\.row)) }
/// // best 7 [6, 4, 3]: row 7 is at 33, and row 6 of its class comes first
/// // median 1 [0, 5, 2]
/// // worst 4 [3, 2, 6]: row 4 is at 20, and row 5 of its class at 5
/// ```
///
/// - Parameters:
///   - scores: the scores of the queries, whose rows are rows of `embeddings`.
///   - metric: what orders them; it must be among those of `scores`.
///   - embeddings: n × d, finite.
///   - gallery: the rows that may be neighbours; nil for all.
///   - isSkipped: whether a row does not count for a query, as those of its class and camera.
///   - countPerPlace: how many queries for each place.
///   - neighbourCount: how many neighbours for each query, at most n − 1.
///   - similarity: the similarity that ranks the neighbours, in double precision; ties are ordered by row.
/// - Complexity: O(n·log n + q·n·d) for q examples.
public func retrievalExamples(
    from scores: QueryScores, by metric: RetrievalMetric, in embeddings: Matrix<Float>, gallery: [Int]? = nil,
    skipping isSkipped: (_ query: Int, _ row: Int) -> Bool = { _, _ in false }, countPerPlace: Int = 2,
    neighbourCount: Int = 8, similarity: Similarity = .cosine
) -> [RetrievalExample] {
    guard let values = scores[metric] else {
        preconditionFailure("\(metric.name) is not among the metrics of the scores")
    }
    let order = values.indices.sorted { (values[$0], scores.queries[$0]) < (values[$1], scores.queries[$1]) }
    // From the middle outwards.
    let middle = order.indices.sorted { (abs(2 * $0 + 1 - order.count), $0) < (abs(2 * $1 + 1 - order.count), $1) }
    var taken: Set<Int> = []
    func choose(_ candidates: some Sequence<Int>) -> [Int] {
        let free = candidates.filter { !taken.contains($0) }
        var (chosen, classes): ([Int], Set<Int>) = ([], [])
        for position in free where chosen.count < countPerPlace {
            if classes.insert(scores.classNumbers[position]).inserted { chosen.append(position) }
        }
        for position in free where chosen.count < countPerPlace && !chosen.contains(position) {
            chosen.append(position)
        }
        taken.formUnion(chosen)
        return chosen
    }
    let worst = choose(order)
    let best = choose(order.reversed())
    let median = choose(middle.map { order[$0] })
    return [(RetrievalExample.Place.best, best), (.median, median), (.worst, worst)].flatMap { place, positions in
        positions.map { position in
            let query = scores.queries[position]
            return RetrievalExample(
                place: place, query: query, score: values[position],
                neighbours: nearest(
                    neighbourCount, to: query, in: embeddings,
                    gallery: (gallery ?? Array(0..<embeddings.rowCount)).filter { !isSkipped(query, $0) },
                    similarity: similarity))
        }
    }
}

private func nearest(
    _ count: Int, to query: Int, in embeddings: Matrix<Float>, gallery: [Int], similarity: Similarity
) -> [(row: Int, similarity: Double)] {
    let own = embeddings.row(query).map { Double($0) }
    let length = own.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let all = gallery.filter { $0 != query }.map { row in
        var (inner, squares, distance) = (0.0, 0.0, 0.0)
        for (a, b) in zip(own, embeddings.row(row)) {
            let b = Double(b)
            inner += a * b
            squares += b * b
            distance += (a - b) * (a - b)
        }
        switch similarity {
        case .cosine:
            let lengths = length * squares.squareRoot()
            return (row: row, similarity: lengths > 0 ? inner / lengths : 0)
        case .euclidean: return (row: row, similarity: -distance.squareRoot())
        case .innerProduct: return (row: row, similarity: inner)
        }
    }
    return Array(all.sorted { ($1.similarity, $0.row) < ($0.similarity, $1.row) }.prefix(count))
}
