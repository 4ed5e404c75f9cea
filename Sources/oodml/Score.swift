public import ArgumentParser
import Datasets
import DenseLinearAlgebra
import Embeddings
public import Evaluation
import Foundation
import Reports

struct Score: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Score one set of embeddings.",
        discussion: """
            Every sample is a query against all others, or against a gallery of its own (--gallery). Ranks are exact: \
            every item counts, a duplicate of the query too; only the sample itself is left out, by its row, or with a \
            gallery by the column `sample` of both tables. Items of equal similarity rank in the order of their rows.

              recall@k     whether one of the k nearest items has the query's label
              r_precision  the precision at R, the number of items with the query's label
              map@r        the average precision at R
              map@1000     the average precision at 1000, over min(R, 1000)
              map          the average precision over the whole ranking
              mrr          1 / the rank of the first item with the query's label

            All are means over queries. A query without any item of its label is excluded and counted, or scores 0 \
            (--lone-queries zero). class_averaged has the means of the classes' means.

            nmi, ami and f1 compare the labels with clusters: of k-means with as many clusters as labels, or given by \
            --clusters. nmi and ami are normalised by the mean of both entropies, f1 is over pairs of samples.

            Structure is measured on rows of length 1: the mean distances within labels and between their means, and \
            their ratio; spectral_decay, 0 where all directions are used alike; alignment, the mean squared distance \
            within labels; uniformity, lower the more evenly the rows cover the sphere.

            EXAMPLES:
              oodml score test.npy --labels test.csv
              oodml score query.npy --labels query.csv \\
                --gallery gallery.npy --gallery-labels gallery.csv
              oodml score test.npy --labels test.csv --recall-at 1,10,100 \\
                --per-class classes.csv --format json
            """)

    @Argument(
        help: ArgumentHelp("The embeddings (n × d).", valueName: "e.npy"), completion: .file(extensions: ["npy"]),
        transform: path)
    var embeddings: URL

    @Option(
        help: ArgumentHelp(
            "Their labels: a table with the column label (or class) and optionally sample, a row for each embedding.",
            valueName: "csv"),
        completion: .file(extensions: ["csv"]), transform: path)
    var labels: URL

    @Option(
        help: ArgumentHelp("The embeddings to retrieve from (m × d).", valueName: "npy"),
        completion: .file(extensions: ["npy"]), transform: path)
    var gallery: URL?

    @Option(
        help: ArgumentHelp("The gallery's labels, a table like --labels.", valueName: "csv"),
        completion: .file(extensions: ["csv"]), transform: path)
    var galleryLabels: URL?

    @Option(
        help: ArgumentHelp(
            "Clusters instead of those of k-means: a table with the column cluster.", valueName: "csv"),
        completion: .file(extensions: ["csv"]), transform: path)
    var clusters: URL?

    @Flag(help: "Make no clusters.")
    var noClusters = false

    @Flag(help: "Leave out the measures of structure.")
    var noStructure = false

    @Option(help: ArgumentHelp("Starts of k-means, of which the best counts.", valueName: "n"))
    var restarts = 1

    @Option(help: ArgumentHelp("What the starts of k-means are drawn from.", valueName: "n"))
    var seed: UInt64 = 0

    @Option(help: "What items are ranked by.")
    var distance = Similarity.cosine

    @Option(help: "What becomes of queries without any item of their label.")
    var loneQueries = LoneQueries.exclude

    @Option(
        help: """
            How items of equal similarity rank: in the order of their rows, or the best or worst for the scores.
            """)
    var ties = TieOrder.sampleOrder

    @Option(
        help: ArgumentHelp("The values of k of recall@k, separated by commas.", valueName: "k,k,…"),
        transform: positiveCounts)
    var recallAt = [1, 2, 4, 8]

    @Option(
        help: ArgumentHelp("Write the scores of each query to this file.", valueName: "csv"),
        completion: .file(extensions: ["csv"]), transform: path)
    var perQuery: URL?

    @Option(
        help: ArgumentHelp("Write the mean scores of each label to this file.", valueName: "csv"),
        completion: .file(extensions: ["csv"]), transform: path)
    var perClass: URL?

    @Flag(help: "Replace the files of --per-query and --per-class.")
    var force = false

    @OptionGroup var output: PrintOptions

    /// What becomes of queries without any item of their label.
    enum LoneQueries: String, ExpressibleByArgument, CaseIterable {
        case exclude
        case zero
    }

    func validate() throws {
        guard (gallery == nil) == (galleryLabels == nil) else {
            throw ValidationError("--gallery and --gallery-labels go together; expected both or neither")
        }
        if clusters != nil && noClusters { throw ValidationError("--clusters and --no-clusters exclude each other") }
        guard restarts > 0 else { throw ValidationError("--restarts is \(restarts); expected 1 or more") }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        for file in [perQuery, perClass].compactMap({ $0 }) where !force {
            guard !FileManager.default.fileExists(atPath: file.path) else {
                throw CommandError(
                    "\(file.path): there is such a file already; expected none, or --force to replace it")
            }
        }
        terminal.status("reading")
        var numbering = LabelNumbering()
        let set = try LabelledEmbeddings(embeddings, labels: labels, numbering: &numbering)
        let galleryPair = gallery.flatMap { file in galleryLabels.map { (file, $0) } }
        let items = try galleryPair.map { try LabelledEmbeddings($0.0, labels: $0.1, numbering: &numbering) }
        if let items, items.matrix.columnCount != set.matrix.columnCount {
            throw CommandError(
                "\(items.file.path): found \(items.matrix.columnCount) columns; expected \(set.matrix.columnCount), as "
                    + "\(embeddings.path) has")
        }
        let assignment = try clusters.map { try clusterNumbers(in: $0, count: set.matrix.rowCount) }

        terminal.status("ranking")
        let metrics =
            Set(recallAt).sorted().map { RetrievalMetric.recall($0) }
            + RetrievalMetric.standard.filter { if case .recall = $0 { false } else { true } }
        let scores = try score(set, among: items, metrics: metrics)
        let policy: LoneQueryPolicy = loneQueries == .zero ? .zero : .excluded
        let means = try meanScores(scores, by: policy)
        var report = ScoreReport(
            means: means, classAveraged: scores.classAveraged(loneQueries: policy), set: set, items: items,
            scores: scores, distance: distance)
        if !noClusters {
            terminal.status("clustering")
            let numbers = try assignment ?? kMeans(of: set, classCount: Set(set.classNumbers).count)
            report.agreement = ClusteringAgreement(classNumbers: set.classNumbers, clusterNumbers: numbers)
        }
        if !noStructure {
            terminal.status("structure")
            report.structure = try EmbeddingStructure(of: set.matrix, classNumbers: set.classNumbers)
        }
        for (file, text) in [
            (perQuery, queryTable(of: scores, set)), (perClass, classTable(of: scores, numbering.labels)),
        ] {
            if let file { try writeAtomically(Data(text.utf8), to: file) }
        }
        terminal.finish()
        switch output.format {
        case .json: FileHandle.standardOutput.write(Data(try stableJSON(report).utf8))
        case .text: print(report.text, terminator: "")
        }
    }

    private func score(
        _ set: LabelledEmbeddings, among items: LabelledEmbeddings?, metrics: [RetrievalMetric]
    ) throws -> QueryScores {
        do {
            guard let items else {
                return try queryScores(
                    of: set.matrix, classNumbers: set.classNumbers, similarity: distance, metrics: metrics,
                    ties: ties)
            }
            return try queryScores(
                of: set.matrix, classNumbers: set.classNumbers, inGallery: items.matrix,
                galleryClassNumbers: items.classNumbers, ownItems: set.rows(in: items), similarity: distance,
                metrics: metrics, ties: ties)
        } catch EvaluationError.nonFiniteEmbedding(let row, let column) {
            let (file, place) =
                row < set.matrix.rowCount
                ? (embeddings, row) : (gallery ?? embeddings, row - set.matrix.rowCount)
            throw CommandError(
                "\(file.path): row \(place) is not finite in column \(column); expected numbers without NaN and infinity"
            )
        }
    }

    private func meanScores(_ scores: QueryScores, by policy: LoneQueryPolicy) throws -> RetrievalScores {
        do {
            return try scores.mean(loneQueries: policy)
        } catch EvaluationError.noQueries(let count) {
            throw CommandError(
                "\(labels.path): none of the \(count) queries has an item of its label in "
                    + "\((galleryLabels ?? labels).path); expected one at least")
        }
    }

    private func kMeans(of set: LabelledEmbeddings, classCount: Int) throws -> [Int] {
        let rows = distance == .cosine ? normalizedRows(of: set.matrix) : set.matrix
        return try kMeansClustering(of: rows, clusterCount: classCount, seed: seed, startCount: restarts).clusterNumbers
    }

    private func clusterNumbers(in file: URL, count: Int) throws -> [Int] {
        let table = try CSVTable(contentsOf: file)
        guard let column = table.columns.firstIndex(of: "cluster") else {
            throw DatasetError.badTable(
                path: file.path, line: 1, found: "the columns \(table.columns.joined(separator: ", "))",
                expected: "a column cluster")
        }
        guard table.rows.count == count else {
            throw CommandError(
                "\(file.path): found \(table.rows.count) rows; expected \(count), one for each embedding")
        }
        var numbering = LabelNumbering()
        return table.rows.map { numbering.number(of: $0[column]) }
    }

    private func queryTable(of scores: QueryScores, _ set: LabelledEmbeddings) -> String {
        let columns = scores.metrics.map { scores[$0] ?? [] }
        return CSVTable(
            columns: ["row"] + (set.table.samples == nil ? [] : ["sample"]) + ["label"] + scores.metrics.map(\.name),
            rows: scores.queries.enumerated().map { position, row in
                ["\(row)"] + (set.table.samples.map { [$0[row]] } ?? []) + [set.table.labels[row]]
                    + columns.map { "\($0[position])" }
            }
        ).text
    }

    private func classTable(of scores: QueryScores, _ labels: [String]) -> String {
        let means = scores.metrics.map { scores.classMeans(of: $0) ?? [] }
        return CSVTable(
            columns: ["label", "queries"] + scores.metrics.map(\.name),
            rows: (means.first ?? []).enumerated().map { place, first in
                [labels[first.classNumber], "\(first.queryCount)"] + means.map { "\($0[place].mean)" }
            }
        ).text
    }
}

