public import Datasets
internal import DenseLinearAlgebra
internal import Embeddings
internal import Files
internal import Frechet
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

    /// Writes published splits into a folder.
    ///
    /// - Parameters:
    ///   - file: the published file, a pickle or JSON, which is read as data.
    ///   - dataset: the dataset of the splits.
    ///   - url: the folder.
    ///   - replacing: whether splits of another run may be replaced.
    ///   - generator: what the manifest says made it.
    ///   - report: called with progress.
    /// - Returns: the splits as matched with the dataset, and the paths of the files, the manifest last.
    /// - Throws: ``/Files/FileError`` for a file that cannot be read, has classes that are not of this dataset, or may
    ///   not be replaced.
    public static func importing(
        _ file: URL, of dataset: @autoclosure () throws -> Dataset, to url: (Dataset) -> URL, replacing: Bool = false,
        generator: String = libraryGenerator, report: @escaping WorkReport = { _ in }
    ) throws -> (splits: ImportedSplits, dataset: Dataset, paths: [String]) {
        report(.began("reading \(file.lastPathComponent)"))
        let published = try PublishedSplits(contentsOf: file)
        let source = SplitManifest.SourceRecord(
            file: file.lastPathComponent, sha256: try SHA256.hexadecimal(ofFilesAt: [file]))
        return try importing(
            published, from: source, path: file.path, of: dataset(), to: url, replacing: replacing,
            generator: generator, report: report)
    }

    /// Writes published splits that are in memory into a folder.
    ///
    /// - Parameters:
    ///   - published: the splits.
    ///   - source: the record of the file that they are from.
    ///   - path: where it is, for errors; the other parameters, what is returned and the errors are those of
    ///     ``importing(_:of:to:replacing:generator:report:)``.
    public static func importing(
        _ published: PublishedSplits, from source: SplitManifest.SourceRecord, path: String,
        of dataset: @autoclosure () throws -> Dataset, to url: (Dataset) -> URL, replacing: Bool = false,
        generator: String = libraryGenerator, report: @escaping WorkReport = { _ in }
    ) throws -> (splits: ImportedSplits, dataset: Dataset, paths: [String]) {
        let dataset = try dataset()
        let folder = try OutputFolder(url(dataset), result: resultName, force: replacing) { report(.warning($0)) }
        report(.began("finding classes and files"))
        let splits = try ImportedSplits(
            of: published, in: dataset, path: path, source: source, generator: generator)
        for warning in splits.warnings { report(.warning(warning)) }
        try requireReadable(splits.manifest, at: folder.url)
        let matched = splits.matched.table(for: dataset, levels: splits.manifest.levels.map(\.id))
        let episodes = try splits.episodes.map { episodes in
            OutputItem(SplitFileName.episodes(shots: episodes.shots), try episodes.json)
        }
        let paths = try folder.write(
            episodes + [
                OutputItem(SplitFileName.samples, text: dataset.sampleTable.text),
                OutputItem(SplitFileName.matched, text: matched.text),
                OutputItem(SplitFileName.manifest, try splits.manifest.json),
            ])
        return (splits, dataset, paths)
    }
}

extension EmbeddedDataset {
    /// Warnings about distances that are less reliable than they look: unequal class counts, and fewer vectors than
    /// dimensions.
    fileprivate func sizeWarnings(startingFrom start: SplitStart) -> [String] {
        let official = ClassPartition(sides: dataset.officialSides)
        let sides = [official.classes(on: .train), official.classes(on: .test)]
        var warnings: [String] = []
        if start == .official, abs(sides[0].count - sides[1].count) > 1 {
            warnings.append(
                "the official split has \(sides[0].count) train and \(sides[1].count) test classes; every level keeps that "
                    + "balance")
        }
        let isOverMeans = statistic == .classMeans
        let smallest = sides.map { isOverMeans ? $0.count : dataset.samples(ofClasses: $0).count }.min() ?? 0
        let d = embeddings.columnCount
        if hasSingularCovariance(rowCount: smallest, columnCount: d) {
            warnings.append(
                "a side has \(smallest) \(isOverMeans ? "classes" : "samples") in \(d) dimensions; so few make every "
                    + "distance too large, and only levels of equal size comparable")
        }
        return warnings
    }
}

