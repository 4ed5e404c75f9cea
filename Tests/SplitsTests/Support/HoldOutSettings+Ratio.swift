import Splits
import Testing

/// Settings of a hold-out by a ratio such as 70/30, without random sides to compare with.
func holdOutSettings(
    _ ratio: String, _ change: (inout HoldOutSettings) -> Void = { _ in }
) throws -> HoldOutSettings {
    var settings = HoldOutSettings(ratio: try #require(PartRatio(ratio)))
    settings.nullDraws = 0
    change(&settings)
    return settings
}
