public import Datasets
internal import Evaluation
internal import Files
public import Retrieval
internal import Statistics

/// Scores of one or several embeddings of the same labelled items, with intervals over other labels, and the paired differences
/// between them.
///
/// All are scored by the same rules and with the same groups of labels left out in turn (``/Retrieval/JackknifedScores``), so what
/// labels are hard for all cancels in a difference. Labels that share a superclass, or a group of samples, are left out together
/// where there are enough of these (``/Evaluation/JackknifeGroups``).
///
/// ```swift
/// var numbering = LabelNumbering()
/// let sets = try files.map { try LabelledEmbeddings($0, labels: labels, numbering: &numbering) }
/// let comparison = try EmbeddingComparison(
///     of: zip(names, sets).map { (name: $0, set: $1) }, numbering: numbering)
/// for pair in comparison.pairs {
///     print(pair.differences[.recall(1)]?.value ?? 0, "with p =", pair.adjustedPs[.recall(1)] ?? 1)
/// }
/// ```
public struct EmbeddingComparison: Sendable {
    /// The scores of one of the embeddings.
    public struct Model: Sendable {
        /// What it is called.
        public let name: String
        /// The scores of each query.
        public let scores: QueryScores
        /// The means over the queries.
        public let means: RetrievalScores
        /// The means with their errors; empty where queries are of too few groups of labels for any.
        public let estimates: [RetrievalMetric: Estimate]
    }

    /// The first model of a pair minus the second.
    public struct Pair: Sendable {
        /// The position of the first model in ``EmbeddingComparison/models``.
        public let first: Int
        /// The position of the second model.
        public let second: Int
        /// The difference by each metric; its error is that of a difference, smaller than those of both where they err alike.
        public let differences: [RetrievalMetric: Estimate]
        /// The p-value of each difference, adjusted by Holm's method over all pairs; none where the error is unknown.
        public let adjustedPs: [RetrievalMetric: Double]
    }

    /// The models, in the order given.
    public let models: [Model]
    /// Every pair of models, each pair in the given order.
    public let pairs: [Pair]
    /// Over what the intervals are: `labels`, `groups of labels`, or what is left out as a whole; nil without any.
    public let grouping: String?

    /// Scores embeddings.
    ///
    /// - Parameters:
    ///   - sets: the embeddings and their names; with the same labels.
    ///   - gallery: what is searched, for each of them; nil where all rows are.
    ///   - distractors: items without labels that are searched too, for each of them; none if empty.
    ///   - metrics: what to compute.
    ///   - rules: how items rank.
    ///   - loneQueries: how queries without a relevant item are treated.
    ///   - acrossGroups: whether items of a query's label and group do not count for it.
    ///   - hasIntervals: whether errors are estimated; they take more time, and need ties in the order of rows.
    ///   - numbering: that of all labels.
    /// - Complexity: as of ``LabelledEmbeddings/scores(_:among:distractors:by:acrossGroups:withoutEach:)``, for each model.
    /// - Precondition: there are embeddings, none or as many galleries, and none or as many distractors.
    /// - Throws: ``/Files/FileError`` for other labels than the first has; what scoring throws.
    public init(
        of sets: [(name: String, set: LabelledEmbeddings)], among galleries: [LabelledEmbeddings] = [],
        distractors: [Distractors] = [],
        metrics: [RetrievalMetric] = RetrievalMetric.standard, by rules: RankingRules = RankingRules(),
        loneQueries: LoneQueryPolicy = .excluded, acrossGroups: Bool = false, hasIntervals: Bool = true,
        numbering: LabelNumbering
    ) throws {
        precondition(
            !sets.isEmpty && (galleries.isEmpty || galleries.count == sets.count),
            "\(sets.count) embeddings and \(galleries.count) galleries")
        precondition(
            distractors.isEmpty || distractors.count == sets.count,
            "\(sets.count) embeddings and \(distractors.count) sets of distractors")
        let groups =
            hasIntervals && numbering.labels.count > 1
            ? try LabelGroups(of: [sets[0].set] + galleries.prefix(1), numbering: numbering) : nil
        models = try sets.enumerated().map { number, pair in
            let gallery = galleries.isEmpty ? nil : galleries[number]
            let extra = distractors.isEmpty ? nil : distractors[number]
            guard let groups, rules.ties == .sampleOrder else {
                let scores = try pair.set.scores(
                    metrics, among: gallery, distractors: extra, by: rules, acrossGroups: acrossGroups)
                return Model(
                    name: pair.name, scores: scores, means: try scores.mean(loneQueries: loneQueries), estimates: [:])
            }
            let all = try pair.set.scores(
                metrics, among: gallery, distractors: extra, by: rules, acrossGroups: acrossGroups,
                withoutEach: groups.groups)
            return Model(
                name: pair.name, scores: all.queryScores, means: try all.queryScores.mean(loneQueries: loneQueries),
                estimates: try all.estimates(loneQueries: loneQueries, fewestGroups: TaskScorer.fewestGroups))
        }
        grouping = models[0].estimates.isEmpty ? nil : groups?.name
        pairs = Self.pairs(of: models, metrics: metrics)
    }

