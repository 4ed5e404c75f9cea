internal import CRanks
internal import DenseLinearAlgebra

/// Compares one item with relevant items of a query: by refined similarities, and exactly where these are too near.
struct ItemComparison {
    private let query: Int
    private let item: Int
    private let rows: RowMemory
    private var refined: Double?
    private var precise: PreciseSimilarity?
    private let ownDoubt: Double

    init(query: Int, item: Int, in rows: RowMemory) {
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
        if let original, rows.all.originals?[item] == original { return .tie }
        if rows.hasIntegralProducts {
            if known[place].isNaN { known[place] = rows.all.product(query, relevant) }
            let own = refined ?? rows.all.product(query, item)
            refined = own
            let squares = rows.all.items.squares
            return orderOfIntegralCosines(
                own, squaredLength: squares[item], known[place], squaredLength: squares[relevant])
        }
        if known[place].isNaN { known[place] = rows.refined(query, relevant) }
        let own = refined ?? rows.refined(query, item)
        refined = own
        let difference = own - known[place]
        let doubt = ownDoubt + rows.refinedDoubt(query: query, item: relevant)
        if abs(difference) > doubt || doubt == 0 { return PairOrder(own, against: known[place]) }
        let other = precisely[place] ?? rows.all.precise(query, relevant)
        // Most queries need none of them, and memory is bounded.
        if precisely.count > 1 << 16 { precisely.removeAll(keepingCapacity: true) }
        precisely[place] = other
        let mine = precise ?? rows.all.precise(query, item)
        precise = mine
        return PairOrder(mine, against: other) ?? rows.all.exactOrder(query: query, item: item, other: relevant)
    }
}

/// The memory of rows, for loops in which threads would otherwise wait for one another to count references.
struct RowMemory {
    /// What the memory belongs to.
    // It outlives the scope of `withMemory`.
    unowned(unsafe) let all: ComparableRows
    let bounds: RoundingBounds
    /// Whether cosines are compared by inner products, which are exact.
    let hasIntegralProducts: Bool
    fileprivate let queryNorms, itemNorms, itemPenalties: UnsafePointer<Double>?
    /// The prepared rows; nil if they are kept in pieces.
    fileprivate let queryValues, itemValues: UnsafePointer<Float>?
    fileprivate let columnCount: Int

    /// A similarity by the same Floats as in single precision, summed up in double precision.
    func refined(_ query: Int, _ item: Int) -> Double {
        guard let queryValues, let itemValues, let itemPenalties else { return all.refined(query, item) }
        return ranks_inner_product(queryValues + query * columnCount, itemValues + item * columnCount, columnCount)
            - itemPenalties[item]
    }

    func refinedDoubt(query: Int, item: Int) -> Double {
        guard let queryNorms, let itemNorms, let itemPenalties else {
            preconditionFailure("rows \(query), \(item) of none")
        }
        return bounds.refinedDoubt(query: queryNorms[query], item: itemNorms[item], penalty: itemPenalties[item])
    }

    /// How far the similarities of a query to items within some bounds can be off.
    func doubt(ofQuery query: Int, _ items: LengthBounds) -> Float {
        guard let queryNorms else { preconditionFailure("row \(query) of none") }
        return bounds.doubt(query: queryNorms[query], item: items.length, penalty: items.penalty)
    }
}

extension ComparableRows {
    /// Passes the rows' memory to a function.
    func withMemory<Result>(_ body: (RowMemory) -> Result) -> Result {
        withAddresses(queries.norms, items.norms, items.penalties) { queryNorms, itemNorms, itemPenalties in
            queries.values.withAllInMemory { queryValues in
                items.values.withAllInMemory { itemValues in
                    body(
                        RowMemory(
                            all: self, bounds: bounds, hasIntegralProducts: similarity == .cosine && isIntegral,
                            queryNorms: queryNorms, itemNorms: itemNorms, itemPenalties: itemPenalties,
                            queryValues: queryValues, itemValues: itemValues, columnCount: items.values.columnCount))
                }
            }
        }
    }

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
