internal import DenseLinearAlgebra
internal import Parallel

/// Goes through all items for tiles of queries, and counts those that come before each query's first relevant item.
struct FirstRankPass {
    private let rows: ComparableRows
    private let pieces: [Piece]
    /// The position of each item.
    private let positionOfItem: [Int32]
    private let ownItems: [Int?]
    private let groupOfItem: [Int]
    private let groupOfQuery: [Int]
    private let groupCount: Int

    /// Items of one group.
    struct Piece: Sendable {
        let items: Range<Int>
        let group: Int
        let bounds: LengthBounds
    }

    /// Puts the items into the order of their groups.
    init(
        _ set: RetrievalSet, similarity: Similarity, groupOfItem: [Int], groupOfQuery: [Int], groupCount: Int
    ) {
        let order = groupOfItem.indices.sorted { (groupOfItem[$0], $0) < (groupOfItem[$1], $1) }.map(Int32.init)
        // Queries that are the items take no memory of their own.
        let areItems = set.isOneSet
        rows = ComparableRows(
            queries: areItems ? nil : (set.queries, (0..<Int32(set.queries.rowCount)).map { $0 }),
            items: (set.gallery, order), similarity: similarity)
        var positions = [Int32](repeating: 0, count: order.count)
        for (position, item) in order.enumerated() { positions[Int(item)] = Int32(position) }
        var pieces: [Piece] = []
        var start = 0
        while start < order.count {
            let group = groupOfItem[Int(order[start])]
            let limit = min(start + 1024, order.count)
            let end = order[start..<limit].firstIndex { groupOfItem[Int($0)] != group } ?? limit
            pieces.append(Piece(items: start..<end, group: group, bounds: LengthBounds(of: start..<end, in: rows)))
            start = end
        }
        self.pieces = pieces
        positionOfItem = positions
        ownItems = set.ownItems
        (self.groupOfItem, self.groupOfQuery, self.groupCount) = (groupOfItem, groupOfQuery, groupCount)
    }

    /// - Parameters:
    ///   - relevant: the items that are relevant to a query.
    ///   - visit: called concurrently, once per query.
    func run(
        relevant: @Sendable (_ query: Int) -> [Int32], visit: @Sendable (_ query: Int, _ found: FoundRanks) -> Void
    ) {
        let count = rows.queries.rows.count
        let tileSize = 256
        let work = Double(count) * Double(positionOfItem.count) * Double(2 * rows.items.values.columnCount + 20)
        inParallel(blockCount: (count + tileSize - 1) / tileSize, work: work) {
            TileProducts()
        } _: { products, block in
            guard !WorkStop.isRequested else { return }
            let range = block * tileSize..<min((block + 1) * tileSize, count)
            var searches = range.map { search(at: $0, relevant: relevant) }
            for piece in pieces where !WorkStop.isRequested {
                products.multiply(range, with: piece.items, in: rows)
                for (place, query) in range.enumerated() {
                    if let own = ownItems[Int(rows.queries.rows[query])] {
                        let position = Int(positionOfItem[own])
                        if piece.items.contains(position) {
                            products.exclude(place * piece.items.count + position - piece.items.lowerBound)
                        }
                    }
                    guard let values = products.values.baseAddress else { continue }
                    searches[place].take(piece, products: values + place * piece.items.count, in: rows)
                }
            }
            for (place, query) in range.enumerated() {
                visit(Int(rows.queries.rows[query]), searches[place].found(in: rows))
            }
        }
    }

