import ArgumentParser
import Datasets
import DenseLinearAlgebra
import Evaluation
import Experiments
import Files
import Foundation
import Reports
import Retrieval

struct Score: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Score one set of embeddings.",
        discussion: manual(
            """
            Every sample is a query against all others, or against a gallery of its own (--gallery). Ranks are exact: \
            every item counts, a duplicate of the query too; only the sample itself is left out, by its row, or with a \
            gallery by the column `sample` of both tables, where rows of one name must agree. Files are .npy, .npz, \
            .safetensors or .csv; where one has ids, its rows are found by the column `sample` of its table. Items of equal similarity rank in the order of their rows.

              recall@k     whether one of the k nearest items has the query's label
              precision@k  the part of the k nearest items that has the query's label (--precision-at)
              r_precision  the precision at R, the number of items with the query's label
              map@r        the average precision at R
              map@1000     the average precision at 1000, over min(R, 1000); --map-at for other k
              map          the average precision over the whole ranking
              mrr          1 / the rank of the first item with the query's label
              mrr@k        the same, 0 if it is not among the k nearest (--mrr-at)

            All are means over queries. A query without any item of its label is excluded and counted, or scores 0 \
            (--lone-queries zero). class_averaged has the means of the classes' means.

            nmi, ami and f1 compare the labels with clusters: of k-means with as many clusters as labels, or given by \
            --clusters. nmi and ami are normalised by the mean of both entropies, f1 is over pairs of samples.

            Structure is measured on rows of length 1: the mean distances within labels and between their means, and \
            their ratio; spectral_decay, 0 where all directions are used alike; alignment, the mean squared distance \
            within labels; uniformity, lower the more evenly the rows cover the sphere.
            """,
            reads: """
                embeddings   n × d: .npy, .npz, .safetensors or .csv
                --labels     label (or class), optionally sample, camera and group; a
                             row for each embedding; or labels alone: .npy, or lines
                             of .txt
                --clusters   cluster; a row for each embedding
                """,
            writes: """
                --per-query CSV  row, sample, label, and one column for each metric
                --per-class CSV  label, queries, and one column for each metric
                """,
            prints: """
                one line a metric, as parts of 1; distances of structure are of rows of
                length 1; --format json: the same as one object
                """,
            examples: """
                oodml score test.npy --labels test.csv
                oodml score query.npy --labels query.csv \\
                  --gallery gallery.npy --gallery-labels gallery.csv
                oodml score test.npy --labels test.csv --recall-at 1,10,100 \\
                  --per-class classes.csv --format json
                """))

    @Argument(
        help: ArgumentHelp("The embeddings (n × d).", valueName: "e.npy"),
        completion: .file(extensions: featureFileExtensions),
        transform: path)
    var embeddings: URL

    @Option(
        help: ArgumentHelp(
            "Their labels: a table with the column label (or class) and optionally sample, camera and group, a row "
                + "for each embedding; or only labels, in .npy or in lines of .txt.",
            valueName: "csv"),
        completion: .file(extensions: ["csv", "npy", "txt"]), transform: path)
    var labels: URL

    @Option(
        help: ArgumentHelp(
            "The column of the tables with the cameras: items of a query's label and camera do not count for it, as in "
                + "re-identification (default: camera, if there is one; names: by the samples' names; none).",
            valueName: "column|names|none"), transform: CameraSource.init(rawValue:))
    var camera: CameraSource?

    @Option(
        help: ArgumentHelp("The embeddings to retrieve from (m × d).", valueName: "file"),
        completion: .file(extensions: featureFileExtensions), transform: path)
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

    @OptionGroup var retrieval: RetrievalOptions

    @Option(
        help: """
            How items of equal similarity rank: in the order of their rows, or the best or worst for the scores.
            """)
    var ties = TieOrder.sampleOrder

    @Flag(
        help: """
            Add mAP_c and mAP_1000 as the code of Milbich et al. (2021) has them, over the number of items with the \
            query's label and the query itself, so that a perfect ranking is below 1.
            """)
    var milbich2021 = false

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
        try requireApart([perQuery, perClass].compactMap(\.self))
        let queryFile = try perQuery.map { try OutputFile($0, force: force) { terminal.warn($0) } }
        let classFile = try perClass.map { try OutputFile($0, force: force) { terminal.warn($0) } }
        terminal.status("reading")
        var numbering = LabelNumbering()
        let set = try LabelledEmbeddings(
            embeddings, labels: labels, cameras: camera ?? .automatic, numbering: &numbering)
        let galleryPair = gallery.flatMap { file in galleryLabels.map { (file, $0) } }
        let items = try galleryPair.map {
            try LabelledEmbeddings($0.0, labels: $0.1, cameras: camera ?? .automatic, numbering: &numbering)
        }
        if set.table.hasRoles && gallery == nil {
            terminal.warn(
                "\(labels.path): its roles are not used, so every sample is a query and in the gallery; --gallery takes a gallery "
                    + "of its own, and oodml evaluate follows roles")
        }
        if let column = set.table.unusedCameraColumn {
            terminal.warn(
                "\(labels.path): the column \(column) is not used; --camera \(column) takes it for the cameras")
        }
        if set.table.cameras != nil, (items ?? set).table.labels.contains("-1") {
            terminal.warn(
                "\((galleryLabels ?? labels).path): items of the label -1 count as misses here; Market-1501 leaves them out, so take "
                    + "them out of the gallery to compare")
        }
        if camera == nil, set.table.cameras == nil, CameraName.areInNames(of: set.table.samples ?? []) {
            terminal.warn(
                "\(labels.path): the samples' names have cameras, as in re-identification; --camera names leaves out items of "
                    + "a query's label and camera, --camera none silences this warning")
        }
        let assignment = try clusters.map(set.clusters(readingFrom:))

        terminal.status("ranking")
        let metrics = retrieval.metrics + (milbich2021 ? RetrievalMetric.milbich2021 : [])
        let scores = try set.scores(
            metrics, among: items, by: RankingRules(similarity: distance, ties: ties),
            acrossGroups: retrieval.acrossGroups)
        let means = try meanScores(scores)
        var report = ScoreReport(
            means: means, classAveraged: scores.classAveraged(loneQueries: retrieval.loneQueries.policy), set: set,
            items: items,
            scores: scores, distance: distance, isAcrossGroups: retrieval.acrossGroups)
        if !noClusters {
            terminal.status("clustering")
            let numbers = try assignment ?? set.clusters(by: distance, seed: seed, startCount: restarts)
            report.agreement = ClusteringAgreement(classNumbers: set.classNumbers, clusterNumbers: numbers)
        }
        if !noStructure {
            terminal.status("structure")
            report.structure = try EmbeddingStructure(of: set.matrix, classNumbers: set.classNumbers)
        }
        terminal.finish()
        switch output.format {
        case .json: try printJSON(report)
        case .text:
            try printText(
                report.text(on: StandardStream.output.display), on: StandardStream.output.display, terminator: "")
        }
        // Last: whatever happens to them, the scores are printed.
        let tables = [
            queryFile.map { Output.file($0, Data(queryTable(of: scores, set).utf8)) },
            classFile.map { Output.file($0, Data(classTable(of: scores, numbering.labels).utf8)) },
        ].compactMap(\.self)
        if !tables.isEmpty { try replace(tables, keepingElsewhere: true) }
    }

    private func meanScores(_ scores: QueryScores) throws -> RetrievalScores {
        do {
            return try scores.mean(loneQueries: retrieval.loneQueries.policy)
        } catch RetrievalError.noQueries(let count) {
            throw CommandError(
                "\(labels.path): none of the \(count) queries has an item of its label in "
                    + "\((galleryLabels ?? labels).path); expected one at least")
        }
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
