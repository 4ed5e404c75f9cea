public import Datasets
public import DenseLinearAlgebra
public import Retrieval

/// How samples are divided into queries and gallery by their roles in the dataset.
///
/// A sample with the role `query` is a query and not in the gallery; one with the role `gallery` is in the gallery and
/// not a query. A sample without a role is both, a query against all others, as are all samples of a dataset without
/// roles. So if a level's test classes come from both sides of an official split and only one side has roles, the level
/// scores every sample that can be a query, in one gallery of all samples that can be found.
///
/// ```swift
/// let division = RoleDivision([.query, .gallery, nil])
/// print(division.queries, division.gallery)  // [0, 2] [1, 2]: a sample without a role is both
/// print(division.ownItems)  // [nil, Optional(1)]: the second query is item 1, which does not count for it
/// ```
public struct RoleDivision: Sendable, Equatable {
    /// The positions of the queries among the samples, ascending.
    public let queries: [Int]
    /// The positions of the gallery's items among the samples, ascending.
    public let gallery: [Int]
    /// For each query, the index in ``gallery`` of the same sample, which does not count; nil if the gallery does not
    /// have it.
    public let ownItems: [Int?]
    /// Whether every sample is both a query and in the gallery.
    public var isOneAgainstRest: Bool {
        queries.count == ownItems.count { $0 != nil } && queries.count == gallery.count
    }

    /// Divides samples by their roles; nil means no role.
    ///
    /// - Complexity: O(n).
    public init(_ roles: [SampleRole?]) {
        var (queries, gallery, ownItems): ([Int], [Int], [Int?]) = ([], [], [])
        for (position, role) in roles.enumerated() {
            if role != .gallery {
                queries.append(position)
                ownItems.append(role == nil ? gallery.count : nil)
            }
            if role != .query { gallery.append(position) }
        }
        self.queries = queries
        self.gallery = gallery
        self.ownItems = ownItems
    }
}

extension RoleDivision {
    /// Makes some samples the queries, and of all samples those items that may be found.
    ///
    /// - Parameters:
    ///   - queries: the positions of the queries, ascending, none of which has the role `gallery`.
    ///   - roles: the roles of all samples.
    init(queries: [Int], of roles: [SampleRole?]) {
        var place = [Int?](repeating: nil, count: roles.count)
        var gallery: [Int] = []
        for (position, role) in roles.enumerated() where role != .query {
            place[position] = gallery.count
            gallery.append(position)
        }
        self.queries = queries
        self.gallery = gallery
        ownItems = queries.map { place[$0] }
    }
}

extension RetrievalSet {
    /// Retrieval among some samples, each a query against all others unless it has a role.
    ///
    /// - Parameters:
    ///   - embeddings: one row per sample.
    ///   - classNumbers: the class of each sample.
    ///   - roles: which samples are queries, and which in the gallery.
    ///   - cameras: the camera of each sample, if samples of a query's class and camera do not count for it; nil if no sample
    ///     has one.
    ///   - groups: the group of each sample, if samples of a query's class and group do not count for it either; nil if they
    ///     do.
    /// - Precondition: there is one row, class number, role, camera and group for each sample.
    public init(
        _ embeddings: Matrix<Float>, classNumbers: [Int], roles: RoleDivision, cameras: [Int?]? = nil,
        groups: [Int?]? = nil
    ) {
        let left =
            cameras == nil && groups == nil
            ? nil
            : RetrievalCameras(
                ofRows: cameras ?? [Int?](repeating: nil, count: classNumbers.count), groups: groups ?? [])
        guard !roles.isOneAgainstRest else {
            self.init(
                embeddings, classNumbers: classNumbers, cameras: left)
            return
        }
        self.init(
            queries: embeddings.selectingRows(roles.queries), classNumbers: roles.queries.map { classNumbers[$0] },
            gallery: embeddings.selectingRows(roles.gallery),
            galleryClassNumbers: roles.gallery.map { classNumbers[$0] }, ownItems: roles.ownItems,
            cameras: left.map { all in
                func values(_ values: [Int?], _ rows: [Int]) -> [Int?] { values.isEmpty ? [] : rows.map { values[$0] } }
                return RetrievalCameras(
                    ofQueries: values(all.ofQueries, roles.queries), ofItems: values(all.ofItems, roles.gallery),
                    groupsOfQueries: values(all.groupsOfQueries, roles.queries),
                    groupsOfItems: values(all.groupsOfItems, roles.gallery))
            })
    }
}
