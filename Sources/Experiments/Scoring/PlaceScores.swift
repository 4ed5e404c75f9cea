internal import Datasets
internal import DenseLinearAlgebra
internal import Evaluation
internal import Files
internal import Foundation
public import Retrieval
internal import Statistics

/// Recall@N of embeddings of places: a query counts if any of the first N items was taken within a radius of it.
///
/// Ranks are exact (``/Retrieval/FirstRanks``), and relevant items are found by a grid (``/Datasets/PlaceIndex``), so that
/// memory does not grow with their number.
///
/// ```swift
/// let set = try LocatedEmbeddings(features, positions: PositionTable(contentsOf: positions))
/// let scores = try PlaceScores(of: set, radius: 25, areas: PlaceAreas(of: [set], side: 200))
/// let recall = scores.recall(at: 5)
/// print(recall.value, recall.margin ?? 0)
/// ```
public struct PlaceScores: Sendable {
    /// The rows of the queries, ascending.
    public let queries: [Int]
    /// How many items are searched; a query does not count for itself.
    public let itemCount: Int
    /// Where the first relevant item of each query ranks.
    public let ranks: FirstRanks
    /// How far from each query the first item was taken, relevant or not, in metres; nil if there is none.
    public let errors: [Double?]
    /// Whether queries are of enough groups of areas for intervals.
    public let hasIntervals: Bool

    /// Scores queries.
    ///
    /// - Parameters:
    ///   - set: the queries, and without a gallery what is searched too: by the roles of the table, or all rows for each.
    ///   - gallery: what is searched.
    ///   - radius: up to which distance an item is relevant, in metres.
    ///   - similarity: what items rank by.
    ///   - areas: over what intervals are; nil for none.
    ///   - rows: the rows of `set` to take queries and items from, ascending; nil for all.
    /// - Complexity: O(n·m·d) for n queries and m items.
    /// - Precondition: the radius is finite and not negative.
    /// - Throws: ``/Files/FileError`` for files that do not fit one another, no query or item, or a value that is not finite.
    public init(
        of set: LocatedEmbeddings, among gallery: LocatedEmbeddings? = nil, radius: Double,
        by similarity: Similarity = .cosine, areas: PlaceAreas? = nil, rows: [Int]? = nil
    ) throws {
        let rows = rows ?? Array(0..<set.matrix.rowCount)
        let (queryRows, itemRows) =
            gallery.map { (rows, Array(0..<$0.matrix.rowCount)) } ?? set.division(of: rows)
        let others = gallery ?? set
        try Self.require(queryRows, itemRows, set, others)
        let own = try Self.ownItems(of: queryRows, in: itemRows, set, gallery)
        let (numbers, itemNumbers) =
            areas.map { (queryRows.map($0.numbers(in: 0)), itemRows.map($0.numbers(in: gallery == nil ? 0 : 1))) }
            ?? (queryRows.map { _ in 0 }, itemRows.map { _ in 0 })
        // Where every row is both, nothing is copied.
        let isWhole = gallery == nil && queryRows == itemRows && queryRows.count == set.matrix.rowCount
        let retrieval =
            isWhole
            ? RetrievalSet(set.values, classNumbers: numbers)
            : RetrievalSet(
                queries: set.values.selecting(queryRows), classNumbers: numbers,
                gallery: others.values.selecting(itemRows), galleryClassNumbers: itemNumbers, ownItems: own)
        let positions = set.table.positions.selecting(queryRows)
        let places = others.table.positions.selecting(itemRows)
        let index = PlaceIndex(of: places, radius: radius)
        let found = try Self.naming(set, queryRows, others, itemRows) {
            try retrieval.firstRanks(by: similarity, groups: areas?.groups) { index.positions(near: $0, of: positions) }
        }
        ranks = found
        queries = queryRows
        itemCount = itemRows.count
        errors = found.firstItems.enumerated().map { query, item in
            item.map { positions.distance(from: query, to: $0, in: places) }
        }
        let groups = Set(numbers.compactMap { areas?.groups.group(ofClass: $0) })
        hasIntervals = groups.count >= TaskScorer.fewestGroups
    }

    /// The part of the queries of which one of the first items is relevant, with its error over other areas.
    ///
    /// - Parameter policy: what becomes of queries without a relevant item: by default they are misses.
    public func recall(at count: Int, loneQueries policy: LoneQueryPolicy = .zero) -> Estimate {
        let recall = ranks.recall(at: count, loneQueries: policy)
        return hasIntervals ? recall : Estimate(value: recall.value)
    }

