public import Datasets

/// Why splits cannot be made, read or written; each description is one sentence.
public enum SplitError: Error, Equatable {
    /// An embedding holds NaN or an infinity.
    case nonFiniteEmbedding(sample: String, column: Int)
    /// A side has too few vectors for a covariance.
    case tooFewVectors(side: Side, count: Int, statistic: ShiftStatistic)
    /// A setting is outside its range.
    case invalidSetting(name: String, found: String, expected: String)
    /// A manifest cannot be read.
    case unreadableManifest(path: String, reason: String)
    /// A file of few-shot episodes cannot be read.
    case unreadableEpisodes(path: String, reason: String)
    /// A manifest does not fit the dataset that it is used with.
    case datasetMismatch(path: String, found: String, expected: String)
}

extension SplitError: CustomStringConvertible {
    /// The error as one sentence.
    public var description: String {
        switch self {
        case .nonFiniteEmbedding(let sample, let column):
            "the embedding of sample \"\(sample)\" is not finite in column \(column); "
                + "expected numbers without NaN and infinity"
        case .tooFewVectors(let side, let count, let statistic):
            "the \(side.rawValue) side has \(count) \(statistic == .samples ? "samples" : "classes"); "
                + "expected at least 2 for a Fréchet distance"
        case .invalidSetting(let name, let found, let expected):
            "\(name) is \(found); expected \(expected)"
        case .unreadableManifest(let path, let reason):
            "\(path): cannot be read as a split manifest: \(reason)"
        case .unreadableEpisodes(let path, let reason):
            "\(path): cannot be read as few-shot episodes: \(reason)"
        case .datasetMismatch(let path, let found, let expected):
            "\(path): found \(found); expected \(expected)"
        }
    }
}
