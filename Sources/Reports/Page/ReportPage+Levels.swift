internal import Files
internal import Datasets
internal import Evaluation
internal import Splits
internal import Statistics

/// The maximum number of classes on a page's map; more would make it heavy and could not be distinguished.
private let mapLimit = 3000

extension ReportPage {
    /// Appends the chart of the distance along the steps.
    func series(_ chart: ProgressionChart, _ html: inout Markup) {
        html.element(
            "p", [],
            content: (manifest.levelOrder.map { order in
                order.isOfColumn
                    ? "Exchanges of classes lead from sides that are mixed by \(order.name) to its first half against the second; "
                        + "beyond that the classes next to the cut leave."
                    : "Exchanges of classes lead from sides whose nearest classes are near to those whose nearest classes are far."
            }
                ?? "Exchanges of classes lead from the split that the series starts with to the easiest and to the hardest division of the "
                + "classes; beyond that the classes nearest to the other side leave.")
                + " The marked steps became levels.")
        html.group("div", [("class", "figures")]) { html in
            html.figure(
                chart, heading: "The distance along the steps", caption: Self.progressionCaption(chart))
        }
    }

    /// What the chart of the steps shows.
    static func progressionCaption(_ chart: ProgressionChart) -> String {
        "The squared Fréchet distance between the train and the test classes as the backbone sees them; the numbered steps "
            + "are the levels."
            + (chart.steps.contains { $0.null != nil }
                ? " Shaded: where it lies for random sides of the same classes (mean ± 2 standard deviations); fewer "
                    + "classes alone raise it." : "")
    }

    /// Appends a card for each level, of which the hardest is open.
    func levels(_ html: inout Markup, images: [String: String]) {
        var words = "The bar is the distance, as a part of the largest."
        if manifest.levels.contains(where: { $0.null != nil }) {
            words +=
                " The mark on it is where random sides of the same classes lie; excess is what the distance is above their "
                + "mean."
        }
        if manifest.levels.contains(where: { $0.holdout != nil }) {
            words +=
                " The held-out p-value asks whether the sides that a search finds in half of the samples differ in the other "
                + "half too, compared with samples dealt to the classes at random: small where the difference is not made up "
                + "by the search. A shift is shown where the distance is above random sides and that p is at most 0.05."
        }
        html.element("p", [], content: words)
        let largest = manifest.levels.map(\.fid).max() ?? 0
        let numbers = levelNumbers(manifest.levels.map(\.id))
        html.group("div", [("class", "cards")]) { html in
            for (number, level) in zip(numbers, manifest.levels) {
                card(
                    level, number: number, isOpen: level.id == manifest.levels.last?.id, largest: largest,
                    images: images, &html)
            }
        }
    }

    private func card(
        _ level: SplitLevel, number: String, isOpen: Bool, largest: Double, images: [String: String],
        _ html: inout Markup
    ) {
        html.group("details", [("class", "card"), ("id", Self.anchor(number))] + (isOpen ? [("open", "open")] : [])) {
            html in
            html.group("summary", []) { html in
                html.element("span", [("class", "dot"), ("aria-hidden", "true")], content: number)
                html.element("h3", [], content: level.id)
                gauge(level, largest: largest, &html)
                html.element("span", [("class", "reading")], content: distanceText(level.fid))
            }
            if let origin = (manifest.levelOrder == nil ? Self.origins : Self.originsInOrder)[level.arm.rawValue] {
                html.element("p", [("class", "origin")], content: origin)
            }
            html.group("dl", []) { html in
                for (name, value) in numbers(of: level) {
                    html.group("div", []) { html in
                        html.element("dt", [], content: name)
                        html.element("dd", [], content: value)
                    }
                }
            }
            let sampleCounts = [level.trainSampleCount, level.testSampleCount, nil]
            for (side, (labels, count)) in zip(
                ClassMapChart.Side.allCases, zip([level.train, level.test, level.removed], sampleCounts))
            where !labels.isEmpty {
                html.group("p", [("class", "side \(side.rawValue)")]) { html in
                    html.element("b", [], content: side.rawValue.prefix(1).uppercased() + side.rawValue.dropFirst())
                    html.element(
                        "span", [],
                        content: "\(labels.count) classes" + (count.map { ", \($0) samples" } ?? ""))
                }
                thumbnails(of: specimens(of: labels), images: images, &html)
            }
        }
    }

    /// Appends a bar that shows where the level's distance lies between 0 and the largest, with the null band shaded.
    private func gauge(_ level: SplitLevel, largest: Double, _ html: inout Markup) {
        guard largest > 0 else { return }
        func part(_ value: Double) -> String { "\(fixed(min(max(100 * value / largest, 0), 100), 1))%" }
        let words = "distance \(distanceText(level.fid)) of at most \(distanceText(largest))"
        html.group("div", [("class", "gauge"), ("role", "img"), ("aria-label", words)]) { html in
            html.element("span", [("style", "width:\(part(level.fid))")], content: "")
            guard let null = level.null else { return }
            html.element(
                "i",
                [
                    (
                        "style",
                        "left:\(part(null.mean - 2 * null.sd));right:\(fixed(100 - min(max(100 * (null.mean + 2 * null.sd) / largest, 0), 100), 1))%"
                    ), ("title", "random sides"),
                ], content: "")
        }
    }

