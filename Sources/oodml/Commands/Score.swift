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
        abstract: "Score one set of embeddings, or compare several of the same items.",
        discussion: manual(
            """
            Every sample is a query against all others, or against a gallery of its own (--gallery). Ranks are exact: \
            every item counts, a duplicate of the query too; only the sample itself is left out, by its row, or with a \
            gallery by the column `sample` of both tables, where rows of one name must agree. Files are .npy, .npz, \
            .safetensors or .csv; where one has ids, its rows are found by the column `sample` of its table. Items of equal similarity rank in the order of their rows.

              recall@k     whether one of the k nearest items has the query's label
              precision@k  the part of the k nearest items that has the query's label;
                           --precision-at
              r_precision  the precision at R, the number of items with the query's label
              map@r        the average precision at R
              map@1000     the average precision at 1000, over min(R, 1000);
                           --map-at for other k
              map          the average precision over the whole ranking
              mrr          1 / the rank of the first item with the query's label
              mrr@k        the same, 0 if it is not among the k nearest (--mrr-at)

            Means have 95 % intervals over other labels, as queries and as distractors, by a jackknife that leaves out one of \
            20 groups of labels in turn: whole superclasses, or labels that share a group, where the table has these \
            columns and enough of them. With several embeddings of the same rows, every pair is compared: what labels are \
            hard for all cancels in a difference, and p is adjusted for all pairs (Holm).

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
                --labels     label (or class), optionally sample, camera, group and
                             superclass; a row for each embedding; or labels alone:
                             .npy, or lines of .txt
                --clusters   cluster; a row for each embedding
                """,
            writes: """
                --per-query CSV  row, sample, label, and one column for each metric
                --per-class CSV  label, queries, and one column for each metric, or with
                                 several embeddings one for each of them, and the best
                --chart SVG      the means of several embeddings, with their intervals
                """,
            prints: """
                one line a metric, as parts of 1; distances of structure are of rows of
                length 1; of several embeddings a line each, and one for each pair;
                --format json: the same as one object
                """,
            examples: """
                oodml score test.npy --labels test.csv
                oodml score dino.npy clip.npy resnet.npy --labels test.csv --chart scores.svg
                oodml score query.npy --labels query.csv \\
                  --gallery gallery.npy --gallery-labels gallery.csv
                oodml score test.npy --labels test.csv --recall-at 1,10,100 \\
                  --per-class classes.csv --format json
                """))

    @Argument(
        help: ArgumentHelp("The embeddings (n × d), or those of several models.", valueName: "e.npy"),
        completion: .file(extensions: featureFileExtensions),
        transform: path)
    var embeddings: [URL]

    @OptionGroup var labelling: LabelOptions

    @Option(
        help: ArgumentHelp(
            "What the embeddings are called, given once for each, in their order (default: as their files).",
            valueName: "name"))
    var name: [String] = []

    @Option(
        help: ArgumentHelp(
            "The column of the tables with the cameras: items of a query's label and camera do not count for it, as in "
                + "re-identification (default: camera, if there is one; names: by the samples' names; none).",
            valueName: "column|names|none"), transform: CameraSource.init(rawValue:))
    var camera: CameraSource?

    @Option(
        help: ArgumentHelp(
            "The embeddings to retrieve from (m × d); with several embeddings given once for each, in their order.",
            valueName: "file"),
        completion: .file(extensions: featureFileExtensions), transform: path)
    var gallery: [URL] = []

    @Option(
        help: ArgumentHelp(
            "Embeddings without labels that are searched too and are never right; with several embeddings given once for each, in "
                + "their order.",
            valueName: "file"),
        completion: .file(extensions: featureFileExtensions), transform: path)
    var distractors: [URL] = []

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

    @OptionGroup var retrieval: RetrievalOptions

    @Flag(help: "Estimate no intervals, which take a part of the time.")
    var noIntervals = false

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

    @Option(
        help: ArgumentHelp(
            "Draw the means of several embeddings, with their intervals, into this file.", valueName: "svg"),
        completion: .file(extensions: ["svg"]), transform: path)
    var chart: URL?

    @Flag(help: "Replace the files of --per-query, --per-class and --chart.")
    var force = false

    @OptionGroup var output: PrintOptions

    func validate() throws {
        guard gallery.isEmpty == (labelling.galleryLabels == nil) else {
            throw ValidationError("--gallery and --gallery-labels go together; expected both or neither")
        }
        try requireOneForEach(embeddings, of: gallery, "galleries")
        try requireOneForEach(embeddings, of: distractors, "files of distractors")
        try requireNames(name, of: embeddings)
        if embeddings.count > 1 {
            if clusters != nil { throw ValidationError("--clusters are those of one set of embeddings; found several") }
            if perQuery != nil { throw ValidationError("--per-query is of one set of embeddings; found several") }
        } else if chart != nil {
            throw ValidationError("--chart compares several embeddings; found one")
        } else if !name.isEmpty {
            throw ValidationError("--name tells several embeddings apart; found one")
        }
        if chart != nil, noIntervals { throw ValidationError("--chart shows intervals; expected no --no-intervals") }
        if clusters != nil && noClusters { throw ValidationError("--clusters and --no-clusters exclude each other") }
        guard restarts > 0 else { throw ValidationError("--restarts is \(restarts); expected 1 or more") }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        try requireApart(
            [perQuery, perClass, chart].compactMap(\.self),
            from: embeddings + gallery + distractors + labelling.files + (clusters.map { [$0] } ?? []))
        let queryFile = try perQuery.map { try OutputFile($0, force: force) { terminal.warn($0) } }
        let classFile = try perClass.map { try OutputFile($0, force: force) { terminal.warn($0) } }
        let chartFile = try chart.map { try OutputFile($0, force: force) { terminal.warn($0) } }
        terminal.status("reading")
        var numbering = LabelNumbering()
        let sets = try embeddings.map {
            try LabelledEmbeddings($0, labels: labelling.labels, cameras: camera ?? .automatic, numbering: &numbering)
        }
        let galleries = try gallery.map { file in
            try LabelledEmbeddings(
                file, labels: labelling.galleryLabels ?? labelling.labels, cameras: camera ?? .automatic,
                numbering: &numbering)
        }
        let extra = try distractors.map(Distractors.init)
        warn(about: sets[0], galleries.first, on: terminal)
        let assignment = try clusters.map(sets[0].clusters(readingFrom:))

        terminal.status("ranking")
        let metrics = retrieval.metrics + (milbich2021 ? RetrievalMetric.milbich2021 : [])
        let names = name.isEmpty ? embeddingNames(embeddings) : name
        let comparison = try compared(zip(names, sets).map { ($0, $1) }, galleries, extra, metrics, numbering)
        var reports = zip(sets, comparison.models).enumerated().map { number, pair in
            ScoreReport(
                model: pair.1,
                classAveraged: pair.1.scores.classAveraged(loneQueries: retrieval.loneQueries.policy), set: pair.0,
                items: galleries.isEmpty ? nil : galleries[number],
                distractorCount: extra.isEmpty ? nil : extra[number].count, grouping: comparison.grouping,
                distance: retrieval.similarity, isAcrossGroups: retrieval.acrossGroups)
        }
        for (number, set) in sets.enumerated() {
            if !noClusters {
                terminal.status("clustering")
                let numbers =
                    try assignment ?? set.clusters(by: retrieval.similarity, seed: seed, startCount: restarts)
                reports[number].agreement = ClusteringAgreement(
                    classNumbers: set.classNumbers, clusterNumbers: numbers)
            }
            if !noStructure {
                terminal.status("structure")
                reports[number].structure = try EmbeddingStructure(of: set.matrix, classNumbers: set.classNumbers)
            }
        }
        terminal.finish()
        let display = StandardStream.output.display
        let several = ScoreComparisonReport(
            models: reports, comparison: comparison,
            whyNoIntervals: noIntervals
                ? "--no-intervals was given"
                : ties == .sampleOrder
                    ? "there are no intervals, as labels fall into too few groups" : "--ties leaves no intervals")
        switch (output.format, reports.count) {
        case (.json, 1): try printJSON(reports[0])
        case (.json, _): try printJSON(several)
        case (.text, 1): try printText(reports[0].text(on: display), on: display, terminator: "")
        case (.text, _): try printText(several.text(on: display), on: display, terminator: "")
        }
        // Last: whatever happens to them, the scores are printed.
        let tables = [
            queryFile.map { Output.file($0, Data(queryTable(of: comparison.models[0].scores, sets[0]).utf8)) },
            classFile.map {
                Output.file(
                    $0,
                    Data(
                        (reports.count == 1
                            ? classTable(of: comparison.models[0].scores, numbering.labels)
                            : several.classTable(of: numbering.labels)).utf8))
            },
            chartFile.map { Output.file($0, Data(several.chart.svg.utf8)) },
        ].compactMap(\.self)
        if !tables.isEmpty { try replace(tables, keepingElsewhere: true) }
    }

    /// Says what of the tables is not used, and what others would leave out.
    private func warn(about set: LabelledEmbeddings, _ items: LabelledEmbeddings?, on terminal: Terminal) {
        labelling.warn(
            about: set, against: items, camera: camera,
            roleless: "every sample is a query and in the gallery, unlike in oodml evaluate",
            leavingOut: "items of a query's label and camera", on: terminal)
        if set.table.cameras != nil, (items ?? set).table.labels.contains("-1") {
            terminal.warn(
                "\((labelling.galleryLabels ?? labelling.labels).path): items of the label -1 count as misses here; Market-1501 leaves them out, so take "
                    + "them out of the gallery to compare")
        }
    }

    private func compared(
        _ sets: [(name: String, set: LabelledEmbeddings)], _ galleries: [LabelledEmbeddings],
        _ distractors: [Distractors],
        _ metrics: [RetrievalMetric], _ numbering: LabelNumbering
    ) throws -> EmbeddingComparison {
        do {
            return try EmbeddingComparison(
                of: sets, among: galleries, distractors: distractors, metrics: metrics,
                by: RankingRules(similarity: retrieval.similarity, ties: ties),
                loneQueries: retrieval.loneQueries.policy, acrossGroups: retrieval.acrossGroups,
                hasIntervals: !noIntervals, numbering: numbering)
        } catch RetrievalError.noQueries(let count) {
            throw CommandError(
                "\(labelling.labels.path): none of the \(count) queries has an item of its label in "
                    + "\((labelling.galleryLabels ?? labelling.labels).path); expected one at least")
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
