public import Evaluation

/// How many classes the two sides of a level have.
public struct SideSizes: Sendable, Equatable {
    /// The number of classes on the train side.
    public let trainClassCount: Int
    /// The number of classes on the test side.
    public let testClassCount: Int

    /// Joins the two numbers.
    public init(trainClassCount: Int, testClassCount: Int) {
        self.trainClassCount = trainClassCount
        self.testClassCount = testClassCount
    }
}

/// The table of an evaluation's levels, one line a level, at most 120 columns wide for level ids of up to 20 cells.
///
/// R@1 is Recall@1, shown for both directions and their mean; the metrics that follow it are means of the directions.
/// Columns that no level has a value for are left out.
///
/// - Parameter sizes: the number of classes by level id; a level without one shows a dash.
public func levelTable(_ results: EvaluationResults, sizes: [String: SideSizes] = [:]) -> TextTable {
    var columns: [(column: TextTable.Column, cell: (LevelEvaluation) -> String?)] = [
        (.init("level"), { $0.id }),
        (.init("origin"), { $0.origin }),
        (.init("fid", alignment: .right), { distance($0.fid) }),
        (
            .init("train/test", alignment: .right),
            { level in sizes[level.id].map { "\($0.trainClassCount)/\($0.testClassCount)" } }
        ),
    ]
    func add(_ title: String, _ value: @escaping (LevelEvaluation) -> Double?) {
        columns.append((.init(title, alignment: .right), { level in value(level).map { fixed($0, 3) } }))
    }
    add("R@1 fwd") { $0.scores.forward?.scores[.recall(1)] }
    add("R@1 rev") { $0.scores.reverse?.scores[.recall(1)] }
    // With one direction the mean is that direction.
    add("R@1 mean") { $0.scores.forward == nil || $0.scores.reverse == nil ? nil : $0.scores.mean.scores[.recall(1)] }
    add("R-prec") { $0.scores.mean.scores[.rPrecision] }
    add("MAP@R") { $0.scores.mean.scores[.averagePrecisionAtR] }
    add("mAP@1000") { $0.scores.mean.scores[.averagePrecision(1000)] }
    add("backbone") { $0.backbone?.mean.scores[.recall(1)] }
    add("gap") { $0.gap?.mean.recallAt1 }
    let shown = columns.filter { column in results.levels.contains { column.cell($0) != nil } }
    return TextTable(
        columns: shown.map(\.column),
        rows: results.levels.map { level in shown.map { $0.cell(level) ?? "–" } })
}
