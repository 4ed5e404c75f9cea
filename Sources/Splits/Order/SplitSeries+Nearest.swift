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

extension UnitOrder {
    /// What the order was taken for, for a person to check: one sentence.
    package func words(of name: String, by moment: ClassMoment) -> String {
        let taken =
            switch kind {
            case .numbers: "numbers"
            case .dates: "dates"
            case .text: "text"
            }
        let (first, last) = (values[order[0]], values[order[order.count - 1]])
        var clauses = ["the column \(name) is read as \(taken), in an order from \(excerpt(first)) to \(excerpt(last))"]
        if mixedUnitCount > 0 {
            let what =
                switch moment {
                case .first: "its first"
                case .median: "the middle one"
                case .last: "its last"
                }
            clauses.append(
                "\(mixedUnitCount) of \(values.count) classes or units have several values and count as \(what)")
        }
        if let divided = dividedValue {
            clauses.append(
                "the cut is within \(excerpt(divided.value)), of which \(divided.train) train and \(divided.test) test, in the order of "
                    + "their names")
        }
        return clauses.joined(separator: "; ")
    }
}
