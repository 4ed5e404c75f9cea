public import Evaluation

/// The results in long form, one value a line: `results.csv`.
///
/// The columns are `level,origin,step,fid,model,direction,metric,value`, where `model` is `model` or `backbone` and
/// `direction` is `forward`, `reverse` or `mean`. Numbers are written so that reading them gives the same value.
public func resultsCSV(_ results: EvaluationResults) -> String {
    var lines = [csvRecord(["level", "origin", "step", "fid", "model", "direction", "metric", "value"])]
    for level in results.levels {
        for subject in EvaluationResults.Subject.allCases {
            guard let directions = results.scores(of: subject, at: level) else { continue }
            for direction in Direction.allCases {
                guard let scores = directions[direction]?.scores else { continue }
                for (metric, value) in zip(scores.metrics, scores.values) {
                    lines.append(
                        csvRecord([
                            level.id, level.origin, "\(level.step)", "\(level.fid)", subject.rawValue,
                            direction.rawValue, metric.name, "\(value)",
                        ]))
                }
            }
        }
    }
    return lines.joined()
}

/// One record of a CSV file after RFC 4180, ended by a line feed alone, as pandas and R write and read it.
///
/// A field with a comma, a quote or a line break is quoted, and its quotes are doubled. So is a sole empty field, since
/// an empty line is no record to most readers.
public func csvRecord(_ fields: [String]) -> String {
    let quoted = fields.map { field in
        // By scalars: Swift takes CR LF for one character that is neither.
        let needsQuotes = field.unicodeScalars.contains { [",", "\"", "\n", "\r"].contains($0) }
        return needsQuotes || (field.isEmpty && fields.count == 1)
            ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
    }
    return quoted.joined(separator: ",") + "\n"
}