    /// What is to be found for the query at a position.
    private func search(at position: Int, relevant: (_ query: Int) -> [Int32]) -> FirstRankSearch {
        let query = Int(rows.queries.rows[position])
        let own = ownItems[query]
        let isIndifferent = rows.similarity == .cosine && rows.queries.areZero[position]
        let items = relevant(query).filter { Int($0) != own }
        func first(of items: [Int32]) -> LeadingItem? {
            items.reduce(nil) { best, item in
                let place = Int(positionOfItem[Int(item)])
                let next = LeadingItem(
                    place, ofQuery: position, isIndifferent: isIndifferent,
                    value: isIndifferent ? 0 : rows.refined(position, place),
                    doubt: rows.refinedDoubt(query: position, item: place))
                guard var best else { return next }
                if !isIndifferent, abs(next.value - best.value) > next.doubt + best.doubt {
                    return next.value > best.value ? next : best
                }
                return best.isPreceded(by: place, in: rows) ? next : best
            }
        }
        func group(of item: LeadingItem) -> Int { groupOfItem[Int(rows.items.rows[item.item])] }
        let main = first(of: items)
        let mainGroup = main.map(group(of:)) ?? 0
        // Without the group of the first item another one is the first, unless the query is left out too.
        let needsOther = main != nil && mainGroup != groupOfQuery[query]
        let other = needsOther ? first(of: items.filter { groupOfItem[Int($0)] != mainGroup }) : nil
        return FirstRankSearch(
            query: position, isIndifferent: isIndifferent, main: main, mainGroup: mainGroup, other: other,
            groupCount: groupCount)
    }
}

/// The ranks of a query's first relevant item.
struct FoundRanks {
    /// The rank in the whole gallery, from 1; 0 if nothing is relevant.
    let rank: Int32
    /// The item that comes first; −1 if there is none.
    let firstItem: Int32
    fileprivate let mainGroup: Int
    /// How many items of each group come before the first relevant one, and before the first of another group than that.
    fileprivate let before: [Int32]
    fileprivate let beforeOther: [Int32]?

    /// The rank in the gallery without a group; the same where nothing relevant is left there.
    func rank(without group: Int) -> Int32 {
        guard group == mainGroup, let beforeOther else { return group == mainGroup ? rank : rank - before[group] }
        return 1 + beforeOther.reduce(0, +) - beforeOther[group]
    }
}

/// What is known of a query while its items go by.
struct FirstRankSearch {
    private let query: Int
    private let isIndifferent: Bool
    private let mainGroup: Int
    /// The items before which others are counted: the first relevant one, and the first of another group.
    private var targets: [Target]
    /// The first of all items so far.
    private var nearest: LeadingItem?

    private struct Target {
        var item: LeadingItem
        var before: [Int32]
    }

    init(
        query: Int, isIndifferent: Bool, main: LeadingItem?, mainGroup: Int, other: LeadingItem?, groupCount: Int
    ) {
        (self.query, self.isIndifferent, self.mainGroup) = (query, isIndifferent, mainGroup)
        targets = [main, other].compactMap(\.self).map {
            Target(item: $0, before: [Int32](repeating: 0, count: groupCount))
        }
    }

    /// Counts the items of a piece.
    ///
    /// - Parameter products: the query's products with them, −∞ for the query itself.
    mutating func take(_ piece: FirstRankPass.Piece, products: UnsafePointer<Float>, in rows: ComparableRows) {
        rows.items.roundedPenalties.withUnsafeBufferPointer { penalties in
            guard let penalties = penalties.baseAddress.map({ $0 + piece.items.lowerBound }) else { return }
            let similarities = PieceSimilarities(
                first: piece.items.lowerBound, count: piece.items.count, products: products, penalties: penalties)
            if isIndifferent {
                takeByRows(piece, similarities, in: rows)
                return
            }
            let highest = highest(products, less: penalties, count: piece.items.count)
            guard highest > -.infinity else { return }
            let doubt = rows.bounds.doubt(
                query: rows.queries.norms[query], item: piece.bounds.length, penalty: piece.bounds.penalty)
            findNearest(similarities, highest: highest, doubt: doubt, in: rows)
            for target in targets.indices {
                let (floor, ceiling) = targets[target].item.bounds(against: doubt, in: rows)
                guard highest >= floor else { continue }
                var doubtful: [Int] = []
                var count = similarities.count(above: ceiling, from: floor) { doubtful.append($0) }
                for position in doubtful where position != targets[target].item.item {
                    if targets[target].item.isPreceded(by: position, in: rows) { count += 1 }
                }
                targets[target].before[piece.group] += count
            }
        }
    }

