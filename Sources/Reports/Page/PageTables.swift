internal import Files
internal import Statistics

extension Markup {
    /// Appends a table that scrolls on its own if it is wider than the page.
    mutating func table(
        caption: String, columns: [(title: String, isNumber: Bool)], rows: [[String]], id: String? = nil,
        className: String? = nil
    ) {
        // Focusable, so that the keyboard can scroll it too.
        let region = [("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", caption)]
        group("div", region) { html in
            let names = (id.map { [("id", $0)] } ?? []) + (className.map { [("class", $0)] } ?? [])
            html.group("table", names) { html in
                html.element("caption", [], content: caption)
                html.group("thead", []) { html in
                    html.group("tr", []) { html in
                        for column in columns {
                            html.element(
                                "th", [("scope", "col")] + (column.isNumber ? [("class", "number")] : []),
                                content: column.title)
                        }
                    }
                }
                html.group("tbody", []) { html in
                    for row in rows {
                        html.group("tr", []) { html in
                            for (place, cell) in row.enumerated() {
                                if place == 0 {
                                    html.element("th", [("scope", "row")], content: cell)
                                } else {
                                    html.element(
                                        "td", columns[place].isNumber ? [("class", "number")] : [], content: cell)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Appends a table as the terminal shows it.
    mutating func table(_ table: TextTable, caption: String) {
        self.table(
            caption: caption, columns: table.columns.map { ($0.title, $0.alignment == .right) },
            rows: table.rows.map { row in
                zip(row, table.columns).map { $1.alignment == .right ? typographic($0) : $0 }
            })
    }

    /// Appends a chart with its heading, its description and its numbers.
    mutating func figure(_ chart: some Chart, heading: String, caption: String) {
        group("figure", []) { html in
            html.element("h3", [], content: heading)
            html.group("div", [("class", "wide")]) { $0.raw(chart.svg(.page)) }
            html.group("div", [("class", "narrow")]) { $0.raw(chart.svg(.narrowPage)) }
            html.element("figcaption", [], content: caption)
            let table = chart.table
            guard table.rows.count <= 400 else { return }
            html.group("details", []) { html in
                html.element("summary", [], content: "The numbers")
                // A name may look like a number, and stays as it is.
                let areNames = table.columns.map(namesOfColumns.contains)
                html.table(
                    caption: heading,
                    columns: table.columns.enumerated().map { place, name in
                        (name, !areNames[place] && table.rows.contains { Double($0[place]) != nil })
                    },
                    rows: table.rows.map { row in
                        zip(row, areNames).map { cell, isName in
                            isName ? cell : Double(cell).map { Int(cell) == nil ? distance4($0) : cell } ?? cell
                        }
                    })
            }
        }
    }
}

/// The columns of charts' tables that hold names, not numbers.
private let namesOfColumns: Set = ["class", "level", "line", "model", "origin", "side"]

/// About four significant digits, for tables under charts.
private func distance4(_ value: Double) -> String {
    fixed(value, abs(value) >= 100 ? 1 : abs(value) >= 10 ? 2 : 4)
}
