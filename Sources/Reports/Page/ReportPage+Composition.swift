internal import Datasets
internal import Files
internal import Splits
internal import Statistics

extension ReportPage {
    /// Whether the manifest says what distinguishes the sides of a level.
    var hasCompositions: Bool { manifest.levels.contains { $0.composition != nil } }

    /// The ids of the samples whose images the section of compositions shows.
    var picturedInCompositions: Set<String> {
        Set(
            manifest.levels.flatMap { level in
                Side.allCases.flatMap { side -> [String] in
                    guard let composition = level.composition, let end = composition.direction?.end(of: side) else {
                        return []
                    }
                    return end.classes.map(\.sample) + (composition.columns.isEmpty ? end.samples : [])
                }
            })
    }

    /// Appends what distinguishes the sides of each level, hardest first.
    func compositions(_ html: inout Markup, images: [String: String]) {
        let levels = manifest.levels.filter { $0.composition != nil }.reversed()
        let hasColumns = levels.contains { $0.composition?.columns.isEmpty == false }
        html.element(
            "p", [],
            content:
                "What the test classes are that the train classes are not, \(LevelWords(manifest).last) level first: "
                + (hasColumns
                    ? "the values whose shares differ most, beside what random sides of the same classes would differ by, and "
                    : "")
                + "the classes at both ends of the line from the mean of train to the mean of test.")
        for (place, level) in levels.enumerated() {
            html.group("details", [("class", "composition")] + (place == 0 ? [("open", "open")] : [])) { html in
                html.group("summary", []) { html in
                    html.element("b", [], content: level.id)
                    html.element("span", [], content: "distance \(distanceText(level.fid))")
                    for column in level.composition?.columns.prefix(1) ?? [] {
                        html.element("span", [], content: column.shortWords)
                    }
                }
                guard let composition = level.composition else { return }
                // The classes are shown below, so the second sentence need not name them.
                let sentences = compositionSentences(level, in: manifest).prefix(1)
                for sentence in sentences { html.element("p", [("class", "said")], content: sentence) }
                if let direction = composition.direction,
                    !composition.tellingColumns(for: manifest).isEmpty
                {
                    html.element(
                        "p", [("class", "said")], content: separationWords(direction, level).capitalizedFirst + ".")
                }
                html.group("div", [("class", "sides")]) { html in
                    for column in composition.columns { shares(column, &html) }
                    if let direction = composition.direction {
                        ends(direction, withSamples: composition.columns.isEmpty, images: images, &html)
                    }
                }
            }
        }
    }

    /// Appends the table of a column's values with a bar for each side.
    private func shares(_ column: ShiftComposition.ColumnShares, _ html: inout Markup) {
        let largest = column.values.reduce(0) { max($0, $1.train, $1.test) }
        html.group("table", [("class", "shares")]) { html in
            html.element(
                "caption", [],
                content: "By \(column.shortWords)"
                    + (column.isOfUnits(in: manifest) ? "" : ", p = \(fixed(column.p, 3))"))
            html.group("thead", []) { html in
                html.group("tr", []) { html in
                    for title in [column.column, "train", "test"] {
                        html.element("th", [("scope", "col")], content: title)
                    }
                }
            }
            html.group("tbody", []) { html in
                for value in column.values {
                    html.group("tr", []) { html in
                        html.element("th", [("scope", "row")], content: value.value ?? "without")
                        for (side, part) in [(Side.train, value.train), (.test, value.test)] {
                            html.group("td", [("class", side.rawValue)]) { html in
                                html.element("span", [], content: percent(part))
                                html.element(
                                    "i",
                                    [("style", "width:\(fixed(largest > 0 ? 100 * max(part, 0) / largest : 0, 1))%")],
                                    content: "")
                            }
                        }
                    }
                }
            }
        }
    }

    /// Appends the classes, and if asked for the samples, at both ends of the direction.
    private func ends(
        _ direction: ShiftComposition.MeansDirection, withSamples: Bool, images: [String: String],
        _ html: inout Markup
    ) {
        for side in Side.allCases {
            let end = direction.end(of: side)
            html.group("div", [("class", "end")]) { html in
                html.group("p", [("class", "side \(side.rawValue)")]) { html in
                    html.element(
                        "b", [], content: "The \(side.rawValue) classes farthest from \(side.opposite.rawValue)")
                }
                pictures(end.classes.map { ($0.sample, $0.label, $0.label) }, images: images, &html)
                let samples = end.samples.filter { images[$0] != nil }
                guard withSamples, !samples.isEmpty else { return }
                html.group("p", [("class", "side \(side.rawValue)")]) { html in
                    html.element(
                        "b", [], content: "The \(side.rawValue) images farthest from \(side.opposite.rawValue)")
                }
                pictures(samples.map { ($0, $0, $0) }, images: images, &html)
            }
        }
    }

    /// Appends pictures with the last part of a name below each; where there is no image, the name alone.
    private func pictures(
        _ shown: [(sample: String, title: String, label: String)], images: [String: String], _ html: inout Markup
    ) {
        html.group("ul", [("class", "pictures")]) { html in
            for (sample, title, label) in shown {
                html.group("li", [("title", title)]) { html in
                    if let address = images[sample] {
                        html.element(
                            "img",
                            [("src", address), ("alt", sample), ("width", "72"), ("height", "72"), ("loading", "lazy")])
                    }
                    html.element(
                        "span", [], content: label.parts(between: "/", keepingEmpty: false).last ?? label)
                }
            }
        }
    }
}
