internal import Files
internal import Datasets
internal import Evaluation
internal import Foundation
internal import Retrieval
internal import Splits
internal import Statistics

extension ReportPage {
    /// Appends the tables and charts of the models.
    func models(_ comparisons: ReportComparisons, _ html: inout Markup) {
        html.element(
            "p", [],
            content:
                "Headline numbers are those of the gallery All classes: the whole dataset is searched, with the same queries at every level, so "
                + "that an embedding that is never trained scores the same at every level and what changes is what training "
                + "did. AGS is the area under a metric \(comparisons.main.order.map { "over the levels by \($0.words)" } ?? "against the distance"), scaled to [0, 1]. "
                + (comparisons.main.confidence.overWhat.map {
                    "± is half the 95 % interval over \($0); that over training runs, where there are several, is another "
                        + "thing and stands beside it. "
                } ?? "")
                + "Ranks are those at each level, from \(comparisons.main.order == nil ? "easy to hard" : "the first to the last")."
        )
        for (name, results) in comparisons.results {
            if let sentence = costSentence(results) {
                html.element("p", [("class", "verdict")], content: typographic("\(name): \(sentence)"))
            }
        }
        for sentence in changeSentences(comparisons.main) {
            html.element("p", [("class", "verdict")], content: typographic(sentence))
        }
        html.table(
            modelTable(comparisons.main, within: comparisons.within),
            caption:
                "\(comparisons.main.metric.title) of each model\(comparisons.within == nil ? "" : " among all classes")"
        )
        if let gains = gainTable(comparisons.main) {
            html.table(
                gains,
                caption:
                    "The gain of each model over the frozen features, in \(comparisons.main.metric.title) among all classes"
            )
        }
        let tuning = tuningTable(comparisons.main)
        if models.count > 1 || tuning != nil {
            html.group("details", []) { html in
                html.element(
                    "summary", [], content: models.count > 1 ? "Changes, pairs and tuning" : "What tuning changed")
                if models.count > 1 {
                    html.table(
                        changeTable(comparisons.main),
                        caption:
                            "\(comparisons.main.metric.title) of each model less the mean of all, with the line that fits it"
                    )
                }
                if let tuning {
                    html.table(
                        tuning,
                        caption:
                            "What the search for parameters changed: MAP@R is the mean over the validation folds")
                }
                if models.count > 1 {
                    html.table(
                        pairTable(comparisons.main),
                        caption: "Paired differences, p-values adjusted by Holm's method over all pairs (and levels)")
                }
            }
        }
        for (name, results) in comparisons.results {
            html.group("details", []) { html in
                html.element("summary", [], content: "All levels of \(name)")
                let sizes = Dictionary(
                    uniqueKeysWithValues: manifest.levels.map {
                        ($0.id, SideSizes(trainClassCount: $0.train.count, testClassCount: $0.test.count))
                    })
                if let table = catalogueTable(results, sizes: sizes) {
                    html.table(table, caption: "\(name): each level, among all classes")
                }
                html.table(levelTable(results, sizes: sizes), caption: "\(name): each level, within the test classes")
                html.table(curveTable(results), caption: "\(name): what spans the levels")
            }
        }
    }

    /// The tasks of a model whose examples are shown: the easiest, the start and the hardest level.
    func shownTasks(of model: Model) -> [RetrievalExamplesFile.Task] {
        let levels = manifest.levels
        var ids: [String] = []
        for level in [levels.first, levels.first { $0.arm == .start }, levels.last] {
            if let id = level?.id, !ids.contains(id) { ids.append(id) }
        }
        let tasks = model.examples?.tasks ?? []
        return ids.compactMap { id in
            tasks.first { $0.level == id && $0.direction == .forward } ?? tasks.first { $0.level == id }
        }
    }

    /// Appends the example queries and their results.
    func examples(_ html: inout Markup, images: [String: String]) {
        html.element(
            "p", [],
            content:
                "For queries with the best, the middle and the worst rankings at three levels, the query and its nearest "
                + "neighbours among the test classes, nearest first: ✓ and a solid frame for one of the query's class, ✗ and a "
                + "dashed frame for another.")
        for model in models where model.examples != nil {
            let metric = model.examples.flatMap { RetrievalMetric(name: $0.metric) }?.title ?? ""
            for (place, task) in shownTasks(of: model).enumerated() {
                // The hardest level, which is the last, shows what a reader came for.
                html.group("details", place == shownTasks(of: model).count - 1 ? [("open", "open")] : []) { html in
                    html.element(
                        "summary", [], content: "\(model.name), \(task.level), \(task.direction.rawValue)")
                    for example in task.examples { show(example, metric: metric, images: images, &html) }
                }
            }
        }
    }

    private func show(
        _ example: RetrievalExamplesFile.Example, metric: String, images: [String: String], _ html: inout Markup
    ) {
        html.group("div", [("class", "example")]) { html in
            html.element(
                "p", [],
                content: "\(example.place.rawValue), \(metric) \(fixed(example.score, 3)): \(example.classLabel)")
            html.group("div", [("class", "row")]) { html in
                hit(example.query, label: example.classLabel, mark: "query", className: "hit", images: images, &html)
                for neighbour in example.neighbours {
                    let isRight = neighbour.classLabel == example.classLabel
                    hit(
                        neighbour.sample, label: neighbour.classLabel, mark: isRight ? "✓" : "✗",
                        className: isRight ? "hit right" : "hit wrong", images: images, &html)
                }
            }
        }
    }

    private func hit(
        _ id: String, label: String, mark: String, className: String, images: [String: String], _ html: inout Markup
    ) {
        html.group("div", [("class", className), ("title", "\(id) (\(label))")]) { html in
            if let address = images[id] {
                html.element(
                    "img",
                    [("src", address), ("alt", id), ("width", "58"), ("height", "58"), ("loading", "lazy")])
            } else {
                html.element("span", [("class", "absent"), ("role", "img"), ("aria-label", id)], content: "–")
            }
            html.element("b", [], content: mark)
            html.element(
                "span", [("class", "name")], content: label.parts(between: "/", keepingEmpty: false).last ?? label)
        }
    }
}
