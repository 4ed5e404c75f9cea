internal import Datasets
internal import Embeddings
internal import Files
public import Foundation
public import Parallel
public import Splits

/// A check of a folder of splits, with its violations.
///
/// ```swift
/// let check = try SplitFolderCheck(of: folder)
/// for violation in check.violations { print(violation) }
/// ```
public struct SplitFolderCheck: Sendable {
    /// The series in the folder itself.
    public let validation: SplitValidation
    /// That series and those in subfolders, each with the name of its folder.
    public let allSeries: [(folder: String?, validation: SplitValidation)]
    /// How many files of few-shot episodes were read.
    public let episodeFileCount: Int
    /// The violations found.
    public private(set) var violations: [SplitViolation]
    /// How many distances were recomputed.
    public private(set) var recomputedDistanceCount = 0

    private let url: URL

    /// The splits of the folder itself.
    public var manifest: SplitManifest { validation.manifest }

    /// Reads a folder and checks it.
    ///
    /// - Parameter samples: the table of samples that the splits should have, in any order; nil to skip this check.
    /// - Throws: ``/Files/FileError`` for a file that cannot be read, or a missing manifest or table of samples.
    public init(of url: URL, against samples: URL? = nil) throws {
        self = try WrittenFolder.reading(url, of: SplitFolder.resultName) { folder in
            var check = try SplitFolderCheck(of: url, against: samples, in: folder)
            for (file, found, expected) in folder.strangers
            where !check.violations.contains(where: { $0.file == file && $0.found == found }) {
                check.violations.append(SplitViolation(file: file, found: found, expected: expected))
            }
            return check
        }
    }

    private init(of url: URL, against samples: URL?, in folder: WrittenFolder) throws {
        let main = try Self.validation(at: url)
        var violations = try samples.map { try Self.sampleViolations(of: main, against: $0) } ?? []
        violations += try main.manifestViolations + Self.tableViolations(of: main, at: url)
        let names = try folder.present

        // Replicates use the episodes of the folder above, since these depend on the dataset alone.
        let wanted = isReplicate(url) ? [] : Set(main.manifest.settings.shots)
        let present = names.compactMap(SplitFileName.shots(ofEpisodes:)).sorted()
        for shots in present {
            let file = SplitFileName.episodes(shots: shots)
            let episodes = try FewShotEpisodes(readingFrom: url.appending(path: file))
            violations += main.violations(of: episodes, shots: shots)
            if !isReplicate(url) && !wanted.contains(shots) {
                violations.append(
                    SplitViolation(
                        file: file, found: "episodes of \(shots) shots",
                        expected: "those of the protocol's \(wanted.sorted().map(String.init).joined(separator: ", "))")
                )
            }
        }
        for shots in wanted.subtracting(present).sorted() {
            violations.append(Self.missing(SplitFileName.episodes(shots: shots)))
        }
        episodeFileCount = present.count

        var series = [1: main]
        var allSeries: [(folder: String?, validation: SplitValidation)] = [(nil, main)]
        for number in names.compactMap(SplitFileName.replicateNumber).filter({ $0 >= 2 }).sorted() {
            let name = SplitFileName.replicate(number)
            let folder = url.appending(path: name)
            let validation = try Self.validation(at: folder)
            series[number] = validation
            allSeries.append((name, validation))
            violations += try (validation.manifestViolations + Self.tableViolations(of: validation, at: folder))
                .map { $0.below(name) }
        }
        let hasSummary = names.contains(SplitFileName.replicates)
        if series.count > 1 || hasSummary {
            let summary = url.appending(path: SplitFileName.replicates)
            violations += SplitValidation.violations(
                ofReplicates: series, summary: hasSummary ? try ReplicateAgreement(readingFrom: summary) : nil)
        }
        self.url = url
        validation = main
        self.allSeries = allSeries
        self.violations = violations
    }

