/// How items of equal similarity to the query are ordered.
public enum TieOrder: String, Sendable, Hashable, Codable, CaseIterable {
    /// By row.
    case sampleOrder = "order"
    /// Relevant items before the others: the highest score of any order.
    case relevantFirst = "best"
    /// Relevant items after the others: the lowest score of any order.
    case relevantLast = "worst"
}
