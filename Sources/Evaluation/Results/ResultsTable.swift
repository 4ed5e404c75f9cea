public import Files
import Retrieval

/// The results in long form, one value per row: `results.csv`.
///
/// The columns are `level,origin,step,fid,excess,gallery,subject,direction,metric,value,standard_error,low,high`, and of
/// ordered splits `axis_value` after `excess`. The gallery is `catalogue`, `full` or `matched`, the subject `model`, `backbone` or `tricked`, the direction `forward`, `reverse` or
/// `mean`, and `low` and `high` bound the 95 % interval. Unknown values are empty. Numbers are written so that reading
/// them back gives the same value.
public func resultsTable(_ results: EvaluationResults) -> CSVTable {
    let isOrdered = results.order != nil
    var rows: [[String]] = []
    for level in results.levels {
        let place =
            [level.id, level.origin, "\(level.step)", "\(level.fid)", level.excess.map { "\($0)" } ?? ""]
            + (isOrdered ? [level.axisValue.map { "\($0)" } ?? ""] : [])
        for gallery in GalleryKind.allCases {
            for subject in Subject.allCases {
                guard let directions = level.scores(of: subject, gallery: gallery) else { continue }
                for direction in DirectionOrMean.allCases {
                    guard let task = directions[direction] else { continue }
                    for (metric, value) in zip(task.scores.metrics, task.scores.values) {
                        let estimate = task.estimates[metric]
                        let error = [estimate?.standardError, estimate?.interval?.low, estimate?.interval?.high]
                        rows.append(
                            place + [gallery.rawValue, subject.rawValue, direction.rawValue, metric.name, "\(value)"]
                                + error.map { $0.map { "\($0)" } ?? "" })
                    }
                }
            }
        }
    }
    return CSVTable(
        columns: ["level", "origin", "step", "fid", "excess"] + (isOrdered ? ["axis_value"] : []) + [
            "gallery", "subject", "direction", "metric", "value", "standard_error", "low", "high",
        ], rows: rows)
}
