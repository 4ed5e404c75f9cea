internal import Evaluation
internal import Retrieval

/// The comparisons of a page's models, by each metric that the page shows.
struct ReportComparisons: Sendable {
    /// A chart with its texts for the page.
    struct Figure: Sendable {
        let chart: any Chart
        let heading: String
        let caption: String
    }

    /// The comparison of the models without the backbone, by the page's first metric.
    let main: ModelComparison
    /// The figures, in the page's order.
    let charts: [Figure]
    /// The first run's results of each model.
    let results: [(name: String, results: EvaluationResults)]

    /// Makes the charts of a comparison.
    init(_ compared: ComparedModels) {
        (main, results) = (compared.main, compared.results)
        var figures: [Figure] = []
        for (number, comparison) in compared.all.enumerated() {
            let metric = comparison.metric
            figures.append(
                Figure(
                    chart: ComparisonChart(comparison.values, .values, intervals: .bands), heading: metric.title,
                    caption:
                        "The mean of both directions on each level's test classes, with the 95 % interval over other "
                        + "classes. A falling line alone does not show that shift is the cause: the test classes differ from "
                        + "level to level, and hard levels may have fewer of them."))
            if number == 0 { figures.append(Self.areas(comparison.values)) }
            if let matched = comparison.matched {
                figures.append(
                    Figure(
                        chart: ComparisonChart(matched, .values, intervals: .bands),
                        heading: "\(metric.title) in galleries of equal size",
                        caption:
                            "The same, retrieved among equally many classes and samples at every level, so that the "
                            + "number of distractors plays no part."))
            }
            let gaps = GapChart(results, metric: metric)
            if !gaps.isEmpty {
                figures.append(
                    Figure(
                        chart: gaps, heading: "What the shift costs: backbone less model, \(metric.title)",
                        caption:
                            "The frozen backbone's score less the model's, on the same test classes, so that classes "
                            + "that are hard for anyone cancel. Where the line rises, the model loses more than the backbone; "
                            + "below 0 the model is ahead."))
            }
            if let alone = comparison.alone {
                figures.append(
                    Figure(
                        chart: ComparisonChart(alone, .changes, intervals: .bars),
                        heading: "\(metric.title) against the mean of the models",
                        caption:
                            "Each model less the mean of all at the same level, with the line that fits it: a rising "
                            + "line is a model that stands the shift better than the others."))
            }
        }
        charts = figures
    }

    private static func areas(_ comparison: ModelComparison) -> Figure {
        Figure(
            chart: AreaChart(comparison), heading: "AGS: the area under \(comparison.metric.title)",
            caption:
                "The aggregated generalisation score of the ooDML paper: the area under the curve over the distance, "
                + "scaled to [0, 1], with its 95 % interval over other classes.")
    }

    /// The metrics that a page shows if available.
    static let metrics: [RetrievalMetric] = [.recall(1), .averagePrecisionAtR]
}
