/// Which steps of a progression become levels.
public enum LevelChoice: Sendable, Equatable {
    /// This many levels, at least 3, evenly spaced; fewer where neighbours would differ by less than 1 % in distance.
    case evenly(Int, in: LevelSpacing = .fid)
    /// A level at each of these distances; a level may miss its distance by this fraction of it.
    case at([Double], tolerance: Double = LevelChoice.defaultTolerance)

    /// The default tolerance, 2 %.
    public static let defaultTolerance = 0.02
    /// The default number of levels.
    static let defaultCount = 9

    /// The largest number of levels that the choice can give.
    public var count: Int {
        switch self {
        case .evenly(let count, _): count
        case .at(let distances, _): Set(distances).count
        }
    }

    /// Refuses numbers outside their ranges.
    ///
    /// - Throws: ``SplitError/invalidSetting(name:found:expected:)``.
    func validate() throws {
        switch self {
        case .evenly(let count, _):
            try requireSetting(count >= 3, "the number of levels", count, "at least 3: easiest, official, hardest")
        case .at(let distances, let tolerance):
            for distance in distances {
                try requireSetting(distance > 0 && distance.isFinite, "a target", distance, "a positive distance")
            }
            try requireSetting(!distances.isEmpty, "the number of targets", 0, "at least 1")
            try requireSetting(
                tolerance > 0 && tolerance < 1, "the tolerance", tolerance, "above 0 and below 1, as 0.02 for 2 %")
        }
    }
}

/// The value in which levels are evenly spaced.
public enum LevelSpacing: String, Sendable, Codable, CaseIterable {
    /// The distance.
    case fid
    /// The excess: the distance minus what it would be for random sides of the same classes. It requires null draws.
    case excess
}
