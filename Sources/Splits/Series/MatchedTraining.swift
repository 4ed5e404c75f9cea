public import Datasets
public import Files
import Statistics

/// Training sets of equal size for the levels of a series: the same number of classes and of samples at every level.
///
/// Hard levels have fewer training classes than easy ones, and class sizes differ, so a score that falls along the
/// levels falls in part because the models have seen less. Models trained on these subsets have all seen equally much.
///
/// *Classes.* C\* is the smallest number of training classes of any level. One seeded order of all classes serves all
/// levels: each level takes its first C\* training classes in that order. So each pick is a uniformly random subset of
/// the level's classes, and levels that share classes share most of their picks. Two other designs were rejected.
/// Picking first the classes that train at every level would make the picks more alike, but those are the classes that
/// were never moved, so the subsets would be nearer to one another than the levels are. Picking to match the levels'
/// distributions of class sizes would keep more samples where sizes have a long tail, but would tie the choice of
/// classes to their sizes.
///
/// *Samples.* T\* is the smallest number of samples of any pick. Every level is cut to T\* by a cap on the samples per
/// class, as high as possible, so the largest classes give up samples first; if the cap leaves fewer than T\*, classes
/// above it keep one more sample each, in the seeded order, to fill the gap. The samples of a class are taken in one
/// seeded order, which depends only on the seed, its label and the ids of its samples; so of any two levels that picked
/// a class, one has all of its samples that the other has.
///
/// Every picked class keeps at least one sample. It keeps at least min(its size, 2) wherever T\* has room for that,
/// that is, unless some level's pick has fewer than two samples per class on average.
public struct MatchedTraining: Sendable, Equatable {
    /// The number C\* of classes at every level.
    public let classCount: Int
    /// The number T\* of samples at every level.
    public let sampleCount: Int
    /// The subset of each level, in the order in which the levels were given.
    public let subsets: [Subset]

    /// What one level trains on.
    public struct Subset: Sendable, Equatable {
        /// The numbers of the classes, ascending.
        public let classes: [Int]
        /// The numbers of the samples, ascending; at least one of each class.
        public let samples: [Int]
    }

    /// Chooses a subset of each level's training classes.
    ///
    /// The choices do not depend on the order of the dataset's samples or of the classes within a level. Where a level has
    /// no training class, every subset is empty.
    ///
    /// - Parameter trainClasses: the numbers of the training classes of each level, in any order. (For models that
    ///   train on the other side, give the test classes; for both directions, the lists of both.)
    /// - Complexity: O(L·(c + n) + n log n) for L levels, c classes and n samples.
    /// - Precondition: no class is listed twice within a level.
    public init(of dataset: Dataset, trainClasses: [[Int]], seed: UInt64) {
        let classCount = trainClasses.map(\.count).min() ?? 0
        var generator = SeededGenerator(seed: seed, stream: "train-matched")
        let order = generator.shuffled(dataset.classLabels.indices)
        let picks = trainClasses.map { classes -> [Int] in
            let members = Set(classes)
            precondition(members.count == classes.count, "a class is listed twice among \(classes.count)")
            return Array(order.lazy.filter(members.contains).prefix(classCount))
        }
        func size(_ number: Int) -> Int { dataset.samplesOfClass[number].count }
        let sampleCount = picks.map { $0.reduce(0) { $0 + size($1) } }.min() ?? 0

        var orderedSamples = [[Int]](repeating: [], count: dataset.classLabels.count)
        for number in Set(picks.joined()) {
            var generator = SeededGenerator(seed: seed, stream: "train-matched/\(dataset.classLabels[number])")
            orderedSamples[number] = generator.shuffled(dataset.samplesByID(ofClass: number))
        }
        self.classCount = classCount
        self.sampleCount = sampleCount
        subsets = picks.map { pick in
            let shares = Self.shares(of: pick.map(size), total: sampleCount)
            let samples = zip(pick, shares).flatMap { orderedSamples[$0].prefix($1) }
            return Subset(classes: pick.sorted(), samples: samples.sorted())
        }
    }

    /// How much each of the given sizes contributes to a total that is at most their sum: everything up to a cap, and
    /// one more from the first of the larger ones.
    private static func shares(of sizes: [Int], total: Int) -> [Int] {
        func sum(cappedAt cap: Int) -> Int { sizes.reduce(0) { $0 + min($1, cap) } }
        // The highest cap whose sum does not exceed the total, by bisection.
        var (cap, tooHigh) = (0, (sizes.max() ?? 0) + 1)
        while tooHigh - cap > 1 {
            let middle = (cap + tooHigh) / 2
            if sum(cappedAt: middle) <= total { cap = middle } else { tooHigh = middle }
        }
        var missing = total - sum(cappedAt: cap)
        return sizes.map { size in
            guard size > cap, missing > 0 else { return min(size, cap) }
            missing -= 1
            return cap + 1
        }
    }

    /// The subsets as a table with the columns `level` and `sample`: the ids of each level's samples, in the order of
    /// their UTF-8 bytes.
    ///
    /// - Parameter levels: the ids of the levels, in the order in which their classes were given.
    /// - Precondition: there is one id for each subset.
    public func table(for dataset: Dataset, levels: [String]) -> CSVTable {
        precondition(levels.count == subsets.count, "\(levels.count) level ids for \(subsets.count) subsets")
        let rows = zip(levels, subsets).flatMap { level, subset in
            subset.samples.map { dataset.samples[$0].id }.sorted(by: utf8Precedes).map { [level, $0] }
        }
        return CSVTable(columns: ["level", "sample"], rows: rows)
    }
}
