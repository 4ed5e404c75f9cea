public import Datasets
internal import Embeddings
internal import Files
public import Foundation
public import Parallel
internal import Reports
public import Splits

/// Splits written into a folder.
public struct MadeSplits: Sendable {
    /// The folder, as if read back.
    public let folder: SplitFolder
    /// The series; the first is in the folder itself.
    public let series: [SplitSeries]
    /// The manifest of each series.
    public let manifests: [SplitManifest]
    /// How alike several series are; nil for a single one.
    public let agreement: ReplicateAgreement?
    /// The paths of the files, the manifest last.
    public let paths: [String]
}

extension SplitFolder {
    /// Makes a graded series of splits and writes it into a folder.
    ///
    /// ```swift
    /// let made = try SplitFolder.make(
    ///     at: folder, of: dataset, from: .images(below: photos, by: network), by: settings)
    /// print(made.manifests[0].levels.map(\.fid))
    /// ```
    ///
    /// It checks everything that it can before embedding anything. Reports warn if sides are too small for the
    /// dimension, if fewer distinct levels are found than asked for, and if classes have only one sample.
    ///
    /// - Parameters:
    ///   - url: the folder.
    ///   - dataset: the samples.
    ///   - source: where their embeddings come from; evaluated only once the folder is known to be writable.
    ///   - settings: the settings for making the splits.
    ///   - replicateCount: how many series to make, all but the first from random starts.
    ///   - rule: how they differ otherwise.
    ///   - replacing: whether splits of another run may be replaced.
    ///   - generator: what the manifest says made it.
    ///   - report: called with progress, from any thread.
    /// - Returns: the series, their manifests, and the paths of the files.
    /// - Precondition: `replicateCount` is positive.
    /// - Throws: ``/Files/FileError`` for what cannot be read, written or replaced; `SplitError` for settings or data
    ///   that allow no splits; what the source throws.
    @discardableResult
    public static func make(
        at url: URL, of dataset: Dataset, from source: @autoclosure () throws -> EmbeddingSource,
        by settings: SplitSettings, replicateCount: Int = 1, differingBy rule: ReplicateRule = .start,
        replacing: Bool = false,
        generator: String = libraryGenerator, report: @escaping WorkReport = { _ in }
    ) throws -> MadeSplits {
        precondition(replicateCount > 0, "\(replicateCount) series")
        let units = try dataset.units(by: settings.unit)
        try settings.validate()
        if settings.startOfSizes == .official, let unit = dataset.firstDividedUnit(of: units) {
            throw SplitError.dividedUnit(label: unit.label)
        }
        guard units.count >= 4 else { throw SplitError.tooFewUnits(count: units.count) }
        // Cheap, and what is wrong with a column is said before anything is embedded.
        if case .column(let name, let moment)? = settings.order?.axis {
            report(.note(try UnitOrder(of: units, in: dataset, by: name, of: moment).words(of: name, by: moment)))
        }
        let folder = try OutputFolder(url, result: resultName, force: replacing) { report(.warning($0)) }
        try folder.requireRoom(
            for: SplitFileName.all(
                shots: settings.shots, replicateCount: replicateCount, axis: settings.order?.axis))
        if !replacing {
            try requireNoOther(at: url, of: dataset, by: .made(settings.resolved(forUnitCount: units.count)))
        }
        let source = try source()
        if !replacing, case .images(_, let network, _) = source {
            try requireNoOther(at: url, by: network.provenance)
        }
        let found = try source.embeddings(of: dataset, report: report)
        let embedded = try EmbeddedDataset(
            dataset: dataset, embeddings: found.matrix, statistic: settings.statistic, units: units)
        for warning in embedded.sizeWarnings(startingFrom: settings.startOfSizes) { report(.warning(warning)) }
        let series = try SplitSeries.replicates(
            of: embedded, by: settings, count: replicateCount, differingBy: rule
        ) { number, event in
            report(event.prefixed(replicateCount == 1 ? "" : "series \(number) of \(replicateCount), "))
        }
        for one in series { for warning in one.warnings { report(.warning(warning)) } }
        let manifests = series.map {
            SplitManifest(
                generator: generator, series: $0, provenance: found.provenance, imagesSHA256: found.imagesSHA256)
        }
        for manifest in manifests { try requireReadable(manifest, at: url) }
        let paths = try folder.write(
            files(of: series, manifests, over: embedded, differingBy: rule), keepingElsewhere: true)
        return MadeSplits(
            folder: SplitFolder(
                at: url, manifest: manifests[0], dataset: dataset, written: try WrittenFolder(url, of: resultName)),
            series: series,
            manifests: manifests,
            agreement: series.count > 1 ? ReplicateAgreement(of: series, differingBy: rule) : nil, paths: paths)
    }

