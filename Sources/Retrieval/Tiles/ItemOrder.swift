/// The order in which items lie in tiles: by group, if there are groups, then by class, then by row.
///
/// So a query's class is one range of positions, and so is each group.
struct ItemOrder: Sendable {
    /// The item at each position.
    let items: [Int32]
    /// The positions of each class, by its index among `RetrievalQueries.members`.
    let classes: [Range<Int>]
    /// Each group's positions, in order; one range of all if there are no groups.
    let groups: [(group: Int, range: Range<Int>)]

    /// - Precondition: all items of a class are in one group.
    init(_ queries: RetrievalQueries, groups: ItemGroups?) {
        func group(_ number: Int) -> Int { groups.map { Int($0.groupOfItem[Int(queries.members[number][0])]) } ?? 0 }
        let numbers =
            groups == nil
            ? Array(queries.members.indices)
            : queries.members.indices.sorted {
                (group($0), $0) < (group($1), $1)
            }
        var items: [Int32] = []
        items.reserveCapacity(queries.itemCount)
        var classes = [Range<Int>](repeating: 0..<0, count: numbers.count)
        var ranges: [(group: Int, range: Range<Int>)] = []
        for number in numbers {
            let start = items.count
            items += queries.members[number]
            classes[number] = start..<items.count
            let own = group(number)
            if let last = ranges.last, last.group == own {
                ranges[ranges.count - 1].range = last.range.lowerBound..<items.count
            } else {
                ranges.append((own, start..<items.count))
            }
        }
        self.items = items
        self.classes = classes
        self.groups = ranges
    }
}
