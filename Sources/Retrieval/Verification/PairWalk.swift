internal import CRanks
internal import DenseLinearAlgebra
internal import Parallel

/// What counts pairs, on one thread.
///
/// It is passed from the thread that counts to the one that reads it when all threads have ended, and never shared, which the
/// compiler cannot see: so the classes promise `Sendable` themselves.
protocol PairCounter: AnyObject, Sendable {
    /// Takes the products of a query with some items.
    ///
    /// - Parameters:
    ///   - query: the query's position.
    ///   - first: the position of the first item.
    ///   - products: the products, item after item.
    ///   - genuine: which of them are of the query's class, by their places among the products.
    func count(query: Int, first: Int, products: UnsafeBufferPointer<Double>, genuine: Range<Int>)

    /// Begins a block of pairs, of which all queries are of one group of classes, and all items of one.
    func beginBlock(queryGroup: Int, itemGroup: Int)

    /// Ends a block.
    func endBlock()
}

/// All pairs of a set of rows, or of queries and the items of a gallery, a tile of products after the other.
///
/// Rows are in the order of their groups and classes, so the genuine pairs of a query are one range of a tile's columns.
struct PairWalk: Sendable {
    let rows: CosineRows
    let isOneSet: Bool
    /// How many groups of classes there are.
    let groupCount: Int
    /// For each query position, the item positions of its class.
    private let ownClasses: [Range<Int>]
    private let tiles: (queries: [Tile], items: [Tile])
    private let leftOut: LeftOutPairs

    private struct Tile {
        let range: Range<Int>
        let group: Int
    }

    /// Rows of a tile: with more BLAS packs rows less often, with fewer a tile's products stay in the cache.
    private static let tileSize = 256

    /// - Parameter groups: the group of each class; nil for one group of all.
    init(_ set: VerificationSet, groups: ClassGroups?) {
        func group(_ number: Int) -> Int { groups?.group(ofClass: number) ?? 0 }
        func order(_ classes: [Int]) -> [Int32] {
            classes.indices.map(Int32.init).sorted {
                let (a, b) = (classes[Int($0)], classes[Int($1)])
                return (group(a), a, $0) < (group(b), b, $1)
            }
        }
        func tiles(_ order: [Int32], _ classes: [Int]) -> [Tile] {
            var tiles: [Tile] = []
            var start = 0
            while start < order.count {
                let own = group(classes[Int(order[start])])
                let limit = min(start + Self.tileSize, order.count)
                let end = (start..<limit).first { group(classes[Int(order[$0])]) != own } ?? limit
                tiles.append(Tile(range: start..<end, group: own))
                start = end
            }
            return tiles
        }
        let itemOrder = order(set.itemClasses)
        let queryOrder = set.isOneSet ? itemOrder : order(set.queryClasses)
        var members: [Int: Range<Int>] = [:]
        for (position, item) in itemOrder.enumerated() {
            let number = set.itemClasses[Int(item)]
            members[number] = (members[number]?.lowerBound ?? position)..<position + 1
        }
        rows = CosineRows(
            queries: set.isOneSet ? nil : (set.queries, queryOrder), items: (set.items, itemOrder))
        isOneSet = set.isOneSet
        groupCount = groups?.count ?? 1
        ownClasses = queryOrder.map { members[set.queryClasses[Int($0)]] ?? 0..<0 }
        let items = tiles(itemOrder, set.itemClasses)
        self.tiles = (set.isOneSet ? items : tiles(queryOrder, set.queryClasses), items)
        leftOut = LeftOutPairs(set)
    }

    /// Passes every pair once to one of some counters, each of which serves one thread, and returns the counters.
    ///
    /// After a request to stop, pairs are left out, and the caller throws.
    func run<Counter: PairCounter>(_ makeCounter: @escaping @Sendable () -> Counter) -> [Counter] {
        let blocks = tiles.queries.indices.flatMap { a in
            (isOneSet ? a..<tiles.items.count : tiles.items.indices).map { (a, $0) }
        }
        let counters = SharedList<Counter>()
        inParallel(blockCount: blocks.count, work: work) {
            let counter = makeCounter()
            counters.append(counter)
            return (counter: counter, products: Self.room)
        } _: { own, number in
            let (a, b) = blocks[number]
            count(tiles.queries[a], tiles.items[b], &own.products, own.counter)
        }
        return counters.values
    }

