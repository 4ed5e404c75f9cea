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

    /// The comparison of the models without the backbone, by the page's first metric, in the catalogue if there is one.
    let main: ModelComparison
    /// The same within the test classes; nil if that is what ``main`` is.
    let within: ModelComparison?
    /// The figures, in the page's order.
    let charts: [Figure]
    /// The first run's results of each model.
    let results: [(name: String, results: EvaluationResults)]

    /// Makes the charts of a comparison.
    init(_ compared: ComparedModels) {
        (main, within, results) = (compared.main, compared.within, compared.results)
        charts =
            Self.headlines(compared)
            + compared.all.enumerated().flatMap { number, comparison in
                Self.withinTestClasses(comparison, isFirst: number == 0)
            }
    }

    /// What shift costs: the figures of the catalogue.
    private static func headlines(_ compared: ComparedModels) -> [Figure] {
        var figures: [Figure] = []
        for (number, comparison) in compared.all.enumerated() {
            let metric = comparison.metric
            let gains = GainChart(runs: compared.models, metric: metric)
            if !gains.isEmpty {
                figures.append(
                    Figure(
                        chart: gains,
                        heading: "What the shift costs: the gain over the frozen features, \(metric.title)",
                        caption:
                            "The model's score less the frozen features', searched among all classes, seen, unseen and "
                            + "removed, with the same queries at every level. An embedding that is never trained is a level "
                            + "line here; where a line falls, the shift costs the model part of what training gained."))
            }
            if let catalogue = comparison.catalogue {
                figures.append(
                    Figure(
                        chart: ComparisonChart(catalogue, .values, intervals: .bands),
                        heading: "\(metric.title) among all classes",
                        caption: "The scores behind the gain\(catalogue.confidence.intervalClause)."))
                if number == 0 { figures.append(Self.areas(catalogue, "among all classes")) }
            }
            if let alone = comparison.alone {
                figures.append(
                    Figure(
                        chart: ComparisonChart(alone, .changes, intervals: .bars),
                        heading: "\(metric.title) against the mean of the models",
                        caption:
                            "Each model less the mean of all at the same level, with the line that fits it"
                            + (alone.gallery == .catalogue
                                ? ": a rising line is a model that stands the shift better than the others."
                                : ". Within the test classes such lines also rise and fall for models that were never "
                                    + "trained.")))
            }
        }
        return figures
    }

    /// The paper's protocol: the figures within the test classes.
    private static func withinTestClasses(_ comparison: ComparedModels.ByMetric, isFirst: Bool) -> [Figure] {
        let metric = comparison.metric
        var figures = [
            Figure(
                chart: ComparisonChart(comparison.values, .values, intervals: .bands),
                heading: "\(metric.title) within the test classes",
                caption:
                    "The protocol of the paper: the mean of both directions on each level's test "
                    + "classes\(comparison.values.confidence.intervalClause). A falling line does not show that shift is the "
                    + "cause: the test classes differ from level to level, hard ones are more alike, and hard levels may have "
                    + "fewer of them.")
        ]
        if isFirst { figures.append(Self.areas(comparison.values, "within the test classes")) }
        if let matched = comparison.matched {
            figures.append(
                Figure(
                    chart: ComparisonChart(matched, .values, intervals: .bands),
                    heading: "\(metric.title) in galleries of equal size",
                    caption:
                        "The same, retrieved among equally many classes and samples at every level, so that the number of "
                        + "distractors plays no part; how alike they are still does."))
        }
        return figures
    }

    private static func areas(_ comparison: ModelComparison, _ place: String) -> Figure {
        Figure(
            chart: AreaChart(comparison), heading: "AGS: the area under \(comparison.metric.title) \(place)",
            caption:
                "The aggregated generalisation score of the ooDML paper: the area under the curve over the distance, "
                + "scaled to [0, 1]\(comparison.confidence.intervalClause).")
    }

    /// The metrics that a page shows if available.
    static let metrics: [RetrievalMetric] = [.averagePrecisionAtR, .recall(1)]
}
