internal import Datasets
internal import Embeddings
internal import Evaluation
internal import Files
internal import Retrieval
internal import Splits
internal import Statistics

extension ReportPage {
    /// Appends the first screen: what was found, a tile for each model, and the main chart.
    func front(_ html: inout Markup, images: [String: String]) {
        html.group("header", [("class", (comparisons?.results.count ?? 0) > 6 ? "front many" : "front")]) { html in
            html.group("div", [("class", "answer")]) { html in
                html.element("p", [("class", "kicker")], content: "Graded train/test splits, by oodml")
                html.element("h1", [], content: manifest.dataset.name)
                for (place, sentence) in answer.enumerated() {
                    html.element(
                        "p", [("class", place == 0 && answer.count > 1 ? "finding lead" : "finding")], content: sentence
                    )
                }
                html.element("p", [("class", "facts")], content: facts.joined(separator: " · "))
            }
            html.group("div", [("class", "tiles")]) { html in
                if let comparisons { tiles(of: comparisons, &html) } else { tilesOfSplits(&html) }
            }
            html.group("div", [("class", "hero")]) { html in
                if let comparisons {
                    explorer(comparisons, images: images, &html)
                } else if let progression {
                    html.group("figure", []) { html in
                        html.element("h2", [], content: "The distance along the steps")
                        html.group("div", [("class", "wide")]) { $0.raw(progression.svg(.page)) }
                        html.group("div", [("class", "narrow")]) { $0.raw(progression.svg(.narrowPage)) }
                        strip(images: images, &html)
                        html.element("figcaption", [], content: Self.progressionCaption(progression))
                    }
                }
            }
        }
    }

    /// What was found, the most important first.
    var answer: [String] {
        guard let comparisons else { return shiftSentences(manifest).map(typographic) }
        let found =
            comparisons.leads.map { verdictSentences($0, manifest: manifest) }
            ?? (comparisons.fallSentences + shiftSentences(manifest))
        return found.map(typographic)
    }

    private var facts: [String] {
        let source =
            manifest.importedFrom.map { "read from \($0.file)" } ?? manifest.embeddings.map { "embedded by \($0.file)" }
        return ["\(manifest.dataset.classCount) classes", "\(manifest.dataset.sampleCount) samples"]
            + (source.map { [$0] } ?? [])
    }

    // MARK: Tiles

    private func tiles(of comparisons: ReportComparisons, _ html: inout Markup) {
        let words = LevelWords(comparisons.main)
        html.element(
            "p", [("class", "what")],
            content: comparisons.main.metric.title
                + (comparisons.leads == nil
                    ? " \(comparisons.main.gallery.placeOnTile)"
                    : ", gain over the frozen features, \(words.first) → \(words.last) level"))
        for (number, model) in comparisons.main.models.enumerated() {
            let style = LineStyle.model(number)
            html.group("article", [("class", "tile"), ("aria-label", model.name)]) { html in
                html.group("h2", []) { html in
                    html.raw(Self.swatch(style))
                    html.element("span", [], content: model.name)
                }
                let leads = model.gains
                let points = leads.isEmpty ? model.curve.points.map(\.estimate) : leads
                if let first = points.first, let last = points.last {
                    html.group("p", [("class", "from-to")]) { html in
                        ends(first, last, called: words, isLead: !leads.isEmpty, &html)
                    }
                }
                html.group("dl", []) { html in
                    for (name, value) in numbers(of: number, in: comparisons) {
                        html.group("div", []) { html in
                            html.element("dt", [], content: name)
                            html.element("dd", [], content: value)
                        }
                    }
                }
            }
        }
    }

    /// Appends the value at the first and at the last level.
    private func ends(_ first: Estimate, _ last: Estimate, called words: LevelWords, isLead: Bool, _ html: inout Markup)
    {
        for (place, (value, name)) in [(first, words.first), (last, words.last)].enumerated() {
            if place == 1 { html.element("span", [("class", "arrow"), ("aria-hidden", "true")], content: "→") }
            html.group("span", [("class", "end")]) { html in
                html.element("b", [], content: Self.text(value.value, signed: isLead))
                if let margin = value.margin { html.element("small", [], content: "± \(fixed(margin, 3))") }
                html.element("small", [], content: name)
            }
        }
    }

