internal import Ranks

/// The ranks found for one query; the buffers are valid only during the call that receives them.
struct RankedQuery {
    /// The query's position among the queries.
    let position: Int
    /// The 1-based ranks of the relevant items, ascending.
    let ranks: UnsafeBufferPointer<Int32>
    /// The same in the gallery without each group's items, group after group; empty if there are no groups.
    let ranksWithout: UnsafeBufferPointer<Int32>

    /// The ranks in the gallery without a group that is not the query's own.
    func ranks(withoutGroup group: Int) -> UnsafeBufferPointer<Int32> {
        UnsafeBufferPointer(rebasing: ranksWithout[group * ranks.count..<(group + 1) * ranks.count])
    }
}

/// The ranks found for several queries, kept to be sent.
struct RanksOfQueries: Portable {
    private var positions: [Int] = []
    private var relevantCounts: [Int] = []
    private var groupCount = 0
    private var ranks: [Int32] = []

    init() {}

    mutating func add(_ query: RankedQuery) {
        positions.append(query.position)
        relevantCounts.append(query.ranks.count)
        groupCount = query.ranks.isEmpty ? groupCount : query.ranksWithout.count / query.ranks.count
        ranks += query.ranks
        ranks += query.ranksWithout
    }

    func visit(_ visit: (RankedQuery) -> Void) {
        ranks.withUnsafeBufferPointer { ranks in
            var start = 0
            for (position, count) in zip(positions, relevantCounts) {
                let (middle, end) = (start + count, start + count * (1 + groupCount))
                visit(
                    RankedQuery(
                        position: position, ranks: UnsafeBufferPointer(rebasing: ranks[start..<middle]),
                        ranksWithout: UnsafeBufferPointer(rebasing: ranks[middle..<end])))
                start = end
            }
        }
    }

    func put(into bytes: inout PortableBytes) { bytes.put(positions, relevantCounts, groupCount, ranks) }

    init(from bytes: inout PortableBytes) throws {
        positions = try bytes.get()
        relevantCounts = try bytes.get()
        groupCount = try bytes.get()
        ranks = try bytes.get()
    }
}

/// A division of the items of a gallery into groups.
struct ItemGroups: Sendable {
    /// The number of groups, at most 256.
    let count: Int
    /// The group of each item.
    let groupOfItem: [UInt8]

    /// - Precondition: the numbers are from 0 up to but not including `count`, which is at most 256.
    init(_ groupOfItem: [Int], count: Int) {
        precondition(count <= 256, "\(count) groups; expected 256 at most")
        precondition(groupOfItem.allSatisfy { (0..<count).contains($0) }, "a group is not within 0..<\(count)")
        self.count = count
        self.groupOfItem = groupOfItem.map { UInt8($0) }
    }
}
