internal import Foundation
import Splits
internal import Statistics

/// What the levels of an ordered series follow, and whether the distance follows too; nil without levels that say.
func axisWords(_ axis: OrderAxis, in manifest: SplitManifest) -> String? {
    let positions = manifest.levels.compactMap { level in level.axis.map { (level: level, axis: $0) } }
    guard let first = positions.first, let last = positions.last, positions.count > 1 else { return nil }
    let agreement = spearmanCorrelation(positions.map(\.axis.value), positions.map(\.level.fid))
    let distance =
        "the distance (fid) goes from \(fixed(first.level.fid, 1)) to \(fixed(last.level.fid, 1))"
        + (agreement.map { ", with a rank correlation of \(fixed($0, 2)) to that order" } ?? "")
    let start = "\(positions.count) levels of \(manifest.dataset.name) lead from"
    switch axis {
    case .column(let name, _):
        guard let train = last.axis.train, let test = last.axis.test else { return nil }
        return
            "\(start) sides that are mixed in \(name) to training on \(train.first) to \(train.last) and testing on \(test.first) to "
            + "\(test.last); \(distance)"
    case .nearest:
        var randomSides = ""
        if let mean = first.axis.nullMean, let spread = first.axis.nullSd {
            randomSides = " (random sides: \(distanceText(mean)), spread \(distanceText(spread)))"
        }
        return
            "\(start) classes whose nearest one of the other side is near, on average at \(distanceText(first.axis.value)), to ones for which "
            + "it is far, at \(distanceText(last.axis.value))"
            + randomSides
            + ", so that telling unknown classes from known ones is hardest at \(first.level.id); \(distance)"
    }
}
