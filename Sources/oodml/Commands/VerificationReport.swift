import Datasets
import DenseLinearAlgebra
import Experiments
import Files
import Reports
import Retrieval
import Statistics

/// What `verify` prints.
struct VerificationReport: Encodable {
    let verification: Verification
    let sets: [LabelledEmbeddings]
    let galleries: [LabelledEmbeddings]
    let isOfTemplates: Bool

    init(_ verification: Verification, sets: [LabelledEmbeddings], galleries: [LabelledEmbeddings], isOfTemplates: Bool)
    {
        (self.verification, self.sets) = (verification, sets)
        (self.galleries, self.isOfTemplates) = (galleries, isOfTemplates)
    }

    private var models: [Verification.Model] { verification.models }
    private var first: Verification.Model { models[0] }

    /// What models are compared by, and what a sentence is about: the acceptance at a rate of 0.001, or else the next higher one,
    /// or the next lower, at which ten impostors or more are accepted; without any, the equal error rate.
    ///
    /// Lower rates rest on the impostors of a few labels.
    private var metric: VerificationMetric {
        let rates = zip(first.scores.rates, first.scores.operations)
            .filter { $0.1.map { $0.acceptedImpostorCount >= 10 } ?? false }.map(\.0)
        return (rates.filter { $0 >= 0.001 }.min() ?? rates.max())
            .map { .acceptRate(falseAcceptRate: $0) } ?? .equalErrorRate
    }

    /// The metric of open sets that a sentence is about.
    private var openMetric: VerificationMetric? {
        guard let open = first.openSet else { return nil }
        let rates = open.rates.filter { $0 * Double(open.unknownCount) >= 10 }
        return (rates.min() ?? open.rates.filter { open[.identificationRate(falseAcceptRate: $0)] != nil }.min())
            .map { .identificationRate(falseAcceptRate: $0) }
    }
}

// MARK: Text

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

    /// The answer as a person would say it.
    private var sentences: [String] {
        (models.count == 1 ? [answer] : [comparison]) + openAnswer + unresolved
    }

    private func percent(_ value: Double) -> String { "\(fixed(100 * value, 1))" }

    private func percent(_ estimate: Estimate?) -> String {
        (estimate.map { percent($0.value) } ?? "–") + (estimate?.margin.map { " ± \(percent($0))" } ?? "")
    }

    private var answer: String {
        let errors = "both errors are equal at \(percent(first.estimates[.equalErrorRate])) %."
        guard case .acceptRate(let rate) = metric,
            let operation = zip(first.scores.rates, first.scores.operations).first(where: { $0.0 == rate })?.1
        else {
            return "With so few impostors only this can be said: \(errors)"
        }
        return
            "A threshold of \(upward(operation.threshold, 3)) lets at most \(share(rate)) impostors pass and accepts "
            + "\(percent(first.estimates[metric])) % of the genuine pairs; \(errors)"
    }

    /// A threshold that is not below the true one, so that whoever takes it over accepts no more.
    private func upward(_ threshold: Double, _ decimals: Int) -> String {
        let scale = (0..<decimals).reduce(1.0) { scale, _ in 10 * scale }
        return fixed((threshold * scale).rounded(.up) / scale, decimals)
    }

    /// A rate as "1 of 1000".
    private func share(_ rate: Double) -> String {
        let whole = (1 / rate).rounded()
        return abs(whole * rate - 1) < 1e-9 ? "1 of \(Int(whole))" : "\(rate) of the"
    }

    private var openAnswer: [String] {
        guard models.count == 1, let metric = openMetric, case .identificationRate(let rate) = metric,
            let open = first.openSet
        else { return [] }
        return [
            "Of the known queries \(percent(first.estimates[metric])) % are identified where \(share(rate)) unknown ones is accepted "
                + "(\(percent(open.rankOneRate)) % without any rejected); where 95 % of the known ones are accepted, so are "
                + "\(percent(first.estimates[.acceptedUnknown])) % of the unknown."
        ]
    }

    private var unresolved: [String] {
        let rates = zip(first.scores.rates, first.scores.operations).filter { $1 == nil }.map(\.0)
        guard let smallest = rates.min() else { return [] }
        return [
            "FAR \(enumeration(rates.map { "\($0)" })) cannot be told from 0: \(smallest) takes \(neededCount(forRate: smallest)) "
                + "impostors, and there are \(first.scores.impostorCount)."
        ]
    }

    /// Who is ahead of whom beyond noise, and of whom that cannot be said.
    private var comparison: String {
        func value(_ number: Int) -> Double {
            let value = models[number].estimates[metric]?.value ?? 0
            return metric.isHigherBetter ? value : -value
        }
        let order = models.indices.sorted { (-value($0), $0) < (-value($1), $1) }
        let best = order[0]
        var (behind, alike, unknown): ([String], [String], [String]) = ([], [], [])
        for other in order.dropFirst() {
            guard let pair = verification.pairs.first(where: { Set([$0.first, $0.second]) == [best, other] }),
                let difference = pair.differences[metric], let p = pair.adjustedPs[metric]
            else {
                unknown.append(models[other].name)
                continue
            }
            let lead =
                "\(models[other].name) (by \(fixed(abs(difference.value), 3))\(difference.margin.map { " ± \(fixed($0, 3))" } ?? ""))"
            if p <= 0.05 { behind.append(lead) } else { alike.append(lead) }
        }
        var found = [
            "\(models[best].name) has the \(metric.isHigherBetter ? "highest" : "lowest") \(metric.title), "
                + "\(fixed(models[best].estimates[metric]?.value ?? 0, 3))."
        ]
        if !behind.isEmpty { found.append("It is ahead beyond noise of \(enumeration(behind)).") }
        if !alike.isEmpty { found.append("Not beyond noise is its lead over \(enumeration(alike)).") }
        if !unknown.isEmpty {
            found.append(
                "Whether it is really better than \(enumeration(unknown)) cannot be told: there are no intervals.")
        }
        return found.joined(separator: " ")
    }
}

