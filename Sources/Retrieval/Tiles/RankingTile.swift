internal import DenseLinearAlgebra
internal import Synchronization

/// Rows that are ranked together: the relevant items of each, and how many other items rank before these.
final class RankingTile: Sendable {
    /// The rows, sorted by class.
    let rows: Matrix<Float>
    /// The position of each row among the queries, or −1 for a lone row.
    let positions: [Int]
    /// The index of each row's class among the classes of the gallery.
    let groups: [Int32]
    /// For each row, the item that is the row itself, or −1.
    let ownItems: [Int32]
    /// `starts[p]..<starts[p + 1]`: the range of the relevant items of row p in `values` and `relevantItems`, sorted by
    /// descending similarity, and by item if equal.
    let starts: [Int]
    let values: [Float]
    let relevantItems: [Int32]
    /// The similarity of the least similar relevant item; infinite if there is none.
    let lowest: [Float]
    let ties: TieOrder
    /// For each relevant item, how many others rank before it, but not before the previous relevant item.
    private let counts: Mutex<[Int32]>

    /// Finds the relevant items of some rows, and counts the repeated items, which tiles do not count.
    ///
    /// - Parameters:
    ///   - rows: rows of the queries' matrix, sorted by class.
    ///   - countsMembers: whether to count the other items of these rows' classes as well.
    init(_ rows: [TiledRow], in items: TiledItems, ties: TieOrder, countsMembers: Bool) {
        let matrix = items.prepared.queries.selectingRows(rows.lazy.map { Int($0.row) })
        let count = rows.count
        var members: [Int32] = []
        // The range of each row's class among `members`.
        var ranges: [Range<Int>] = []
        for (p, row) in rows.enumerated() {
            if p > 0, rows[p - 1].group == row.group {
                ranges.append(ranges[p - 1])
            } else {
                let own = items.members[Int(row.group)]
                ranges.append(members.count..<members.count + own.count)
                members += own
            }
        }
        let similarities = items.similarities(
            of: matrix, with: items.prepared.gallery.selectingRows(members.lazy.map(Int.init)),
            penalties: members.map { items.penalty(of: $0) })
        let repeated = items.repeated
        let similaritiesOfRepeated = items.similarities(
            of: matrix, with: repeated.originals, penalties: repeated.penalties)
        func similarityOfRepeated(_ item: Int32, _ p: Int) -> Float {
            similaritiesOfRepeated[p * repeated.penalties.count + Int(repeated.places[Int(item)])]
        }

        var (starts, values, relevantItems, lowest): ([Int], [Float], [Int32], [Float]) = ([0], [], [], [])
        for (p, row) in rows.enumerated() {
            var relevant: [(value: Float, item: Int32)] = []
            for place in ranges[p] where row.position >= 0 && members[place] != row.ownItem {
                let item = members[place]
                let isRepeated = repeated.places[Int(item)] >= 0
                relevant.append(
                    (isRepeated ? similarityOfRepeated(item, p) : similarities[p * members.count + place], item))
            }
            relevant.sort { ($1.value, $0.item) < ($0.value, $1.item) }
            values += relevant.map(\.value)
            relevantItems += relevant.map(\.item)
            lowest.append(relevant.last?.value ?? .infinity)
            starts.append(values.count)
        }
        self.rows = matrix
        positions = rows.map(\.position)
        groups = rows.map(\.group)
        ownItems = rows.map(\.ownItem)
        self.starts = starts
        self.values = values
        self.relevantItems = relevantItems
        self.lowest = lowest
        self.ties = ties
        counts = Mutex(Array(repeating: 0, count: values.count))

        withTargets { targets in
            for p in 0..<count where lowest[p] < .infinity {
                for item in repeated.items where items.groupOfItem[Int(item)] != groups[p] && item != ownItems[p] {
                    let value = similarityOfRepeated(item, p)
                    if value >= lowest[p] { targets.count(value, item: item, forQuery: p) }
                }
                guard countsMembers else { continue }
                for (place, item) in members.enumerated()
                where !ranges[p].contains(place) && repeated.places[Int(item)] < 0 {
                    let value = similarities[p * members.count + place]
                    if value >= lowest[p] { targets.count(value, item: item, forQuery: p) }
                }
            }
        }
    }

