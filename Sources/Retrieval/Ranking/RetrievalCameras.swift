/// Which camera took each query and each item, for re-identification: to find a person in another picture of the same
/// camera, moments later, is no achievement, so items of the query's class *and* camera do not count, as in Market-1501
/// (Zheng et al., ICCV 2015).
///
/// They are neither hits nor misses: ranks are those in a gallery without them. Items of other classes count whatever their
/// camera.
public struct RetrievalCameras: Sendable, Equatable {
    /// The camera of each row of the queries, as any number; nil for a row without one, which is never the same.
    public let ofQueries: [Int?]
    /// The camera of each item.
    public let ofItems: [Int?]

    /// Takes the cameras of queries and gallery.
    public init(ofQueries: [Int?], ofItems: [Int?]) {
        self.ofQueries = ofQueries
        self.ofItems = ofItems
    }

    /// Takes the cameras of rows that are queries and items.
    public init(ofRows cameras: [Int?]) {
        self.init(ofQueries: cameras, ofItems: cameras)
    }

    /// Whether a query and an item have the same camera.
    func match(_ query: Int, _ item: Int) -> Bool {
        ofQueries[query].map { $0 == ofItems[item] } ?? false
    }
}
