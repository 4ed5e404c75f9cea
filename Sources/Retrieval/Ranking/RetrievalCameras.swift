/// Which camera took each query and each item, for re-identification: to find a person in another picture of the same
/// camera, moments later, is no achievement, so items of the query's class *and* camera do not count, as in Market-1501
/// (Zheng et al., ICCV 2015).
///
/// Groups of samples, as bursts and videos are, are left out in the same way where that is asked for.
///
/// They are neither hits nor misses: ranks are those in a gallery without them. Items of other classes count whatever their
/// camera.
public struct RetrievalCameras: Sendable, Equatable {
    /// The camera of each row of the queries, as any number; nil for a row without one, which is never the same.
    public let ofQueries: [Int?]
    /// The camera of each item.
    public let ofItems: [Int?]
    /// The group of each row of the queries, if items of the query's class and group do not count either; empty for none.
    public let groupsOfQueries: [Int?]
    /// The group of each item; empty for none.
    public let groupsOfItems: [Int?]

    /// Takes the cameras, and the groups, of queries and gallery.
    ///
    /// - Precondition: there are no groups, or one for each query and item.
    public init(
        ofQueries: [Int?], ofItems: [Int?], groupsOfQueries: [Int?] = [], groupsOfItems: [Int?] = []
    ) {
        let counts = [groupsOfQueries.count, groupsOfItems.count]
        precondition(
            counts == [0, 0] || counts == [ofQueries.count, ofItems.count],
            "\(counts[0]) and \(counts[1]) groups for \(ofQueries.count) queries and \(ofItems.count) items")
        self.ofQueries = ofQueries
        self.ofItems = ofItems
        self.groupsOfQueries = groupsOfQueries
        self.groupsOfItems = groupsOfItems
    }

    /// Takes the cameras, and the groups, of rows that are queries and items.
    public init(ofRows cameras: [Int?], groups: [Int?] = []) {
        self.init(ofQueries: cameras, ofItems: cameras, groupsOfQueries: groups, groupsOfItems: groups)
    }

    /// Whether a query and an item have the same camera or group.
    func match(_ query: Int, _ item: Int) -> Bool {
        if let camera = ofQueries[query], camera == ofItems[item] { return true }
        guard !groupsOfQueries.isEmpty, let group = groupsOfQueries[query] else { return false }
        return group == groupsOfItems[item]
    }
}
