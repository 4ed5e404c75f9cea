import Evaluation

/// A task's scores with given values of Recall@1 for the model and, if wanted, the backbone; nine queries of class 0.
private func scores(_ value: Double, classCount: Int = 10) -> TaskScores {
    TaskScores(
        scores: RetrievalScores(
            metrics: [.recall(1), .rPrecision, .averagePrecisionAtR, .averagePrecision(1000)],
            values: [value, value / 2, value / 3, value / 2.5], queryCount: 90, loneQueryCount: 1),
        classCount: classCount)
}

private func directions(_ forward: Double, _ reverse: Double?) -> Directions<TaskScores> {
    Directions(
        forward: scores(forward), reverse: reverse.map { scores($0) },
        mean: scores(reverse.map { (forward + $0) / 2 } ?? forward, classCount: reverse == nil ? 10 : 20))
}

/// Levels like those of CUB-200-2011.
func sampleResults(reverse: Bool = true, backbone: Bool = true, levelCount: Int = 9) -> EvaluationResults {
    let fids = [19.16, 28.49, 52.62, 72.2, 92.48, 120.38, 136.45, 152.04, 173.94]
    let levels = (0..<levelCount).map { i in
        let forward = 0.79 - Double(i) * 0.02
        let back = 0.75 - Double(i) * 0.018 + (i % 2 == 0 ? 0.01 : -0.012)
        let frozen = 0.66 - Double(i) * 0.03
        let gap = RecallGap(recallAt1: frozen - forward, standardError: 0.01)
        return LevelEvaluation(
            id: "level-\(i + 1)", origin: i < 2 ? "easier" : i == 2 ? "start" : i < 6 ? "swap" : "removal", step: i,
            fid: fids[i], scores: directions(forward, reverse ? back : nil),
            backbone: backbone ? directions(frozen, reverse ? frozen - 0.01 : nil) : nil,
            gap: backbone ? Directions(forward: gap, reverse: nil, mean: gap) : nil)
    }
    return EvaluationResults(
        tool: "oodml test", dataset: "cub200", model: "runs/{level}-{direction}.npy", levels: levels)
}
