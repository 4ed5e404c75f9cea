public import ArgumentParser
public import Datasets
import Embeddings
import Experiments
import Files
import Foundation
import Glyphs200

/// Options of every command that reads a dataset: where its samples and their classes are.
struct DatasetOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The benchmark that comes with oodml, \(EmbeddedBenchmark.name), or the dataset in --root: \(KnownDataset.names).",
            valueName: "name"),
        completion: .list([EmbeddedBenchmark.name] + KnownDataset.all.map(\.name)))
    var dataset: String?

    @Option(
        help: ArgumentHelp("The folder of the images.", valueName: "dir"),
        completion: .directory, transform: path)
    var root: URL?

    @Option(
        help: ArgumentHelp(
            "A table with the columns sample, class, and optionally superclass, split (train or test), role (query or "
                + "gallery), camera, domain and group; or labels alone, in .npy or in lines of .txt; a store of embeddings has its own.",
            valueName: "csv"),
        completion: .file(extensions: ["csv", "npy", "txt"]), transform: path)
    var samples: URL?

    @Option(
        help: ArgumentHelp(
            "What the outer folders of outer/class/image are: superclass, domain, or the parts of a split (default: by "
                + "their names).",
            valueName: "what"))
    var folders: OuterFolders?

    @Option(
        help: ArgumentHelp(
            "The column of --samples with the cameras: images of a query's class and camera do not count for it (default: "
                + "camera, if there is one; names: by the samples' names; none).",
            valueName: "column|names|none"), transform: CameraSource.init(rawValue:))
    var camera: CameraSource?

    @Option(help: "The name of the dataset in what is written (default: that of the folder, table or store).")
    var name: String?

    func validate() throws {
        if folders != nil && (samples != nil || dataset != nil || root == nil) {
            throw ValidationError("--folders says what outer class folders are; expected it with --root alone")
        }
        if let camera, camera.isColumn, dataset != nil || (samples == nil && root != nil) {
            throw ValidationError("--camera takes a column of --samples; expected --samples, or --camera names or none")
        }
        guard let dataset else { return }
        guard dataset == EmbeddedBenchmark.name || known != nil else {
            throw ValidationError(
                "--dataset \(dataset) is not known"
                    + (nearestName(to: dataset, among: [EmbeddedBenchmark.name] + KnownDataset.all.map(\.name))
                        .map { " (did you mean \($0)?)" } ?? "")
                    + "; expected \(EmbeddedBenchmark.name), \(KnownDataset.names), or --root DIR alone"
            )
        }
        if let known, root == nil {
            throw ValidationError(
                "--dataset \(known.name) needs --root, the folder of \(known.title) as it was downloaded")
        }
        if samples != nil || (known == nil && root != nil) {
            throw ValidationError(
                "--dataset \(dataset) has its own samples\(known == nil ? " and images" : ""); expected no --samples"
                    + (known == nil ? " and no --root" : ""))
        }
    }

    private var known: KnownDataset? { KnownDataset.all.first { $0.name == dataset } }

    /// The words of a command line that give the same options; paths as they were given.
    var words: [String] {
        word("--dataset", dataset) + word("--root", root?.relativePath) + word("--samples", samples?.relativePath)
            + word("--folders", folders?.rawValue) + word("--camera", cameraWord) + word("--name", name)
    }

    /// What --camera was given as.
    var cameraWord: String? {
        switch camera {
        case .column(let name)?: name
        case .sampleNames?: "names"
        case CameraSource.none?: "none"
        case .automatic?, nil: nil
        }
    }

    /// Whether the images are available, not only the samples.
    var haveImages: Bool { dataset != nil || root != nil }

    /// The folder below which the samples' ids are paths.
    var images: URL { root ?? EmbeddedBenchmark.images }

    /// Refuses results within the folder of class folders, where the next reading would take them for classes.
    func requireOutside(_ results: [URL]) throws {
        guard let root, samples == nil, dataset == nil else { return }
        for result in results where isBelow(result.standardizedFileURL.path, root.standardizedFileURL.path) {
            throw CommandError(
                "\(result.path): found a place for results within the folder of the images, \(root.path), whose folders are "
                    + "classes; expected one outside, by --out or --stores")
        }
    }

    /// Reads the dataset; warns if it is a known dataset and incomplete.
    ///
    /// - Parameters:
    ///   - unit: the unit, which may be a column of the table.
    ///   - order: a column of the table to put classes in order by.
    ///   - features: the file of embeddings; a store has its own table of samples.
    ///   - startsFromOfficialSides: whether it matters which classes train in the official split.
    ///   - areas: what makes classes of positions, if there are any.
    func read(
        unit: UnitRule = .class, order: String? = nil, features: URL? = nil, deadLinks: DeadLinks = .refuse,
        startsFromOfficialSides: Bool = true, areas: AreaOptions? = nil,
        on terminal: Terminal
    ) throws -> Dataset {
        terminal.status("reading")
        let dataset =
            try areas?.dataset(self, features: features)
            ?? read(unit, order, features, deadLinks, terminal).takingCameras(from: camera ?? .automatic)
        terminal.show(dataset, startsFromOfficialSides: startsFromOfficialSides)
        if camera == nil, dataset.cameras == nil, CameraName.areInNames(of: dataset.samples.map(\.id)) {
            terminal.warn(
                "\(dataset.name): the samples' names have cameras, as in re-identification; with --camera names, images of a "
                    + "query's class and camera do not count for it (--camera none silences this warning)")
        }
        return dataset
    }

    /// What a dataset is called whose table, and perhaps file of features, is given: as the folder of the images, or the first of
    /// the table, the features and the folder of the table whose name says more than what it is.
    func ownName(of table: URL?, _ features: URL?) -> String {
        if let root { return root.standardizedFileURL.lastPathComponent }
        let files = [table, features].compactMap(\.self)
        if files.contains(where: { $0.path.begins(with: MemoryFile.folder) }) { return "dataset" }
        let names = files.map { $0.deletingPathExtension().lastPathComponent }
        let folders = files.prefix(1).map { $0.standardizedFileURL.deletingLastPathComponent().lastPathComponent }
        return (names + folders).first { !Self.plainNames.contains($0.lowercased()) } ?? names.first ?? "dataset"
    }

    /// Names of files that say only what is in them.
    private static let plainNames: Set<String> = [
        "samples", "sample", "labels", "label", "classes", "class", "table", "index", "meta", "metadata", "data", "all",
        "features", "feats", "feature", "embeddings", "embedding", "embeds", "positions", "places", "x", "y", "", ".",
        "/",
    ]

    private func read(
        _ unit: UnitRule, _ order: String?, _ features: URL?, _ deadLinks: DeadLinks, _ terminal: Terminal
    ) throws -> Dataset {
        if let known, let root {
            let dataset = try Dataset(known, at: root, name: name)
            let differences = known.counts.differences(in: dataset)
            if !differences.isEmpty {
                terminal.warn("\(root.path): not all of \(known.title): found \(differences.joined(separator: ", "))")
            }
            return dataset
        }
        if let samples = samples ?? features.flatMap(EmbeddingStore.init(of:))?.samples {
            // A store's table lists the samples of the store's dataset.
            let stored = try StoreRecord(of: EmbeddingStore(at: samples.deletingLastPathComponent()))?.identity.dataset
            if ["npy", "txt"].contains(samples.pathExtension.lowercased()) {
                return try Dataset(
                    labelsAt: samples, name: name ?? ownName(of: samples, features))
            }
            let dataset = try Dataset(
                sampleTableAt: samples, name: name ?? stored ?? ownName(of: samples, features),
                unit: unit, root: root, cameras: camera ?? .automatic, order: order)
            if let root { try dataset.requireFiles(below: root) }
            return dataset
        }
        if let root {
            return try Dataset(
                classFoldersAt: root, name: name ?? root.standardizedFileURL.lastPathComponent, outer: folders,
                deadLinks: deadLinks)
        }
        return try Dataset(classFoldersAt: EmbeddedBenchmark.images, name: name ?? EmbeddedBenchmark.name)
    }
}

