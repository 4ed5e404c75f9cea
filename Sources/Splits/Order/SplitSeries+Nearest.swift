internal import Datasets
public import Files
internal import Frechet
internal import Statistics

extension SplitSeries {
    /// The nearest class of the other side for each class of each level, nearest first, as a table: `level`, `side`, `class`,
    /// `nearest`, `distance`; nil unless levels follow ``OrderAxis/nearest``.
    ///
    /// - Parameter ids: the ids of the levels.
    public func nearestTable(levels ids: [String]) -> CSVTable? {
        guard !nearest.isEmpty else { return nil }
        let labels = embedded.dataset.classLabels
        var rows: [[String]] = []
        for (id, (level, found)) in zip(ids, zip(levels, nearest)) {
            for side in [Side.test, .train] {
                let entries = level.partition.classes(on: side).compactMap { number in
                    found[number].map { (number: number, nearest: $0.number, distance: $0.distance) }
                }
                rows += entries.sorted { ($0.distance, $0.number) < ($1.distance, $1.number) }.map { entry in
                    [
                        id, side.rawValue, labels[entry.number], labels[entry.nearest],
                        String(entry.distance.rounded(significantDigits: 7)),
                    ]
                }
            }
        }
        return CSVTable(columns: ["level", "side", "class", "nearest", "distance"], rows: rows)
    }
}
