/// What the two Gaussians are fitted to.
public enum ShiftStatistic: String, Sendable, Codable, CaseIterable {
    /// All samples of all classes of a side.
    case samples
    /// One mean per class, all with equal weight, as in the ooDML reference code.
    case classMeans = "class-means"
}
