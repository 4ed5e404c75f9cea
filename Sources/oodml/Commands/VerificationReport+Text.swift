import Datasets
import DenseLinearAlgebra
import Experiments
import Reports
import Retrieval
import Statistics

// The tables, and what they count.
extension VerificationReport {
    func text(on display: TextDisplay) -> String {
        let elsewhere = "--format json has all"
        let tables =
            models.count == 1
            ? [rateTable(first), measureTable(first)] : [modelTable, pairTable]
        return tables.map { $0.text(on: display, elsewhere: elsewhere) + "\n" }.joined()
            + display.wrapped(counts) + "\n" + sentences.map { "\n" + display.wrapped(onOneLine($0)) + "\n" }.joined()
    }

    private func margin(_ model: Verification.Model, _ metric: VerificationMetric) -> String {
        model.estimates[metric]?.margin.map { fixed($0, 4) } ?? "–"
    }

    private var hasIntervals: Bool { verification.grouping != nil }

    private func intervalColumn(_ name: String) -> [TextTable.Column] {
        hasIntervals ? [.init("±", alignment: .right, name: "± of \(name)", spareOrder: 1)] : []
    }

    private func rateTable(_ model: Verification.Model) -> TextTable {
        TextTable(
            columns: [.init("FAR", alignment: .right), .init("TAR", alignment: .right)] + intervalColumn("TAR") + [
                .init("FNMR", alignment: .right, spareOrder: 3), .init("threshold", alignment: .right),
                .init("impostors accepted", alignment: .right, spareOrder: 2),
            ],
            rows: zip(model.scores.rates, model.scores.operations).map { rate, operation in
                let margin = hasIntervals ? [self.margin(model, .acceptRate(falseAcceptRate: rate))] : []
                guard let operation else { return ["\(rate)", "–"] + margin + ["–", "–", "too few"] }
                return ["\(rate)", fixed(operation.acceptRate, 4)] + margin + [
                    fixed(operation.falseNonMatchRate, 4), upward(operation.threshold, 5),
                    "\(operation.acceptedImpostorCount)",
                ]
            })
    }

    private func measureTable(_ model: Verification.Model) -> TextTable {
        func row(_ metric: VerificationMetric) -> [String]? {
            model.estimates[metric].map {
                [metric.name, fixed($0.value, 4)] + (hasIntervals ? [margin(model, metric)] : [])
            }
        }
        func row(_ name: String, _ value: Double?, _ margin: String = "") -> [String]? {
            value.map { [name, fixed($0, 4)] + (hasIntervals ? [margin] : []) }
        }
        let list = [
            row("best accuracy", model.list?.bestAccuracy),
            row("accuracy over folds", model.list?.foldAccuracy?.mean),
            row("its deviation over folds", model.list?.foldAccuracy?.standardDeviation),
        ]
        let open = [row("rank-1", model.openSet?.rankOneRate)] + (model.openSet?.metrics ?? []).map { row($0) }
        return TextTable(
            columns: [.init("measure"), .init("value", alignment: .right)] + intervalColumn("the value"),
            rows: ([row(.equalErrorRate), row(.area)] + list + open).compactMap(\.self))
    }

    /// One line a model, with what people read first.
    private var modelTable: TextTable {
        let shown =
            (metric == .equalErrorRate ? [] : [metric]) + [.equalErrorRate, .area]
            + [openMetric].compactMap(\.self)
        return TextTable(
            columns: [.init("model")]
                + shown.enumerated().flatMap { number, metric in
                    [.init(metric.title, alignment: .right, spareOrder: number)]
                        + (hasIntervals
                            ? [
                                TextTable.Column(
                                    "±", alignment: .right, name: "± of \(metric.title)", spareOrder: number + 4)
                            ] : [])
                },
            rows: models.map { model in
                [model.name]
                    + shown.flatMap { metric in
                        [model.estimates[metric].map { fixed($0.value, 4) } ?? "–"]
                            + (hasIntervals ? [margin(model, metric)] : [])
                    }
            })
    }

    private var pairTable: TextTable {
        TextTable(
            columns: [
                .init("difference in \(metric.title)"), .init("value", alignment: .right),
                .init("±", alignment: .right), .init("p", alignment: .right),
            ],
            rows: verification.pairs.map { pair in
                let estimate = pair.differences[metric]
                return [
                    "\(models[pair.first].name) − \(models[pair.second].name)",
                    estimate.map { signed($0.value, 4) } ?? "–", estimate?.margin.map { fixed($0, 4) } ?? "–",
                    pair.adjustedPs[metric].map { $0 < 0.001 ? "< 0.001" : fixed($0, 3) } ?? "–",
                ]
            })
    }

    private var counts: String {
        let rows = isOfTemplates ? "\(first.rowCount) templates" : "\(first.rowCount) rows"
        let open = first.openSet.map { open in
            "; \(open.knownCount) known and \(open.unknownCount) unknown queries"
                + (open.loneCount > 0 ? ", \(open.loneCount) whose only items are left out" : "")
        }
        let paired = models.count > 1 ? ", of differences paired; p is adjusted for all pairs" : ""
        return "\(rows)"
            + (galleries.first.map { " against \($0.matrix.rowCount)" } ?? "")
            + ", \(first.scores.genuineCount) genuine pairs, \(first.scores.impostorCount) impostors; cosine"
            + (sets[0].table.cameras == nil ? "" : "; pairs of one label and camera do not count")
            + (open ?? "")
            + (verification.grouping.map { "; ± is half the 95 % interval over other \($0)\(paired)" } ?? "") + "."
    }
}