extension TieOrder: ExpressibleByArgument {}

/// A file of embeddings with its table of labels.
private struct LabelledEmbeddings {
    let file: URL
    let matrix: Matrix<Float>
    let table: LabelTable
    let classNumbers: [Int]

    init(_ file: URL, labels: URL, numbering: inout LabelNumbering) throws {
        self.file = file
        matrix = try Matrix<Float>(numpyFileAt: file)
        table = try LabelTable(contentsOf: labels)
        guard table.labels.count == matrix.rowCount else {
            throw CommandError(
                "\(labels.path): found \(table.labels.count) rows; expected \(matrix.rowCount), one for each row of "
                    + "\(file.path)")
        }
        classNumbers = table.labels.map { numbering.number(of: $0) }
    }

    /// For each sample its row among `items`; none where one of both has no ids.
    func rows(in items: LabelledEmbeddings) -> [Int?] {
        guard let own = table.samples, let others = items.table.samples else { return [] }
        let rows = Dictionary(uniqueKeysWithValues: others.enumerated().map { (Array($0.element.utf8), $0.offset) })
        return own.map { rows[Array($0.utf8)] }
    }
}

/// What `score` prints.
private struct ScoreReport: Encodable {
    let means: RetrievalScores
    let classAveraged: RetrievalScores
    let set: LabelledEmbeddings
    let items: LabelledEmbeddings?
    let scores: QueryScores
    let distance: Similarity
    var agreement: ClusteringAgreement?
    var structure: EmbeddingStructure?

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private var counts: [(String, Int?)] {
        [
            ("samples", set.matrix.rowCount), ("gallery", items?.matrix.rowCount),
            ("dimensions", set.matrix.columnCount),
            ("classes", scores.classCount), ("queries", scores.queries.count),
            ("lone_queries", scores.loneQueries.count), ("clusters", agreement?.clusterCount),
        ]
    }

