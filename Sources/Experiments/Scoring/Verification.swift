public import Datasets
internal import DenseLinearAlgebra
internal import Evaluation
internal import Files
public import Retrieval
internal import Statistics

/// How well one or several embeddings of the same labelled items verify who or what is shown, with intervals over other labels,
/// and the paired differences between them.
///
/// ```swift
/// var numbering = LabelNumbering()
/// let sets = try files.map { try LabelledEmbeddings($0, labels: labels, numbering: &numbering) }
/// let verification = try Verification(of: zip(names, sets).map { (name: $0, set: $1) }, numbering: numbering)
/// print(verification.models[0].scores[.acceptRate(falseAcceptRate: 0.1)] ?? 0)
/// ```
public struct Verification: Sendable {
    /// What is measured of one of the embeddings.
    public struct Model: Sendable {
        /// What it is called.
        public let name: String
        /// The rates of its pairs.
        public let scores: VerificationScores
        /// What is known of listed pairs besides; nil if all pairs were taken.
        public let list: PairListScores?
        /// How queries are identified in a gallery; nil without one, or without unknown queries.
        public let openSet: OpenSetScores?
        /// The values with their errors; without errors where pairs are of too few groups of labels for any.
        public let estimates: [VerificationMetric: Estimate]
        /// How many rows there are, or templates.
        public let rowCount: Int

        /// The metrics there are values of, in the order in which they are reported.
        public var metrics: [VerificationMetric] { scores.metrics + (openSet?.metrics ?? []) }
    }

    /// The first model of a pair minus the second.
    public struct Pair: Sendable {
        /// The position of the first model in ``Verification/models``.
        public let first: Int
        /// The position of the second model.
        public let second: Int
        /// The difference by each metric.
        public let differences: [VerificationMetric: Estimate]
        /// The p-value of each difference, adjusted by Holm's method over all pairs; none where the error is unknown.
        public let adjustedPs: [VerificationMetric: Double]
    }

    /// The models, in the order given.
    public let models: [Model]
    /// Every pair of models, each pair in the given order.
    public let pairs: [Pair]
    /// Over what the intervals are, as `labels`; nil without any.
    public let grouping: String?

    /// Which pairs are taken.
    public enum Choice: Sendable {
        /// All pairs of rows, or of a query and an item.
        case all
        /// Those of a list.
        case listed(PairList)
    }

    /// Measures embeddings.
    ///
    /// - Parameters:
    ///   - sets: the embeddings and their names; with the same labels.
    ///   - galleries: what queries are held against, for each of them; none to take pairs of the rows themselves.
    ///   - choice: which pairs are taken.
    ///   - templates: samples whose rows are averaged first; nil to take every row by itself.
    ///   - rates: the false accept rates to find thresholds for, above 0 and below 1; one that is given twice counts once.
    ///   - acrossGroups: whether pairs of one label and group do not count.
    ///   - hasIntervals: whether errors are estimated.
    ///   - numbering: that of all labels.
    /// - Precondition: there are embeddings, and none or as many galleries, and no templates with galleries.
    /// - Throws: ``/Files/FileError`` for lists and tables that do not fit the embeddings; what measuring throws.
    public init(
        of sets: [(name: String, set: LabelledEmbeddings)], among galleries: [LabelledEmbeddings] = [],
        choosing choice: Choice = .all, templates: TemplateTable? = nil,
        falseAcceptRates rates: [Double] = VerificationMetric.standardRates, acrossGroups: Bool = false,
        hasIntervals: Bool = true, numbering: LabelNumbering
    ) throws {
        precondition(
            !sets.isEmpty && (galleries.isEmpty || galleries.count == sets.count && templates == nil),
            "\(sets.count) embeddings and \(galleries.count) galleries\(templates == nil ? "" : ", with templates")")
        let groups =
            hasIntervals && numbering.labels.count > 1
            ? try LabelGroups(of: [sets[0].set] + galleries.prefix(1), numbering: numbering) : nil
        models = try sets.enumerated().map { number, pair in
            let gallery = galleries.isEmpty ? nil : galleries[number]
            return try pair.set.namingFile(of: gallery) {
                let source = try VerificationSource(
                    pair.set, among: gallery, templates: templates, acrossGroups: acrossGroups)
                let list: PairListScores?
                switch choice {
                case .all: list = nil
                case .listed(let pairs):
                    list = try source.set.scores(
                        ofPairs: try source.rows(of: pairs, labels: numbering.labels),
                        folds: pairs.foldCount.map { _ in pairs.pairs.map(\.fold) }, falseAcceptRates: rates,
                        withoutEach: groups?.groups)
                }
                let scores =
                    try list?.scores ?? source.set.scores(falseAcceptRates: rates, withoutEach: groups?.groups)
                let openSet =
                    gallery == nil || list != nil
                    ? nil : try source.set.openSetScores(falseAcceptRates: rates, withoutEach: groups?.groups)
                let estimates = scores.estimates.merging(openSet?.estimates ?? [:]) { first, _ in first }
                return Model(
                    name: pair.name, scores: scores, list: list, openSet: openSet,
                    estimates: estimates.mapValues {
                        $0.degreesOfFreedom + 1 >= Double(TaskScorer.fewestGroups) ? $0 : Estimate(value: $0.value)
                    }, rowCount: source.rowCount)
            }
        }
        grouping =
            models[0].estimates.values.contains { $0.standardError != nil } ? groups?.name : nil
        pairs = Self.pairs(of: models)
    }

