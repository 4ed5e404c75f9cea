internal import DenseLinearAlgebra

/// In which precision retrieval computes similarities.
public enum RetrievalPrecision: String, Sendable, Hashable, CaseIterable {
    /// Double precision as long as that takes no more than a second or so: up to 2²⁶ pairs, which is 8,192 samples ranked for
    /// themselves. Single precision beyond, where a pair of similarities that differ by less than some 1e-7 may come in
    /// either order.
    case automatic
    /// Single precision.
    case single
    /// Double precision: several times the time and twice the memory.
    case double

    func isDouble(queryCount n: Int, itemCount m: Int, dimension d: Int) -> Bool {
        switch self {
        case .automatic: n * m <= 1 << 26 && (n + m) * d <= 1 << 25
        case .single: false
        case .double: true
        }
    }
}

/// Embeddings made ready for similarities in double precision.
struct ExactRows: Sendable {
    /// The rows of the queries, n × d.
    private let queries: Matrix<Double>
    /// The rows that are ranked, m × d.
    private let gallery: Matrix<Double>
    /// What each row's product is multiplied by: 1/‖y‖ for the cosine, 0 for the zero vector; empty for the distance.
    ///
    /// The rows themselves stay as they are, and the query's own norm does not matter. So small integers have exact
    /// products, and rows of equal length and product tie.
    private let factors: [Double]
    /// For the Euclidean distance, half the squared norm of each row of the gallery.
    private let halfSquaredNorms: [Double]

    var queryCount: Int { queries.rowCount }
    var itemCount: Int { gallery.rowCount }

    /// - Parameter similarity: for the Euclidean distance rows are centred, which it does not notice.
    init(queries: Matrix<Double>, gallery: Matrix<Double>, similarity: Similarity) {
        self.queries = queries
        self.gallery = gallery
        let squares = (0..<gallery.rowCount).map { i in gallery.row(i).reduce(0) { $0 + $1 * $1 } }
        switch similarity {
        case .cosine:
            factors = squares.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
            halfSquaredNorms = []
        case .euclidean:
            factors = []
            halfSquaredNorms = squares.map { $0 / 2 }
        }
    }

    /// The similarities of some queries to all items, one row a query.
    ///
    /// - Parameter duplicates: rows that take over the product of another, as in ``PreparedEmbeddings``.
    func similarities(ofRows rows: Range<Int>, duplicates: [(row: Int, original: Int)]) -> [Double] {
        var result = product(queries.selectingRows(Array(rows)), gallery, transposingRight: true).elements
        let m = gallery.rowCount
        result.withUnsafeMutableBufferPointer { result in
            for start in stride(from: 0, to: result.count, by: max(m, 1)) {
                for (j, factor) in factors.enumerated() { result[start + j] *= factor }
                for (j, half) in halfSquaredNorms.enumerated() { result[start + j] -= half }
                for (duplicate, original) in duplicates { result[start + duplicate] = result[start + original] }
            }
        }
        return result
    }
}

/// Ranks as ``rankAll(_:in:ties:groups:visit:)`` does, by similarities in double precision.
///
/// - Complexity: O(n·m·(d + log R)) operations for R relevant items a query, 32 MB a thread.
func rankExactly(
    _ queries: RetrievalQueries, in rows: ExactRows, duplicates: [(row: Int, original: Int)], ties: TieOrder,
    groups: ItemGroups?, visit: @Sendable (RankedQuery) -> Void
) {
    let blockSize = max(1, min(256, (1 << 22) / max(rows.itemCount, 1)))
    let positions = queries.rows.indices
    inParallel(blockCount: (rows.queryCount + blockSize - 1) / blockSize) {
        ExactCounter(ties: ties, groups: groups)
    } _: { counter, block in
        let range = block * blockSize..<min((block + 1) * blockSize, rows.queryCount)
        let first = positions.partitioningIndex { queries.rows[$0] >= range.lowerBound }
        let end = positions.partitioningIndex { queries.rows[$0] >= range.upperBound }
        guard first < end else { return }
        let similarities = rows.similarities(ofRows: range, duplicates: duplicates)
        similarities.withUnsafeBufferPointer { similarities in
            for position in first..<end {
                let start = (queries.rows[position] - range.lowerBound) * rows.itemCount
                counter.rank(
                    position, of: queries,
                    row: UnsafeBufferPointer(rebasing: similarities[start..<start + rows.itemCount]), visit: visit)
            }
        }
    }
}

