internal import Foundation
internal import Statistics

/// How Recall@1 falls as classes are added to a gallery: exactly for fewer classes than there are, forecast for more.
///
/// *Fewer.* Take m of the gallery's C classes at random, and the queries of these. A query of one of them is answered rightly if
/// none of its r rivals (``RivalClasses``) is among the other m − 1, of which the chance is C(C−1−r, m−1) / C(C−1, m−1). The mean
/// of that over all queries is what Recall@1 is over all draws together, without drawing.
///
/// *More.* A class that is not there yet is a rival of a query with some chance p, so that with M classes in all the query is
/// answered rightly with the chance (1 − p)^(M−1). How p is distributed over the queries follows from their numbers of rivals,
/// which are binomial given p: the distribution that makes them likeliest (Robbins, "A generalization of the method of maximum
/// likelihood", 1950; Laird, "Nonparametric maximum likelihood estimation of a mixing distribution", JASA 73, 1978). No shape is
/// assumed for it. What a forecast is worth is found out by forecasting what is known: see ``forecastError(by:seed:)``.
///
/// ```swift
/// let line = Matrix<Float>(rows: [[0], [1], [2.5], [8], [20], [21], [30], [31]])
/// let rivals = try RetrievalSet(line, classNumbers: [0, 0, 1, 1, 2, 2, 3, 3]).rivals(by: .euclidean)
/// let growth = GalleryGrowth(rivals)
/// print(growth.recall(ofClasses: 4).value, growth.recall(ofClasses: 1).value)  // 0.875 1.0
/// ```
public struct GalleryGrowth: Sendable {
    /// The numbers of rivals that it follows from.
    public let rivals: RivalClasses

    /// - Precondition: there is a query.
    public init(_ rivals: RivalClasses) {
        precondition(!rivals.queries.isEmpty, "no query has anything to find")
        self.rivals = rivals
    }

    /// Recall@1 in a gallery of so many of the classes, those of the query among them, with its error over other classes.
    ///
    /// The error is that of ``JackknifedScores``, and unknown if all classes are in one group. Where groups of classes are left
    /// out, the gallery keeps its size if enough others are there.
    ///
    /// - Precondition: the count is from 1 to the number of classes.
    /// - Complexity: O(C·G + n·G) for n queries, C classes and G groups.
    public func recall(ofClasses count: Int) -> Estimate {
        precondition(
            (1...rivals.classCount).contains(count), "\(count) of \(rivals.classCount) classes")
        let groupCount = rivals.groupCount
        let largest = rivals.classCounts.max() ?? 0
        // With any group left out, the same number of classes remains.
        let reduced = min(count, max(rivals.classCount - largest, 1))
        let whole = noneDrawn(count, of: rivals.classCount)
        let without = rivals.classCounts.map { noneDrawn(reduced, of: max(rivals.classCount - $0, 1)) }
        var sums = [Double](repeating: 0, count: groupCount * groupCount)
        var counts = [Int](repeating: 0, count: groupCount)
        for query in rivals.queries.indices {
            let own = rivals.groupOfQuery[query]
            counts[own] += 1
            guard !rivals.areBlocked[query] else { continue }
            var total = 0
            for group in 0..<groupCount { total += rivals.count(ofQuery: query, inGroup: group) }
            for group in 0..<groupCount {
                sums[own * groupCount + group] +=
                    group == own ? whole[total] : without[group][total - rivals.count(ofQuery: query, inGroup: group)]
            }
        }
        let mean = (0..<groupCount).reduce(0) { $0 + sums[$1 * groupCount + $1] } / Double(rivals.queries.count)
        return Estimate(mean: mean, ofGroups: counts) { sums[$0 * groupCount + $1] }
    }

    /// A forecast for galleries of more classes.
    public var forecast: GrowthForecast {
        var counts: [Int] = []
        for (query, count) in rivals.counts.enumerated() where !rivals.areBlocked[query] { counts.append(count) }
        return GrowthForecast(
            ofCounts: counts, among: rivals.classCount - 1, blockedCount: rivals.queries.count - counts.count)
    }

    /// By how much forecasts of all classes from a part of them were off, as the root of the mean square over draws of groups
    /// of classes; nil where that part would have fewer than twenty classes, of which too little can be told, or where no draw was
    /// off at all, as nothing went wrong yet that could have been forecast.
    ///
    /// Each draw sees the queries and rivals of its groups only. So the error has the forecast's part and that of other queries.
    ///
    /// - Parameters:
    ///   - factor: how many times as many classes are forecast as were seen.
    ///   - seed: what the groups are drawn from.
    /// - Complexity: that of twenty forecasts.
    public func forecastError(by factor: Int, seed: UInt64 = 0) -> Double? {
        let filled = (0..<rivals.groupCount).filter { rivals.classCounts[$0] > 0 }
        let drawn = filled.count / max(factor, 1)
        guard factor > 1, drawn > 1, rivals.classCount / factor >= 20 else { return nil }
        let truth = recall(ofClasses: rivals.classCount).value
        var generator = SeededGenerator(seed: seed, stream: "growth/\(factor)")
        var squares: [Double] = []
        for _ in 0..<20 {
            let groups = generator.shuffled(filled).prefix(drawn)
            let classCount = groups.reduce(0) { $0 + rivals.classCounts[$1] }
            let isDrawn = (0..<rivals.groupCount).map { groups.contains($0) }
            var counts: [Int] = []
            var blockedCount = 0
            for query in rivals.queries.indices where isDrawn[rivals.groupOfQuery[query]] {
                if rivals.areBlocked[query] {
                    blockedCount += 1
                } else {
                    counts.append(groups.reduce(0) { $0 + rivals.count(ofQuery: query, inGroup: $1) })
                }
            }
            guard classCount > 1, counts.count + blockedCount > 0 else { continue }
            let forecast = GrowthForecast(ofCounts: counts, among: classCount - 1, blockedCount: blockedCount)
            let error = forecast.recall(ofClasses: rivals.classCount) - truth
            squares.append(error * error)
        }
        let sum = squares.reduce(0, +)
        return sum > 0 ? (sum / Double(squares.count)).squareRoot() : nil
    }

    /// For each number of rivals, the chance that none is in a gallery of `count` of `classCount` classes, of which one, no rival,
    /// is sure to be.
    private func noneDrawn(_ count: Int, of classCount: Int) -> [Double] {
        var chances = [1.0]
        for rivalCount in 0..<classCount - 1 {
            let left = max(classCount - count - rivalCount, 0)
            chances.append(chances[rivalCount] * Double(left) / Double(classCount - 1 - rivalCount))
        }
        return chances
    }
}