    /// How many queries have no relevant item.
    public var loneQueryCount: Int { ranks.loneQueryCount }

    /// The median of ``errors``, in metres; nil without any.
    public var medianError: Double? {
        let sorted = errors.compactMap(\.self).sorted()
        guard !sorted.isEmpty else { return nil }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    private static func require(
        _ queries: [Int], _ items: [Int], _ set: LocatedEmbeddings, _ others: LocatedEmbeddings
    ) throws {
        guard set.matrix.columnCount == others.matrix.columnCount else {
            throw FileError.malformed(
                path: others.file.path, found: "\(others.matrix.columnCount) columns",
                expected: "\(set.matrix.columnCount), as \(set.file.path) has")
        }
        guard set.table.positions.coordinates == others.table.positions.coordinates else {
            throw FileError.malformed(
                path: others.table.path, found: "positions in \(others.table.positions.coordinates)",
                expected: "\(set.table.positions.coordinates), as in \(set.table.path)")
        }
        for (rows, role, table) in [(queries, "query", set.table), (items, "item to search", others.table)]
        where rows.isEmpty {
            throw FileError.malformed(path: table.path, found: "no \(role)", expected: "one at least")
        }
    }

    /// For each query the item that is the same sample: by its row, or by name in a gallery of its own.
    ///
    /// Names that are those of other samples, as row numbers in both tables are, would leave out what they should not.
    private static func ownItems(
        of queries: [Int], in items: [Int], _ set: LocatedEmbeddings, _ gallery: LocatedEmbeddings?
    ) throws -> [Int?] {
        guard let gallery else {
            var places = [Int?](repeating: nil, count: set.matrix.rowCount)
            for (place, row) in items.enumerated() { places[row] = place }
            return queries.map { places[$0] }
        }
        guard let own = set.table.samples, let names = gallery.table.samples else { return queries.map { _ in nil } }
        let rows = NameIndex(names)
        return try queries.map { query in
            guard let row = rows[own[query]] else { return nil }
            let distance = set.table.positions.distance(from: query, to: row, in: gallery.table.positions)
            guard distance <= 1 else {
                throw FileError.malformed(
                    path: gallery.table.path,
                    found:
                        "the sample \"\(excerpt(own[query]))\" of \(set.table.path) \(fixed(distance, 1)) m away from there",
                    expected: "one sample to have one position in both tables, or other names for other samples")
            }
            return row
        }
    }

    /// Has errors about a value name the file and its row there.
    private static func naming<Result>(
        _ set: LocatedEmbeddings, _ queries: [Int], _ others: LocatedEmbeddings, _ items: [Int],
        _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch RetrievalError.nonFiniteEmbedding(let row, let column) {
            let isQuery = row < queries.count
            throw FileError.malformed(
                path: (isQuery ? set : others).file.path,
                found:
                    "a number in row \(isQuery ? queries[row] : items[row - queries.count]), column \(column) that is not finite",
                expected: "numbers without NaN and infinity")
        }
    }
}

/// Groups of areas of the ground that a jackknife leaves out in turn: neighbouring images are no independent trials.
public struct PlaceAreas: Sendable {
    /// How many areas have samples.
    public let areaCount: Int
    /// The side of an area, in metres.
    public let side: Double
    /// The group of each area, by its number.
    let groups: ClassGroups
    private let numbersOfSets: [[Int]]

    /// Divides the ground that samples were taken on.
    ///
    /// - Parameters:
    ///   - sets: the embeddings, the gallery last.
    ///   - side: the side of an area, in metres.
    /// - Precondition: the side is at least a metre and at most 10⁷; all sets have the same coordinates.
    public init(of sets: [LocatedEmbeddings], side: Double) {
        let areas = sets.map { set in
            AreaGrid(side: side, coordinates: set.table.positions.coordinates).areas(of: set.table.positions)
                .compactMap { $0 }
        }
        // Groups are drawn by the order of the areas, not by that of the rows.
        let all = Set(areas.joined()).sorted { ($0.column, $0.row) < ($1.column, $1.row) }
        let numbers = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1, $0) })
        numbersOfSets = areas.map { $0.compactMap { numbers[$0] } }
        let method = ConfidenceMethod.classJackknife()
        groups = ClassGroups(method.groups(ofClasses: all.count), count: method.count)
        (areaCount, self.side) = (all.count, side)
    }

    /// The number of a row's area, in one of the sets.
    func numbers(in set: Int) -> (_ row: Int) -> Int {
        let numbers = numbersOfSets[set]
        return { numbers[$0] }
    }
}
