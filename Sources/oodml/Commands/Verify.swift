import ArgumentParser
import Datasets
import Experiments
import Files
import Foundation
import Reports
import Retrieval

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure how well embeddings verify identities, and reject unknown ones.",
        discussion: manual(
            """
            Every pair of rows is a verification: of one label it is genuine, of two an impostor. A pair is accepted if its cosine is \
            at least a threshold. With a gallery, pairs are of a row and an item; with --pairs they are those of a list.

              tar@FAR  the part of genuine pairs that is accepted at the lowest
                       threshold that lets at most this part of the impostors
                       pass; 1 − TAR is the FNMR at this FMR
              eer      where both errors are equal, on the line between the
                       points of the ROC curve on both sides
              auroc    how often a genuine pair is more similar than an impostor,
                       ties counted half

            Cosines are rounded to multiples of 2^-30, equal ones always tie, and ties are accepted together, as by scikit-learn's \
            roc_curve. Thresholds, rates and the EER are exact for any number of pairs; the AUROC is too for up to 2^22, and beyond \
            to the error that is given. A FAR below 1 / impostors has no value.

            Where a gallery lacks labels of some queries, these are unknown, and all are identified by their most similar item:

              dir@FAR          the part of known queries that is identified, where
                               at most this part of the unknown ones is accepted
              rejection_auroc  how often a known query is more similar to its
                               nearest item than an unknown one
              fpr95            the part of unknown queries that is accepted where
                               95 % of the known ones are

            A list of pairs also has accuracies: that of the best threshold, and with folds, as in LFW's pairs.txt, the mean over \
            the folds, each with the best threshold of the others in steps of 1/100 of the squared distance, as insightface has it. \
            With --templates, rows are scaled to length 1, averaged over each medium, and media added up.

            95 % intervals are over other labels, by a jackknife that leaves out one of 20 groups of labels in turn, as in oodml \
            score; with several embeddings every pair is compared, and p is adjusted for all pairs (Holm).
            """,
            reads: """
                embeddings   n × d: .npy, .npz, .safetensors or .csv
                --labels     label (or class), optionally sample, camera, group and
                             superclass; a row for each embedding; or labels alone:
                             .npy, or lines of .txt
                --pairs      LFW's pairs.txt, or a table: a, b, same (1 or 0), and
                             optionally fold; a and b are samples, or templates
                --templates  template and sample, and optionally media
                """,
            writes: """
                --curve CSV  model, threshold, far, tar and fnmr: about a thousand points
                             of the ROC and the DET curve
                --roc SVG    TAR over FAR
                --det SVG    FNMR over FAR, both with equal lengths for equal factors
                """,
            prints: """
                one line a FAR, then what is one number; of several embeddings a line
                each, and one for each pair; --format json: the same as one object
                """,
            examples: """
                oodml verify faces.npy --labels faces.csv
                oodml verify arcface.npy cosface.npy --labels lfw.csv --pairs pairs.txt
                oodml verify probes.npy --labels probes.csv \\
                  --gallery enrolled.npy --gallery-labels enrolled.csv --det det.svg
                """))

    @Argument(
        help: ArgumentHelp("The embeddings (n × d), or those of several models.", valueName: "e.npy"),
        completion: .file(extensions: featureFileExtensions),
        transform: path)
    var embeddings: [URL]

    @OptionGroup var labelling: LabelOptions

    @Option(
        help: ArgumentHelp("Take the pairs of this list: LFW's pairs.txt, or a table a, b, same.", valueName: "file"),
        completion: .file(extensions: ["txt", "csv"]), transform: path)
    var pairs: URL?

    @Option(
        help: ArgumentHelp("Average the rows of templates first: a table template, sample, media.", valueName: "csv"),
        completion: .file(extensions: ["csv"]), transform: path)
    var templates: URL?

    @Option(
        help: ArgumentHelp(
            "The embeddings to verify against (m × d); with several embeddings given once for each, in their order.",
            valueName: "file"),
        completion: .file(extensions: featureFileExtensions), transform: path)
    var gallery: [URL] = []

    @Option(
        help: ArgumentHelp(
            "The column of the tables with the cameras: pairs of one label and camera do not count (default: camera, if there "
                + "is one; names: by the samples' names; none).",
            valueName: "column|names|none"), transform: CameraSource.init(rawValue:))
    var camera: CameraSource?

    @Flag(help: "Leave out pairs of one label and one group of samples (the column group).")
    var acrossGroups = false

    @Option(
        help: ArgumentHelp(
            "The false accept rates, separated by commas (default: 0.1,0.01,0.001,1e-4,1e-5,1e-6).",
            valueName: "far,far,…"), transform: falseAcceptRates)
    var farAt = VerificationMetric.standardRates

    @Flag(help: "Estimate no intervals.")
    var noIntervals = false

    @Option(
        help: ArgumentHelp("Write points of the ROC and the DET curve to this file.", valueName: "csv"),
        completion: .file(extensions: ["csv"]), transform: path)
    var curve: URL?

    @Option(
        help: ArgumentHelp("Draw the ROC curve into this file.", valueName: "svg"),
        completion: .file(extensions: ["svg"]), transform: path)
    var roc: URL?

    @Option(
        help: ArgumentHelp("Draw the DET curve into this file.", valueName: "svg"),
        completion: .file(extensions: ["svg"]), transform: path)
    var det: URL?

    @Flag(help: "Replace the files of --curve, --roc and --det.")
    var force = false

    @OptionGroup var output: PrintOptions

    func validate() throws {
        guard gallery.isEmpty == (labelling.galleryLabels == nil) else {
            throw ValidationError("--gallery and --gallery-labels go together; expected both or neither")
        }
        try requireOneForEach(embeddings, of: gallery, "galleries")
        if templates != nil, !gallery.isEmpty {
            throw ValidationError("--templates are of the embeddings alone; expected no --gallery with them")
        }
        let unused = (acrossGroups ? ["--across-groups"] : []) + (camera == nil ? [] : ["--camera"])
        if let option = unused.first {
            if pairs != nil { throw ValidationError("--pairs says which pairs count; expected no \(option) with it") }
            if templates != nil {
                throw ValidationError("--templates are of several samples; expected no \(option) with them")
            }
        }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        try requireApart(
            [curve, roc, det].compactMap(\.self),
            from: embeddings + gallery + labelling.files + [pairs, templates].compactMap(\.self))
        func file(_ url: URL?) throws -> OutputFile? {
            try url.map { try OutputFile($0, force: force) { terminal.warn($0) } }
        }
        let (curveFile, rocFile, detFile) = (try file(curve), try file(roc), try file(det))
        terminal.status("reading")
        // A list and templates say themselves which rows count.
        let cameras = pairs != nil || templates != nil ? CameraSource.none : camera ?? .automatic
        var numbering = LabelNumbering()
        let sets = try embeddings.map {
            try LabelledEmbeddings($0, labels: labelling.labels, cameras: cameras, numbering: &numbering)
        }
        let galleries = try gallery.map { file in
            try LabelledEmbeddings(
                file, labels: labelling.galleryLabels ?? labelling.labels, cameras: cameras, numbering: &numbering)
        }
        let list = try pairs.map { try PairList(contentsOf: $0) }
        let templates = try templates.map { try TemplateTable(contentsOf: $0) }
        // A list and templates say themselves which rows are paired.
        if pairs == nil, templates == nil {
            labelling.warn(
                about: sets[0], against: galleries.first, camera: camera,
                roleless: "all rows are paired with each other",
                leavingOut: "pairs of one label and camera", on: terminal)
        }
        terminal.status("comparing pairs")
        let verification: Verification
        do {
            verification = try Verification(
                of: zip(embeddingNames(embeddings), sets).map { ($0, $1) }, among: galleries,
                choosing: list.map { .listed($0) } ?? .all, templates: templates, falseAcceptRates: farAt,
                acrossGroups: acrossGroups, hasIntervals: !noIntervals, numbering: numbering)
        } catch RetrievalError.noPairs(let genuine, let impostors) {
            throw CommandError(
                "\((pairs ?? labelling.labels).path): found \(genuine) genuine pairs, of one label, and \(impostors) impostors, of two; "
                    + "expected some of each")
        }
        terminal.finish()
        let report = VerificationReport(verification, sets: sets, galleries: galleries, isOfTemplates: templates != nil)
        let display = StandardStream.output.display
        switch output.format {
        case .json: try printJSON(report)
        case .text: try printText(report.text(on: display), on: display, terminator: "")
        }
        // Last: whatever happens to them, the numbers are printed.
        let curves = verification.models.map { (name: $0.name, curve: $0.scores.curve) }
        let files = [
            curveFile.map { Output.file($0, Data(verificationCurveTable(curves).text.utf8)) },
            rocFile.map { Output.file($0, Data(ErrorRateChart(models: curves, kind: .roc).svg.utf8)) },
            detFile.map { Output.file($0, Data(ErrorRateChart(models: curves, kind: .det).svg.utf8)) },
        ].compactMap(\.self)
        if !files.isEmpty { try replace(files, keepingElsewhere: true) }
    }
}

/// Parses false accept rates, separated by commas, for options' `transform`.
func falseAcceptRates(_ argument: String) throws -> [Double] {
    let rates = try argument.parts(between: ",").map { word in
        guard let rate = Double(word.trimmingCharacters(in: .whitespaces)), rate >= 1e-12, rate < 1 else {
            throw ValidationError(
                "found \"\(word)\" among the false accept rates; expected numbers from 1e-12, below 1")
        }
        return rate
    }
    guard Set(rates).count == rates.count else {
        throw ValidationError("found a false accept rate twice in \"\(argument)\"; expected each once")
    }
    return rates
}
