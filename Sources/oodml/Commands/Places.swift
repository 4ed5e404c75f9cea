import ArgumentParser
import Datasets
import DenseLinearAlgebra
import Experiments
import Files
import Foundation
import Reports
import Retrieval
import Splits
import Statistics

struct Places: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Score embeddings of places by where images were taken.",
        discussion: manual(
            """
            For visual place recognition: an image is relevant to a query if it was taken within --radius metres of it, and \
            Recall@N is the part of the queries of which any of the first N images is. Positions take the place of labels. \
            Images rank as in `oodml score`, exactly.

            Every image searches all others; or, where --positions has roles, queries search the gallery; or they search \
            --gallery. A query itself never counts.

            A query without any image within the radius is a miss, as in the code of the field's benchmarks (Berton et al., CVPR \
            2022); recall among the other queries is given beside it.

            Positions are metres on a plane (x and y, east and north, easting and northing, utm_east and utm_north) or \
            degrees of WGS 84 (lat and lon), or names of the form @east@north@… say them. Distances from degrees are right to \
            0.1 mm at 1 km and 1 cm at 20 km, at any latitude.

            Intervals are over other areas of the ground, squares of --area metres, as neighbouring images are not independent: by \
            the jackknife of `oodml score`, which leaves out one of 20 groups of areas in turn.

            With --splits, made by `oodml make-splits --positions`, the test images of each level search one another: how recall \
            falls in areas farther from those that train. Recall is then of the queries that have an image to find.
            """,
            reads: """
                embeddings   n × d: .npy, .npz, .safetensors, .csv or a store
                --positions  a pair of columns as above, optionally sample and role
                             (query, or gallery or database); a row for each embedding;
                             or names alone, in lines of .txt
                --splits     a folder of splits by areas
                """,
            writes: """
                --per-query CSV  row, sample, rank of the first image within the radius
                                 (empty: none there), first image found, and how far
                                 that is, in metres
                """,
            prints: """
                Recall@N, as parts of 1; of several embeddings a line each, and one for
                each pair; with --splits a line a level; --format json: the same as one
                object
                """,
            examples: """
                oodml places embeddings.npy --positions positions.csv
                oodml places queries.npy --positions queries.csv --radius 25 \\
                  --gallery database.npy --gallery-positions database.csv
                oodml make-splits --features embeddings.npy --positions positions.csv \\
                  --grid 200 --gap 50 --out splits/city
                oodml places embeddings.npy --positions positions.csv --splits splits/city
                """))

    @Argument(
        help: ArgumentHelp("The embeddings (n × d), or those of several models.", valueName: "e.npy"),
        completion: .file(extensions: featureFileExtensions), transform: path)
    var embeddings: [URL]

    @Option(
        help: ArgumentHelp(
            "Where they were taken: a table with x and y (or east and north) in metres, or lat and lon in degrees, and "
                + "optionally sample and role.", valueName: "csv"),
        completion: .file(extensions: ["csv", "txt"]), transform: path)
    var positions: URL

    @Option(help: ArgumentHelp("Up to how many metres away an image is relevant.", valueName: "m"))
    var radius = Dataset.usualRadius

    @Option(
        help: ArgumentHelp(
            "The values of N of recall@N, separated by commas (default: 1,5,10,20).", valueName: "k,k,…"),
        transform: positiveCounts)
    var recallAt = [1, 5, 10, 20]

    @Option(
        help: ArgumentHelp(
            "The embeddings to retrieve from (m × d); with several embeddings given once for each, in their order.",
            valueName: "file"),
        completion: .file(extensions: featureFileExtensions), transform: path)
    var gallery: [URL] = []

    @Option(
        help: ArgumentHelp("Where the gallery was taken, a table like --positions.", valueName: "csv"),
        completion: .file(extensions: ["csv", "txt"]), transform: path)
    var galleryPositions: URL?

    @Option(
        help: ArgumentHelp("A folder of splits by areas, whose levels' test images are scored.", valueName: "dir"),
        completion: .directory, transform: path)
    var splits: URL?

    @Option(
        help: ArgumentHelp(
            "With --splits, the levels to score, separated by commas (default: all).", valueName: "id,…"),
        transform: levelIDs)
    var levels: [String] = []

    @Option(help: ArgumentHelp("The side of the areas that intervals are over, in metres.", valueName: "m"))
    var area = 200.0

    @Option(name: [.long, .customLong("distance")], help: "What items are ranked by.")
    var similarity = Similarity.cosine

    @Option(
        help: ArgumentHelp(
            "What the embeddings are called, given once for each, in their order (default: as their files).",
            valueName: "name"))
    var name: [String] = []

    @Option(
        help: ArgumentHelp("Write what each query found to this file.", valueName: "csv"),
        completion: .file(extensions: ["csv"]), transform: path)
    var perQuery: URL?

    @Flag(help: "Replace the file of --per-query.")
    var force = false

    @OptionGroup var output: PrintOptions

    func validate() throws {
        guard gallery.isEmpty == (galleryPositions == nil) else {
            throw ValidationError("--gallery and --gallery-positions go together; expected both or neither")
        }
        try requireOneForEach(embeddings, of: gallery, "galleries")
        guard (0...1e7).contains(radius) else {
            throw ValidationError("--radius is \(radius); expected metres, from 0 to 10000000")
        }
        guard (1...1e7).contains(area) else {
            throw ValidationError("--area is \(area); expected metres, from 1 to 10000000")
        }
        try requireNames(name, of: embeddings)
        if splits != nil, embeddings.count > 1 || !gallery.isEmpty || perQuery != nil {
            throw ValidationError(
                "--splits takes one set of embeddings; expected no other, no --gallery and no --per-query")
        }
        if embeddings.count > 1, perQuery != nil {
            throw ValidationError("--per-query is of one set of embeddings; found several")
        }
        if splits == nil, !levels.isEmpty { throw ValidationError("--levels goes with --splits") }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        try requireApart(
            [perQuery].compactMap(\.self),
            from: embeddings + gallery + [positions, galleryPositions].compactMap(\.self))
        let queryFile = try perQuery.map { try OutputFile($0, force: force) { terminal.warn($0) } }
        terminal.status("reading")
        let table = try PositionTable(contentsOf: positions)
        let galleryTable = try galleryPositions.map(PositionTable.init(contentsOf:))
        let sets = try embeddings.map { try LocatedEmbeddings($0, positions: table) }
        let galleries = try galleryTable.map { table in try gallery.map { try LocatedEmbeddings($0, positions: table) }
        }
        show(table, galleryTable, on: terminal)
        let areas = PlaceAreas(of: [sets[0]] + (galleries?.prefix(1) ?? []), side: area)
        terminal.status("ranking")
        let names = name.isEmpty ? embeddingNames(embeddings) : name
        var report = PlacesReport(
            names: names, dimensions: sets.map(\.matrix.columnCount), radius: radius, counts: recallAt,
            similarity: similarity, coordinates: table.positions.coordinates, areas: areas)
        if let splits {
            let folder = try chosenLevels(of: SplitFolder(at: splits), on: terminal)
            report.curve = try PlaceCurve(of: sets[0], over: folder, radius: radius, by: similarity, areas: areas)
        } else {
            report.comparison = PlaceComparison(
                of: try sets.enumerated().map { number, set in
                    try PlaceScores(
                        of: set, among: galleries?[number], radius: radius, by: similarity, areas: areas)
                }, at: recallAt)
        }
        terminal.finish()
        switch output.format {
        case .json: try printJSON(report)
        case .text:
            let display = StandardStream.output.display
            try printText(report.text(on: display), on: display, terminator: "")
        }
        // Last: whatever happens to it, the scores are printed.
        if let queryFile, let scores = report.comparison?.models.first {
            let text = queryTable(of: scores, sets[0], galleries?.first).text
            try replace([Output.file(queryFile, Data(text.utf8))], keepingElsewhere: true)
        }
    }

    /// Says what positions were taken for, and what of the tables is not used.
    private func show(_ table: PositionTable, _ gallery: PositionTable?, on terminal: Terminal) {
        for (table, file) in [(table, positions), (gallery, galleryPositions)] {
            guard let table, let file else { continue }
            terminal.note("\(onOneLine(file.relativePath)): \(table.understood.joined(separator: "; ")).")
        }
        if let gallery, (table.roles + gallery.roles).contains(where: { $0 != nil }) {
            terminal.warn("\(positions.path): roles are not used, since --gallery says what is searched")
        }
    }

    /// The levels to score; warns of splits by other areas than the radius is for.
    private func chosenLevels(of folder: SplitFolder, on terminal: Terminal) throws -> SplitFolder {
        guard let record = folder.manifest.dataset.areas else {
            terminal.warn(
                "\(folder.url.path): its classes are not known to be areas, so training and test images may be of the same places; "
                    + "oodml make-splits --positions makes splits by areas")
            return try keepingLevels(of: folder)
        }
        for (what, length) in [("grid", record.grid), ("gap", record.gap)] where length < radius {
            terminal.warn(
                "\(folder.url.path): the \(what) of \(PlacesReport.metres(length)) is less than the radius of "
                    + "\(PlacesReport.metres(radius))"
                    + (what == "gap" ? ", so training and test images may be of the same places" : ""))
        }
        return try keepingLevels(of: folder)
    }

    private func keepingLevels(of folder: SplitFolder) throws -> SplitFolder {
        guard !levels.isEmpty else { return folder }
        let known = folder.manifest.levels.map(\.id)
        if let unknown = levels.first(where: { !known.contains($0) }) {
            throw ValidationError("--levels names \(unknown); expected some of \(known.joined(separator: ", "))")
        }
        return folder.keeping(levels: Set(levels))
    }

    private func queryTable(
        of scores: PlaceScores, _ set: LocatedEmbeddings, _ gallery: LocatedEmbeddings?
    ) -> CSVTable {
        let items = gallery?.table.samples ?? set.table.samples
        let itemRows = gallery == nil ? set.division.items : Array(0..<(gallery?.matrix.rowCount ?? 0))
        return CSVTable(
            columns: ["row", "sample", "rank", "first", "metres"],
            rows: scores.queries.enumerated().map { query, row in
                let first = scores.ranks.firstItems[query].map { itemRows[$0] }
                return [
                    "\(row)", set.table.samples?[row] ?? "", scores.ranks.ranks[query].map { "\($0)" } ?? "",
                    first.map { items?[$0] ?? "\($0)" } ?? "", scores.errors[query].map { fixed($0, 3) } ?? "",
                ]
            })
    }
}

/// Parses ids of levels separated by commas, for options' `transform`.
private func levelIDs(_ argument: String) throws -> [String] {
    let ids = argument.parts(between: ",")
    guard !ids.contains(""), Set(ids).count == ids.count else {
        throw ValidationError("found \"\(argument)\"; expected ids of levels separated by commas, each once")
    }
    return ids
}
