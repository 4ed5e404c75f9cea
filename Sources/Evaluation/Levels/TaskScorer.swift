public import Datasets
public import DenseLinearAlgebra
public import Retrieval

/// Scores embeddings of a dataset's samples, all by the same rules and with errors that can be combined.
///
/// Errors over classes need queries in at least ``fewestGroups`` groups of classes; with fewer, scores have none.
///
/// ```swift
/// let places: [Float] = [0, 1, 2.5, 8, 20, 21, 30, 31, 40, 41, 50, 51]
/// let dataset = try Dataset(
///     name: "line", samples: places.indices.map { Sample(id: "\($0)", classLabel: "class \($0 / 2)") })
/// let scorer = TaskScorer(dataset: dataset, rules: RankingRules(similarity: .euclidean))
/// let scores = try scorer.scores(of: Matrix(rows: places.map { [$0] }), samples: Array(places.indices))
/// print(scores.scores[.recall(1)] ?? 0)  // 11/12: from 2.5 the nearest is 1, of another class
/// print(scores.classCount, scores.estimates[.recall(1)]?.margin ?? 0)  // 6, and ± over other classes
/// ```
public struct TaskScorer: Sendable {
    /// The rules by which items rank.
    public private(set) var rules: RankingRules
    /// How queries without a relevant item are treated.
    public let loneQueries: LoneQueryPolicy
    /// The metrics, in report order.
    public let metrics: [RetrievalMetric]
    /// How errors are estimated.
    public let confidence: ConfidenceMethod
    let classOfSample: [Int]
    private let roleOfSample: [SampleRole?]
    /// The camera of each sample, if any has one.
    let cameraOfSample: [Int?]?
    /// The group of each sample, if samples of a query's class and group do not count for it.
    let groupOfSample: [Int?]?
    /// The group of each class, for the jackknife.
    private let groupOfClass: [Int]
    var groups: ClassGroups { ClassGroups(groupOfClass, count: confidence.count) }

    /// The smallest number of groups of classes with queries from which an error is estimated.
    ///
    /// With fewer, the jackknife's variance is itself known to no better than a factor of two, and comes out as 0 where
    /// all groups happen to agree, so scores then have no error, and nothing is concluded from them.
    public static let fewestGroups = 6

    /// The smallest number of classes in a gallery without a warning: with fewer, nearly every model scores close to 1.
    public static let fewestClasses = 10

    /// Sets the rules for all tasks of a dataset.
    ///
    /// - Parameters:
    ///   - dataset: the dataset.
    ///   - rules: how items rank.
    ///   - loneQueries: how queries without a relevant item are treated.
    ///   - metrics: what to compute.
    ///   - confidence: how errors are estimated.
    ///   - families: the classes of each family, where the jackknife's groups keep families whole; nil for groups of classes.
    ///     ``JackknifeGroups`` decides.
    ///   - isAcrossGroups: whether samples of a query's class and group do not count for it.
    public init(
        dataset: Dataset, rules: RankingRules = RankingRules(), loneQueries: LoneQueryPolicy = .excluded,
        metrics: [RetrievalMetric] = RetrievalMetric.standard, confidence: ConfidenceMethod = .classJackknife(),
        families: [[Int]]? = nil, isAcrossGroups: Bool = false
    ) {
        self.rules = rules
        self.loneQueries = loneQueries
        self.metrics = metrics
        self.confidence = confidence
        classOfSample = dataset.classOfSample
        roleOfSample = dataset.samples.map { $0.role }
        cameraOfSample = dataset.cameras
        groupOfSample = isAcrossGroups ? dataset.groups : nil
        groupOfClass =
            families.map(confidence.groups(ofFamilies:)) ?? confidence.groups(ofClasses: dataset.classLabels.count)
    }

