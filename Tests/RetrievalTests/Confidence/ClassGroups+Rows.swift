import Retrieval

extension ClassGroups {
    /// The groups of classes that rows of both belong to.
    init(ofRows groupNumbers: [Int], classNumbers: [Int], count: Int) {
        self.init(Dictionary(zip(classNumbers, groupNumbers), uniquingKeysWith: { first, _ in first }), count: count)
    }
}
