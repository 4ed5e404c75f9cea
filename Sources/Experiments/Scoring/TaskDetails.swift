internal import Datasets
internal import DenseLinearAlgebra
internal import Evaluation
internal import Files
internal import Retrieval
internal import Splits

/// Details reported beside a task's scores: the scores of each class, and examples to look at.
struct TaskDetails {
    let classes: [ClassScores]
    let examples: RetrievalExamplesFile.Task

    init(classes: [ClassScores], examples: RetrievalExamplesFile.Task) {
        (self.classes, self.examples) = (classes, examples)
    }

    init(
        of task: ScoringTask, in dataset: Dataset, embeddings: Matrix<Float>, model: QueryScores,
        backbone: QueryScores?, similarity: Similarity, isAcrossGroups: Bool = false
    ) {
        classes = ClassScores.all(
            level: task.level.id, direction: task.direction, labels: dataset.classLabels, model: model,
            backbone: backbone)
        let samples = task.samples.map { dataset.samples[$0] }
        let found = retrievalExamples(
            from: model, by: Self.metric, in: embeddings, gallery: RoleDivision(samples.map(\.role)).gallery,
            skipping: { query, row in
                let (a, b) = (samples[query], samples[row])
                return
                    (a.camera != nil && a.camera == b.camera || isAcrossGroups && a.group != nil && a.group == b.group)
                    && Name(samples[query].classLabel) == Name(samples[row].classLabel)
            }, similarity: similarity)
        examples = RetrievalExamplesFile.Task(
            level: task.level.id, direction: task.direction,
            examples: found.map { example in
                RetrievalExamplesFile.Example(example) {
                    dataset.samples[task.samples[$0]].id
                } classLabels: {
                    dataset.classLabels[dataset.classOfSample[task.samples[$0]]]
                }
            })
    }

    /// The metric that ranks queries from best to worst.
    static let metric = RetrievalMetric.averagePrecisionAtR
}
