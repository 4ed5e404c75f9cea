public import Datasets
internal import DenseLinearAlgebra
internal import Embeddings
internal import Files
internal import Frechet
public import Foundation
public import Parallel
internal import Reports
public import Splits

/// A hold-out written into a folder.
public struct MadeHoldOut: Sendable {
    /// The folder, as if read back: splits of one level, whose fold 0 is the validation part.
    public let folder: SplitFolder
    /// The hold-out.
    public let holdOut: HoldOut
    /// What the folder's manifest says of it.
    public let manifest: SplitManifest
    /// The paths of the files, the manifest last.
    public let paths: [String]
    /// The number of links to images.
    public let linkCount: Int
}

extension SplitFolder {
    /// Divides a dataset into one hold-out and writes it into a folder, as splits of one level.
    ///
    /// ```swift
    /// let settings = HoldOutSettings(ratio: PartRatio(train: 60, validation: 20, test: 20))
    /// let made = try SplitFolder.holdOut(
    ///     at: folder, of: dataset, from: .images(below: photos, by: network), by: settings)
    /// print(made.holdOut.distance.squared, made.holdOut.classes(in: .test).count)
    /// ```
    ///
    /// Classes that share a group of samples are in one part. It checks everything that it can before embedding anything.
    ///
    /// - Parameters:
    ///   - url: the folder.
    ///   - dataset: the samples.
    ///   - source: where their embeddings come from; evaluated only once the folder is known to be writable.
    ///   - settings: the ratio, the difficulty and what must be kept.
    ///   - images: the folder of the images, if folders of links to them are wanted; nil for none.
    ///   - replacing: whether results of another run may be replaced.
    ///   - generator: what the manifest says made it.
    ///   - report: called with progress, from any thread.
    /// - Throws: ``/Files/FileError`` for what cannot be read, written or replaced; `SplitError` for settings or data
    ///   that allow no such hold-out; what the source throws.
    @discardableResult
    public static func holdOut(
        at url: URL, of dataset: Dataset, from source: @autoclosure () throws -> EmbeddingSource,
        by settings: HoldOutSettings, linkingTo images: URL? = nil, replacing: Bool = false,
        generator: String = libraryGenerator, report: @escaping WorkReport = { _ in }
    ) throws -> MadeHoldOut {
        let units = dataset.joined(try dataset.units(by: settings.unit))
        try HoldOut.requirePossible(of: dataset, units: units, by: settings)
        let folder = try OutputFolder(url, result: resultName, force: replacing) { report(.warning($0)) }
        try folder.requireRoom(for: SplitFileName.ofHoldOut + (images == nil ? [] : [SplitFileName.linkedClasses]))
        if !replacing { try requireNoOther(at: url, of: dataset, by: .heldOut(settings)) }
        let source = try source()
        if !replacing, case .images(_, let network, _) = source {
            try requireNoOther(at: url, by: network.provenance)
        }
        let found = try source.embeddings(of: dataset, report: report)
        let embedded = try EmbeddedDataset(
            dataset: dataset, embeddings: found.matrix, statistic: settings.statistic, units: units)
        let holdOut = try HoldOut(of: embedded, by: settings, report: report)
        for warning in holdOut.warnings { report(.warning(warning)) }
        let manifest = SplitManifest(
            generator: generator, holdOut: holdOut, provenance: found.provenance, imagesSHA256: found.imagesSHA256)
        try requireReadable(manifest, at: url)
        let fold = settings.ratio.validation > 0 ? 0 : nil
        var items: [OutputItem] = []
        var linkCount = 0
        if let images {
            let export = try SplitExport(of: manifest, in: dataset, as: .imagefolder, fold: fold)
            try requireImages(of: export, below: images, report: report)
            items += export.items(linkingTo: images)
            linkCount = export.links.count
        }
        let table = try SplitExport(of: manifest, in: dataset, as: .csv, fold: fold)
        items += table.files.map { OutputItem($0.path, $0.bytes) }
        let matched = MatchedTraining(
            of: dataset, trainClasses: [holdOut.partition.classes(on: .train)], seed: settings.seed)
        items += [
            OutputItem(SplitFileName.classMap, text: try ClassMap(of: embedded).table.text),
            OutputItem(SplitFileName.samples, text: dataset.sampleTable.text),
            OutputItem(
                SplitFileName.matched, text: matched.table(for: dataset, levels: manifest.levels.map(\.id)).text),
            OutputItem(SplitFileName.manifest, try manifest.json),
        ]
        report(.began("writing \(items.count) files and links"))
        let paths = try folder.write(items, keepingElsewhere: true)
        return MadeHoldOut(
            folder: SplitFolder(
                at: url, manifest: manifest, dataset: dataset, written: try WrittenFolder(url, of: resultName)),
            holdOut: holdOut, manifest: manifest, paths: Array(paths.dropFirst(linkCount)), linkCount: linkCount)
    }
}

extension HoldOut {
    /// Warnings about numbers that are less reliable than they look, and about what the controls leave out.
    fileprivate var warnings: [String] {
        var warnings: [String] = []
        let dataset = embedded.dataset
        let isOverMeans = embedded.statistic == .classMeans
        let sides = Side.allCases.map { partition.classes(on: $0) }
        let smallest = sides.map { isOverMeans ? $0.count : dataset.samples(ofClasses: $0).count }.min() ?? 0
        let d = embedded.embeddings.columnCount
        if hasSingularCovariance(rowCount: smallest, columnCount: d) {
            warnings.append(
                "a side has \(smallest) \(isOverMeans ? "classes" : "samples") in \(d) dimensions; so few make the distance "
                    + "too large, and only distances at equal sizes comparable")
        }
        return warnings + (controls?.leavingOutWarnings ?? [])
    }
}
