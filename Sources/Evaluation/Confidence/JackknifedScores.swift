internal import Datasets
public import DenseLinearAlgebra

/// The scores of one set of embeddings, and what they are without each group of classes.
///
/// The classes of a group are left out as queries and as items at once: had they not been in the data, neither their
/// queries nor their distraction of other queries would have been. Resampling queries in front of the whole gallery
/// misses the second part, and resampling single queries also what queries of a class have in common.
///
/// From the mean θ over all queries and θ₋g, the mean without group g, whose share of the queries is w, group g
/// contributes u = (1 − w)·(θ − θ₋g) to the error of θ. For a plain mean over queries the contributions sum to 0. Here a
/// smaller gallery is an easier one, so every θ₋g is raised in proportion to w; the sum Σ u measures by how much, and
/// w·Σ u is taken off each. The variance is Σ u² / (1 − Σ w²): for groups of equal size that is the delete-a-group
/// jackknife's (G − 1)/G · Σ (θ₋g − θ̄)², and for groups of unequal size it stays unbiased for a mean over classes.
///
/// A jackknife counts twice what is due to pairs of groups (Efron and Stein, "The jackknife estimate of variance", Annals of
/// Statistics 9, 1981): a query of one group that an item of another distracts is missed in both their contributions. For
/// Recall@1, where one distractor decides, that can be most of the variance. So what pairs have beyond what their groups do
/// to all others is kept as well, for ``Estimate`` to take off: see `PairContributions`.
public struct JackknifedScores: Sendable, Equatable {
    /// The scores query by query in the whole gallery.
    public let queryScores: QueryScores
    /// For groups g and h, at `g · G + h`, the sums over the queries of g, in the gallery without h, of each metric; in the
    /// whole gallery where h is g.
    let sums: [[Double]]
    /// The number of queries in each group.
    let queryCounts: [Int]
    /// The number of lone queries in each group.
    let loneQueryCounts: [Int]

    /// Each metric's mean over the queries, with its error.
    ///
    /// Its degrees of freedom are the groups that have queries, less one. With fewer than two of them nothing is known of
    /// the error. Where no query of any group fails, or all do, the error comes out as 0, which only says that it is below
    /// what such data can show.
    ///
    /// - Throws: ``EvaluationError/noQueries(loneQueryCount:)`` if there is nothing to take a mean of.
    public func estimates(loneQueries policy: LoneQueryPolicy = .excluded) throws -> [RetrievalMetric: Estimate] {
        let means = try queryScores.mean(loneQueries: policy)
        let counts = zip(queryCounts, loneQueryCounts).map { $0 + (policy == .zero ? $1 : 0) }
        let total = counts.reduce(0, +)
        let filledCount = counts.count { $0 > 0 }
        let shares = counts.map { Double($0) / Double(total) }
        let scale = 1 / (1 - shares.reduce(0) { $0 + $1 * $1 }).squareRoot()
        var estimates: [RetrievalMetric: Estimate] = [:]
        let groupCount = counts.count
        for (m, (metric, mean)) in zip(means.metrics, means.values).enumerated() {
            guard filledCount > 1 else {
                estimates[metric] = Estimate(value: mean)
                continue
            }
            // How much group h takes from the mean by distracting the queries of g.
            var losses = Matrix<Double>(rowCount: groupCount, columnCount: groupCount)
            for g in 0..<groupCount {
                for h in 0..<groupCount {
                    losses[g, h] = (sums[g * groupCount + h][m] - sums[g * groupCount + g][m]) / Double(total)
                }
            }
            let raw = (0..<groupCount).map { group in
                sums[group * groupCount + group][m] / Double(total) - shares[group] * mean
                    - (0..<groupCount).reduce(0) { $0 + losses[$1, group] }
            }
            let sum = raw.reduce(0, +)
            estimates[metric] = Estimate(
                value: mean, contributions: zip(raw, shares).map { ($0 - $1 * sum) * scale },
                pairContributions: PairContributions(losses: losses, shares: shares).values,
                degreesOfFreedom: filledCount - 1)
        }
        return estimates
    }
}