// MARK: JSON

extension VerificationReport {
    private enum CodingKeys: String, CodingKey {
        case models, pairs
        case grouping = "intervals_over"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(
            zip(models, sets).enumerated().map { number, pair in
                ModelRecord(
                    pair.0, dimensions: pair.1.matrix.columnCount,
                    galleryCount: galleries.isEmpty ? nil : galleries[number].matrix.rowCount,
                    isOfTemplates: isOfTemplates)
            }, forKey: .models)
        if models.count > 1 {
            try container.encode(
                verification.pairs.map { pair in
                    PairRecord(
                        first: models[pair.first].name, second: models[pair.second].name,
                        differences: Dictionary(
                            uniqueKeysWithValues: pair.differences.map { metric, estimate in
                                (
                                    metric.name,
                                    DifferenceRecord(
                                        difference: ScoreReport.record(estimate),
                                        p: estimate.pValue?.rounded(significantDigits: 10),
                                        adjustedP: pair.adjustedPs[metric]?.rounded(significantDigits: 10))
                                )
                            }))
                }, forKey: .pairs)
        }
        try container.encodeIfPresent(verification.grouping, forKey: .grouping)
    }

    private struct DifferenceRecord: Encodable {
        let difference: EstimateRecord
        let p: Double?
        let adjustedP: Double?

        enum CodingKeys: String, CodingKey {
            case difference, p
            case adjustedP = "p_adjusted"
        }
    }

    private struct PairRecord: Encodable {
        let first: String
        let second: String
        let differences: [String: DifferenceRecord]
    }

    private struct ThresholdRecord: Encodable {
        let far: Double
        let threshold: Double?
        let tar: EstimateRecord?
        let fnmr: Double?
        let acceptedImpostors: Int?
        let neededImpostors: Int?

        enum CodingKeys: String, CodingKey {
            case far, threshold, tar, fnmr
            case acceptedImpostors = "accepted_impostors"
            case neededImpostors = "needed_impostors"
        }
    }

    private struct IdentificationRecord: Encodable {
        let far: Double
        let threshold: Double?
        let dir: EstimateRecord?
        let acceptedUnknown: Int?
        let neededUnknown: Int?

        enum CodingKeys: String, CodingKey {
            case far, threshold, dir
            case acceptedUnknown = "accepted_unknown"
            case neededUnknown = "needed_unknown"
        }
    }