    private func numbers(of number: Int, in comparisons: ReportComparisons) -> [(String, String)] {
        let model = comparisons.main.models[number]
        var rows: [(String, String)] = []
        if let ags = model.ags { rows.append(("AGS", Self.text(ags, signed: false))) }
        if let change = (comparisons.leads ?? comparisons.main).fittedChange(number) {
            rows.append(("Change", Self.text(change.value, signed: true)))
            if let verdict = change.isBeyondNoise { rows.append(("… beyond noise", verdict)) }
        }
        if model.runs.count > 1 { rows.append(("Training runs", "\(model.runs.count)")) }
        return rows
    }

    private func tilesOfSplits(_ html: inout Markup) {
        let tested = manifest.levels.filter { $0.isShift != nil }
        let isOrdered = manifest.levelOrder != nil
        let values = [
            ("Levels", "\(manifest.levels.count)"),
            (
                isOrdered ? "Distance at the first" : "Easiest distance",
                manifest.levels.first.map { distanceText($0.fid) } ?? "–"
            ),
            (
                isOrdered ? "Distance at the last" : "Hardest distance",
                manifest.levels.last.map { distanceText($0.fid) } ?? "–"
            ),
            (
                "Shift beyond chance",
                tested.isEmpty ? "not tested" : "\(tested.count { $0.isShift == true }) of \(tested.count) levels"
            ),
        ]
        for (name, value) in values {
            html.group("article", [("class", "tile"), ("aria-label", name)]) { html in
                html.element("p", [("class", "what")], content: name)
                html.element("p", [("class", "from-to")], content: value)
            }
        }
    }

    /// A piece of a model's line, as in the legend.
    static func swatch(_ style: LineStyle) -> String {
        var svg = Markup()
        svg.group(
            "svg",
            [("class", "swatch"), ("viewBox", "0 0 30 14"), ("width", "30"), ("height", "14"), ("aria-hidden", "true")]
        ) { svg in
            ChartStyle.line(&svg, [(1, 7), (29, 7)], style: style)
            svg.element(
                "path",
                [
                    ("class", "\(style.className) mark"), ("d", style.marker.path(x: 15, y: 7, radius: 4.5)),
                    ("fill", style.color),
                ])
        }
        return svg.lines.joined()
    }

    private static func text(_ value: Double, signed isSigned: Bool) -> String {
        typographic(isSigned ? signed(value, 3) : fixed(value, 3))
    }

    private static func text(_ estimate: Estimate, signed isSigned: Bool) -> String {
        typographic(withMargin(estimate, signed: isSigned))
    }

    // MARK: The main chart

    /// Appends the one chart of the models: drawn for the first choice, and with switches where there is a script.
    private func explorer(_ comparisons: ReportComparisons, images: [String: String], _ html: inout Markup) {
        guard let explorer = comparisons.explorer else { return }
        let chart = comparisons.firstChart
        html.group("figure", [("id", "explorer")]) { html in
            html.element("h2", [("id", "explorer-title")], content: explorer.firstHeading)
            html.group("form", [("class", "switches"), ("id", "explorer-switches"), ("hidden", "hidden")]) { html in
                for (name, title, choices) in [
                    ("show", "Draw", explorer.shows), ("metric", "Metric", explorer.metrics),
                    ("gallery", "Gallery", explorer.galleries), ("direction", "Direction", explorer.directions),
                    ("axis", "Over", explorer.axes),
                ] where choices.count > 1 {
                    Self.choice(name, title: title, choices, chosen: (explorer.first + [explorer.axes[0].id]), &html)
                }
            }
            html.group("div", [("class", "legend"), ("id", "explorer-legend"), ("hidden", "hidden")]) { html in
                for (number, subject) in explorer.subjects.enumerated() {
                    html.group("button", [("type", "button"), ("aria-pressed", "true")]) { html in
                        html.raw(Self.swatch(.model(number)))
                        html.element("span", [], content: subject.name)
                    }
                }
            }
            html.group("div", [("class", "plot"), ("id", "explorer-plot")]) { html in
                html.group("div", [("class", "wide")]) { $0.raw(chart.svg(.page)) }
                html.group("div", [("class", "narrow")]) { $0.raw(chart.svg(.narrowPage)) }
            }
            strip(images: images, &html)
            html.element(
                "figcaption", [("id", "explorer-caption")],
                content: explorer.captions["\(explorer.first[0]) \(explorer.first[2])"] ?? "")
            html.group("details", []) { html in
                html.element("summary", [], content: "The numbers")
                html.table(
                    caption: "Value ± half the width of the 95 % interval",
                    columns: [("Level", false), (explorer.placeTitle, true)]
                        + explorer.subjects.map { ($0.name, true) },
                    rows: explorer.levels.indices.map { place in
                        [explorer.levels[place].id, explorer.place(place)]
                            + explorer.firstLines.map { line in
                                guard let line, let value = line.values[place] else { return "–" }
                                return Self.text(value, signed: explorer.first[0] != "score")
                                    + (line.margins[place].map { " ± \(fixed($0, 3))" } ?? "")
                            }
                    }, id: "explorer-table")
            }
            html.raw("<script type=\"application/json\" id=\"explorer-data\">\(explorer.json)</script>")
        }
    }

