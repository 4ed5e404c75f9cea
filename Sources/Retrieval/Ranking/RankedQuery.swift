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
