public import Datasets
import Statistics

/// Test sets of the same size at every level, so that the size of the gallery does not shape the curve.
///
/// The hardest levels leave classes out, and fewer classes mean fewer distractors: retrieval gets easier as the shift
/// gets larger. Here every level is scored on C\* classes, the smallest number at any level, and each class gives at
/// most m\* samples, the smallest of the levels' median class sizes. Averaging over several draws removes most of their
/// random variation.
///
/// Each draw has one seeded order of all classes for all levels: each level takes the first C\* of its test classes in
/// that order. So every pick is a random subset of the level's classes, and levels that share classes share most of
/// their picks, which keeps chance out of the differences between levels. Each class gives its samples in one seeded
/// order per draw.
///
/// Where samples have roles, the sizes are those of the gallery (samples without a role are in it): a class gives at
/// most m\* of its items, and at most m\* of the queries that are not items.
///
/// ```swift
/// let dataset = try Dataset(
///     name: "four classes", samples: (0..<20).map { Sample(id: "\($0)", classLabel: "class \($0 / 5)") })
/// let gallery = MatchedGallery(of: dataset, testClasses: [[0, 1, 2], [2, 3]])
/// print(gallery.classCount, gallery.samplesPerClass)  // 2 5: two classes at the second level
/// print(gallery.samples(ofClasses: [0, 1, 2], draw: 0).count)  // 10, though three classes have 15
/// ```
public struct MatchedGallery: Sendable {
    /// The number C\* of classes.
    public let classCount: Int
    /// The largest number m\* of samples that a class gives to the gallery; at least 2, since a single sample cannot be
    /// a query.
    public let samplesPerClass: Int
    /// The number of draws.
    public let drawCount: Int
    /// The seed of the draws.
    public let seed: UInt64
    private let dataset: Dataset
    /// For each draw, the position of each class in that draw's order.
    private let positions: [[Int]]

    /// Sets the sizes from the tasks that will be scored.
    ///
    /// - Parameters:
    ///   - dataset: the dataset of the classes.
    ///   - testClasses: the numbers of the test classes of each task.
    ///   - drawCount: how many draws to average over; nil for 20, or fewer, down to 2, if 20 would have more than
    ///     100,000 samples in total: the more classes a draw has, the less their choice matters.
    ///   - seed: the seed of the draws.
    /// - Complexity: O(L·c log c + draws·c) for L tasks and c classes.
    /// - Precondition: there is at least one draw and one task, and every task has classes.
    public init(of dataset: Dataset, testClasses: [[Int]], drawCount: Int? = nil, seed: UInt64 = 0) {
        let counts = testClasses.map(\.count)
        guard let fewest = counts.min(), fewest > 0, drawCount ?? 1 > 0 else {
            preconditionFailure(
                "\(drawCount ?? 0) draws from \(counts) classes; expected at least one draw, task and class")
        }
        let medians = testClasses.map { classes in
            classes.map { number in
                dataset.samplesOfClass[number].count { dataset.samples[$0].role != .query }
            }.sorted()[(classes.count - 1) / 2]
        }
        classCount = fewest
        samplesPerClass = max(2, medians.min() ?? 2)
        let draws = drawCount ?? min(20, max(2, 100_000 / (classCount * samplesPerClass)))
        self.drawCount = draws
        self.seed = seed
        self.dataset = dataset
        positions = (0..<draws).map { draw in
            var generator = SeededGenerator(seed: seed, stream: "matched-gallery/\(draw)")
            var positions = [Int](repeating: 0, count: dataset.classLabels.count)
            for (position, number) in generator.shuffled(positions.indices).enumerated() {
                positions[number] = position
            }
            return positions
        }
    }

    /// The sample numbers of a draw, ascending.
    ///
    /// - Parameter classes: the numbers of a task's test classes, at least ``classCount``.
    /// - Complexity: O(c log c + n log n) for c classes and n samples.
    public func samples(ofClasses classes: [Int], draw: Int) -> [Int] {
        precondition(classes.count >= classCount, "\(classes.count) classes; expected at least \(classCount)")
        let picked = classes.sorted { positions[draw][$0] < positions[draw][$1] }.prefix(classCount)
        return picked.flatMap { number in
            let members = dataset.samplesByID(ofClass: number)
            guard members.count > samplesPerClass else { return members }
            var generator = SeededGenerator(
                seed: seed, stream: "matched-gallery/\(draw)/\(dataset.classLabels[number])")
            let shuffled = generator.shuffled(members)
            let items = shuffled.filter { dataset.samples[$0].role != .query }
            let queries = shuffled.filter { dataset.samples[$0].role == .query }
            return Array(items.prefix(samplesPerClass) + queries.prefix(samplesPerClass))
        }.sorted()
    }
}
