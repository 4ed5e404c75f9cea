public import Datasets
public import DenseLinearAlgebra

/// Scores embeddings of a dataset's samples, all by the same rules and with errors that belong together.
public struct TaskScorer: Sendable {
    /// What retrieval ranks by.
    public private(set) var similarity: Similarity
    /// What becomes of queries without a relevant item.
    public let loneQueries: LoneQueryPolicy
    /// The metrics, in the order of the report.
    public let metrics: [RetrievalMetric]
    /// How errors are estimated.
    public let confidence: ConfidenceMethod
    /// How neighbours re-rank, or nil if they do not.
    public private(set) var reranking: ReciprocalReranking?
    private let classOfSample: [Int]
    /// The group of each class, for the jackknife.
    private let groupOfClass: [Int]

    /// Sets the rules for all tasks of a dataset.
    public init(
        dataset: Dataset, similarity: Similarity = .cosine, loneQueries: LoneQueryPolicy = .excluded,
        metrics: [RetrievalMetric] = RetrievalMetric.standard, confidence: ConfidenceMethod = .classJackknife(),
        reranking: ReciprocalReranking? = nil
    ) {
        self.similarity = similarity
        self.reranking = reranking
        self.loneQueries = loneQueries
        self.metrics = metrics
        self.confidence = confidence
        classOfSample = dataset.classOfSample
        groupOfClass = confidence.groups(ofClasses: dataset.classLabels.count)
    }

    /// The same rules for embeddings that tricks were applied to.
    public func ranking(by tricks: TestTimeTricks) -> TaskScorer {
        var scorer = self
        scorer.similarity = tricks.similarity(for: similarity)
        scorer.reranking = tricks.reranking
        return scorer
    }

    /// The scores of one-vs-rest retrieval among some samples.
    ///
    /// - Parameters:
    ///   - embeddings: one row for each of `samples`.
    ///   - samples: the numbers of the samples within the dataset, ascending.
    /// - Complexity: O(n²·d) operations; see ``retrievalRanks(of:classNumbers:similarity:ties:precision:reranking:)``.
    /// - Throws: ``EvaluationError/nonFiniteEmbedding(row:column:)``; ``EvaluationError/noQueries(loneQueryCount:)``.
    public func scores(of embeddings: Matrix<Float>, samples: [Int]) throws -> TaskScores {
        try scoresWithQueries(of: embeddings, samples: samples).scores
    }

    /// The same, and the scores of each query, whose rows are places in `samples`.
    ///
    /// - Throws: as ``scores(of:samples:)``.
    public func scoresWithQueries(
        of embeddings: Matrix<Float>, samples: [Int]
    ) throws -> (scores: TaskScores, queries: QueryScores) {
        let classes = samples.map { classOfSample[$0] }
        let (all, estimates): (QueryScores, [RetrievalMetric: Estimate])
        if confidence.kind == .classJackknife {
            let scores = try jackknifedScores(
                of: embeddings, classNumbers: classes, groupNumbers: classes.map { groupOfClass[$0] },
                groupCount: confidence.count, similarity: similarity, metrics: metrics, reranking: reranking)
            (all, estimates) = (scores.queryScores, try scores.estimates(loneQueries: loneQueries))
        } else {
            all = try queryScores(
                of: embeddings, classNumbers: classes, similarity: similarity, metrics: metrics, reranking: reranking)
            estimates =
                confidence.kind == .none
                ? [:]
                : try all.bootstrapEstimates(
                    sampleNumbers: samples, sampleCount: classOfSample.count, method: confidence,
                    loneQueries: loneQueries)
        }
        let scores = TaskScores(
            scores: try all.mean(loneQueries: loneQueries), classCount: all.classCount, estimates: estimates)
        return (scores, all)
    }

    /// The scores of one-vs-rest retrieval in galleries that are equally large at every level, averaged over the draws.
    ///
    /// - Parameters:
    ///   - embeddings: one row for each of `samples`.
    ///   - samples: the numbers of all samples of `classes`, ascending.
    ///   - classes: the numbers of the level's test classes.
    ///   - gallery: what is drawn.
    /// - Throws: as ``scores(of:samples:)``.
    public func scores(
        of embeddings: Matrix<Float>, samples: [Int], classes: [Int], in gallery: MatchedGallery
    ) throws -> TaskScores {
        let rows = Dictionary(uniqueKeysWithValues: zip(samples, samples.indices))
        // Draws from classes that all fit are alike.
        var known: [[Int]: TaskScores] = [:]
        let draws = try (0..<gallery.drawCount).map { draw in
            let drawn = gallery.samples(ofClasses: classes, draw: draw)
            if let scores = known[drawn] { return scores }
            let scores = try self.scores(of: embeddings.selectingRows(drawn.compactMap { rows[$0] }), samples: drawn)
            known[drawn] = scores
            return scores
        }
        return .mean(ofDraws: draws)
    }
}
