internal import DenseLinearAlgebra
internal import Embeddings
internal import Evaluation
internal import Parallel
internal import Ranks
internal import Splits

// The scores of the backbone that made the splits, beside which models are scored.
extension ModelScoring {
    /// What is known of the backbone's scores.
    struct BackboneScores {
        /// The scores of the tasks on which this rank scores models.
        var tasks: [Int: TaskScoring.Scores] = [:]
        /// Which tasks each rank has scored, the same at all ranks.
        var places: Set<Place> = []
        /// The scores in the catalogue; nil if they are not known.
        var catalogue: TaskScores?

        struct Place: Hashable {
            let task: Int
            let rank: Int
        }
    }

    /// Makes ready for the backbone's scores on tasks, and scores it in the catalogue if that is wanted and not known.
    ///
    /// - Returns: its embeddings; nil if all that is wanted is known, or there is no backbone.
    mutating func readyBackbone(
        for numbers: [Int], withCatalogue: Bool, report: @escaping WorkReport
    ) throws -> Matrix<Float>? {
        guard let backbone else { return nil }
        // As tasks are divided for models.
        let rankCount = Ranks.current?.count ?? 1
        let places = numbers.enumerated().map { BackboneScores.Place(task: $1, rank: $0 % rankCount) }
        let isCatalogueMissing = withCatalogue && backboneScores.catalogue == nil
        // The same at all ranks, which embed images together.
        guard isCatalogueMissing || !backboneScores.places.isSuperset(of: places) else { return nil }
        backboneScores.places.formUnion(places)
        // Heads are compared with the features that they take, whatever made the splits.
        let expected: String? = if case .heads = kind { nil } else { splits.manifest.embeddings?.sha256 }
        let found = try backbone.embeddings(
            of: splits.dataset, expecting: expected, activity: "backbone", report: report)
        if let warning = splits.warning(ofImages: found.imagesSHA256) { report(.warning(warning)) }
        // It is the same for all tasks, so all queries are asked of it at once, and the score is that of every level.
        if isCatalogueMissing, let classes = scoring.catalogue?.classes {
            report(.began("scoring the backbone among all classes"))
            backboneScores.catalogue = try scoring.catalogueScores(
                of: found.matrix, classes: classes, path: "the backbone"
            ).map { try scoring.scorer.scores(pooling: [$0]) }
            if let scores = backboneScores.catalogue, let key = backboneKey {
                kept?.keep(scores, as: key, report: report)
            }
        }
        return found.matrix
    }

    /// The backbone's scores on a task, computed on first use.
    mutating func backboneScores(of number: Int, from matrix: Matrix<Float>?) throws -> TaskScoring.Scores? {
        if let known = backboneScores.tasks[number] { return known }
        guard let matrix else { return nil }
        let task = tasks[number]
        let scores = try scoring.scores(of: matrix.selectingRows(task.samples), task: task, path: "the backbone")
        backboneScores.tasks[number] = scores
        return scores
    }
}
