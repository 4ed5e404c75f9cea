internal import Evaluation

/// The scores in the catalogue of the tasks so far.
struct CatalogueParts {
    private var parts: [String: [Subject: [CatalogueScores]]] = [:]

    mutating func add(_ scores: [Subject: CatalogueScores], ofLevel level: String) {
        for (subject, scores) in scores { parts[level, default: [:]][subject, default: []].append(scores) }
    }

    /// The scores of each level, the backbone's included.
    func scores(by scorer: TaskScorer, backbone: TaskScores?) throws -> [String: [Subject: TaskScores]] {
        try parts.mapValues { subjects in
            var pooled = try subjects.mapValues { try scorer.scores(pooling: $0) }
            pooled[.backbone] = backbone
            return pooled
        }
    }
}
