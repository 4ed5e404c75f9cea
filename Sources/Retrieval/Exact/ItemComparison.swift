internal import CRanks
internal import DenseLinearAlgebra

/// Compares one item with relevant items of a query: by refined similarities, and exactly where these are too near.
struct ItemComparison {
    private let query: Int
    private let item: Int
    private let rows: ComparableRows
    private var refined: Double?
    private var precise: PreciseSimilarity?
    private let ownDoubt: Double

    init(query: Int, item: Int, in rows: ComparableRows) {
        self.query = query
        self.item = item
        self.rows = rows
        ownDoubt = rows.refinedDoubt(query: query, item: item)
    }

    /// The order of the item and a relevant one.
    ///
    /// - Parameters:
    ///   - relevant: the relevant item's position.
    ///   - original: the first position whose row equals the relevant item's.
    ///   - known: where the relevant items' refined similarities are kept once they have been computed, this one's at `place`.
    ///   - precisely: the same for those in twice the precision of a double.
    mutating func order(
        before relevant: Int, original: Int32? = nil, refined known: inout [Double],
        precise precisely: inout [Int: PreciseSimilarity], at place: Int
    ) -> PairOrder {
        // In single precision, only equal similarities are in doubt.
        if rows.bounds.exactness == .single { return .tie }
        if let original, rows.originals?[item] == original { return .tie }
        if rows.similarity == .cosine, rows.isIntegral {
            if known[place].isNaN { known[place] = rows.product(query, relevant) }
            let own = refined ?? rows.product(query, item)
            refined = own
            return orderOfIntegralCosines(
                own, squaredLength: rows.items.squares[item], known[place], squaredLength: rows.items.squares[relevant])
        }
        if known[place].isNaN { known[place] = rows.refined(query, relevant) }
        let own = refined ?? rows.refined(query, item)
        refined = own
        let difference = own - known[place]
        let doubt = ownDoubt + rows.refinedDoubt(query: query, item: relevant)
        if abs(difference) > doubt || doubt == 0 { return PairOrder(own, against: known[place]) }
        let other = precisely[place] ?? rows.precise(query, relevant)
        // Most queries need none of them, and memory is bounded.
        if precisely.count > 1 << 16 { precisely.removeAll(keepingCapacity: true) }
        precisely[place] = other
        let mine = precise ?? rows.precise(query, item)
        precise = mine
        return PairOrder(mine, against: other) ?? rows.exactOrder(query: query, item: item, other: relevant)
    }
}

extension ComparableRows {
    /// A similarity by the same Floats as in single precision, summed up in double precision.
    func refined(_ query: Int, _ item: Int) -> Double {
        let product = queries.values.withRow(query) { x in
            items.values.withRow(item) { ranks_inner_product(x, $0, items.values.columnCount) }
        }
        return (product ?? 0) - items.penalties[item]
    }

    func refinedDoubt(query: Int, item: Int) -> Double {
        bounds.refinedDoubt(query: queries.norms[query], item: items.norms[item], penalty: items.penalties[item])
    }
}

/// The inner product of two rows in double precision.
func innerProduct(_ x: Matrix<Float>, _ i: Int, _ y: Matrix<Float>, _ j: Int) -> Double {
    let d = x.columnCount
    return x.withElements { x in
        y.withElements { y in
            guard let x = x.baseAddress, let y = y.baseAddress else { return 0 }
            return ranks_inner_product(x + i * d, y + j * d, d)
        }
    }
}
