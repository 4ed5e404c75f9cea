/// What the two Gaussians are fitted to.
public enum ShiftStatistic: String, Sendable, Codable, CaseIterable {
    /// All samples of all classes of a side.
    case samples
    /// One mean for each class, each of the same weight, as the ooDML reference code has it.
    case classMeans = "class-means"
}