    /// Recomputes the distances of all series from the classes of their levels, and compares the digest of the
    /// embeddings.
    ///
    /// Distances from a file of features must agree to a relative 1e-9. Those from images embedded again must agree to
    /// 1e-5, since networks run in single precision, where processors differ.
    ///
    /// - Throws: what the source throws; `SplitError`; `LinearAlgebraError`.
    public mutating func recompute(from source: EmbeddingSource, report: @escaping WorkReport = { _ in }) throws {
        let dataset = validation.dataset
        guard manifest.dataset.sha256 == dataset.digest else {
            report(.note("No distance is computed anew, since the samples are not those of the manifest."))
            return
        }
        let found = try source.embeddings(of: dataset, report: report)
        let provenance = found.provenance
        func require(_ name: String, _ found: String, _ expected: String) {
            guard found != expected else { return }
            violations.append(
                SplitViolation(
                    file: SplitFileName.manifest, place: "embeddings, \(name)", found: found,
                    expected: "\(expected), as \(provenance.file) has it"))
        }
        if let embeddings = manifest.embeddings {
            require("sha256", embeddings.sha256, provenance.sha256)
            require("dimension", "\(embeddings.dimension)", "\(provenance.dimension)")
        }
        if let images = manifest.dataset.imagesSHA256, let found = found.imagesSHA256, images != found {
            violations.append(
                SplitViolation(
                    file: SplitFileName.manifest, place: "dataset, images_sha256", found: images,
                    expected: "\(found), as the images have it"))
        }
        let tolerance =
            provenance.source == .features ? SplitValidation.tolerance : SplitValidation.networkTolerance
        let embedded = try EmbeddedDataset(
            dataset: dataset, embeddings: found.matrix, statistic: manifest.settings.statistic ?? .samples,
            units: try dataset.units(by: manifest.settings.unit))
        for (folder, validation) in allSeries
        where validation.dataset.samples == dataset.samples
            && validation.manifest.settings.statistic == embedded.statistic
        {
            recomputedDistanceCount += validation.manifest.levels.count
            violations += try validation.distanceViolations(over: embedded, tolerance: tolerance) { done, total in
                report(
                    .advanced(
                        (folder.map { $0 + ", " } ?? "") + "computing the distances", done: done, of: total,
                        isSteady: false))
            }.map { violation in folder.map(violation.below) ?? violation }
            let file = (folder.map { url.appending(path: $0) } ?? url).appending(path: SplitFileName.nearest)
            if validation.manifest.settings.madeBy?.order?.axis == .nearest, exists(file) {
                let table = try CSVTable(contentsOf: file)
                let known = Set(try validation.violations(ofNearest: table).map(\.description))
                violations += try validation.violations(ofNearest: table, over: embedded, tolerance: tolerance)
                    .filter { !known.contains($0.description) }
                    .map { violation in folder.map(violation.below) ?? violation }
            }
        }
    }

    private static func validation(at url: URL) throws -> SplitValidation {
        let (manifest, dataset) = try SplitFolder.read(url)
        return try SplitValidation(of: manifest, in: dataset)
    }

    /// Checks that the splits have the samples that the user has.
    private static func sampleViolations(
        of validation: SplitValidation, against samples: URL
    ) throws -> [SplitViolation] {
        let dataset = validation.manifest.dataset
        let found = try Dataset(sampleTableAt: samples, name: dataset.name).digest
        guard found != dataset.sha256 else { return [] }
        return [
            SplitViolation(
                file: SplitFileName.manifest, place: "dataset, sha256", found: dataset.sha256,
                expected: "\(found), as \(samples.relativePath) has it")
        ]
    }

    private static func tableViolations(of validation: SplitValidation, at url: URL) throws -> [SplitViolation] {
        func violations(_ name: String, _ check: (CSVTable) throws -> [SplitViolation]) throws -> [SplitViolation] {
            let file = url.appending(path: name)
            return exists(file) ? try check(try CSVTable(contentsOf: file)) : [missing(name)]
        }
        let matched = try violations(SplitFileName.matched, validation.violations(ofMatchedTraining:))
        if validation.manifest.settings.heldOutBy != nil {
            return try matched + violations(SplitFileName.holdOut, validation.violations(ofHoldOut:))
        }
        // Nothing is known of how imported splits were found.
        guard validation.manifest.importedFrom == nil else { return matched }
        let near =
            validation.manifest.settings.madeBy?.order?.axis == .nearest
            ? try violations(SplitFileName.nearest) { try validation.violations(ofNearest: $0) } : []
        return try matched + near + violations(SplitFileName.progression, validation.violations(ofProgression:))
    }

    private static func missing(_ file: String) -> SplitViolation {
        SplitViolation(file: file, found: "no such file", expected: "the one that belongs to the manifest")
    }
}
