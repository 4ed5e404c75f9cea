internal import DenseLinearAlgebra
package import Ranks
internal import Statistics

/// The scores of one set of embeddings, and the same scores without each group of classes.
///
/// The classes of a group are left out as queries and as items at once: had they not been in the data, neither their
/// queries nor their distraction of other queries would have been. Resampling queries against the whole gallery misses
/// the second part, and resampling single queries also misses what the queries of a class have in common.
///
/// With θ the mean over all queries, θ₋g the mean without group g, and w the group's share of the queries, group g
/// contributes u = (1 − w)·(θ − θ₋g) to the error of θ. For a plain mean over queries the contributions sum to 0. Here
/// a smaller gallery is an easier one, so every θ₋g is raised in proportion to w; the sum Σ u measures by how much, and
/// w·Σ u is subtracted from each. The variance is that of the delete-a-group jackknife (Kott, "The delete-a-group jackknife",
/// Journal of Official Statistics 17, 2001), (G − 1)/G · Σ (u / (1 − w))², which for groups of unequal size is rather too
/// large for a mean over classes.
///
/// Where few groups have most of the queries, the error is known from these few. So the degrees of freedom are those of the
/// effective number of groups, 1 / Σ w² (Kish, "Survey Sampling", 1965, § 8.2), less 1, and at least 1; for groups of equal
/// size that is G − 1.
///
/// A jackknife counts the effects of pairs of groups twice (Efron and Stein, "The jackknife estimate of variance",
/// Annals of Statistics 9, 1981): if an item of one group distracts a query of another, the effect is in the
/// contributions of both. For Recall@1, where one distractor decides, that can be most of the variance. So the effect
/// of pairs beyond what their groups do to all others is stored as well, for ``Estimate`` to subtract: see
/// `PairContributions`.
///
/// ```swift
/// let line = Matrix<Float>(rows: [[0], [1], [2.5], [8], [20], [21], [30], [31]])
/// let set = RetrievalSet(line, classNumbers: [0, 0, 1, 1, 2, 2, 3, 3])
/// let rules = RankingRules(similarity: .euclidean)
/// let scores = try set.scores(by: rules, withoutEach: ClassGroups([0, 1, 2, 3], count: 4))
/// let recall = try scores.estimates()[.recall(1)]
/// print(recall?.value ?? 0)  // 0.875: from 2.5 the nearest is 1, of another class
/// print(recall?.margin ?? 0)  // half of the 95 % interval, by Student's t with 3 degrees of freedom
/// ```
public struct JackknifedScores: Sendable, Equatable {
    /// The scores query by query in the whole gallery.
    public let queryScores: QueryScores
    /// For groups g and h, at `g · G + h`, the sum of each metric over the queries of g in the gallery without h, or in
    /// the whole gallery if h is g.
    let sums: [[Double]]
    /// What rounding took from each of the ``sums``.
    let remainders: [[Double]]
    /// The number of queries in each group.
    let queryCounts: [Int]
    /// The number of lone queries in each group.
    let loneQueryCounts: [Int]

    /// Each metric's mean over the queries, with its error.
    ///
    /// With fewer than two groups that have queries the error is unknown. If no query of any group fails, or all do, the error comes out as 0, which only means that
    /// it is below what such data can show.
    ///
    /// - Parameters:
    ///   - policy: what becomes of queries without a relevant item.
    ///   - fewestGroups: with queries in fewer groups nothing is estimated.
    /// - Throws: ``RetrievalError/noQueries(loneQueryCount:)`` if there is nothing to average.
    public func estimates(
        loneQueries policy: LoneQueryPolicy = .excluded, fewestGroups: Int = 0
    ) throws -> [RetrievalMetric: Estimate] {
        let means = try queryScores.mean(loneQueries: policy)
        let counts = zip(queryCounts, loneQueryCounts).map { $0 + (policy == .zero ? $1 : 0) }
        guard counts.count(where: { $0 > 0 }) >= fewestGroups else { return [:] }
        var estimates: [RetrievalMetric: Estimate] = [:]
        for (m, (metric, mean)) in zip(means.metrics, means.values).enumerated() {
            estimates[metric] = Estimate(mean: mean, ofGroups: counts) { g, h in sums[g * counts.count + h][m] }
        }
        return estimates
    }
}

