internal import Parallel

extension TiledRanking {
    /// Finds, for each query, the classes of which an item comes before the first relevant one.
    ///
    /// Tiles of queries go through the items, whole classes at a time. An item surely comes before if its similarity is above
    /// that of the first relevant item by more than rounding allows, and is compared with it exactly if it is within that.
    ///
    /// - Parameter visit: called concurrently, once for a query and a class, by its number among `RetrievalQueries.members`.
    func findRivals(visit: @Sendable (_ query: Int, _ member: Int) -> Void) {
        guard !tiles.isEmpty else { return }
        let pieces = pieces
        inParallel(blockCount: tiles.count, work: work) {
            TileProducts()
        } _: { products, number in
            guard !WorkStop.isRequested else { return }
            let own = tiles[number]
            let rows = own[0].row..<own[own.count - 1].row + 1
            var targets = targets(of: own, &products)
            for piece in pieces where !WorkStop.isRequested {
                products.multiply(rows, with: piece.items, in: setting.rows)
                guard let values = products.values.baseAddress else { continue }
                for q in own.indices {
                    targets[q]?.findRivals(
                        among: piece, products: values + q * piece.items.count, setting: setting
                    ) { visit(own[q].position, $0) }
                }
            }
        }
    }

    /// The items in pieces of whole classes.
    private var pieces: [RivalTarget.Piece] {
        let classes = setting.order.classes
        var pieces: [RivalTarget.Piece] = []
        var first = 0
        while first < classes.count {
            var end = first + 1
            while end < classes.count, classes[end].upperBound - classes[first].lowerBound <= 1024 { end += 1 }
            let items = classes[first].lowerBound..<classes[end - 1].upperBound
            pieces.append(.init(items: items, classes: first..<end, bounds: LengthBounds(of: items, in: setting.rows)))
            first = end
        }
        return pieces
    }

    /// What the rivals of a tile's queries have to come before; nil for rows that are no queries.
    private func targets(of own: [QueryTile.Query], _ products: inout TileProducts) -> [RivalTarget?] {
        var targets = [RivalTarget?](repeating: nil, count: own.count)
        var start = 0
        while start < own.count {
            let members = own[start].ownClass
            let end = own[start...].firstIndex { $0.ownClass != members } ?? own.count
            products.multiply(own[start].row..<own[end - 1].row + 1, with: members, in: setting.rows)
            if let values = products.values.baseAddress {
                for q in start..<end where own[q].position >= 0 {
                    let relevant = members.filter { isRelevant($0, row: own[q].row, query: own[q].position) }
                    targets[q] = RivalTarget(
                        query: own[q], relevant: relevant,
                        similarities: relevant.map { position in
                            values[(q - start) * members.count + position - members.lowerBound]
                                - setting.rows.items.roundedPenalties[position]
                        }, setting: setting)
                }
            }
            start = end
        }
        return targets
    }
}

/// The first relevant item of a query, before which an item of another class has to come to make that class a rival.
struct RivalTarget {
    /// Items of whole classes.
    struct Piece: Sendable {
        let items: Range<Int>
        let classes: Range<Int>
        let bounds: LengthBounds
    }

    private let query: QueryTile.Query
    private var first: LeadingItem

    /// - Parameters:
    ///   - relevant: the positions of the relevant items, ascending.
    ///   - similarities: theirs, in single precision.
    init?(query: QueryTile.Query, relevant: [Int], similarities: [Float], setting: RankingSetting) {
        guard let start = relevant.first, let highest = similarities.max() else { return nil }
        self.query = query
        let doubt = setting.doubt(ofQuery: query.row, setting.classBounds(query.ownClass))
        func leading(_ item: Int) -> LeadingItem {
            LeadingItem(
                item, ofQuery: query.row, isIndifferent: query.isIndifferent, value: Double(highest),
                doubt: Double(doubt))
        }
        first = leading(start)
        let floor = setting.rows.bounds.exactness == .single ? highest : (highest - 2 * doubt).nextDown
        let candidates =
            query.isIndifferent ? relevant : zip(relevant, similarities).filter { $0.1 >= floor }.map(\.0)
        first = leading(candidates[0])
        for candidate in candidates.dropFirst() where first.isPreceded(by: candidate, in: setting.rows) {
            first = leading(candidate)
        }
    }

    /// Passes the classes of a piece that are rivals.
    ///
    /// - Parameter products: the query's products with the items of the piece.
    mutating func findRivals(
        among piece: Piece, products: UnsafePointer<Float>, setting: RankingSetting, visit: (_ member: Int) -> Void
    ) {
        let penalties = setting.rows.items.roundedPenalties
        let (floor, ceiling) = first.bounds(
            against: setting.doubt(ofQuery: query.row, piece.bounds), in: setting.rows)
        penalties.withUnsafeBufferPointer { penalties in
            guard let penalties = penalties.baseAddress.map({ $0 + piece.items.lowerBound }) else { return }
            if !query.isIndifferent, highest(products, less: penalties, count: piece.items.count) < floor { return }
            for number in piece.classes where setting.order.classes[number] != query.ownClass {
                let positions = setting.order.classes[number]
                var isRival = false
                var doubtful: [Int] = []
                for position in positions where position != query.ownPosition {
                    let place = position - piece.items.lowerBound
                    let similarity = products[place] - penalties[place]
                    if query.isIndifferent || (similarity >= floor && similarity <= ceiling) {
                        doubtful.append(position)
                    } else if similarity > ceiling {
                        isRival = true
                        break
                    }
                }
                if !isRival { isRival = doubtful.contains { first.isPreceded(by: $0, in: setting.rows) } }
                if isRival { visit(number) }
            }
        }
    }
}

/// The largest of some products less penalties.
func highest(_ products: UnsafePointer<Float>, less penalties: UnsafePointer<Float>, count: Int) -> Float {
    var lanes = SIMD16<Float>(repeating: -.infinity)
    let (a, b) = (UnsafeRawPointer(products), UnsafeRawPointer(penalties))
    var place = 0
    while place + 16 <= count {
        let values =
            a.loadUnaligned(fromByteOffset: 4 * place, as: SIMD16<Float>.self)
            - b.loadUnaligned(fromByteOffset: 4 * place, as: SIMD16<Float>.self)
        lanes.replace(with: values, where: values .> lanes)
        place += 16
    }
    var highest = lanes.max()
    while place < count {
        highest = max(highest, products[place] - penalties[place])
        place += 1
    }
    return highest
}
