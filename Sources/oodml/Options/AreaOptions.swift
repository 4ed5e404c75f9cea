import ArgumentParser
import Datasets
import Foundation

/// Options of commands that divide classes, for samples with positions in place of classes.
struct AreaOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "In place of --samples, where samples were taken: a table with sample, and x and y (or east and north) in metres, or "
                + "lat and lon in degrees; areas of a grid are the classes.", valueName: "csv"),
        completion: .file(extensions: ["csv", "txt"]), transform: path)
    var positions: URL?

    @Option(
        help: ArgumentHelp(
            "With --positions, the side of an area in metres, gap included (default: 200).", valueName: "m"))
    var grid: Double?

    @Option(
        help: ArgumentHelp(
            "With --positions, how far areas are apart in metres; samples in between are left out (default: 50, or a quarter of "
                + "--grid if that is less).",
            valueName: "m"))
    var gap: Double?

    func validate() throws {
        guard positions != nil else {
            if grid != nil || gap != nil { throw ValidationError("--grid and --gap go with --positions") }
            return
        }
        guard (1...1e7).contains(side) else {
            throw ValidationError("--grid is \(side); expected metres, from 1 to 10000000")
        }
        guard length >= 0, length < side else {
            throw ValidationError(
                "--gap is \(length) for a --grid of \(side); expected metres, from 0 to less than that")
        }
    }

    /// Refuses other sources of classes beside positions.
    func require(apartFrom data: DatasetOptions) throws {
        guard positions != nil, data.samples != nil || data.dataset != nil || data.folders != nil || data.camera != nil
        else { return }
        throw ValidationError(
            "--positions makes classes of areas; expected no --samples, --dataset, --folders and --camera beside it")
    }

    private var side: Double { grid ?? 200 }
    private var length: Double { gap ?? min(50, side / 4) }

    /// The dataset whose classes are areas; nil without positions.
    ///
    /// - Parameters:
    ///   - data: the options of the images, and the name.
    ///   - features: the file of embeddings.
    func dataset(_ data: DatasetOptions, features: URL?) throws -> Dataset? {
        guard let positions else { return nil }
        let dataset = try Dataset(
            areasOf: PositionTable(contentsOf: positions), side: side, gap: length,
            name: data.name ?? data.ownName(of: positions, features))
        if let root = data.root { try dataset.requireFiles(below: root) }
        return dataset
    }
}
