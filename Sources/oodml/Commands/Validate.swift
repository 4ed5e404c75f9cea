import ArgumentParser
import Datasets
import DenseLinearAlgebra
import Embeddings
import Files
import Foundation
import Glyphs200
import Reports
import Splits

struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check that a folder of splits is sound.",
        discussion: manual(
            """
            Reads what `oodml make-splits` wrote, or another tool in the same form, and checks it: whether the splits are \
            of this dataset, every class is in one of train, test and removed, counts and sizes are right, levels rise, \
            units stay whole, numbers fit one another; whether folds, matched training sets and held-out sides are parts \
            of what they should be parts of, and episodes fit the dataset. Series in replicate-R/ are checked as well.

            Each violation is one line on standard output: where, what was found, what was expected. The exit status is \
            1 if there is any. What cannot be read at all is an error.

            Splits that `oodml import` wrote are checked in the same way, but for what is not known of them: how they were \
            found, and from which embeddings.

            Given the embeddings, it also computes every distance and kernel discrepancy anew from the classes of the \
            levels. From a file of features they must agree to 1e-9 of the distance; from images embedded again by the \
            backbone to 1e-5, since processors differ in single precision, in which networks run. Splits of \
            \(Glyphs200.name) need neither option. Under the protocol milbich2021, fid is the exact distance of the \
            classes named as well; reference_fid, which the reference code has instead, is not computed.
            """,
            reads: """
                manifest.json, samples.csv, train-matched.csv, progression.csv,
                episodes-K.json, replicate-R/ and replicates.json of the folder
                """,
            prints: """
                one line a violation, or that there is none; --format json: violations, and
                what was checked
                """,
            examples: """
                oodml validate splits/glyphs200
                oodml validate splits/mine --samples samples.csv --features feats.npy
                oodml validate splits/photos --root photos \\
                  --backbone resnet50.onnx --format json
                """,
            exitStatus: """
                1   also if there is a violation
                """))

    @Argument(
        help: ArgumentHelp("The folder that `oodml make-splits` wrote.", valueName: "dir"), completion: .directory,
        transform: path)
    var splits: URL

    @Option(
        help: ArgumentHelp("The table that the splits should be of, in whatever order.", valueName: "csv"),
        completion: .file(extensions: ["csv"]), transform: path)
    var samples: URL?

    @Option(
        help: ArgumentHelp(
            "The features that made the splits: one row for each row of the folder's samples.csv.", valueName: "file"),
        completion: .file(extensions: featureFileExtensions), transform: path)
    var features: URL?

    @Option(
        help: ArgumentHelp("The folder of the images (not needed for \(Glyphs200.name)).", valueName: "dir"),
        completion: .directory, transform: path)
    var root: URL?

    @Option(
        help: ArgumentHelp(
            "The backbone that made the splits (not needed for \(Glyphs200.name)).", valueName: "model"),
        completion: .file(extensions: networkFileExtensions), transform: path)
    var backbone: URL?

    @OptionGroup var output: PrintOptions

    func validate() throws {
        if features != nil && (root != nil || backbone != nil) {
            throw ValidationError("--features excludes --root and --backbone; expected what made the splits")
        }
        if root != nil && backbone == nil { throw ValidationError("--root needs --backbone, to embed the images") }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        terminal.status("reading")
        let folder = try SplitFolder(readingFrom: splits)
        var violations = try sampleViolations(of: folder.validation) + folder.violations
        var distanceCount: Int?
        if folder.validation.manifest.importedFrom != nil, features != nil || backbone != nil {
            terminal.note("No distance is computed anew, since those of imported splits were published.")
        } else if let source = try source(for: folder.validation.manifest) {
            if folder.validation.manifest.dataset.sha256 == folder.validation.dataset.digest {
                let recomputed = try recompute(folder, from: source, on: terminal)
                violations += recomputed.violations
                distanceCount = recomputed.count
            } else {
                terminal.note("No distance is computed anew, since the samples are not those of the manifest.")
            }
        }
        terminal.finish()
        let report = ValidationReport(folder, violations: violations, distanceCount: distanceCount)
        switch output.format {
        case .json: try writeToStandardOutput(Data(stableJSON(report).utf8))
        case .text: print(report.text(of: splits.relativePath))
        }
        if !violations.isEmpty { throw ExitCode.failure }
    }

    /// Whether the splits are of the samples that the user has.
    private func sampleViolations(of validation: SplitValidation) throws -> [SplitViolation] {
        guard let samples else { return [] }
        let dataset = validation.manifest.dataset
        let found = try Dataset(sampleTableAt: samples, name: dataset.name).digest
        guard found != dataset.sha256 else { return [] }
        return [
            SplitViolation(
                file: "manifest.json", place: "dataset, sha256", found: dataset.sha256,
                expected: "\(found), as \(samples.relativePath) has it")
        ]
    }

    /// What the distances can be computed anew from, if anything.
    private func source(for manifest: SplitManifest) throws -> EmbeddingSource? {
        if let features { return .features(features) }
        let isGlyphs = manifest.dataset.name == Glyphs200.name
        if let backbone {
            guard let images = root ?? (isGlyphs ? Glyphs200.images : nil) else {
                throw ValidationError("expected --root DIR, the folder of the images of \(manifest.dataset.name)")
            }
            return .network(backbone, images: images, reading: try NetworkReading(manifest.embeddings))
        }
        guard isGlyphs, let embeddings = manifest.embeddings, embeddings.source == .backbone,
            try SHA256.hexadecimal(ofFilesAt: [Glyphs200.backbone]) == embeddings.sha256
        else { return nil }
        return .network(
            Glyphs200.backbone, images: Glyphs200.images, reading: try NetworkReading(manifest.embeddings))
    }

    /// Compares the digest of the embeddings and the distances of all series.
    private func recompute(
        _ folder: SplitFolder, from source: EmbeddingSource, on terminal: Terminal
    ) throws -> (violations: [SplitViolation], count: Int) {
        let (dataset, manifest) = (folder.validation.dataset, folder.validation.manifest)
        let (matrix, provenance) = try source.embeddings(of: dataset, task: "embedding", on: terminal)
        var violations: [SplitViolation] = []
        func require(_ name: String, _ found: String, _ expected: String) {
            guard found != expected else { return }
            violations.append(
                SplitViolation(
                    file: "manifest.json", place: "embeddings, \(name)", found: found,
                    expected: "\(expected), as \(provenance.file) has it"))
        }
        if let embeddings = manifest.embeddings {
            require("sha256", embeddings.sha256, provenance.sha256)
            require("dimension", "\(embeddings.dimension)", "\(provenance.dimension)")
        }
        let tolerance =
            provenance.source == .features ? SplitValidation.tolerance : SplitValidation.networkTolerance
        let embedded = try EmbeddedDataset(
            dataset: dataset, embeddings: matrix, statistic: manifest.settings.statistic ?? .samples)
        var count = 0
        for (prefix, validation) in folder.allSeries
        where validation.dataset.samples == dataset.samples
            && validation.manifest.settings.statistic == embedded.statistic
        {
            count += validation.manifest.levels.count
            violations += try validation.distanceViolations(over: embedded, tolerance: tolerance) { done, total in
                terminal.advance(
                    (prefix.map { $0 + ", " } ?? "") + "computing the distances", done, of: total, withRate: false)
            }.map { violation in prefix.map(violation.below) ?? violation }
        }
        return (violations, count)
    }
}