/// Counts, for one query after the other, how many items rank before each of its relevant items.
private struct ExactCounter {
    let ties: TieOrder
    let groups: ItemGroups?
    /// The relevant items by descending similarity, of equal ones the first row first.
    private var relevant: [(value: Double, row: Int)] = []
    private var counts: [Int32] = []
    private var ranks: [Int32] = []
    private var ranksWithout: [Int32] = []

    init(ties: TieOrder, groups: ItemGroups?) {
        self.ties = ties
        self.groups = groups
    }

    mutating func rank(
        _ position: Int, of queries: RetrievalQueries, row: UnsafeBufferPointer<Double>,
        visit: (RankedQuery) -> Void
    ) {
        let members = queries.members[queries.groups[position]]
        let own = queries.ownItems[position]
        relevant.removeAll(keepingCapacity: true)
        for item in members where Int(item) != own { relevant.append((row[Int(item)], Int(item))) }
        relevant.sort { $0.value > $1.value || ($0.value == $1.value && $0.row < $1.row) }
        let count = relevant.count
        let groupCount = groups?.count ?? 1
        counts.removeAll(keepingCapacity: true)
        counts.append(contentsOf: repeatElement(0, count: count * groupCount))
        guard let lowest = relevant.last?.value else { return }
        var next = members.makeIterator()
        var nextMember = next.next().map(Int.init)
        for item in row.indices {
            let isMember = item == nextMember
            if isMember { nextMember = next.next().map(Int.init) }
            guard row[item] >= lowest, item != own else { continue }
            let place = place(of: row[item], item, isRelevant: isMember)
            guard place < count else { continue }
            counts[(groups.map { Int($0.groupOfItem[item]) } ?? 0) * count + place] += 1
        }
        sumUp(count: count, groupCount: groupCount)
        ranks.withUnsafeBufferPointer { ranks in
            ranksWithout.withUnsafeBufferPointer { ranksWithout in
                visit(RankedQuery(position: position, ranks: ranks, ranksWithout: ranksWithout))
            }
        }
    }

    /// How many relevant items rank before an item; a relevant item does not rank before itself.
    private func place(of value: Double, _ item: Int, isRelevant: Bool) -> Int {
        relevant.partitioningIndex { other in
            guard value == other.value else { return value > other.value }
            switch isRelevant ? .sampleOrder : ties {
            case .sampleOrder: return item <= other.row
            case .relevantFirst: return false
            case .relevantLast: return true
            }
        }
    }

    /// Makes ranks of counts: a relevant item was counted at itself, so the sum up to it is its 1-based rank.
    private mutating func sumUp(count: Int, groupCount: Int) {
        ranks.removeAll(keepingCapacity: true)
        ranksWithout.removeAll(keepingCapacity: true)
        var rank: Int32 = 0
        for k in 0..<count {
            for group in 0..<groupCount { rank += counts[group * count + k] }
            ranks.append(rank)
        }
        guard groups != nil else { return }
        for group in 0..<groupCount {
            var before: Int32 = 0
            for k in 0..<count {
                before += counts[group * count + k]
                ranksWithout.append(ranks[k] - before)
            }
        }
    }
}

extension RandomAccessCollection {
    /// The first index, of a collection partitioned by `predicate`, where it holds; the end where it nowhere does.
    func partitioningIndex(where predicate: (Element) -> Bool) -> Index {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = index(low, offsetBy: distance(from: low, to: high) / 2)
            if predicate(self[middle]) { high = middle } else { low = index(after: middle) }
        }
        return low
    }
}
