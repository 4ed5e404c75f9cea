public import DenseLinearAlgebra
package import Ranks
public import Retrieval

/// What adapting to a few samples of every test class changes, for one draw of these samples.
public struct FewShotEpisodeScores: Sendable, Equatable {
    /// The scores on the queries without adaptation.
    public let baseline: RetrievalScores
    /// The scores on the same queries after adaptation.
    public let adapted: RetrievalScores
    /// The number of classes with support samples.
    public let classCount: Int
    /// The number of classes without support samples, which neither score includes.
    public let leftOutClassCount: Int

    /// Combines the scores before and after adaptation.
    ///
    /// - Precondition: both have the same metrics and counts.
    public init(baseline: RetrievalScores, adapted: RetrievalScores, classCount: Int, leftOutClassCount: Int) {
        precondition(
            baseline.metrics == adapted.metrics, "metrics \(baseline.metrics) before and \(adapted.metrics) after")
        precondition(
            baseline.queryCount == adapted.queryCount && baseline.loneQueryCount == adapted.loneQueryCount,
            "\(baseline.queryCount) queries before and \(adapted.queryCount) after")
        self.baseline = baseline
        self.adapted = adapted
        self.classCount = classCount
        self.leftOutClassCount = leftOutClassCount
    }

    /// The unweighted mean over tasks whose supports belong to the same episode, such as both directions of a level;
    /// the counts are summed.
    ///
    /// - Precondition: there is at least one episode.
    public static func mean(of episodes: [FewShotEpisodeScores]) -> FewShotEpisodeScores {
        FewShotEpisodeScores(
            baseline: .mean(of: episodes.map(\.baseline)), adapted: .mean(of: episodes.map(\.adapted)),
            classCount: episodes.map(\.classCount).reduce(0, +),
            leftOutClassCount: episodes.map(\.leftOutClassCount).reduce(0, +))
    }
}

/// Scores one episode: retrieval among the complement of its support, without and with ``LinearAdaptation``.
///
/// The complement is every other sample of the classes that have a support, and shares no group with it. Each of these samples is a query once, with
/// all others as the gallery, both before and after adaptation. The support itself is never in the gallery, so the gain
/// comes from the map alone. Classes without support, which have too few samples, are in neither score, but are
/// counted.
///
/// - Parameters:
///   - embeddings: n × d, one row per sample of the task's test classes.
///   - classNumbers: the class of each row; any integers.
///   - supportRows: the rows of the support, in any order, without repetition.
///   - rules: how items rank.
///   - metrics: what to compute.
///   - cameras: the camera of each row, if rows of a query's class and camera do not count for it; nil if no row has one.
///   - groups: the group of each row, nil for rows on their own; nil if no row is in one. Rows that share a group with a row of
///     the support are neither queries nor in the gallery.
///   - isAcrossGroups: whether rows of a query's class and group do not count for it.
///   - loneQueries: how to treat a query whose class has no other sample in the complement.
/// - Precondition: there is one class number for each row; every support row is a valid row number and occurs once.
/// - Complexity: O(n²·d + d³) operations; see ``/Retrieval/RetrievalSet/ranks(by:)``.
/// - Throws: ``/Retrieval/RetrievalError/nonFiniteEmbedding(row:column:)``, with the row number in the given matrix;
///   ``EvaluationError/uniformSupport(sampleCount:classCount:)``, always for one shot;
///   ``/Retrieval/RetrievalError/noQueries(loneQueryCount:)`` if the complement has no query.
public func fewShotEpisodeScores(
    of embeddings: Matrix<Float>, classNumbers: [Int], supportRows: [Int], rules: RankingRules = RankingRules(),
    metrics: [RetrievalMetric] = RetrievalMetric.standard, loneQueries: LoneQueryPolicy = .excluded,
    cameras: [Int?]? = nil, groups: [Int?]? = nil, isAcrossGroups: Bool = false
) throws -> FewShotEpisodeScores {
    precondition(
        classNumbers.count == embeddings.rowCount,
        "\(classNumbers.count) class numbers for \(embeddings.rowCount) embeddings")
    precondition(
        cameras.map { $0.count == embeddings.rowCount } ?? true,
        "\(cameras?.count ?? 0) cameras for \(embeddings.rowCount) embeddings")
    precondition(
        groups.map { $0.count == embeddings.rowCount } ?? true,
        "\(groups?.count ?? 0) groups for \(embeddings.rowCount) embeddings")
    try requireFinite(embeddings)
    var isSupport = [Bool](repeating: false, count: classNumbers.count)
    for row in supportRows {
        precondition(isSupport.indices.contains(row), "row \(row) of the support among \(classNumbers.count) rows")
        precondition(!isSupport[row], "row \(row) is in the support twice")
        isSupport[row] = true
    }
    // In row order, so that the order in which the rows were drawn does not matter.
    let support = classNumbers.indices.filter { isSupport[$0] }
    let classes = Set(support.map { classNumbers[$0] })
    let seen = Set(support.compactMap { groups?[$0] })
    let complement = classNumbers.indices.filter { row in
        !isSupport[row] && classes.contains(classNumbers[row]) && !(groups?[row].map(seen.contains) ?? false)
    }
    let adaptation = try LinearAdaptation(
        support: embeddings.selectingRows(support), classNumbers: support.map { classNumbers[$0] },
        similarity: rules.similarity)
    let before = embeddings.selectingRows(complement)
    func scores(of rows: Matrix<Float>) throws -> RetrievalScores {
        try RetrievalSet(
            rows, classNumbers: complement.map { classNumbers[$0] },
            roles: RoleDivision(complement.map { _ in nil }),
            cameras: cameras.map { cameras in complement.map { cameras[$0] } },
            groups: isAcrossGroups ? groups.map { groups in complement.map { groups[$0] } } : nil
        ).scores(metrics, by: rules)
            .mean(loneQueries: loneQueries)
    }
    return FewShotEpisodeScores(
        baseline: try scores(of: before), adapted: try scores(of: try adaptation.adapting(before)),
        classCount: classes.count, leftOutClassCount: Set(classNumbers).count - classes.count)
}

extension FewShotEpisodeScores: Portable {
    package func put(into bytes: inout PortableBytes) { bytes.put(baseline, adapted, classCount, leftOutClassCount) }

    package init(from bytes: inout PortableBytes) throws {
        self.init(
            baseline: try bytes.get(), adapted: try bytes.get(), classCount: try bytes.get(),
            leftOutClassCount: try bytes.get())
    }
}
