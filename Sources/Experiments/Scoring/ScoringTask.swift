public import Datasets
public import Splits

/// One side of one level, on which a model is scored.
public struct ScoringTask: Sendable {
    /// The level.
    public let level: SplitLevel
    /// Which of its sides the model was trained on.
    public let direction: Direction
    /// The numbers of the classes to score: the test classes, or a validation fold.
    public let classes: [Int]
    /// The numbers of their samples, ascending.
    public let samples: [Int]
    /// The numbers of the samples that the model may have been trained on, ascending.
    public let trainingSamples: [Int]

    /// The tasks of a manifest, level after level, and what is left out.
    ///
    /// The test classes of a hold-out are for testing, so its tasks are forward alone.
    ///
    /// A class alone always scores 1. So a direction is left out if it has a task of one class at any level: means over
    /// directions must be of the same directions at all levels.
    ///
    /// - Parameter fold: the number of the validation fold to score instead of the test classes.
    /// - Returns: the tasks, and a sentence for each direction that is left out.
    /// - Throws: `SplitError` if a level names a class that the dataset does not have, or lacks the fold;
    ///   ``LoneClass`` if no direction is left.
    static func all(
        of manifest: SplitManifest, in dataset: Dataset, directions: [Direction], fold: Int?
    ) throws -> (tasks: [ScoringTask], remarks: [String]) {
        let isHoldOut = manifest.levels.contains { $0.arm == .holdOut }
        let directions = isHoldOut ? [.forward] : directions
        let every = try allTasks(of: manifest, in: dataset, directions: directions, fold: fold)
        let lone = every.filter { $0.classes.count < 2 }
        let kept = directions.filter { direction in !lone.contains { $0.direction == direction } }
        if let first = lone.first, kept.isEmpty { throw LoneClass(level: first.level.id, direction: first.direction) }
        let remarks = directions.compactMap { direction in
            lone.first { $0.direction == direction }.map {
                "No \(direction.rawValue) tasks are scored: that of \($0.level.id) has a single class, which always scores 1."
            }
        }
        return (every.filter { kept.contains($0.direction) }, remarks)
    }

    private static func allTasks(
        of manifest: SplitManifest, in dataset: Dataset, directions: [Direction], fold: Int?
    ) throws -> [ScoringTask] {
        try manifest.levels.flatMap { level in
            try directions.map { direction in
                var (labels, training) = (
                    level.classes(on: direction.testSide), level.classes(on: direction.trainingSide)
                )
                if let fold {
                    labels = try level.labels(ofFold: fold)
                    training.removeAll(where: Set(labels).contains)
                }
                let classes = try [labels, training].map { try level.numbers(ofClasses: $0, in: dataset) }
                return ScoringTask(
                    level: level, direction: direction, classes: classes[0],
                    samples: dataset.samples(ofClasses: classes[0]),
                    trainingSamples: dataset.samples(ofClasses: classes[1]))
            }
        }
    }
}

/// A task of one class, which always scores 1.
struct LoneClass: Error, CustomStringConvertible {
    let level: String
    let direction: Direction

    var description: String {
        "\(level) has a single class to score (\(direction.rawValue)), which always scores 1; expected two or more"
    }
}