    /// Appends a switch: buttons of which one is chosen, or a list where there are many.
    private static func choice(
        _ name: String, title: String, _ choices: [ReportExplorer.Choice], chosen: [String], _ html: inout Markup
    ) {
        if choices.count > 3 {
            html.group("label", [("class", "switch")]) { html in
                html.element("span", [("class", "legend-text")], content: title)
                html.group("select", [("name", name)]) { html in
                    for choice in choices {
                        html.element(
                            "option",
                            [("value", choice.id)] + (chosen.contains(choice.id) ? [("selected", "selected")] : []),
                            content: choice.title)
                    }
                }
            }
            return
        }
        html.group("fieldset", [("class", "switch")]) { html in
            html.element("legend", [], content: title)
            html.group("div", [("class", "segments")]) { html in
                for choice in choices {
                    html.group("label", []) { html in
                        html.element(
                            "input",
                            [("type", "radio"), ("name", name), ("value", choice.id)]
                                + (chosen.contains(choice.id) ? [("checked", "checked")] : []))
                        html.element("span", [], content: choice.title)
                    }
                }
            }
        }
    }

    /// Appends a column for each level, easy left to hard right: its dot, its distance, and images of classes of both sides.
    private func strip(images: [String: String], _ html: inout Markup) {
        let numbers = levelNumbers(manifest.levels.map(\.id))
        let pictures = manifest.levels.map { level in
            [typical(of: .test, at: level), typical(of: .train, at: level)].map { ids in
                ids.filter { images[$0] != nil }
            }
        }
        guard pictures.contains(where: { $0.contains { !$0.isEmpty } }) else { return }
        html.group("div", [("class", "strip"), ("style", "--levels:\(numbers.count)")]) { html in
            html.group("ol", []) { html in
                for (level, (number, sides)) in zip(manifest.levels, zip(numbers, pictures)) {
                    html.group("li", []) { html in
                        html.group("a", [("href", "#\(Self.anchor(number))"), ("title", level.id)]) { html in
                            html.element("span", [("class", "dot")], content: number)
                        }
                        html.element("small", [], content: short(level.fid))
                        for (side, ids) in zip(["test", "train"], sides) {
                            html.group("div", [("class", "pictures \(side)")]) { html in
                                for id in ids {
                                    html.element(
                                        "img",
                                        [
                                            ("src", images[id] ?? ""), ("alt", "\(side): \(id)"),
                                            ("title", "\(side): \(id)"),
                                            ("width", "40"), ("height", "40"), ("loading", "lazy"),
                                        ])
                                }
                            }
                        }
                    }
                }
            }
            html.group("p", [("class", "strip-key")]) { html in
                html.element("span", [("class", "test")], content: "tested on")
                html.element("span", [("class", "train")], content: "trained on")
                html.element(
                    "span", [],
                    content: "classes far to either side, "
                        + (manifest.levelOrder.map { "levels by \($0.words) from left to right" }
                            ?? "easy levels left, hard ones right"))
            }
        }
    }

    /// The id of a level's place on the page, made of the number in its dot.
    static func anchor(_ number: String) -> String { "at-level-\(number)" }
}

/// A text with a minus before its negative numbers, where the terminal's has a hyphen, which can be pasted.
func typographic(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let found = bytes.indices.flatMap { place -> [UInt8] in
        let isBeforeDigit =
            place + 1 < bytes.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place + 1])
        let isAfterWord = place > 0 && bytes[place - 1] != UInt8(ascii: " ") && bytes[place - 1] != UInt8(ascii: "(")
        return bytes[place] == UInt8(ascii: "-") && isBeforeDigit && !isAfterWord ? Array("−".utf8) : [bytes[place]]
    }
    return String(decoding: found, as: UTF8.self)
}

extension GalleryKind {
    /// Where retrieval searched, for a tile.
    fileprivate var placeOnTile: String {
        switch self {
        case .catalogue: "among all classes"
        case .full: "within the test classes"
        case .matched: "in galleries of equal size"
        }
    }
}
