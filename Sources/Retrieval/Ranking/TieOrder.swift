/// How items of the same similarity to the query rank.
public enum TieOrder: String, Sendable, Hashable, Codable, CaseIterable {
    /// By their rows.
    case sampleOrder = "order"
    /// Relevant items before the others: the most that any order could score.
    case relevantFirst = "best"
    /// Relevant items after the others: the least that any order could score.
    case relevantLast = "worst"
}