/// Scores one-vs-rest retrieval query by query, and without each group of classes, in one pass.
///
/// - Parameters:
///   - embeddings: n × d, one row a sample.
///   - classNumbers: the class of each row; any integers.
///   - groupNumbers: the group of each row, from 0 up; equal for rows of a class.
///   - groupCount: the number of groups, at most 256.
///   - similarity: what to rank by.
///   - metrics: what to compute.
///   - reranking: how neighbours re-rank; nil if they do not.
/// - Precondition: there is one class and one group number for each row, and no class is in two groups.
/// - Complexity: O(n²·d + n·R·G) operations for R relevant items a query and G groups.
/// - Throws: ``EvaluationError/nonFiniteEmbedding(row:column:)``.
public func jackknifedScores(
    of embeddings: Matrix<Float>, classNumbers: [Int], groupNumbers: [Int], groupCount: Int,
    similarity: Similarity = .cosine, metrics: [RetrievalMetric] = RetrievalMetric.standard,
    reranking: ReciprocalReranking? = nil
) throws -> JackknifedScores {
    let all = RetrievalQueries(rowCount: embeddings.rowCount, classNumbers: classNumbers)
    precondition(groupNumbers.count == embeddings.rowCount, groupMessage(groupNumbers, embeddings))
    let groups = JackknifeGroups(ofQueries: groupNumbers, ofItems: groupNumbers, count: groupCount)
    if let reranking {
        let source = try RerankedSimilarities(embeddings, similarity: similarity, settings: reranking)
        return jackknifedScores(of: all, in: source, groups: groups, metrics: metrics)
    }
    let source = try PreparedEmbeddings(embeddings, similarity: similarity)
    return jackknifedScores(of: all, in: source, groups: groups, metrics: metrics)
}

/// Scores queries against a gallery query by query, and without each group of classes, in one pass.
///
/// A group is left out as queries and as items, as in ``jackknifedScores(of:classNumbers:groupNumbers:groupCount:similarity:metrics:reranking:)``.
///
/// - Parameters:
///   - queries: n × d, one row a query.
///   - classNumbers: the class of each query; any integers.
///   - groupNumbers: the group of each query, from 0 up.
///   - gallery: m × d, one row an item.
///   - galleryClassNumbers: the class of each item.
///   - galleryGroupNumbers: the group of each item; that of its class's queries.
///   - ownItems: for each query the row of the gallery that is the same sample and is left out, or nil.
///   - groupCount: the number of groups, at most 256.
///   - similarity: what to rank by.
///   - metrics: what to compute.
///   - reranking: how neighbours re-rank; nil if they do not.
/// - Precondition: there is one class and one group number for each row, and no class is in two groups.
/// - Complexity: O(n·m·d + n·R·G) operations for R relevant items a query and G groups.
/// - Throws: ``EvaluationError/nonFiniteEmbedding(row:column:)``, the rows of the gallery counted after those of the
///   queries.
public func jackknifedScores(
    of queries: Matrix<Float>, classNumbers: [Int], groupNumbers: [Int], inGallery gallery: Matrix<Float>,
    galleryClassNumbers: [Int], galleryGroupNumbers: [Int], ownItems: [Int?], groupCount: Int,
    similarity: Similarity = .cosine, metrics: [RetrievalMetric] = RetrievalMetric.standard,
    reranking: ReciprocalReranking? = nil
) throws -> JackknifedScores {
    let all = RetrievalQueries(
        classNumbers: classNumbers, galleryClassNumbers: galleryClassNumbers, ownItems: ownItems)
    precondition(groupNumbers.count == queries.rowCount, groupMessage(groupNumbers, queries))
    precondition(galleryGroupNumbers.count == gallery.rowCount, groupMessage(galleryGroupNumbers, gallery))
    let groups = JackknifeGroups(ofQueries: groupNumbers, ofItems: galleryGroupNumbers, count: groupCount)
    if let reranking {
        let source = try RerankedSimilarities(
            queries: queries, gallery: gallery, ownItems: ownItems, similarity: similarity, settings: reranking)
        return jackknifedScores(of: all, in: source, groups: groups, metrics: metrics)
    }
    let source = try PreparedEmbeddings(
        queries: queries, gallery: gallery, similarity: similarity, precision: .automatic)
    return jackknifedScores(of: all, in: source, groups: groups, metrics: metrics)
}

