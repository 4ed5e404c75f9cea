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

    /// The tasks of a manifest, level after level.
    ///
    /// - Parameter fold: the number of the validation fold to score instead of the test classes.
    /// - Throws: `SplitError` if a level names a class that the dataset does not have, or lacks the fold.
    static func all(
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