extension OuterFolders: ExpressibleByArgument {}

extension Terminal {
    /// Says what was understood of a dataset, before work starts.
    func show(_ dataset: Dataset, startsFromOfficialSides: Bool = true) {
        let reading = dataset.reading
        var clauses = reading.understood
        switch startsFromOfficialSides ? dataset.officialOrder : nil {
        case .name where dataset.areas != nil:
            clauses.append("the series starts from the first half of the areas by name")
        case .name:
            clauses.append("no split was given, so the series starts from the first half of the classes by name")
        case .number:
            clauses.append("no split was given, so the series starts from the first half of the classes by number")
        case nil: break
        }
        if dataset.cameras != nil { clauses.append("images of a query's class and camera do not count for it") }
        let counts =
            "\(dataset.classLabels.count) \(dataset.areas == nil ? "classes" : "areas"), \(dataset.samples.count) samples"
        note("\(dataset.name): " + ([counts] + clauses).joined(separator: "; "))
        let isReidentification = dataset.cameras != nil || CameraName.areInNames(of: dataset.samples.map(\.id))
        let noIdentities = ["-1", "0000"].filter { dataset.number(ofClass: $0) != nil }
        if isReidentification, !noIdentities.isEmpty {
            warn(
                "\(dataset.name): \(noIdentities.joined(separator: " and ")) \(noIdentities.count == 1 ? "is a class" : "are classes") "
                    + "here, but no identity in Market-1501 and its like, where -1 does not count and 0000 are distractors"
            )
        }
        for warning in reading.warnings { warn("\(dataset.name): \(warning)") }
        if let passedOver = reading.passedOverSummary { warn("\(dataset.name): \(passedOver)") }
    }
}

extension KnownDataset {
    /// The datasets that `--dataset` takes besides the embedded benchmark, in the order of the list.
    static let all: [KnownDataset] = [
        .cub200, .cars196, .sop, .inshop, .market1501, .dukeMTMC, .msmt17, .veri776,
    ]

    /// The names, as the options' help lists them.
    static var names: String {
        let names = all.map(\.name)
        return names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
    }
}