extension Estimate {
    /// The mean of queries' scores in a gallery, with its error over groups that might have been others, as queries and as
    /// items (see ``JackknifedScores``).
    ///
    /// - Parameters:
    ///   - counts: how many queries each group has.
    ///   - sum: the sum of the scores of the queries of the first group without the items of the second, or with all if these
    ///     are one.
    init(mean: Double, ofGroups counts: [Int], sum: (Int, Int) -> Double) {
        let total = Double(counts.reduce(0, +))
        let filledCount = counts.count { $0 > 0 }
        guard filledCount > 1 else {
            self.init(value: mean)
            return
        }
        let groupCount = counts.count
        let shares = counts.map { Double($0) / total }
        let scale = (Double(filledCount - 1) / Double(filledCount)).squareRoot()
        let effectiveCount = total * total / counts.reduce(0) { $0 + Double($1) * Double($1) }
        // How much group h lowers the mean by distracting the queries of g.
        var losses = Matrix<Double>(rowCount: groupCount, columnCount: groupCount)
        for g in 0..<groupCount {
            for h in 0..<groupCount { losses[g, h] = (sum(g, h) - sum(g, g)) / total }
        }
        let raw = (0..<groupCount).map { group in
            sum(group, group) / total - shares[group] * mean + (0..<groupCount).reduce(0) { $0 - losses[$1, group] }
        }
        let excess = raw.reduce(0, +)
        self.init(
            value: mean, contributions: zip(raw, shares).map { ($0 - $1 * excess) / (1 - $1) * scale },
            pairContributions: PairContributions(losses: losses, shares: shares).values,
            degreesOfFreedom: max((effectiveCount - 1).rounded(significantDigits: 6), 1))
    }
}

extension JackknifedScores {
    /// Scores queries in the whole gallery and without each group.
    ///
    /// - Parameter constantClass: a class without queries that is left out of no gallery; nil for none.
    init(
        of queries: RetrievalQueries, in source: RankingSource, groups: ClassGroups, constantClass: Int? = nil,
        metrics: [RetrievalMetric]
    ) {
        let (groupCount, metricCount) = (groups.count, metrics.count)
        let groupOfQuery = queries.classNumbers.map { groups.group(ofClass: $0) }
        var groupOfItem = [Int](repeating: 0, count: queries.itemCount)
        for members in queries.members {
            let number = queries.classOfItem[Int(members[0])]
            // The last group is never left out.
            let group = number == constantClass ? groupCount : groups.group(ofClass: number)
            for item in members { groupOfItem[Int(item)] = group }
        }
        // For each query, its scores in the whole gallery and without each group. Sums over queries are taken
        // afterwards, in query order, so that they do not depend on which thread finishes first.
        let width = metricCount * (1 + groupCount)
        let functions = metrics.map(\.function)
        let itemGroups = ItemGroups(groupOfItem, count: groupCount + (constantClass == nil ? 0 : 1))
        let flat = source.values(
            of: queries, ties: .sampleOrder, groups: itemGroups, each: width
        ) { query, scores in
            for (m, score) in functions.enumerated() { scores[m] = score(query.ranks) }
            for group in 0..<groupCount where group != groupOfQuery[query.position] {
                let ranks = query.ranks(withoutGroup: group)
                for (m, score) in functions.enumerated() {
                    scores[(1 + group) * metricCount + m] = score(ranks)
                }
            }
        }
        var sums = [[Double]](
            repeating: [Double](repeating: 0, count: metricCount), count: groupCount * groupCount)
        var remainders = sums
        for (position, own) in groupOfQuery.enumerated() {
            for group in 0..<groupCount {
                // For the query's own group, the scores in the whole gallery.
                let start = position * width + (group == own ? 0 : 1 + group) * metricCount
                let place = own * groupCount + group
                for m in 0..<metricCount { add(flat[start + m], to: &sums[place][m], &remainders[place][m]) }
            }
        }
        func counts(_ groupNumbers: [Int]) -> [Int] {
            groupNumbers.reduce(into: [Int](repeating: 0, count: groupCount)) { $0[$1] += 1 }
        }
        (self.sums, self.remainders) = (sums, remainders)
        queryCounts = counts(groupOfQuery)
        loneQueryCounts = counts(queries.loneClassNumbers.map { groups.group(ofClass: $0) })
        queryScores = QueryScores(queries: queries, metrics: metrics, flat: flat, stride: width)
    }
}