    private var clustering: [(String, Double)] {
        guard let agreement else { return [] }
        return [
            ("nmi", agreement.normalizedMutualInformation), ("ami", agreement.adjustedMutualInformation),
            ("f1", agreement.pairwiseF1),
        ]
    }

    private var shape: [(String, Double)] {
        [
            ("intra_class_distance", structure?.intraClassDistance),
            ("inter_class_distance", structure?.interClassDistance), ("distance_ratio", structure?.distanceRatio),
            ("spectral_decay", structure?.spectralDecay), ("alignment", structure?.alignment),
            ("uniformity", structure?.uniformity),
        ].compactMap { name, value in value.map { (name, $0) } }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(distance, forKey: Key("distance"))
        for (name, count) in counts { try container.encodeIfPresent(count, forKey: Key(name)) }
        for (metric, value) in zip(means.metrics, means.values) {
            try container.encode(value, forKey: Key(metric.name))
        }
        for (name, value) in clustering { try container.encode(value, forKey: Key(name)) }
        try structure?.encode(to: encoder)
        var averaged = container.nestedContainer(keyedBy: Key.self, forKey: Key("class_averaged"))
        for (metric, value) in zip(classAveraged.metrics, classAveraged.values) {
            try averaged.encode(value, forKey: Key(metric.name))
        }
    }

    var text: String {
        func number(_ value: Double) -> String { String(format: "%.4f", value) }
        let table = TextTable(
            columns: [.init("metric"), .init("mean", alignment: .right), .init("of classes", alignment: .right)],
            rows: zip(zip(means.metrics, means.values), classAveraged.values).map { pair, averaged in
                [pair.0.name, number(pair.1), number(averaged)]
            } + (clustering + shape).map { [$0.0, number($0.1), ""] })
        let words = counts.compactMap { name, count in
            count.map { "\($0) \(name.replacingOccurrences(of: "_", with: " "))" }
        }
        return table.text + "\n" + words.joined(separator: ", ") + "; \(distance.rawValue) distance\n"
    }
}

/// Counts from 1, separated by commas, for options' `transform`.
private func positiveCounts(_ argument: String) throws -> [Int] {
    let numbers = try counts(argument)
    guard !numbers.contains(0) else { throw ValidationError("found 0 among \"\(argument)\"; expected counts from 1") }
    return numbers
}