    private struct OpenSetRecord: Encodable {
        let known: Int
        let unknown: Int
        let lone: Int
        let rankOne: Double
        let thresholds: [IdentificationRecord]
        let rejectionArea: EstimateRecord
        let acceptedUnknown: EstimateRecord

        enum CodingKeys: String, CodingKey {
            case known, unknown, lone, thresholds
            case rankOne = "rank_1"
            case rejectionArea = "rejection_auroc"
            case acceptedUnknown = "fpr95"
        }
    }

    private struct FoldsRecord: Encodable {
        let mean: Double
        let deviation: Double
        let accuracies: [Double]
        let thresholds: [Double]

        enum CodingKeys: String, CodingKey {
            case mean, accuracies
            case deviation = "standard_deviation"
            case thresholds = "squared_distances"
        }
    }

    private struct AccuracyRecord: Encodable {
        let best: Double
        let threshold: Double
        let folds: FoldsRecord?
    }

    private struct ModelRecord: Encodable {
        let name: String
        let samples: Int?
        let templates: Int?
        let gallery: Int?
        let dimensions: Int
        let genuinePairs: Int
        let impostorPairs: Int
        let thresholds: [ThresholdRecord]
        let equalErrorRate: EstimateRecord
        let equalErrorThreshold: Double
        let area: EstimateRecord
        let areaError: Double
        let accuracy: AccuracyRecord?
        let openSet: OpenSetRecord?

        enum CodingKeys: String, CodingKey {
            case name, samples, templates, gallery, dimensions, thresholds, accuracy
            case genuinePairs = "genuine_pairs"
            case impostorPairs = "impostor_pairs"
            case equalErrorRate = "eer"
            case equalErrorThreshold = "eer_threshold"
            case area = "auroc"
            case areaError = "auroc_error"
            case openSet = "open_set"
        }

        init(_ model: Verification.Model, dimensions: Int, galleryCount: Int?, isOfTemplates: Bool) {
            func record(_ metric: VerificationMetric) -> EstimateRecord {
                ScoreReport.record(model.estimates[metric] ?? Estimate(value: 0))
            }
            let scores = model.scores
            name = model.name
            (samples, templates) = isOfTemplates ? (nil, model.rowCount) : (model.rowCount, nil)
            gallery = galleryCount
            self.dimensions = dimensions
            (genuinePairs, impostorPairs) = (scores.genuineCount, scores.impostorCount)
            thresholds = zip(scores.rates, scores.operations).map { rate, operation in
                ThresholdRecord(
                    far: rate, threshold: operation?.threshold,
                    tar: operation.map { _ in record(.acceptRate(falseAcceptRate: rate)) },
                    fnmr: operation?.falseNonMatchRate, acceptedImpostors: operation?.acceptedImpostorCount,
                    neededImpostors: operation == nil ? neededCount(forRate: rate) : nil)
            }
            equalErrorRate = record(.equalErrorRate)
            equalErrorThreshold = scores.equalErrorThreshold
            (area, areaError) = (record(.area), scores.areaError)
            accuracy = model.list.map { list in
                AccuracyRecord(
                    best: list.bestAccuracy, threshold: list.bestThreshold,
                    folds: list.foldAccuracy.map {
                        FoldsRecord(
                            mean: $0.mean, deviation: $0.standardDeviation, accuracies: $0.accuracies,
                            thresholds: $0.thresholds)
                    })
            }
            openSet = model.openSet.map { open in
                OpenSetRecord(
                    known: open.knownCount, unknown: open.unknownCount, lone: open.loneCount, rankOne: open.rankOneRate,
                    thresholds: zip(open.rates, open.operations).map { rate, operation in
                        IdentificationRecord(
                            far: rate, threshold: operation?.threshold,
                            dir: operation.map { _ in record(.identificationRate(falseAcceptRate: rate)) },
                            acceptedUnknown: operation?.acceptedUnknownCount,
                            neededUnknown: operation == nil ? neededCount(forRate: rate) : nil)
                    }, rejectionArea: record(.rejectionArea), acceptedUnknown: record(.acceptedUnknown))
            }
        }
    }
}