    /// Counts items that are all equally similar.
    private mutating func takeByRows(
        _ piece: FirstRankPass.Piece, _ similarities: PieceSimilarities, in rows: ComparableRows
    ) {
        for position in piece.items where similarities[position] > -.infinity {
            if nearest?.isPreceded(by: position, in: rows) ?? true {
                nearest = LeadingItem(position, ofQuery: query, isIndifferent: true, value: 0, doubt: 0)
            }
            for target in targets.indices where targets[target].item.isPreceded(by: position, in: rows) {
                targets[target].before[piece.group] += 1
            }
        }
    }

    /// Finds whether an item of a piece comes before all so far.
    private mutating func findNearest(
        _ similarities: PieceSimilarities, highest: Float, doubt: Float, in rows: ComparableRows
    ) {
        if let nearest, highest < nearest.bounds(against: doubt, in: rows).floor { return }
        let start = similarities.first { $0 == highest }
        if let start, nearest.map({ highest > $0.bounds(against: doubt, in: rows).ceiling }) ?? true {
            nearest = leading(start, highest, doubt)
        }
        guard let known = nearest else { return }
        let (floor, ceiling) = known.bounds(against: doubt, in: rows)
        // What is above the ceiling of the highest would be higher than it.
        var candidates: [Int] = []
        _ = similarities.count(above: ceiling, from: floor) { candidates.append($0) }
        for position in candidates where position != nearest?.item {
            if nearest?.isPreceded(by: position, in: rows) == true {
                nearest = leading(position, similarities[position], doubt)
            }
        }
    }

    private func leading(_ position: Int, _ similarity: Float, _ doubt: Float) -> LeadingItem {
        LeadingItem(
            position, ofQuery: query, isIndifferent: false, value: Double(similarity), doubt: Double(doubt))
    }

    /// What has been found once all items have gone by.
    func found(in rows: ComparableRows) -> FoundRanks {
        let before = targets.first?.before
        return FoundRanks(
            rank: before.map { 1 + $0.reduce(0, +) } ?? 0, firstItem: nearest.map { rows.items.rows[$0.item] } ?? -1,
            mainGroup: mainGroup, before: before ?? [], beforeOther: targets.count > 1 ? targets[1].before : nil)
    }
}

/// A query's similarities to the items of a piece, in single precision.
private struct PieceSimilarities {
    /// The position of the first of them.
    let first: Int
    let count: Int
    let products: UnsafePointer<Float>
    let penalties: UnsafePointer<Float>

    subscript(position: Int) -> Float { products[position - first] - penalties[position - first] }

    /// The first position of which something holds.
    func first(where isWanted: (Float) -> Bool) -> Int? {
        (0..<count).first { isWanted(products[$0] - penalties[$0]) }.map { $0 + first }
    }

    /// The number of similarities above a bound.
    ///
    /// - Parameter visit: called with the positions of those that are not above it but not below `floor`, ascending.
    func count(above ceiling: Float, from floor: Float, visit: (_ position: Int) -> Void) -> Int32 {
        var lanes = SIMD16<Int32>.zero
        let (a, b) = (UnsafeRawPointer(products), UnsafeRawPointer(penalties))
        var total: Int32 = 0
        var place = 0
        while place + 16 <= count {
            let values =
                a.loadUnaligned(fromByteOffset: 4 * place, as: SIMD16<Float>.self)
                - b.loadUnaligned(fromByteOffset: 4 * place, as: SIMD16<Float>.self)
            let isAbove = values .> ceiling
            lanes.replace(with: lanes &- 1, where: isAbove)
            let isDoubtful = values .>= floor .& .!isAbove
            if any(isDoubtful) {
                for lane in 0..<16 where isDoubtful[lane] { visit(first + place + lane) }
            }
            place += 16
        }
        while place < count {
            let value = products[place] - penalties[place]
            if value > ceiling { total += 1 } else if value >= floor { visit(first + place) }
            place += 1
        }
        return total - lanes.wrappedSum()
    }
}