    /// The same scorer for embeddings that tricks were applied to.
    public func ranking(by tricks: TestTimeTricks) -> TaskScorer {
        var scorer = self
        scorer.rules.similarity = tricks.similarity(for: rules.similarity)
        scorer.rules.reranking = tricks.reranking
        return scorer
    }

    /// The scores of retrieval among some samples: each is a query against all others unless it has a role in the
    /// dataset; see ``RoleDivision``.
    ///
    /// If samples have cameras, those of a query's class and camera do not count for it.
    ///
    /// - Parameters:
    ///   - embeddings: one row for each of `samples`.
    ///   - samples: the numbers of the samples within the dataset, ascending.
    /// - Complexity: O(n²·d) operations; see ``/Retrieval/RetrievalSet/ranks(by:)``.
    /// - Throws: ``/Retrieval/RetrievalError/nonFiniteEmbedding(row:column:)``;
    ///   ``/Retrieval/RetrievalError/noQueries(loneQueryCount:)``.
    public func scores(of embeddings: Matrix<Float>, samples: [Int]) throws -> TaskScores {
        try scoresWithQueries(of: embeddings, samples: samples).scores
    }

    /// The same scores, and those of each query, whose rows are indices into `samples`.
    ///
    /// - Throws: as ``scores(of:samples:)``.
    public func scoresWithQueries(
        of embeddings: Matrix<Float>, samples: [Int]
    ) throws -> (scores: TaskScores, queries: QueryScores) {
        // Checked before rows are selected, so that an error names the row as given.
        try requireFinite(embeddings)
        let classes = samples.map { classOfSample[$0] }
        let roles = RoleDivision(samples.map { roleOfSample[$0] })
        let set = RetrievalSet(
            embeddings, classNumbers: classes, roles: roles,
            cameras: cameraOfSample.map { cameras in samples.map { cameras[$0] } },
            groups: groupOfSample.map { groups in samples.map { groups[$0] } })
        let jackknife =
            confidence.kind == .classJackknife ? try set.scores(metrics, by: rules, withoutEach: groups) : nil
        let all = try jackknife?.queryScores ?? set.scores(metrics, by: rules)
        let scores = try taskScores(
            all, jackknife: jackknife, classCount: Set(classes).count,
            sampleNumbers: roles.queries.map { samples[$0] })
        return (scores, all.selectingRows(roles.queries))
    }

    /// The means over queries with their errors.
    ///
    /// - Parameter sampleNumbers: the number of the sample of each row.
    func taskScores(
        _ all: QueryScores, jackknife: JackknifedScores?, classCount: Int, sampleNumbers: [Int]
    ) throws -> TaskScores {
        let estimates: [RetrievalMetric: Estimate]
        switch confidence.kind {
        case .classJackknife:
            estimates =
                try jackknife?.estimates(loneQueries: loneQueries, fewestGroups: Self.fewestGroups) ?? [:]
        case .fixedGalleryBootstrap:
            estimates = try all.bootstrapEstimates(
                sampleNumbers: sampleNumbers, sampleCount: classOfSample.count, method: confidence,
                loneQueries: loneQueries)
        case .none: estimates = [:]
        }
        return TaskScores(
            scores: try all.mean(loneQueries: loneQueries), classCount: classCount, estimates: estimates)
    }

    /// The scores of retrieval in galleries of the same size at every level, averaged over the draws.
    ///
    /// - Parameters:
    ///   - embeddings: one row for each of `samples`.
    ///   - samples: the numbers of all samples of `classes`, ascending.
    ///   - classes: the numbers of the level's test classes.
    ///   - gallery: defines the draws.
    /// - Throws: as ``scores(of:samples:)``.
    public func scores(
        of embeddings: Matrix<Float>, samples: [Int], classes: [Int], in gallery: MatchedGallery
    ) throws -> TaskScores {
        let rows = Dictionary(uniqueKeysWithValues: zip(samples, samples.indices))
        // If all classes and samples fit, all draws are the same.
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
