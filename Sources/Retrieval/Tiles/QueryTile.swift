internal import Synchronization

/// Queries that are ranked together: their relevant items, and how many other items rank before each of these.
///
/// An item is placed among a query's relevant items by similarities in single precision, which leave those in doubt that
/// are nearer to a relevant item than ``RoundingBounds`` allow; only these are compared one by one, exactly. The order of
/// the relevant items among themselves does not matter: ranks follow from how many others come before each.
final class QueryTile: Sendable {
    /// A query of the tile.
    struct Query: Sendable {
        /// Its row among the prepared queries.
        let row: Int
        /// Its position among the queries; negative for a row without relevant items.
        let position: Int
        /// The positions of its class in the order of items, none of which are counted.
        let ownClass: Range<Int>
        /// The position of the item that is the query itself if it is of another class, or −1.
        let ownPosition: Int
        /// Whether all items are equally similar, as they are to the zero vector by cosine.
        var isIndifferent = false
    }

    /// The range of prepared rows that the queries are.
    let rows: Range<Int>
    let queries: [Query]
    private let setting: RankingSetting
    private let relevant: RelevantItems
    private let state: Mutex<State>

    /// The queries for which items are counted one by one.
    private let counted: [Int]

    private struct State {
        /// For each query and group, how many items come before the relevant items from a place on, but after those before it.
        ///
        /// An item in doubt adds 1 where it begins to come before relevant items, and takes 1 where it no longer does.
        var counts: [Int32]
        var comparisons: Comparisons
    }

    /// What exact comparisons with the relevant items have needed so far.
    struct Comparisons {
        /// The refined similarities of the relevant items, NaN where they have not been needed.
        var refined: [Double]
        /// Some of them in twice the precision of a double.
        var precise: [Int: PreciseSimilarity] = [:]
    }

    /// Bytes for each relevant item of a query.
    static func byteCount(groupCount: Int) -> Int { 20 + 4 * groupCount + 64 }

    /// Takes queries whose relevant items' similarities are known.
    ///
    /// - Parameters:
    ///   - relevant: for each query the positions of its relevant items.
    ///   - similarities: the same for their similarities.
    init(
        rows: Range<Int>, queries: [Query], setting: RankingSetting, relevant: [[Int32]], similarities: [[Float]]
    ) {
        self.rows = rows
        self.queries = queries
        self.setting = setting
        self.relevant = RelevantItems(of: queries, positions: relevant, similarities: similarities, setting: setting)
        counted = queries.indices.filter { !relevant[$0].isEmpty && !queries[$0].isIndifferent }
        state = Mutex(
            State(
                counts: Array(repeating: 0, count: self.relevant.countCount * setting.groupCount),
                comparisons: Comparisons(
                    refined: Array(
                        repeating: .nan,
                        count: setting.rows.bounds.exactness == .single ? 0 : self.relevant.count))))
        for (q, query) in queries.enumerated() where query.isIndifferent { placeByTies(q) }
    }

    // MARK: Counting

    /// Counts items for all queries.
    ///
    /// - Parameters:
    ///   - products: the products of the tile's rows with the items, row after row.
    ///   - bounds: of the items.
    ///   - room: what the calling thread keeps from tile to tile.
    func count(
        _ range: Range<Int>, products: UnsafeBufferPointer<Float>, bounds: LengthBounds, room: CountingRoom
    ) {
        guard let products = products.baseAddress, !counted.isEmpty else { return }
        room.grow(itemCount: range.count, relevantCount: relevant.largestCount)
        let parts = setting.order.parts(of: range)
        setting.withMemory { memory in
            relevant.withPointers(setting) { relevant in
                withAddresses(queries, parts) { queries, first in
                    guard let queries, let first else { return }
                    let pass = CountingPass(
                        memory: memory, relevant: relevant, queries: queries, groupCount: setting.groupCount,
                        ties: setting.ties, range: range,
                        parts: UnsafeBufferPointer(start: first, count: parts.count), bounds: bounds,
                        tables: room.tables, doubtful: room.doubtful)
                    state.withLock { state in
                        pass.run(
                            for: counted, products: products, counts: &state.counts, comparisons: &state.comparisons)
                    }
                }
            }
        }
    }

    /// Counts all items for a query to which all are equally similar.
    private func placeByTies(_ q: Int) {
        let run = 0..<relevant[q].count
        guard !run.isEmpty else { return }
        let items = setting.order.items
        let sorted = relevant.positions[relevant[q]].map { items[Int($0)] }.sorted()
        state.withLock { state in
            for part in queries[q].parts(of: 0..<items.count) {
                for (group, part) in setting.order.parts(of: part) {
                    let first = relevant.firstCount(ofQuery: q, group: group, groupCount: setting.groupCount)
                    for position in part {
                        let place =
                            switch setting.ties {
                            case .relevantFirst: run.upperBound
                            case .relevantLast: 0
                            case .sampleOrder: sorted.partitioningIndex { $0 > items[position] }
                            }
                        state.counts[first + place] += 1
                    }
                }
            }
        }
    }

    // MARK: Ranks

    /// How many items have been counted, query by query.
    var counts: [Int32] { state.withLock { $0.counts } }

    /// Forgets what has been counted, which another rank counts.
    func clearCounts() {
        state.withLock { state in
            state.counts.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
        }
    }

    /// Takes the counts of all who have counted items for this tile.
    ///
    /// - Returns: the place after the tile's own.
    func replaceCounts(by counts: [Int32], from start: Int) -> Int {
        state.withLock { state in
            let end = start + state.counts.count
            state.counts = Array(counts[start..<end])
            return end
        }
    }

    /// Passes the ranks of all queries of the tile to `visit`.
    func visitRanks(_ visit: (RankedQuery) -> Void) {
        let groupCount = setting.groupCount
        state.withLock { state in
            for (q, query) in queries.enumerated() where !relevant[q].isEmpty {
                let count = relevant[q].count
                // How many items of each group come before each relevant item, and of all groups.
                var before = [Int32](repeating: 0, count: groupCount * count)
                var totals = [Int32](repeating: 0, count: count)
                for group in 0..<groupCount {
                    var sum: Int32 = 0
                    let first = relevant.firstCount(ofQuery: q, group: group, groupCount: groupCount)
                    for k in 0..<count {
                        sum += state.counts[first + k]
                        before[group * count + k] = sum
                        totals[k] += sum
                    }
                }
                // Relevant items that are nearly as similar may be in another order, which does not matter.
                var order = Array(0..<count)
                if !zip(totals, totals.dropFirst()).allSatisfy({ $0 <= $1 }) {
                    order.sort { (totals[$0], $0) < (totals[$1], $1) }
                }
                let ranks = order.enumerated().map { totals[$1] + Int32($0) + 1 }
                var without: [Int32] = []
                if setting.countsGroups {
                    without.reserveCapacity(groupCount * count)
                    for group in 0..<groupCount {
                        for (place, k) in order.enumerated() {
                            without.append(ranks[place] - before[group * count + k])
                        }
                    }
                }
                ranks.withUnsafeBufferPointer { ranks in
                    without.withUnsafeBufferPointer { without in
                        visit(RankedQuery(position: query.position, ranks: ranks, ranksWithout: without))
                    }
                }
            }
        }
    }
}

extension QueryTile {
    /// Bytes that the places of one query take at most.
    static let placesByteCount = 2 * (2048 + 6)
}