    /// Passes every pair of a query and an item once to the counter of the query's tile, and returns the counters.
    ///
    /// - Parameter makeCounter: makes a counter for a range of query positions.
    /// - Precondition: there are queries and a gallery, which are not one set.
    func runByQueries<Counter: PairCounter>(_ makeCounter: @Sendable (Range<Int>) -> Counter) -> [Counter] {
        precondition(!isOneSet, "of one set pairs are counted once, not for each query")
        return concurrentMap(count: tiles.queries.count, buffers: { Self.room }) { products, number in
            let counter = makeCounter(tiles.queries[number].range)
            for tile in tiles.items { count(tiles.queries[number], tile, &products, counter) }
            return counter
        }
    }

    /// Room for the products of two tiles.
    private static var room: [Double] { Array(repeating: 0, count: tileSize * tileSize) }

    /// About how many operations all products and counts take.
    private var work: Double {
        let pairCount = Double(rows.queries.rows.count) * Double(rows.items.rows.count) / (isOneSet ? 2 : 1)
        return pairCount * Double(2 * rows.items.values.columnCount + 20)
    }

    private func count(_ a: Tile, _ b: Tile, _ products: inout [Double], _ counter: some PairCounter) {
        guard !WorkStop.isRequested else { return }
        counter.beginBlock(queryGroup: a.group, itemGroup: b.group)
        products.withUnsafeMutableBufferPointer { products in
            guard let base = products.baseAddress else { return }
            innerProducts(ofRows: a.range, of: rows.queries.values, with: rows.items.values, rows: b.range, into: base)
            for query in a.range {
                // Of one set each pair is taken once.
                let start = isOneSet ? max(b.range.lowerBound, query + 1) : b.range.lowerBound
                guard start < b.range.upperBound else { continue }
                let row = base + ((query - a.range.lowerBound) * b.range.count - b.range.lowerBound)
                count(query, start..<b.range.upperBound, row, counter)
            }
        }
        counter.endBlock()
    }

    /// Counts a query's pairs with a range of items, whose products begin at the range's start in `row`.
    @inline(__always)
    private func count(
        _ query: Int, _ range: Range<Int>, _ row: UnsafeMutablePointer<Double>, _ counter: some PairCounter
    ) {
        let genuine = range.clamped(to: ownClasses[query])
        func count(_ part: Range<Int>, _ genuine: Range<Int>) {
            guard !part.isEmpty else { return }
            counter.count(
                query: query, first: part.lowerBound,
                products: UnsafeBufferPointer(start: row + part.lowerBound, count: part.count),
                genuine: genuine.isEmpty
                    ? 0..<0 : genuine.lowerBound - part.lowerBound..<genuine.upperBound - part.lowerBound)
        }
        guard !leftOut.isEmpty, !genuine.isEmpty else { return count(range, genuine) }
        count(range.lowerBound..<genuine.lowerBound, 0..<0)
        for item in genuine
        where !leftOut.contain(Int(rows.queries.rows[query]), Int(rows.items.rows[item])) {
            count(item..<item + 1, item..<item + 1)
        }
        count(genuine.upperBound..<range.upperBound, 0..<0)
    }
}

/// The pairs of one class that do not count: a sample with itself, and those of one camera or group.
struct LeftOutPairs: Sendable {
    private let ownItems: [Int?]
    private let cameras: RetrievalCameras?

    init(_ set: VerificationSet) { (ownItems, cameras) = (set.ownItems, set.cameras) }

    var isEmpty: Bool { cameras == nil && ownItems.isEmpty }

    func contain(_ query: Int, _ item: Int) -> Bool {
        (!ownItems.isEmpty && ownItems[query] == item) || (cameras?.match(query, item) ?? false)
    }
}