extension JackknifedScores {
    /// The scores of several sets of queries, such as those of two models that answer for different classes, as those of
    /// one set: a group is left out of all of them at once.
    ///
    /// How the queries were divided among the sets makes no difference to the last bit. For this the sums over queries
    /// have twice the precision: they are exact for up to 2^20 queries whose scores are 0 or at least 2^-30.
    ///
    /// - Parameter sets: the scores of each set, by the same metrics and groups; a row is a query of one of them.
    /// - Precondition: there is at least one set, and all have the same metrics and number of groups.
    package init(pooling sets: [JackknifedScores]) {
        precondition(
            !sets.isEmpty && Set(sets.map(\.queryCounts.count)).count == 1,
            "sets of \(sets.map(\.queryCounts.count)) groups; expected one or more with equally many")
        queryScores = .pooled(sets.map(\.queryScores))
        var (sums, remainders) = (sets[0].sums, sets[0].remainders)
        for set in sets.dropFirst() {
            for place in sums.indices {
                for m in sums[place].indices {
                    add(set.sums[place][m], to: &sums[place][m], &remainders[place][m])
                    add(set.remainders[place][m], to: &sums[place][m], &remainders[place][m])
                }
            }
        }
        (self.sums, self.remainders) = (sums, remainders)
        queryCounts = sets[0].queryCounts.indices.map { group in sets.reduce(0) { $0 + $1.queryCounts[group] } }
        loneQueryCounts = sets[0].queryCounts.indices.map { group in sets.reduce(0) { $0 + $1.loneQueryCounts[group] } }
    }

    /// The same scores with renumbered rows: row r becomes `rows[r]`.
    ///
    /// - Precondition: `rows` ascend.
    package func selectingRows(_ rows: [Int]) -> JackknifedScores {
        JackknifedScores(self, queryScores: queryScores.selectingRows(rows))
    }

    private init(_ other: JackknifedScores, queryScores: QueryScores) {
        self.queryScores = queryScores
        (sums, remainders) = (other.sums, other.remainders)
        (queryCounts, loneQueryCounts) = (other.queryCounts, other.loneQueryCounts)
    }
}

/// Adds a number to a sum of two parts, the second of which is what rounding took from the first.
///
/// Source: Knuth, "The Art of Computer Programming", vol. 2, § 4.2.2: the error of a rounded sum is itself a number.
private func add(_ number: Double, to sum: inout Double, _ remainder: inout Double) {
    func exact(_ a: Double, _ b: Double) -> (sum: Double, error: Double) {
        let sum = a + b
        let part = sum - a
        return (sum, (a - (sum - part)) + (b - part))
    }
    let first = exact(sum, number)
    let second = exact(first.sum, remainder + first.error)
    (sum, remainder) = (second.sum, second.error)
}

extension JackknifedScores: Portable {
    package func put(into bytes: inout PortableBytes) {
        bytes.put(queryScores, sums, remainders, queryCounts, loneQueryCounts)
    }

    package init(from bytes: inout PortableBytes) throws {
        self.init(
            queryScores: try bytes.get(), sums: try bytes.get(), remainders: try bytes.get(),
            queryCounts: try bytes.get(), loneQueryCounts: try bytes.get())
    }
}