    private static func pairs(of models: [Model], metrics: [RetrievalMetric]) -> [Pair] {
        let places = models.indices.flatMap { a in models.indices.filter { $0 > a }.map { (a, $0) } }
        let differences = places.map { a, b in
            metrics.reduce(into: [RetrievalMetric: Estimate]()) { all, metric in
                guard let first = models[a].means[metric], let second = models[b].means[metric] else { return }
                all[metric] =
                    if let one = models[a].estimates[metric], let other = models[b].estimates[metric] {
                        one - other
                    } else {
                        Estimate(value: first - second)
                    }
            }
        }
        var adjusted = places.map { _ in [RetrievalMetric: Double]() }
        for metric in metrics {
            let known = places.indices.filter { differences[$0][metric]?.pValue != nil }
            let ps = holmAdjusted(known.compactMap { differences[$0][metric]?.pValue })
            for (place, p) in zip(known, ps) { adjusted[place][metric] = p }
        }
        return zip(places, zip(differences, adjusted)).map { place, pair in
            Pair(first: place.0, second: place.1, differences: pair.0, adjustedPs: pair.1)
        }
    }
}

/// Which labels the jackknife leaves out together.
struct LabelGroups {
    let groups: ClassGroups
    /// What intervals are over, in words.
    let name: String

    /// - Parameter sets: the queries and, if there is one, the gallery.
    init(of sets: [LabelledEmbeddings], numbering: LabelNumbering) throws {
        // Groups are drawn by the order of the labels, not by that of the rows, so classes are called by their ranks.
        let byName = ClassOrder(of: numbering.labels).sorted(numbering.labels)
        var rank = [Int](repeating: 0, count: byName.count)
        for (place, number) in byName.enumerated() { rank[number] = place }
        let width = "\(rank.count)".utf8.count
        let names = rank.map { String(repeating: "0", count: width - "\($0)".utf8.count) + "\($0)" }
        let haveSuperclasses = sets.allSatisfy { $0.table.superclasses != nil }
        var superclasses: [Int: String] = [:]
        var samples: [Sample] = []
        func value(_ column: [String]?, _ row: Int) -> String? { column.flatMap { $0[row].isEmpty ? nil : $0[row] } }
        // A row that does not say has the superclass of its label's others.
        for set in sets where haveSuperclasses {
            for (row, number) in set.classNumbers.enumerated() {
                guard let superclass = value(set.table.superclasses, row) else { continue }
                if let known = superclasses.updateValue(superclass, forKey: number), known != superclass {
                    throw FileError.malformed(
                        path: set.labelsPath,
                        found:
                            "the label \"\(excerpt(numbering.labels[number]))\" in the superclasses \(excerpt(known)) and "
                            + excerpt(superclass), expected: "one superclass for each label")
                }
            }
        }
        for set in sets {
            for (row, number) in set.classNumbers.enumerated() {
                samples.append(
                    Sample(
                        id: "\(samples.count)", classLabel: names[number], superclass: superclasses[number],
                        group: value(set.table.groups, row)))
            }
        }
        let dataset = try Dataset(name: "labels", samples: samples)
        let jackknife = try JackknifeGroups(
            .classJackknife(), of: dataset, tasks: [Array(dataset.classLabels.indices)])
        let method = jackknife.confidence
        let ofClass =
            jackknife.families.map(method.groups(ofFamilies:)) ?? method.groups(ofClasses: dataset.classLabels.count)
        groups = ClassGroups(rank.map { ofClass[$0] }, count: method.count)
        name =
            switch method.families {
            case .some(let families) where families.areWhole:
                families.name == "superclass" ? "superclasses" : "groups of labels"
            case .some(let families) where families.name == "superclass": "labels of the same superclasses"
            default: "labels"
            }
    }
}
