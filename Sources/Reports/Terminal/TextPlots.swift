public import Evaluation
public import Retrieval

/// A metric of a model against the distance along the levels, or the order of ordered splits, with the backbone and the tricked model if they were
/// scored, in the catalogue if it was searched, otherwise means over both directions.
///
/// - Parameter metric: what to plot; nil for ``/Evaluation/EvaluationResults/headlineMetric`` in the catalogue, and Recall@1
///   without one.
public func curvePlot(_ results: EvaluationResults, of metric: RetrievalMetric? = nil) -> TextPlot {
    let metric = metric ?? (results.hasCatalogue ? results.headlineMetric : nil) ?? .recall(1)
    let gallery: GalleryKind = results.hasCatalogue ? .catalogue : .full
    let words = LevelWords(results)
    let names: [(Subject, String)] = [
        (.model, "model"), (.tricked, "tricked"), (.backbone, "frozen features"),
    ]
    return TextPlot(
        xTitle: words.order == nil ? "fid, the squared Fréchet distance between train and test" : words.plotTitle,
        yTitle: metric.title,
        series: names.map { subject, name in
            .init(
                name: name,
                points: results.curve(of: metric, .init(subject, gallery: gallery)).points
                    .map { (x: $0.shift, y: $0.estimate.value) }.sorted { $0.x < $1.x })
        }, xLimits: words.isDistance ? 0...(.infinity) : nil, yLimits: 0...1)
}

/// The compared metric of all models against the shift.
public func comparisonPlot(_ comparison: ModelComparison) -> TextPlot {
    let words = LevelWords(comparison)
    return TextPlot(
        xTitle: words.plotTitle, yTitle: comparison.metric.title,
        series: comparison.models.map { model in
            .init(
                name: model.name,
                points: zip(comparison.levels, model.curve.points).map { (x: $0.shift, y: $1.estimate.value) })
        }, xLimits: words.isDistance ? 0...(.infinity) : nil, yLimits: 0...1)
}

/// The distance over the steps of a progression, with a marker at each step that became a level.
///
/// - Parameters:
///   - steps: the steps from the easiest to the hardest, counted from the one whose origin is `start`.
///   - isOrdered: whether the levels follow an order, and not the distance.
public func progressionPlot(_ steps: [ProgressionChart.Step], isOrdered: Bool = false) -> TextPlot {
    let zero = steps.firstIndex { $0.origin == "start" } ?? 0
    return TextPlot(
        xTitle: isOrdered ? "steps from the start" : "steps from the start: easier ← 0 → harder",
        yTitle: "fid, with the levels marked",
        series: [
            .init(
                name: "fid", points: steps.enumerated().map { (x: Double($0 - zero), y: $1.fid) },
                isMarked: steps.map { $0.level != nil })
        ], yLimits: 0...(.infinity))
}
