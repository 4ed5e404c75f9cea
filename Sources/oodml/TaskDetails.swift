import Datasets
import DenseLinearAlgebra
import Evaluation
import Files
import Foundation
import Reports
import Retrieval
import Splits

/// What stands beside the scores of a task: those of each class, and examples to look at.
struct TaskDetails {
    let classes: [ClassScores]
    let examples: RetrievalExamplesFile.Task

    init(
        of task: EvaluationTask, in dataset: Dataset, embeddings: Matrix<Float>, model: QueryScores,
        backbone: QueryScores?, similarity: Similarity
    ) {
        let direction: Direction = task.direction == .forward ? .forward : .reverse
        classes = ClassScores.all(
            level: task.level.id, direction: direction, labels: dataset.classLabels, model: model, backbone: backbone)
        let found = retrievalExamples(
            from: model, by: Self.metric, in: embeddings,
            gallery: RoleDivision(task.samples.map { dataset.samples[$0].role }).gallery, similarity: similarity)
        examples = RetrievalExamplesFile.Task(
            level: task.level.id, direction: direction,
            examples: found.map { example in
                RetrievalExamplesFile.Example(example) {
                    dataset.samples[task.samples[$0]].id
                } classLabels: {
                    dataset.classLabels[dataset.classOfSample[task.samples[$0]]]
                }
            })
    }

    /// By what queries are the best and the worst.
    private static let metric = RetrievalMetric.averagePrecisionAtR

    /// The files of all tasks, as `evaluate` writes them.
    static func files(_ all: [TaskDetails]) throws -> [(name: String, bytes: Data)] {
        let examples = RetrievalExamplesFile(metric: metric, tasks: all.map(\.examples))
        return [
            ("per-class.csv", Data(ClassScores.table(all.flatMap(\.classes)).text.utf8)),
            ("retrieval-examples.json", Data(try stableJSON(examples).utf8)),
        ]
    }
}