    private static func pairs(of models: [Model]) -> [Pair] {
        let places = models.indices.flatMap { a in models.indices.filter { $0 > a }.map { (a, $0) } }
        let differences = places.map { a, b in
            models[a].estimates.reduce(into: [VerificationMetric: Estimate]()) { all, entry in
                if let other = models[b].estimates[entry.key] { all[entry.key] = entry.value - other }
            }
        }
        var adjusted = places.map { _ in [VerificationMetric: Double]() }
        for metric in models[0].metrics {
            let known = places.indices.filter { differences[$0][metric]?.pValue != nil }
            let ps = holmAdjusted(known.compactMap { differences[$0][metric]?.pValue })
            for (place, p) in zip(known, ps) { adjusted[place][metric] = p }
        }
        return zip(places, zip(differences, adjusted)).map { place, pair in
            Pair(first: place.0, second: place.1, differences: pair.0, adjustedPs: pair.1)
        }
    }
}

/// Rows to verify, or averages of them.
private struct VerificationSource {
    let set: VerificationSet
    let rowCount: Int
    /// The ids of the queries, or the names of the templates; nil without.
    private let names: [String]?
    /// The ids of the gallery's items; nil without a gallery.
    private let itemNames: [String]?
    private let labelsPath: String
    private let itemLabelsPath: String
    private let classNumbers: (queries: [Int], items: [Int])

    init(
        _ rows: LabelledEmbeddings, among gallery: LabelledEmbeddings?, templates: TemplateTable?, acrossGroups: Bool
    ) throws {
        (labelsPath, itemLabelsPath) = (rows.labelsPath, (gallery ?? rows).labelsPath)
        guard let templates else {
            set = try rows.verificationSet(among: gallery, acrossGroups: acrossGroups)
            names = rows.table.samples
            itemNames = gallery.map { $0.table.samples } ?? names
            classNumbers = (rows.classNumbers, (gallery ?? rows).classNumbers)
            rowCount = rows.matrix.rowCount
            return
        }
        let means = try rows.means(of: templates)
        set = VerificationSet(.double(means.rows), classNumbers: means.classNumbers)
        names = templates.templates.map(\.name)
        itemNames = names
        classNumbers = (means.classNumbers, means.classNumbers)
        rowCount = means.rows.rowCount
    }

    /// The rows of listed pairs.
    ///
    /// - Throws: ``/Files/FileError`` that names the line of an unknown id, or of a pair that is said to be of one label and is not.
    func rows(of list: PairList, labels: [String]) throws -> [(first: Int, second: Int)] {
        guard let names, let itemNames else {
            throw FileError.malformed(
                path: names == nil ? labelsPath : itemLabelsPath, found: "no names of samples",
                expected: "a column sample, by which \(list.path) names them")
        }
        let (first, second) = (SampleNames(names), SampleNames(itemNames))
        return try list.pairs.map { pair in
            func place(_ id: String, _ names: SampleNames, _ path: String) throws -> Int {
                guard let place = names[id] else {
                    throw FileError.malformed(
                        path: list.path, line: pair.line, found: "the sample \"\(excerpt(id))\"",
                        expected: names.isAmbiguous(id)
                            ? "an id with its extension, since \(path) has several of this name"
                            : "the id of a sample in \(path), with its extension or without")
                }
                return place
            }
            let a = try place(pair.first, first, labelsPath)
            let b = try place(pair.second, second, itemLabelsPath)
            let numbers = (classNumbers.queries[a], classNumbers.items[b])
            guard (numbers.0 == numbers.1) == pair.isSame else {
                throw FileError.malformed(
                    path: list.path, line: pair.line,
                    found: "a pair said to be of \(pair.isSame ? "one label" : "two labels")",
                    expected:
                        "what \(labelsPath) says: \(excerpt(labels[numbers.0])) and \(excerpt(labels[numbers.1]))")
            }
            return (a, b)
        }
    }
}

extension LabelledEmbeddings {
    /// The averages of rows by template: rows are scaled to length 1, those of one medium averaged, and the media added up, as
    /// the code of IJB's users does; only the direction of the sum counts.
    ///
    /// - Throws: ``/Files/FileError`` for a sample without a row, or with another label than the template's first.
    fileprivate func means(of table: TemplateTable) throws -> (rows: Matrix<Double>, classNumbers: [Int]) {
        guard let samples = self.table.samples else {
            throw FileError.malformed(
                path: labelsPath, found: "no names of samples",
                expected: "a column sample, by which \(table.path) names them")
        }
        let names = SampleNames(samples)
        let d = matrix.columnCount
        var elements: [Double] = []
        var classes: [Int] = []
        for template in table.templates {
            var sum = [Double](repeating: 0, count: d)
            let sizes = template.samples.reduce(into: [Int: Int]()) { $0[$1.medium, default: 0] += 1 }
            var number: Int?
            for sample in template.samples {
                guard let row = names[sample.id] else {
                    throw FileError.malformed(
                        path: table.path, line: sample.line, found: "the sample \"\(excerpt(sample.id))\"",
                        expected: "the id of a sample in \(labelsPath), with its extension or without")
                }
                guard number == nil || number == classNumbers[row] else {
                    throw FileError.malformed(
                        path: table.path, line: sample.line,
                        found:
                            "a sample of the label \(excerpt(self.table.labels[row])) in the template \(excerpt(template.name))",
                        expected: "one label for each template, here that of its first sample")
                }
                number = classNumbers[row]
                let values = try unitRow(row)
                let weight = 1 / Double(sizes[sample.medium] ?? 1)
                for j in 0..<d { sum[j] += values[j] * weight }
            }
            elements += sum
            classes.append(number ?? 0)
        }
        return (Matrix(rowCount: classes.count, columnCount: d, elements: elements), classes)
    }
}