    /// Refuses numbers that no command would read again.
    static func requireReadable(_ manifest: SplitManifest, at url: URL) throws {
        do {
            try manifest.requirePlausibleValues()
        } catch let error as ImplausibleValue {
            throw FileError.unwritable(path: url.appending(path: SplitFileName.manifest).path, reason: "\(error)")
        }
    }

    /// Refuses a folder with splits that must come out different, before any work is done.
    static func requireNoOther(at url: URL, of dataset: Dataset, by settings: RecordedSettings) throws {
        guard let manifest = try manifest(at: url) else { return }
        guard manifest.dataset.sha256 == dataset.digest else {
            throw occupied(url, "splits of other samples are there")
        }
        guard manifest.settings.isRecord(of: settings) else {
            throw occupied(url, "splits made with other options are there")
        }
    }

    static func requireNoOther(at url: URL, by embeddings: EmbeddingProvenance) throws {
        guard let found = try manifest(at: url)?.embeddings, found != embeddings else { return }
        throw occupied(url, "splits made from other embeddings (\(found.file)) are there")
    }

    private static func manifest(at url: URL) throws -> SplitManifest? {
        let file = url.appending(path: SplitFileName.manifest)
        guard exists(file) else { return nil }
        do {
            return try SplitManifest(readingFrom: file)
        } catch FileError.unreadable(let path, nil, let reason) {
            throw FileError.unreadable(path: path, reason: reason)
        } catch {
            throw FileError.occupied(
                path: file.path, found: "a file that is no manifest of this version is there", remedy: "to replace it")
        }
    }

    private static func occupied(_ url: URL, _ found: String) -> FileError {
        .occupied(
            path: url.appending(path: SplitFileName.manifest).path, found: "\(found) already",
            remedy: "to replace them")
    }

    /// The files of several series, the first manifest last, so that whoever waits for it finds all the others.
    private static func files(
        of all: [SplitSeries], _ manifests: [SplitManifest], over embedded: EmbeddedDataset,
        differingBy rule: ReplicateRule
    ) throws -> [OutputItem] {
        let (dataset, settings) = (embedded.dataset, all[0].settings)
        var files: [OutputItem] = []
        if all.count > 1 {
            files.append(
                OutputItem(
                    SplitFileName.replicates,
                    text: try stableJSON(ReplicateAgreement(of: all, differingBy: rule))))
        }
        for shots in settings.shots {
            let episodes = FewShotEpisodes(
                of: dataset, shots: shots, episodeCount: settings.episodeCount, seed: settings.seed)
            files.append(OutputItem(SplitFileName.episodes(shots: shots), try episodes.json))
        }
        files.append(OutputItem(SplitFileName.classMap, text: try ClassMap(of: embedded).table.text))
        for (index, (series, manifest)) in zip(all, manifests).enumerated() {
            let folder = index == 0 ? "" : SplitFileName.replicate(index + 1) + "/"
            let matched = series.matched.table(for: dataset, levels: manifest.levels.map(\.id))
            files += [
                OutputItem(folder + SplitFileName.samples, text: dataset.sampleTable.text),
                OutputItem(folder + SplitFileName.matched, text: matched.text),
                OutputItem(folder + SplitFileName.progression, text: series.progression.table(for: dataset).text),
                OutputItem(
                    folder + SplitFileName.chart,
                    text: ProgressionChart(of: series.progression, manifest: manifest).svg),
                OutputItem(folder + SplitFileName.manifest, try manifest.json),
            ]
            if let nearest = series.nearestTable(levels: manifest.levels.map(\.id)) {
                files.insert(
                    OutputItem(folder + SplitFileName.nearest, text: nearest.text), at: files.endIndex - 1)
            }
        }
        return files
    }
}