/// What `validate` prints.
private struct ValidationReport: Encodable {
    let violations: [SplitViolation]
    let checked: Checked
    private let isImported: Bool

    private enum CodingKeys: CodingKey { case violations, checked }

    struct Checked: Encodable {
        let classes: Int
        let samples: Int
        let series: Int
        let levels: Int
        let episodeFiles: Int
        let distances: Int

        enum CodingKeys: String, CodingKey {
            case classes, samples, series, levels, distances
            case episodeFiles = "episode_files"
        }
    }

    init(_ folder: SplitFolder, violations: [SplitViolation], distanceCount: Int?) {
        self.violations = violations
        isImported = folder.validation.manifest.importedFrom != nil
        checked = Checked(
            classes: folder.validation.dataset.classLabels.count, samples: folder.validation.dataset.samples.count,
            series: folder.allSeries.count,
            levels: folder.allSeries.reduce(0) { $0 + $1.validation.manifest.levels.count },
            episodeFiles: folder.episodeFileCount, distances: distanceCount ?? 0)
    }

    func text(of path: String) -> String {
        guard violations.isEmpty else { return violations.map(\.description).joined(separator: "\n") }
        func count(_ number: Int, _ singular: String, _ plural: String) -> String {
            "\(number) \(number == 1 ? singular : plural)"
        }
        return "\(path): no violation in " + count(checked.series, "series", "series") + " of "
            + count(checked.levels, "level", "levels") + " over "
            + count(checked.classes, "class", "classes") + " and " + count(checked.samples, "sample", "samples")
            + ", with " + count(checked.episodeFiles, "file", "files") + " of episodes; "
            + (checked.distances > 0
                ? count(checked.distances, "distance", "distances") + " computed anew"
                : "no distance computed anew, "
                    + (isImported ? "since they were published" : "which takes --features or --root and --backbone"))
    }
}
