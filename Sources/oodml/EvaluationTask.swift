import Datasets
import DenseLinearAlgebra
import Embeddings
import Evaluation
import FeatureExtraction
import Foundation
import Splits

/// One side of one level, on which a model is scored.
struct EvaluationTask {
    let level: SplitLevel
    let direction: TrainingDirection
    /// The numbers of the classes that are retrieved: the test classes, or a validation fold.
    let classes: [Int]
    /// The numbers of their samples, ascending.
    let samples: [Int]
    /// The numbers of the samples that the model may have been trained on, ascending.
    let trainingSamples: [Int]

    /// The tasks of a manifest, level after level.
    ///
    /// - Parameter fold: the number of the validation fold that is scored instead of the test classes.
    /// - Throws: ``CommandError`` if a level names a class that the dataset does not have, or lacks the fold.
    static func all(
        of manifest: SplitManifest, in dataset: Dataset, directions: [TrainingDirection], fold: Int?
    ) throws -> [EvaluationTask] {
        try manifest.levels.flatMap { level in
            try directions.map { direction in
                var (labels, training) = (direction.testClasses(of: level), direction.trainingClasses(of: level))
                if let fold {
                    guard level.folds.indices.contains(fold) else {
                        throw CommandError(
                            "\(level.id) of the manifest has \(level.folds.count) validation folds; expected a fold "
                                + "\(fold), counted from 0")
                    }
                    labels = level.folds[fold]
                    training.removeAll(where: Set(labels).contains)
                }
                let classes = try [labels, training].map { labels in
                    try labels.map { label in
                        guard let number = dataset.number(ofClass: label) else {
                            throw CommandError(
                                "\(level.id) of the manifest names the class \"\(label)\"; "
                                    + "expected classes of the dataset")
                        }
                        return number
                    }
                }
                return EvaluationTask(
                    level: level, direction: direction, classes: classes[0],
                    samples: dataset.samples(ofClasses: classes[0]),
                    trainingSamples: dataset.samples(ofClasses: classes[1]))
            }
        }
    }
}

/// Where the model, or its embeddings, of each task are.
struct TaskFiles {
    let template: PathTemplate
    let fold: Int?
    let seed: String?

    func file(for task: EvaluationTask) -> URL {
        template.url(level: task.level.id, direction: task.direction, fold: fold, seed: seed)
    }

    /// - Throws: ``CommandError`` if a file is missing.
    func requireAll(for tasks: [EvaluationTask]) throws {
        let files = Set(tasks.map { file(for: $0).path })
        let missing = files.filter { !FileManager.default.fileExists(atPath: $0) }.sorted()
        guard let first = missing.first else { return }
        let parts = Set(tasks.map(\.direction)).count > 1 ? " and direction" : ""
        throw CommandError(
            "\(first): there is no such file; expected one for each level\(parts), and \(missing.count) of "
                + "\(files.count) are missing")
    }
}
