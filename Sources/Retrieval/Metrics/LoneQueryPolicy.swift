/// How queries without a relevant item are treated.
public enum LoneQueryPolicy: String, Sendable, Hashable, Codable, CaseIterable {
    /// They are left out of the mean, since no ranking could find anything.
    case excluded
    /// They score 0 in every metric.
    case zero
}