    private func numbers(of level: SplitLevel) -> [(String, String)] {
        let words = LevelWords(manifest)
        var numbers: [(String, String)] = []
        if let title = words.column, let axis = level.axis {
            numbers.append((title.capitalizedFirst, words.place(axis.value)))
            for (name, span) in [("Train on", axis.train), ("Test on", axis.test)] {
                if let span { numbers.append((name, "\(span.first) to \(span.last)")) }
            }
        }
        numbers.append(("Distance", distanceText(level.fid)))
        if let excess = level.excess { numbers.append(("Excess", distanceText(excess).replacing(bytes: ["-": "−"]))) }
        if let null = level.null { numbers.append(("Random sides", "\(short(null.mean)) ± \(short(2 * null.sd))")) }
        if let position = level.position { numbers.append(("Stands", "\(position.rawValue) them")) }
        if let holdout = level.holdout { numbers.append(("Held-out p", fixed(holdout.p, 3))) }
        if level.null != nil {
            numbers.append(("Shift", level.shiftWords))
        }
        return numbers
    }

    /// About three significant digits, to fit into a narrow column.
    func short(_ value: Double) -> String {
        abs(value) >= 1 ? fixed(value, abs(value) >= 100 ? 0 : 1) : distanceText(value)
    }

    private static let origins = [
        "start": "where the series starts", "swap": "harder, by exchange", "easier": "easier, by exchange",
        "removal": "harder, by removal", "imported": "imported",
        "holdout": "one hold-out, whose train classes are those of training and validation",
    ]

    private static let originsInOrder = [
        "start": "where the series starts", "swap": "by exchange", "removal": "by removal",
    ]

    /// The samples of the three classes of a side that are farthest from the other side, as the manifest has them, or else of
    /// classes spread over the sorted ones.
    func typical(of side: Side, at level: SplitLevel) -> [String] {
        let classes = level.composition?.direction?.end(of: side).classes.prefix(3).map(\.sample)
        return classes ?? Array(specimens(of: side == .test ? level.test : level.train).prefix(3))
    }

    /// The first sample of a class.
    func specimen(of label: String) -> String? {
        dataset.number(ofClass: label).flatMap { dataset.samplesOfClass[$0].first }.map { dataset.samples[$0].id }
    }

    /// The first samples of a few classes, spread over the sorted classes.
    func specimens(of labels: [String]) -> [String] {
        let count = min(6, labels.count)
        return (0..<count).compactMap { place in
            specimen(of: labels[(2 * place + 1) * labels.count / (2 * count)])
        }
    }

    private func thumbnails(of ids: [String], images: [String: String], _ html: inout Markup) {
        let shown = ids.compactMap { id in images[id].map { (id, $0) } }
        guard !shown.isEmpty else { return }
        html.group("div", [("class", "thumbs")]) { html in
            for (id, address) in shown {
                html.element(
                    "img",
                    [
                        ("src", address), ("alt", id), ("title", id), ("width", "48"), ("height", "48"),
                        ("loading", "lazy"),
                    ])
            }
        }
    }

    /// The classes shown by an image on the map: their places among its points, and a sample of each.
    ///
    /// Each is as far as possible from those before it, until they would cover one another.
    var mapPictures: [(place: Int, sample: String)] {
        guard let level = manifest.levels.last, let map = map(of: level, limit: mapLimit) else { return [] }
        return map.spreadPoints(.page).compactMap { place in
            specimen(of: map.points[place].label).map { (place, $0) }
        }
    }

    /// Appends the map, with a choice of levels.
    func map(_ html: inout Markup, images: [String: String]) {
        let pictures = mapPictures
        let maps = manifest.levels.compactMap { level in
            map(of: level, limit: mapLimit).map { map in
                var map = map
                map.pictures = pictures.compactMap { place, id in images[id].map { (place, id, $0) } }
                return map
            }
        }
        let isCut = (classMap?.points.count ?? 0) > mapLimit
        // The hardest level shows best what the sides are.
        guard let start = maps.indices.last else { return }
        html.element(
            "p", [],
            content:
                "Each class at its mean embedding, along the two directions in which the class means vary most. Most of "
                + "the variance is usually elsewhere, so near points need not be near in all dimensions."
                + (maps[start].pictures.isEmpty
                    ? "" : " Images stand for classes that lie far apart; every other class is a point."))
        html.group("div", [("class", "controls"), ("id", "map-controls"), ("hidden", "hidden")]) { html in
            html.group("label", []) { html in
                html.raw("Level")
                html.group("select", [("id", "map-level")]) { html in
                    for (place, map) in maps.enumerated() {
                        html.element(
                            "option", place == start ? [("selected", "selected")] : [],
                            content: "\(map.level), distance \(distanceText(manifest.levels[place].fid))")
                    }
                }
            }
            html.element("span", [("id", "map-counts"), ("aria-live", "polite")], content: "")
        }
        html.group("div", [("class", "figures")]) { html in
            html.figure(
                maps[start], heading: "Where the classes lie",
                caption: "Train, test and removed classes differ in colour and shape"
                    + (maps[start].pictures.isEmpty
                        ? "." : "; the frames of the images too: full, dashed and dotted.")
                    + " Point at a class, or tap it, for its name."
                    + (isCut ? " Shown are \(mapLimit) of the classes, evenly chosen from the sorted ones." : ""))
        }
        let letters: [ClassMapChart.Side: Character] = [.train: "t", .test: "e", .removed: "r"]
        let levels = maps.map { map in
            "{\"sides\":\"\(String(map.points.map { letters[$0.side] ?? "r" }))\"}"
        }
        html.raw(
            "<script type=\"application/json\" id=\"map-data\">{\"levels\":[\(levels.joined(separator: ","))]}</script>"
        )
    }
}
