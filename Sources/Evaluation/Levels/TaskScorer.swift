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
    private let roleOfSample: [SampleRole?]
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
        roleOfSample = dataset.samples.map { $0.role }
        groupOfClass = confidence.groups(ofClasses: dataset.classLabels.count)
    }

    /// The same rules for embeddings that tricks were applied to.
    public func ranking(by tricks: TestTimeTricks) -> TaskScorer {
        var scorer = self
        scorer.similarity = tricks.similarity(for: similarity)
        scorer.reranking = tricks.reranking
        return scorer
    }

    /// The scores of retrieval among some samples: each is a query against all others, or what its role in the dataset is,
    /// as in ``RoleDivision``.
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
        // Before rows are picked, so that an error counts them as they are given.
        if let (row, column) = embeddings.firstNonFinite {
            throw EvaluationError.nonFiniteEmbedding(row: row, column: column)
        }
        let task = ScoringTask(
            embeddings: embeddings, classes: samples.map { classOfSample[$0] },
            roles: RoleDivision(samples.map { roleOfSample[$0] }))
        let querySamples = task.roles.queries.map { samples[$0] }
        let (all, estimates): (QueryScores, [RetrievalMetric: Estimate])
        if confidence.kind == .classJackknife {
            let scores = try jackknifed(task)
            (all, estimates) = (scores.queryScores, try scores.estimates(loneQueries: loneQueries))
        } else {
            all = try plain(task)
            estimates =
                confidence.kind == .none
                ? [:]
                : try all.bootstrapEstimates(
                    sampleNumbers: querySamples, sampleCount: classOfSample.count, method: confidence,
                    loneQueries: loneQueries)
        }
        let scores = TaskScores(
            scores: try all.mean(loneQueries: loneQueries), classCount: Set(task.classes).count, estimates: estimates)
        return (scores, all.selectingRows(task.roles.queries))
    }

    private func jackknifed(_ task: ScoringTask) throws -> JackknifedScores {
        let groups = task.classes.map { groupOfClass[$0] }
        guard !task.roles.isOneAgainstRest else {
            return try jackknifedScores(
                of: task.embeddings, classNumbers: task.classes, groupNumbers: groups, groupCount: confidence.count,
                similarity: similarity, metrics: metrics, reranking: reranking)
        }
        let (queries, gallery) = (task.roles.queries, task.roles.gallery)
        return try jackknifedScores(
            of: task.embeddings.selectingRows(queries), classNumbers: queries.map { task.classes[$0] },
            groupNumbers: queries.map { groups[$0] }, inGallery: task.embeddings.selectingRows(gallery),
            galleryClassNumbers: gallery.map { task.classes[$0] }, galleryGroupNumbers: gallery.map { groups[$0] },
            ownItems: task.roles.ownItems, groupCount: confidence.count, similarity: similarity, metrics: metrics,
            reranking: reranking)
    }

    private func plain(_ task: ScoringTask) throws -> QueryScores {
        guard !task.roles.isOneAgainstRest else {
            return try queryScores(
                of: task.embeddings, classNumbers: task.classes, similarity: similarity, metrics: metrics,
                reranking: reranking)
        }
        let (queries, gallery) = (task.roles.queries, task.roles.gallery)
        return try queryScores(
            of: task.embeddings.selectingRows(queries), classNumbers: queries.map { task.classes[$0] },
            inGallery: task.embeddings.selectingRows(gallery), galleryClassNumbers: gallery.map { task.classes[$0] },
            ownItems: task.roles.ownItems, similarity: similarity, metrics: metrics, reranking: reranking)
    }

    /// The scores of retrieval in galleries that are equally large at every level, averaged over the draws.
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

/// What is scored: rows, the class of each, and which of them search which.
private struct ScoringTask {
    let embeddings: Matrix<Float>
    let classes: [Int]
    let roles: RoleDivision
}
