import Datasets
import Embeddings
import Evaluation
import Retrieval

/// A task's scores with given values of Recall@1 and of others below it; nine queries of each class but the last.
func scores(_ value: Double, classCount: Int = 10, hasError: Bool = true) -> TaskScores {
    let metrics: [RetrievalMetric] = [.recall(1), .rPrecision, .averagePrecisionAtR, .averagePrecision(1000)]
    let values = [value, value / 2, value / 3, value / 2.5]
    return TaskScores(
        scores: RetrievalScores(metrics: metrics, values: values, queryCount: 9 * classCount, loneQueryCount: 1),
        classCount: classCount,
        estimates: hasError
            ? Dictionary(
                uniqueKeysWithValues: zip(metrics, values).map {
                    ($0, Estimate(value: $1, contributions: [0.003, 0, -0.004, 0], degreesOfFreedom: 3))
                }) : [:])
}

/// Levels like those of CUB-200-2011.
func sampleResults(
    model: String = "runs/{level}-{direction}.npy", seed: String? = nil, reverse: Bool = true, backbone: Bool = true,
    levelCount: Int = 9, lead: Double = 0, catalogue: Bool = false, training: HeadTrainingRecord? = nil
) -> EvaluationResults {
    let fids = [19.16, 28.49, 52.62, 72.2, 92.48, 120.38, 136.45, 152.04, 173.94]
    let levels = (0..<levelCount).map { i in
        let forward = 0.79 - Double(i) * 0.02 + lead
        let back = 0.75 - Double(i) * 0.018 + (i % 2 == 0 ? 0.01 : -0.012) + lead
        let frozen = 0.66 - Double(i) * 0.03
        func task(_ value: Double, _ other: Double) -> TaskEvaluation {
            TaskEvaluation(scores: [
                .full: backbone ? [.model: scores(value), .backbone: scores(other)] : [.model: scores(value)]
            ])
        }
        return LevelEvaluation(
            id: "level-\(i + 1)", origin: i < 2 ? "easier" : i == 2 ? "start" : i < 6 ? "swap" : "removal", step: i,
            fid: fids[i], excess: fids[i] / 2, forward: task(forward, frozen),
            reverse: reverse ? task(back, frozen - 0.01) : nil,
            catalogue: catalogue
                ? [.model: scores(0.7 - Double(i) * 0.02 + lead), .backbone: scores(0.6)]
                    .filter { backbone || $0.key == .model } : [:])
    }
    let head = EmbeddingProvenance(source: .head, file: "h", sha256: String(repeating: "a", count: 64), dimension: 4)
    return EvaluationResults(
        tool: "oodml test", dataset: "cub200", model: model, seed: seed,
        provenance: training.flatMap {
            ModelProvenance(tasks: [(level: "level-1", direction: .forward, embeddings: head)], training: $0)
        }, levels: levels)
}
