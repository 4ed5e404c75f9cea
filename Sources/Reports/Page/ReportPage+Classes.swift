internal import Datasets
internal import Evaluation
internal import Files
internal import Foundation
internal import Splits
internal import Statistics

/// The maximum number of classes in a page's table; with all classes of a large dataset the page would be too heavy to
/// open.
private let classLimit = 2000

extension ReportPage {
    /// Appends the table of classes, which the script sorts and filters.
    func classes(_ html: inout Markup) {
        let shown = models.filter { !$0.classes.isEmpty }
        guard let first = shown.first else { return }
        let labels = shownClasses(of: shown)
        let rows = Self.rows(of: first.classes, labels: labels)
        let isCut = Set(shown.flatMap { $0.classes.map(\.classLabel) }).count > labels.count
        html.element(
            "p", [],
            content:
                "How each class is retrieved when it is a test class, as the mean over its queries at the levels chosen, in "
                + "both directions. The gain is the model's Recall@1 less the frozen features'."
                + (isCut ? " Shown are the \(labels.count) classes with the lowest Recall@1." : ""))
        html.group("div", [("class", "controls"), ("id", "class-controls"), ("hidden", "hidden")]) { html in
            select("class-model", label: "Model", options: shown.map(\.name), &html)
            select("class-level", label: "Level", options: ["all levels"] + manifest.levels.map(\.id), &html)
            html.group("label", []) { html in
                html.raw("Find a class")
                html.element("input", [("type", "search"), ("id", "class-filter"), ("autocomplete", "off")])
            }
            html.element("span", [("id", "class-count"), ("aria-live", "polite")], content: "")
        }
        html.table(
            caption: "Classes by Recall@1",
            columns: [
                ("Class", false), ("Queries", true), ("Recall@1", true), ("MAP@R", true), ("Frozen Recall@1", true),
                ("Gain", true),
            ],
            rows: rows.prefix(200).map { row in
                [row.label, "\(row.queryCount)"]
                    + row.values.map { $0.map { fixed($0, 3).replacing(bytes: ["-": "−"]) } ?? "–" }
            }, id: "class-table")
        html.element("button", [("type", "button"), ("id", "class-more"), ("hidden", "hidden")], content: "Show all")
        html.raw("<script type=\"application/json\" id=\"class-data\">\(data(of: shown, labels: labels))</script>")
    }

    private func select(_ id: String, label: String, options: [String], _ html: inout Markup) {
        html.group("label", []) { html in
            html.raw(label)
            html.group("select", [("id", id)]) { html in
                for option in options { html.element("option", [], content: option) }
            }
        }
    }

    /// The classes in the table: all, or those that the first model retrieves worst.
    private func shownClasses(of models: [Model]) -> [String] {
        let all = Set(models.flatMap { $0.classes.map(\.classLabel) })
        guard all.count > classLimit, let first = models.first else { return all.sorted() }
        return Self.rows(of: first.classes, labels: Array(all)).prefix(classLimit).map(\.label).sorted()
    }

    private typealias Row = (label: String, queryCount: Int, values: [Double?])

    /// The means over all tasks, sorted by Recall@1: Recall@1, MAP@R, the backbone's Recall@1 and the lead.
    private static func rows(of scores: [ClassScores], labels: [String]) -> [Row] {
        let groups = Dictionary(grouping: scores, by: \.classLabel)
        return labels.compactMap { label -> Row? in
            guard let rows = groups[label] else { return nil }
            func mean(_ value: (ClassScores) -> Double?) -> Double? {
                let known = rows.compactMap { row in value(row).map { (Double(row.queryCount), $0) } }
                let count = known.reduce(0) { $0 + $1.0 }
                return count > 0 ? known.reduce(0) { $0 + $1.0 * $1.1 } / count : nil
            }
            let (recall, frozen) = (mean { $0.model[0] }, mean { $0.backbone[0] })
            let lead = recall.flatMap { recall in frozen.map { recall - $0 } }
            return (label, rows.reduce(0) { $0 + $1.queryCount }, [recall, mean { $0.model[1] }, frozen, lead])
        }.sorted { ($0.values[0] ?? 2, $0.label) < ($1.values[0] ?? 2, $1.label) }
    }

    /// The same for the script: for each model and level, rows of class, queries, Recall@1, MAP@R, backbone's Recall@1.
    private func data(of models: [Model], labels: [String]) -> String {
        let numbers = NameIndex(labels)
        let levels = NameIndex(manifest.levels.map(\.id))
        func text(_ value: Double?) -> String { value.map { fixed($0, 4) } ?? "null" }
        var tasks: [String] = []
        for (place, model) in models.enumerated() {
            let groups = Dictionary(grouping: model.classes) { "\($0.level)\u{1}\($0.direction.rawValue)" }
            for key in groups.keys.sorted() {
                guard let rows = groups[key], let level = levels[rows[0].level] else { continue }
                let lines = rows.compactMap { row in
                    numbers[row.classLabel].map { number in
                        "[\(number),\(row.queryCount),\(text(row.model[0])),\(text(row.model[1])),\(text(row.backbone[0]))]"
                    }
                }
                tasks.append("{\"model\":\(place),\"level\":\(level),\"rows\":[\(lines.joined(separator: ","))]}")
            }
        }
        // A label may hold text that would end the script element.
        let names = labels.map { label in
            let json = (try? JSONEncoder().encode(label)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
            return json.escaped(for: .script)
        }
        return "{\"classes\":[\(names.joined(separator: ","))],\"tasks\":[\(tasks.joined(separator: ","))]}"
    }
}