private func groupMessage(_ groupNumbers: [Int], _ embeddings: Matrix<Float>) -> String {
    "\(groupNumbers.count) group numbers for \(embeddings.rowCount) embeddings"
}

/// The groups of queries and of what they are searched among.
private struct JackknifeGroups {
    let ofQueries: [Int]
    let items: ItemGroups

    init(ofQueries: [Int], ofItems: [Int], count: Int) {
        self.ofQueries = ofQueries
        items = ItemGroups(ofItems, count: count)
    }
}

private func jackknifedScores(
    of queries: RetrievalQueries, in source: some SimilaritySource, groups: JackknifeGroups,
    metrics: [RetrievalMetric]
) -> JackknifedScores {
    let groupCount = groups.items.count
    for members in queries.members {
        let group = groups.items.groupOfItem[Int(members[0])]
        precondition(
            members.allSatisfy { groups.items.groupOfItem[Int($0)] == group }, "the rows of a class are in two groups")
    }
    for (row, group) in zip(queries.rows, queries.groups) {
        precondition(
            groups.ofQueries[row] == Int(groups.items.groupOfItem[Int(queries.members[group][0])]),
            "the query in row \(row) is in the group \(groups.ofQueries[row]); expected that of its class's items")
    }
    let (queryCount, metricCount) = (queries.rows.count, metrics.count)
    // For each query its scores in the whole gallery and without each group. Sums over queries are taken afterwards, in
    // the order of the queries, so that they do not depend on who was first.
    let width = metricCount * (1 + groupCount)
    let flat = rankAll(queries, in: source, groups: groups.items, each: width, of: 0.0) { query, scores in
        let own = groups.ofQueries[queries.rows[query.position]]
        for (m, metric) in metrics.enumerated() { scores[m] = metric.score(ranks: query.ranks) }
        for group in 0..<groupCount where group != own {
            let ranks = query.ranks(withoutGroup: group)
            for (m, metric) in metrics.enumerated() {
                scores[(1 + group) * metricCount + m] = metric.score(ranks: ranks)
            }
        }
    }
    var sums = [[Double]](
        repeating: [Double](repeating: 0, count: metricCount), count: groupCount * groupCount)
    for position in 0..<queryCount {
        let own = groups.ofQueries[queries.rows[position]]
        for group in 0..<groupCount {
            // In the whole gallery for the query's own group.
            let start = position * width + (group == own ? 0 : 1 + group) * metricCount
            for m in 0..<metricCount { sums[own * groupCount + group][m] += flat[start + m] }
        }
    }
    var (queryCounts, loneQueryCounts) = (
        [Int](repeating: 0, count: groupCount), [Int](repeating: 0, count: groupCount)
    )
    for row in queries.rows { queryCounts[groups.ofQueries[row]] += 1 }
    for row in queries.loneRows { loneQueryCounts[groups.ofQueries[row]] += 1 }
    return JackknifedScores(
        queryScores: QueryScores(
            queries: queries, metrics: metrics,
            values: metrics.indices.map { m in (0..<queryCount).map { flat[$0 * width + m] } }),
        sums: sums, queryCounts: queryCounts, loneQueryCounts: loneQueryCounts)
}