extension SplitSeries {
    /// Warnings about settings that could not be met and classes that the controls leave out.
    fileprivate var warnings: [String] {
        var warnings: [String] = []
        if case .evenly(let count, _) = settings.levels, levels.count < count {
            warnings.append(
                settings.order == nil
                    ? "the distances reached allow \(levels.count) levels that differ by 1 %, not \(count)"
                    : "the order has only \(levels.count) steps, so that there are fewer levels than the \(count) asked for"
            )
        }
        let leavingOut = settings.order == nil ? controls?.leavingOutWarnings ?? [] : []
        let confoundedCount = positions.count(where: \.isConfounded)
        if confoundedCount > 0, let order = settings.order {
            warnings.append(
                "the numbers of samples follow \(order.axis.name): random orders, in which only classes of similar size change "
                    + "places, leave \(confoundedCount) levels about where they are, and these are not tested")
        }
        let foldCount = folds.lazy.map(\.count).min() ?? 0
        if foldCount < settings.foldCount, embedded.dataset.groups != nil {
            warnings.append(
                "groups of samples join classes, so that a level has \(foldCount == 0 ? "no" : "only \(foldCount)") validation "
                    + "folds, not \(settings.foldCount)")
        }
        return warnings + leavingOut
    }
}

extension ShiftControls {
    /// Warnings about what the held-out repetition leaves out or keeps together.
    var leavingOutWarnings: [String] {
        var warnings: [String] = []
        if singletonClassCount > 0 {
            let count = singletonClassCount
            warnings.append(
                "\(count) \(count == 1 ? "class has" : "classes have") one sample only; the held-out repetition leaves "
                    + "\(count == 1 ? "it" : "them") out")
        }
        if dependentSamples.sampleCount > 0, dependentSamples.source == .nearCopies {
            let found = dependentSamples
            warnings.append(
                "\(found.sampleCount) samples are near-copies of others of their class, in \(found.clusterCount == 1 ? "1 cluster" : "\(found.clusterCount) clusters"), which the "
                    + "check on held-out samples keeps together; a column group in the table of samples would say what belongs together"
            )
        }
        let count = undividedClasses.count
        if count > 0 {
            warnings.append(
                "\(count) \(count == 1 ? "class has" : "classes have") only samples that stay together; the held-out repetition "
                    + "leaves \(count == 1 ? "it" : "them") out")
        }
        return warnings
    }
}

extension ImportedSplits {
    /// Warnings about what published splits lack or state twice.
    fileprivate var warnings: [String] {
        var warnings: [String] = []
        let bare = manifest.levels.filter(\.folds.isEmpty).map(\.id)
        if !bare.isEmpty {
            let isAll = bare.count == manifest.levels.count
            warnings.append(
                isAll
                    ? "no level has split_train and split_val, the validation folds"
                    : "\(bare.joined(separator: ", ")) without split_train and split_val, the validation folds")
        }
        if repeatedSupportCount > 0 {
            warnings.append(
                "\(repeatedSupportCount) \(repeatedSupportCount == 1 ? "support names" : "supports name") a sample twice; "
                    + "it is in the support once")
        }
        if unmatchedSupportCount > 0, let unmatchedFile {
            let named =
                "such as \"\(excerpt(unmatchedFile))\", that are no sample of their class here, or one of several"
            warnings.append(
                episodes.isEmpty
                    ? "the classes are imported without the published episodes, whose \(supportCount) supports name files, "
                        + named
                    : "\(unmatchedSupportCount) of \(supportCount) supports of the published episodes are left out: they "
                        + "name files, \(named)")
        }
        if numberedSupportCount > 0 {
            warnings.append(
                "\(numberedSupportCount) of \(supportCount) supports name a file of which its class has several here, and "
                    + "which the splits number as NAME and NAME_2; these are taken in the order of samples.csv")
        }
        return warnings
    }
}
