/// The rows that can be queries, and what is relevant to each.
struct RetrievalQueries: Sendable {
    /// The rows with at least one relevant item, ascending.
    let rows: [Int]
    /// The rows without a relevant item, ascending.
    let loneRows: [Int]
    /// For each query, the index of its class in `members`.
    let groups: [Int]
    /// The class number of each query, as given.
    let classNumbers: [Int]
    /// The class number of each lone row, as given.
    let loneClassNumbers: [Int]
    /// For each query, the item that is the query itself, which does not count; nil if there is none.
    let ownItems: [Int?]
    /// For each query, how many items are relevant to it.
    let relevantCounts: [Int]
    /// The items of each class, ascending; classes in the order of their first items.
    let members: [[Int32]]
    /// The class number of each item.
    let classOfItem: [Int]
    /// Whether every row is a query and an item for all others.
    let areItems: Bool

    var itemCount: Int { classOfItem.count }

    /// One-vs-rest retrieval: every row is a query, and an item for all others.
    init(rowCount: Int, classNumbers: [Int]) {
        precondition(classNumbers.count == rowCount, "\(classNumbers.count) class numbers for \(rowCount) embeddings")
        self.init(
            classNumbers: classNumbers, galleryClassNumbers: classNumbers, ownItems: Array(classNumbers.indices),
            areItems: true)
    }

    /// Queries against a gallery.
    ///
    /// - Parameter ownItems: for each row, the item that is the same sample, or nil.
    init(classNumbers: [Int], galleryClassNumbers: [Int], ownItems: [Int?], areItems: Bool = false) {
        precondition(ownItems.count == classNumbers.count, "\(ownItems.count) own items for \(classNumbers.count) rows")
        var groupOfClass: [Int: Int] = [:]
        var members: [[Int32]] = []
        for (item, number) in galleryClassNumbers.enumerated() {
            let group = groupOfClass[number] ?? members.count
            if group == members.count {
                groupOfClass[number] = group
                members.append([])
            }
            members[group].append(Int32(item))
        }
        var (rows, loneRows, groups, relevantCounts): ([Int], [Int], [Int], [Int]) = ([], [], [], [])
        for (row, number) in classNumbers.enumerated() {
            let isAmongThem = ownItems[row].map { galleryClassNumbers[$0] == number } ?? false
            guard let group = groupOfClass[number], members[group].count > (isAmongThem ? 1 : 0) else {
                loneRows.append(row)
                continue
            }
            rows.append(row)
            groups.append(group)
            relevantCounts.append(members[group].count - (isAmongThem ? 1 : 0))
        }
        self.areItems = areItems
        classOfItem = galleryClassNumbers
        self.rows = rows
        self.loneRows = loneRows
        self.groups = groups
        self.relevantCounts = relevantCounts
        self.members = members
        self.ownItems = rows.map { ownItems[$0] }
        self.classNumbers = rows.map { classNumbers[$0] }
        loneClassNumbers = loneRows.map { classNumbers[$0] }
    }
}
