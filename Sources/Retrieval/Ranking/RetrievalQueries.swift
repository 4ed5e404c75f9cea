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
    /// The cameras, if items of a query's class and camera do not count for it.
    let cameras: RetrievalCameras?

    var itemCount: Int { classOfItem.count }

    /// One-vs-rest retrieval: every row is a query, and an item for all others.
    init(rowCount: Int, classNumbers: [Int], cameras: RetrievalCameras? = nil) {
        precondition(classNumbers.count == rowCount, "\(classNumbers.count) class numbers for \(rowCount) embeddings")
        self.init(
            classNumbers: classNumbers, galleryClassNumbers: classNumbers, ownItems: Array(classNumbers.indices),
            areItems: true, cameras: cameras)
    }

    /// Queries against a gallery.
    ///
    /// - Parameter ownItems: for each row, the item that is the same sample, or nil.
    init(
        classNumbers: [Int], galleryClassNumbers: [Int], ownItems: [Int?], areItems: Bool = false,
        cameras: RetrievalCameras? = nil
    ) {
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
            let group = groupOfClass[number]
            let relevantCount =
                if let cameras, let group {
                    members[group].count { Int($0) != ownItems[row] && !cameras.match(row, Int($0)) }
                } else {
                    group.map { members[$0].count - (isAmongThem ? 1 : 0) } ?? 0
                }
            guard let group, relevantCount > 0 else {
                loneRows.append(row)
                continue
            }
            rows.append(row)
            groups.append(group)
            relevantCounts.append(relevantCount)
        }
        self.cameras = cameras
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

    /// The items that count as found for a query, ascending.
    func relevantItems(ofQuery position: Int) -> [Int32] {
        let own = ownItems[position]
        return members[groups[position]].filter { item in
            Int(item) != own && !(cameras?.match(rows[position], Int(item)) ?? false)
        }
    }

    /// The items that do not count for a query at all, ascending: itself, and those of its class and camera.
    func skippedItems(ofQuery position: Int) -> [Int32] {
        let own = ownItems[position].map { [Int32($0)] } ?? []
        guard let cameras else { return own }
        return (own + members[groups[position]].filter { cameras.match(rows[position], Int($0)) && !own.contains($0) })
            .sorted()
    }
}
