public import Retrieval

/// How success depends on how far a class is from what a model was trained on: a regression over classes and levels beside the
/// few points of a curve over levels.
///
/// All queries of a class at a level have one novelty, so a regression of the queries' success on it is the regression of the
/// classes' means, weighted by their numbers of queries.
///
/// A class far from all others is easy to find for that alone. So there are two slopes: ``slope``, over all classes, has that in it;
/// ``slopeWithinClasses`` compares each class with itself at other levels, whose training classes are nearer or farther, and
/// has not.
///
/// The same classes come back at every level, so levels are no independent observations. Errors are by the jackknife over classes
/// (or groups of them): each is left out at all levels at once.
///
/// ```swift
/// let observations = (0..<40).map { number in
///     let novelty = Double(number % 8) / 4
///     return NoveltyCurve.Observation(
///         classNumber: number / 2, group: number / 2, novelty: novelty, weight: 5, score: 0.9 - 0.1 * novelty)
/// }
/// print(NoveltyCurve(observations)?.slope.value ?? 0)  // about -0.1
/// ```
public struct NoveltyCurve: Sendable, Equatable {
    /// A class at a level.
    public struct Observation: Sendable, Equatable {
        /// The class's number.
        public let classNumber: Int
        /// What the jackknife leaves out together with it: the number of a group, often that of the class.
        public let group: Int
        /// The distance of the class from its nearest training class.
        public let novelty: Double
        /// The number of queries.
        public let weight: Double
        /// The mean of their scores.
        public let score: Double

        /// Makes an observation.
        ///
        /// - Precondition: the weight is positive.
        public init(classNumber: Int, group: Int, novelty: Double, weight: Double, score: Double) {
            precondition(weight > 0, "a weight of \(weight)")
            self.classNumber = classNumber
            self.group = group
            self.novelty = novelty
            self.weight = weight
            self.score = score
        }
    }

    /// Observations of about the same novelty.
    public struct Bin: Sendable, Equatable {
        /// The least and the greatest novelty.
        public let range: ClosedRange<Double>
        /// The mean novelty over queries.
        public let novelty: Double
        /// The mean score over queries, with its error over groups.
        public let score: Estimate
        /// The number of classes.
        public let classCount: Int
        /// The number of observations.
        public let observationCount: Int
    }

    /// The change of the score with the novelty, over all observations.
    public let slope: Estimate
    /// The score at novelty 0 of the fitted line.
    public let intercept: Double
    /// The same slope of each class against itself at other levels; nil where no class has two novelties.
    public let slopeWithinClasses: Estimate?
    /// Bins of as equal numbers of observations as possible, by growing novelty.
    public let bins: [Bin]
    /// The number of classes.
    public let classCount: Int
    /// The number of groups of classes.
    public let groupCount: Int
    /// The number of observations.
    public let observationCount: Int

    /// The fewest groups that errors are estimated from.
    public static let fewestGroups = 5

    /// Fits the curve; nil without two different novelties.
    ///
    /// - Complexity: O(n log n) for n observations.
    public init?(_ observations: [Observation], binCount: Int = 8) {
        let all = observations.map { LineSums($0.group, x: $0.novelty, y: $0.score, weight: $0.weight) }
        let total = LineSums.total(all)
        guard let line = total.line else { return nil }
        let groups = LineSums.byGroup(all)
        slope = Self.jackknife(total, groups) { $0.line?.slope } ?? Estimate(value: line.slope)
        intercept = line.intercept

        let ofClasses = Dictionary(grouping: observations, by: \.classNumber)
        let within = ofClasses.keys.sorted().flatMap { number -> [LineSums] in
            let own = ofClasses[number] ?? []
            let mean = LineSums.total(own.map { LineSums($0.group, x: $0.novelty, y: $0.score, weight: $0.weight) })
            return own.map {
                LineSums(
                    $0.group, x: $0.novelty - mean.meanX, y: $0.score - mean.meanY, weight: $0.weight)
            }
        }
        let withinTotal = LineSums.total(within)
        // What rounding leaves of equal novelties is none.
        let isVaried = withinTotal.xx > 1e-18 * max(total.xx, .leastNormalMagnitude)
        slopeWithinClasses =
            !isVaried
            ? nil
            : withinTotal.slopeThroughOrigin.map { value in
                Self.jackknife(withinTotal, LineSums.byGroup(within)) { $0.slopeThroughOrigin }
                    ?? Estimate(value: value)
            }

        let sorted = observations.sorted {
            ($0.novelty, $0.classNumber, $0.score, $0.weight) < ($1.novelty, $1.classNumber, $1.score, $1.weight)
        }
        let count = max(1, min(binCount, sorted.count / 5))
        var start = 0
        bins = (1...count).compactMap { number in
            var end = sorted.count * number / count
            // Equal novelties share a bin.
            while end > 0, end < sorted.count, sorted[end].novelty == sorted[end - 1].novelty { end += 1 }
            guard end > start else { return nil }
            defer { start = end }
            return Bin(Array(sorted[start..<end]))
        }
        classCount = ofClasses.count
        groupCount = groups.count
        observationCount = observations.count
    }