    /// Passes the ranks of all queries of the tile to `visit`.
    func visitRanks(_ visit: (RankedQuery) -> Void) {
        counts.withLock { counts in
            for (p, position) in positions.enumerated() where position >= 0 {
                var before: Int32 = 0
                let ranks = (starts[p]..<starts[p + 1]).map { k in
                    before += counts[k]
                    return before + Int32(k - starts[p]) + 1
                }
                ranks.withUnsafeBufferPointer { ranks in
                    visit(RankedQuery(position: position, ranks: ranks, ranksWithout: .init(start: nil, count: 0)))
                }
            }
        }
    }

    /// Lets one thread at a time count items for the queries of the tile.
    func withTargets(_ body: (RankTargets) -> Void) {
        counts.withLock { counts in
            counts.withUnsafeMutableBufferPointer { counts in
                values.withUnsafeBufferPointer { values in
                    relevantItems.withUnsafeBufferPointer { relevantItems in
                        starts.withUnsafeBufferPointer { starts in
                            body(
                                RankTargets(
                                    counts: counts, values: values, items: relevantItems, starts: starts, ties: ties))
                        }
                    }
                }
            }
        }
    }
}

/// A row of the queries' matrix that goes into a tile.
struct TiledRow: Sendable {
    let row: Int32
    /// Its position among the queries, or −1.
    let position: Int
    /// The index of its class among the classes of the gallery.
    let group: Int32
    /// The item that is the row itself, or −1.
    let ownItem: Int32
}

/// The items, which all tiles of a ranking share.
///
/// BLAS does not promise equal products for equal rows; see `PreparedEmbeddings.finish`. So all equal items share one
/// product, and ties between them are exact by construction.
struct TiledItems: Sendable {
    let prepared: PreparedEmbeddings
    /// The items of each class, ascending.
    let members: [[Int32]]
    /// The index of each item's class in `members`.
    let groupOfItem: [Int32]
    let repeated: RepeatedRows

    init(_ prepared: PreparedEmbeddings, members: [[Int32]]) {
        self.prepared = prepared
        self.members = members
        var groupOfItem = [Int32](repeating: 0, count: prepared.gallery.rowCount)
        for (group, items) in members.enumerated() {
            for item in items { groupOfItem[Int(item)] = Int32(group) }
        }
        self.groupOfItem = groupOfItem
        repeated = RepeatedRows(in: prepared)
    }

    /// The amount to subtract from a product to get the similarity of an item: half the item's squared norm, or 0.
    func penalty(of item: Int32) -> Float {
        prepared.halfSquaredNorms.isEmpty ? 0 : prepared.halfSquaredNorms[Int(item)]
    }

    fileprivate func similarities(of rows: Matrix<Float>, with items: Matrix<Float>, penalties: [Float]) -> [Float] {
        guard items.rowCount > 0 else { return [] }
        var products: [Float] = []
        innerProducts(ofRows: 0..<rows.rowCount, of: rows, with: items, into: &products)
        products.withUnsafeMutableBufferPointer { products in
            for i in 0..<rows.rowCount {
                for j in penalties.indices { products[i * penalties.count + j] -= penalties[j] }
            }
        }
        return products
    }
}

/// The items that equal another item in every bit.
struct RepeatedRows: Sendable {
    /// One row of each group of equal ones.
    let originals: Matrix<Float>
    /// The amount to subtract from a product with each original.
    let penalties: [Float]
    /// All items in such groups, ascending.
    let items: [Int32]
    /// For each item, the index of its group in `originals`, or −1.
    let places: [Int32]

    init(in prepared: PreparedEmbeddings) {
        var places = [Int32](repeating: -1, count: prepared.gallery.rowCount)
        var rows: [Int] = []
        for (row, original) in prepared.duplicates {
            if places[original] < 0 {
                places[original] = Int32(rows.count)
                rows.append(original)
            }
            places[row] = places[original]
        }
        originals = prepared.gallery.selectingRows(rows)
        penalties = rows.map { prepared.halfSquaredNorms.isEmpty ? 0 : prepared.halfSquaredNorms[$0] }
        items = places.indices.filter { places[$0] >= 0 }.map(Int32.init)
        self.places = places
    }
}
