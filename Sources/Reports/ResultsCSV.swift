public import Datasets
public import Evaluation

/// The results in long form, one value a row: `results.csv`.
///
/// The columns are `level,origin,step,fid,model,direction,metric,value`, where `model` is `model` or `backbone` and
/// `direction` is `forward`, `reverse` or `mean`. Numbers are written so that reading them gives the same value.
public func resultsTable(_ results: EvaluationResults) -> CSVTable {
    var rows: [[String]] = []
    for level in results.levels {
        for subject in EvaluationResults.Subject.allCases {
            guard let directions = results.scores(of: subject, at: level) else { continue }
            for direction in Direction.allCases {
                guard let scores = directions[direction]?.scores else { continue }
                for (metric, value) in zip(scores.metrics, scores.values) {
                    rows.append([
                        level.id, level.origin, "\(level.step)", "\(level.fid)", subject.rawValue, direction.rawValue,
                        metric.name, "\(value)",
                    ])
                }
            }
        }
    }
    return CSVTable(
        columns: ["level", "origin", "step", "fid", "model", "direction", "metric", "value"], rows: rows)
}
