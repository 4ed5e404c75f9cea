internal import Datasets
internal import DenseLinearAlgebra
internal import Evaluation
internal import Files
internal import Foundation
internal import Retrieval
internal import Splits

/// The rules and inputs shared by all tasks of a run.
struct TaskScoring {
    let dataset: Dataset
    let scorer: TaskScorer
    /// The catalogue; nil if it is not searched.
    let catalogue: Catalogue?
    let matched: MatchedGallery?
    let tricks: TestTimeTricks
    let episodes: FewShotEpisodes?
    /// Whether samples of a query's class and group do not count for it.
    let isAcrossGroups: Bool

    /// The scores in each gallery, and the scores of each query in the full gallery.
    typealias Scores = (galleries: [GalleryKind: TaskScores], queries: QueryScores)

    /// The scores of a task's embeddings.
    ///
    /// - Parameter path: where the embeddings come from, for error messages.
    func scores(
        of matrix: Matrix<Float>, task: ScoringTask, path: String, by scorer: TaskScorer? = nil
    ) throws -> Scores {
        let scorer = scorer ?? self.scorer
        return try naming(path, task.samples) {
            let full = try scorer.scoresWithQueries(of: matrix, samples: task.samples)
            var scores = [GalleryKind.full: full.scores]
            if let matched {
                scores[.matched] = try scorer.scores(
                    of: matrix, samples: task.samples, classes: task.classes, in: matched)
            }
            return (scores, full.queries)
        }
    }

    /// The scores in the catalogue of the queries that belong to a task, for embeddings of all samples.
    ///
    /// - Parameters:
    ///   - classes: the task's test classes.
    ///   - path: where the embeddings come from, for error messages.
    func catalogueScores(
        of matrix: Matrix<Float>, classes: [Int], path: String, by scorer: TaskScorer? = nil
    ) throws -> CatalogueScores? {
        guard let catalogue else { return nil }
        return try naming(path, Array(dataset.samples.indices)) {
            try (scorer ?? self.scorer).scores(of: matrix, in: catalogue, ofClasses: classes)
        }
    }

    /// The scores in the catalogue of the model and its tricked form on one task; nil if its file has the test classes alone.
    func catalogueScores(
        of task: ScoringTask, from source: inout TaskEmbeddings, file: URL
    ) throws -> [Subject: CatalogueScores]? {
        guard catalogue != nil, let all = try source.embeddingsOfAll(for: task) else { return nil }
        var scores: [Subject: CatalogueScores] = [:]
        scores[.model] = try catalogueScores(of: all, classes: task.classes, path: file.path)
        if !tricks.isEmpty {
            let changed = try tricked(Array(dataset.samples.indices), task, from: &source, file: file)
            scores[.tricked] = try catalogueScores(
                of: changed, classes: task.classes, path: file.path, by: scorer.ranking(by: tricks))
        }
        return scores
    }

    /// Everything about a model on one task.
    ///
    /// - Parameter backbone: the backbone's scores on the same task, if they are known.
    func evaluation(
        of task: ScoringTask, from source: inout TaskEmbeddings, file: URL, beside backbone: Scores?
    ) throws -> (scores: TaskEvaluation, details: TaskDetails) {
        let plain = try source.embeddings(of: task.samples, for: task)
        var evaluation = TaskEvaluation()
        for (gallery, scores) in backbone?.galleries ?? [:] {
            evaluation.scores[gallery, default: [:]][.backbone] = scores
        }
        let model = try scores(of: plain, task: task, path: file.path)
        for (gallery, scores) in model.galleries { evaluation.scores[gallery, default: [:]][.model] = scores }
        if !tricks.isEmpty {
            let changed = try tricked(task.samples, task, from: &source, file: file)
            let scores = try self.scores(of: changed, task: task, path: file.path, by: scorer.ranking(by: tricks))
            for (gallery, scores) in scores.galleries { evaluation.scores[gallery, default: [:]][.tricked] = scores }
        }
        if let episodes { evaluation.episodes = try fewShot(episodes, of: plain, task: task, file: file) }
        let details = TaskDetails(
            of: task, in: dataset, embeddings: plain, model: model.queries, backbone: backbone?.queries,
            similarity: scorer.rules.similarity, isAcrossGroups: isAcrossGroups)
        return (evaluation, details)
    }

    /// The embeddings of some samples with all tricks applied.
    private func tricked(
        _ samples: [Int], _ task: ScoringTask, from source: inout TaskEmbeddings, file: URL
    ) throws -> Matrix<Float> {
        func rows(_ samples: [Int]) throws -> Matrix<Float> {
            let plain = try source.embeddings(of: samples, for: task)
            guard tricks.flip else { return plain }
            return TestTimeTricks.mean(
                of: plain, mirrored: try source.embeddings(of: samples, for: task, mirrored: true))
        }
        let test = try rows(samples)
        if let dimension = tricks.dimension, dimension > test.columnCount {
            throw FileError.malformed(
                path: file.path, found: "embeddings of \(test.columnCount) dimensions",
                expected: "\(dimension) or more, the number of principal components")
        }
        let training = tricks.dimension == nil ? nil : try rows(task.trainingSamples)
        return try naming(file.path, task.trainingSamples) {
            try tricks.applied(to: test, training: training, similarity: scorer.rules.similarity)
        }
    }

    private func fewShot(
        _ episodes: FewShotEpisodes, of matrix: Matrix<Float>, task: ScoringTask, file: URL
    ) throws -> [FewShotEpisodeScores] {
        let rows = NameIndex(task.samples.map { dataset.samples[$0].id })
        // Imported episodes cover the test classes.
        guard episodes.episodesByLevel == nil || task.direction == .forward else { return [] }
        let cameras = dataset.cameras.map { cameras in task.samples.map { cameras[$0] } }
        let groups = dataset.groups.map { groups in task.samples.map { groups[$0] } }
        return try episodes.episodes(ofLevel: task.level.id).indices.map { number in
            let supports = episodes.supports(
                inEpisode: number, ofClasses: task.classes.map { dataset.classLabels[$0] }, atLevel: task.level.id)
            let support = supports.values.flatMap { $0.compactMap { rows[$0] } }.sorted()
            do {
                return try fewShotEpisodeScores(
                    of: matrix, classNumbers: task.samples.map { dataset.classOfSample[$0] }, supportRows: support,
                    rules: RankingRules(similarity: scorer.rules.similarity), metrics: scorer.metrics,
                    loneQueries: scorer.loneQueries, cameras: cameras, groups: groups, isAcrossGroups: isAcrossGroups)
            } catch {
                throw ScoringError(description: "\(file.path), \(task.level.id), episode \(number): \(error)")
            }
        }
    }

    /// Runs `body`; if it throws an error about embeddings, the error names the file and the sample.
    ///
    /// - Parameter samples: the samples of the rows.
    private func naming<Value>(_ path: String, _ samples: [Int], _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch RetrievalError.nonFiniteEmbedding(let row, let column) {
            throw ScoringError(
                description: "\(path): the embedding of sample \"\(dataset.samples[samples[row]].id)\" is not finite "
                    + "in column \(column); expected numbers without NaN and infinity")
        } catch let error as RetrievalError {
            throw ScoringError(description: "\(path): \(error)")
        } catch let error as EvaluationError {
            throw ScoringError(description: "\(path): \(error)")
        }
    }
}

/// Why a model cannot be scored, in one sentence that names its file.
struct ScoringError: Error, CustomStringConvertible {
    let description: String
}
