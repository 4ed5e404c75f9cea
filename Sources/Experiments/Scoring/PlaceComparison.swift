public import Retrieval
internal import Statistics

/// Recall@N of several embeddings of the same places, and the paired differences between them.
public struct PlaceComparison: Sendable {
    /// The first model of a pair minus the second.
    public struct Pair: Sendable {
        /// The position of the first model among ``PlaceComparison/models``.
        public let first: Int
        /// The position of the second.
        public let second: Int
        /// The difference for each number of items.
        public let differences: [Int: Estimate]
        /// The p-value of each, adjusted by Holm's method over all pairs; none where the error is unknown.
        public let adjustedPs: [Int: Double]
    }

    /// The scores of each of the embeddings.
    public let models: [PlaceScores]
    /// Every pair of them, each in the given order.
    public let pairs: [Pair]

    /// Compares scores of the same queries, with errors over the same areas.
    ///
    /// - Parameter counts: how many items are looked at.
    /// - Precondition: there are scores, of equally many queries.
    public init(of models: [PlaceScores], at counts: [Int]) {
        precondition(Set(models.map(\.queries.count)).count == 1, "scores of \(models.map(\.queries.count)) queries")
        self.models = models
        let places = models.indices.flatMap { a in models.indices.filter { $0 > a }.map { (a, $0) } }
        let differences = places.map { a, b in
            Dictionary(
                uniqueKeysWithValues: counts.map { ($0, models[a].recall(at: $0) - models[b].recall(at: $0)) })
        }
        var adjusted = places.map { _ in [Int: Double]() }
        for count in counts {
            let known = places.indices.filter { differences[$0][count]?.pValue != nil }
            let ps = holmAdjusted(known.compactMap { differences[$0][count]?.pValue })
            for (place, p) in zip(known, ps) { adjusted[place][count] = p }
        }
        pairs = places.indices.map { place in
            Pair(
                first: places[place].0, second: places[place].1, differences: differences[place],
                adjustedPs: adjusted[place])
        }
    }
}