    /// The jackknife over groups of a statistic of sums; nil if that is undefined or there are too few groups.
    fileprivate static func jackknife(
        _ total: LineSums, _ groups: [LineSums], _ statistic: (LineSums) -> Double?
    ) -> Estimate? {
        guard let value = statistic(total), groups.count >= fewestGroups else { return nil }
        let without = groups.compactMap { statistic(total - $0) }
        guard without.count == groups.count else { return nil }
        let mean = without.reduce(0, +) / Double(groups.count)
        let scale = (Double(groups.count - 1) / Double(groups.count)).squareRoot()
        return Estimate(
            value: value, contributions: without.map { scale * ($0 - mean) }, degreesOfFreedom: Double(groups.count - 1)
        )
    }
}

extension NoveltyCurve.Bin {
    fileprivate init(_ observations: [NoveltyCurve.Observation]) {
        let all = observations.map { LineSums($0.group, x: $0.novelty, y: $0.score, weight: $0.weight) }
        let total = LineSums.total(all)
        range = observations[0].novelty...observations[observations.count - 1].novelty
        novelty = total.meanX
        score =
            NoveltyCurve.jackknife(total, LineSums.byGroup(all)) { $0.weight > 0 ? $0.meanY : nil }
            ?? Estimate(value: total.meanY)
        classCount = Set(observations.map(\.classNumber)).count
        observationCount = observations.count
    }
}

/// The weighted sums that a line is fitted from.
private struct LineSums {
    let group: Int
    var weight: Double
    var x: Double
    var y: Double
    var xx: Double
    var xy: Double

    init(_ group: Int, x: Double, y: Double, weight: Double) {
        self.group = group
        self.weight = weight
        self.x = weight * x
        self.y = weight * y
        xx = weight * x * x
        xy = weight * x * y
    }

    static func + (a: LineSums, b: LineSums) -> LineSums { combined(a, b, 1) }
    static func - (a: LineSums, b: LineSums) -> LineSums { combined(a, b, -1) }

    private static func combined(_ a: LineSums, _ b: LineSums, _ sign: Double) -> LineSums {
        var sum = a
        sum.weight += sign * b.weight
        sum.x += sign * b.x
        sum.y += sign * b.y
        sum.xx += sign * b.xx
        sum.xy += sign * b.xy
        return sum
    }

    static func total(_ all: some Collection<LineSums>) -> LineSums {
        all.reduce(LineSums(-1, x: 0, y: 0, weight: 0), +)
    }

    /// The sums of each group, by its number.
    static func byGroup(_ all: [LineSums]) -> [LineSums] {
        let groups = Dictionary(grouping: all, by: \.group)
        return groups.keys.sorted().map { total(groups[$0] ?? []) }
    }

    var meanX: Double { x / weight }
    var meanY: Double { y / weight }

    /// The least-squares line; nil without two different x.
    var line: (slope: Double, intercept: Double)? {
        guard weight > 0 else { return nil }
        let spread = xx - x * x / weight
        guard spread > 1e-12 * xx else { return nil }
        let slope = (xy - x * y / weight) / spread
        return (slope, meanY - slope * meanX)
    }

    /// The least-squares line through the origin, for values about their means.
    var slopeThroughOrigin: Double? { xx > 0 ? xy / xx : nil }
}
