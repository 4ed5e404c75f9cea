internal import DenseLinearAlgebra
internal import Synchronization

/// Some whole classes of one set whose rows are queries and items alike: their rows, what is relevant to each, and how many
/// other items were found to rank before that.
///
/// Position p of the tile is row `items[p]` of the set. A class's rows stand one after the other.
final class RankingTile: Sendable {
    let rows: Matrix<Float>
    let items: [Int32]
    /// What is subtracted from a product to make it the similarity of that item: half its squared norm, or 0.
    let penalties: [Float]
    /// Whether an item equals another one in every bit; its similarities are not those of the tiles' products.
    let isRepeated: [Bool]
    /// `starts[p]..<starts[p + 1]`: where the relevant items of the query at p are in `values` and `relevantItems`, which
    /// are sorted by similarity, the most similar first, and by row.
    let starts: [Int]
    let values: [Float]
    let relevantItems: [Int32]
    /// The similarity of the least similar relevant item; infinite where there is none.
    let lowest: [Float]
    let ties: TieOrder
    /// For each relevant item, how many others rank before it, but not before the relevant one before it.
    private let counts: Mutex<[Int32]>

    /// Finds what is relevant to the rows of some classes, and counts the items of these classes and all repeated ones.
    init(classes: ArraySlice<[Int32]>, in prepared: PreparedEmbeddings, repeated: RepeatedRows, ties: TieOrder) {
        let items = classes.flatMap { $0 }
        let rows = prepared.queries.selectingRows(items.lazy.map(Int.init))
        let penalties = items.map { prepared.halfSquaredNorms.isEmpty ? 0 : prepared.halfSquaredNorms[Int($0)] }
        let isRepeated = items.map { repeated.places[Int($0)] >= 0 }
        let (similarities, similaritiesOfRepeated) = (
            Self.similarities(of: rows, with: rows, penalties: penalties),
            Self.similarities(of: rows, with: repeated.originals, penalties: repeated.penalties)
        )
        let (count, repeatedCount) = (items.count, repeated.penalties.count)

        var (starts, values, relevantItems, lowest): ([Int], [Float], [Int32], [Float]) = ([0], [], [], [])
        var classRanges: [Range<Int>] = []
        for members in classes {
            let range = starts.count - 1..<starts.count - 1 + members.count
            for p in range {
                classRanges.append(range)
                let relevant = range.filter { $0 != p }.map { other in
                    let value =
                        isRepeated[other]
                        ? similaritiesOfRepeated[p * repeatedCount + Int(repeated.places[Int(items[other])])]
                        : similarities[p * count + other]
                    return (value: value, item: items[other])
                }.sorted { ($1.value, $0.item) < ($0.value, $1.item) }
                values += relevant.map(\.value)
                relevantItems += relevant.map(\.item)
                lowest.append(relevant.last?.value ?? .infinity)
                starts.append(values.count)
            }
        }
        self.rows = rows
        self.items = items
        self.penalties = penalties
        self.isRepeated = isRepeated
        self.starts = starts
        self.values = values
        self.relevantItems = relevantItems
        self.lowest = lowest
        self.ties = ties
        counts = Mutex(Array(repeating: 0, count: values.count))

        withTargets { targets in
            for p in 0..<count where starts[p] < starts[p + 1] {
                for other in 0..<count where !classRanges[p].contains(other) && !isRepeated[other] {
                    let value = similarities[p * count + other]
                    if value >= lowest[p] { targets.count(value, item: items[other], forQuery: p) }
                }
                let own = items[classRanges[p]]
                for item in repeated.items where !own.contains(item) {
                    let value = similaritiesOfRepeated[p * repeatedCount + Int(repeated.places[Int(item)])]
                    if value >= lowest[p] { targets.count(value, item: item, forQuery: p) }
                }
            }
        }
    }

    private static func similarities(
        of rows: Matrix<Float>, with items: Matrix<Float>, penalties: [Float]
    ) -> [Float] {
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

    /// The 1-based ranks of the relevant items of the query at p, ascending.
    func ranks(ofQueryAt p: Int) -> [Int32] {
        counts.withLock { counts in
            var before: Int32 = 0
            return (starts[p]..<starts[p + 1]).map { k in
                before += counts[k]
                return before + Int32(k - starts[p]) + 1
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

/// The rows of a set that equal another one in every bit.
///
/// BLAS does not promise equal products for them, see ``rankAll(_:in:ties:groups:visit:)``. So there is one product for all
/// rows that are equal, and ties between them are exact by construction.
struct RepeatedRows: Sendable {
    /// One row of each group of equal ones.
    let originals: Matrix<Float>
    /// What is subtracted from a product with an original.
    let penalties: [Float]
    /// All items that are in such a group, ascending.
    let items: [Int32]
    /// For each row of the set the place of its group in `originals`, or −1.
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

/// The relevant items of the queries of a tile, while items are counted for them; no access is checked.
struct RankTargets {
    let counts: UnsafeMutableBufferPointer<Int32>
    let values: UnsafeBufferPointer<Float>
    let items: UnsafeBufferPointer<Int32>
    let starts: UnsafeBufferPointer<Int>
    let ties: TieOrder

    /// Counts an item that is not relevant to the query at p, and at least as similar as its least similar relevant one.
    @inline(__always)
    func count(_ value: Float, item: Int32, forQuery p: Int) {
        guard let values = values.baseAddress, let items = items.baseAddress, let counts = counts.baseAddress,
            let starts = starts.baseAddress
        else { return }
        let end = starts[p &+ 1]
        // A binary search without branches, which nothing could foretell: the first one that is not more similar.
        var place = starts[p]
        var rest = end &- place
        while rest > 1 {
            let half = rest &>> 1
            place = values[place &+ half &- 1] > value ? place &+ half : place
            rest &-= half
        }
        if values[place] > value { place &+= 1 }
        while place < end, values[place] == value, !precedesEqual(item, items[place]) { place &+= 1 }
        if place < end { counts[place] &+= 1 }
    }

    /// Whether an item ranks before a relevant one of the same similarity.
    private func precedesEqual(_ item: Int32, _ relevant: Int32) -> Bool {
        switch ties {
        case .sampleOrder: item < relevant
        case .relevantFirst: false
        case .relevantLast: true
        }
    }
}
