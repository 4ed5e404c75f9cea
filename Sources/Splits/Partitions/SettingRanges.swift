/// Refuses a setting that is outside its range.
///
/// - Throws: ``SplitError/invalidSetting(name:found:expected:)``.
func requireSetting(
    _ holds: Bool, _ name: String, _ found: any CustomStringConvertible, _ expected: String
) throws {
    guard holds else {
        throw SplitError.invalidSetting(name: name, found: found.description, expected: expected)
    }
}

/// Refuses numbers of folds, shots and episodes that are outside their ranges.
///
/// - Throws: ``SplitError/invalidSetting(name:found:expected:)``.
func requireSettings(foldCount: Int, shots: [Int], episodeCount: Int) throws {
    try requireSetting(foldCount == 0 || foldCount >= 2, "the number of folds", foldCount, "2 or more, or 0 for none")
    for count in shots { try requireSetting(count >= 1, "the number of shots", count, "at least 1") }
    try requireSetting(episodeCount >= 1, "the number of episodes", episodeCount, "at least 1")
}
