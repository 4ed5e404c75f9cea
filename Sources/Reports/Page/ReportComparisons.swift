internal import Evaluation
internal import Retrieval
internal import Statistics

/// The comparisons of a page's models, by each metric that the page shows.
struct ReportComparisons: Sendable {
    /// The comparison of the models without the backbone, by the page's first metric, in the catalogue if there is one.
    let main: ModelComparison
    /// The same within the test classes; nil if that is what ``main`` is.
    let within: ModelComparison?
    /// Every chart of the models, for files.
    let charts: [any Chart]
    /// The first run's results of each model.
    let results: [(name: String, results: EvaluationResults)]

    /// The models and the frozen features in the catalogue, by the metric of ``main``; nil where no model has a lead.
    let leads: ModelComparison?
    /// What the chart with switches shows; nil where there are no levels.
    let explorer: ReportExplorer?
    /// The chart of the first choice.
    let firstChart: any Chart

    /// Makes the charts of a comparison.
    init(_ compared: ComparedModels) {
        (main, within, results) = (compared.main, compared.within, compared.results)
        leads = compared.all[0].catalogue.flatMap { comparison in
            comparison.models.contains { !$0.gains.isEmpty } ? comparison : nil
        }
        explorer = ReportExplorer(compared)
        let first = compared.all[0]
        firstChart =
            explorer?.first[0] == "lead"
            ? GainChart(runs: compared.models, metric: first.metric)
            : ComparisonChart(first.catalogue ?? first.values, .values, intervals: .bands)
        charts =
            Self.headlines(compared)
            + compared.all.enumerated().flatMap { number, comparison in
                Self.withinTestClasses(comparison, isFirst: number == 0)
            }
    }

    /// What becomes of the models' own scores along the levels, where there are no frozen features to lead.
    var fallSentences: [String] {
        let words = LevelWords(main)
        return results.prefix(3).enumerated().compactMap { number, entry in
            if let sentence = costSentence(entry.results) { return "\(entry.name): \(sentence)" }
            let points = main.models[number].curve.points
            guard let first = points.first?.estimate, let last = points.last?.estimate, points.count > 1 else {
                return nil
            }
            return
                "\(entry.name): \(main.metric.title) within the \(main.split == "test" ? "test classes" : "classes of the \(main.split)") is \(withMargin(first)) at the \(words.first) level and "
                + "\(withMargin(last)) at the \(words.last); such a curve alone does not show that the shift is the cause."
        }
    }

    /// What shift costs: the charts of the catalogue.
    private static func headlines(_ compared: ComparedModels) -> [any Chart] {
        var charts: [any Chart] = []
        for (number, comparison) in compared.all.enumerated() {
            let gains = GainChart(runs: compared.models, metric: comparison.metric)
            if !gains.isEmpty { charts.append(gains) }
            if let catalogue = comparison.catalogue {
                charts.append(ComparisonChart(catalogue, .values, intervals: .bands))
                if number == 0 { charts.append(AreaChart(catalogue)) }
            }
            if let alone = comparison.alone { charts.append(ComparisonChart(alone, .changes)) }
        }
        return charts
    }

    /// The paper's protocol: the charts within the test classes.
    private static func withinTestClasses(_ comparison: ComparedModels.ByMetric, isFirst: Bool) -> [any Chart] {
        var charts: [any Chart] = [ComparisonChart(comparison.values, .values, intervals: .bands)]
        if isFirst { charts.append(AreaChart(comparison.values)) }
        if let matched = comparison.matched {
            charts.append(ComparisonChart(matched, .values, intervals: .bands))
        }
        return charts
    }

    /// The metrics that a page shows if available.
    static let metrics: [RetrievalMetric] = [.averagePrecisionAtR, .recall(1)]
}
