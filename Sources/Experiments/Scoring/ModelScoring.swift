internal import Datasets
internal import DenseLinearAlgebra
internal import Embeddings
public import Evaluation
internal import Files
internal import Foundation
internal import HeadTraining
public import Parallel
internal import Ranks
internal import Reports
internal import Retrieval
internal import Splits

/// A model scored along splits.
public struct ScoredModel: Sendable {
    /// All scores, areas and leads.
    public let results: EvaluationResults
    /// How each class is retrieved at each level.
    public let classes: [ClassScores]
    /// The best, median and worst queries of each task, and what was found for them.
    public let examples: RetrievalExamplesFile
}

/// Scores models along a folder of splits, all by the same rules.
///
/// ```swift
/// var scoring = try ModelScoring(
///     along: splits, of: models, being: .networks(images: photos) { try FeatureExtractor(model: $0) })
/// let scored = try scoring.score()
/// print(scored.results.curve(of: .recall(1)).aggregatedGeneralizationScore?.value ?? 0)
/// ```
///
/// Each level is two tasks, one per direction, if the models' path tells directions apart. A file that serves several
/// tasks is run or read once. A backbone is scored once for all training runs.
public struct ModelScoring: Sendable {
    /// The splits.
    public let splits: SplitFolder
    /// The tasks, level after level.
    public let tasks: [ScoringTask]
    /// The backbone that made the splits, scored on the same test classes for the lead; nil for none.
    public var backbone: EmbeddingSource?
    /// What a search for parameters changed, by the name of the objective, for heads.
    public var tunings: [String: HeadTrainingRecord.Tuning] = [:]
    /// The generator that the results name.
    public var generator = libraryGenerator

    private(set) var models: ModelFiles
    private let kind: ModelKind
    let settings: ScoringSettings
    let scoring: TaskScoring
    /// What was left out, and what is too small to tell anything.
    private let remarks: [WorkEvent]
    /// The scores of the tasks that are scored here, and in the catalogue.
    private var backboneScores: (tasks: [Int: TaskScoring.Scores], catalogue: TaskScores?)?

    /// Plans the tasks.
    ///
    /// - Parameters:
    ///   - splits: the folder of splits.
    ///   - models: where the models are.
    ///   - kind: what they are.
    ///   - settings: the rules.
    /// - Throws: ``/Files/FileError`` for episodes that cannot be read or do not belong to these splits, or for samples
    ///   with roles if shots are asked for, or without groups to search across; `SplitError` for a fold that a level does not
    ///   have; an error of one sentence if every direction has a task of a single class.
    public init(
        along splits: SplitFolder, of models: ModelFiles, being kind: ModelKind,
        by settings: ScoringSettings = ScoringSettings()
    ) throws {
        let dataset = splits.dataset
        if settings.isAcrossGroups, dataset.groups == nil {
            throw FileError.malformed(
                path: splits.samples.path, found: "no groups of samples",
                expected: "a column group, to search across groups")
        }
        if settings.shots != nil, dataset.samples.contains(where: { $0.role != nil }) {
            throw FileError.malformed(
                path: splits.samples.path, found: "samples with roles",
                expected: "none for few shots, which search each sample among all others")
        }
        let (tasks, leftOut) = try ScoringTask.all(
            of: splits.manifest, in: dataset,
            directions: settings.fold == nil ? kind.directions(of: models, over: dataset) : [.forward],
            fold: settings.fold)
        let groups = try JackknifeGroups(
            settings.confidence, of: dataset, unit: splits.manifest.settings.unit, tasks: tasks.map(\.classes))
        // The folds of different levels have no classes in common.
        let catalogue =
            settings.fold == nil && settings.searchesCatalogue
            ? Catalogue(
                of: dataset,
                testClasses: splits.manifest.levels.map { level in
                    tasks.filter { $0.level.id == level.id }.map(\.classes)
                }) : nil
        self.tasks = tasks
        remarks = leftOut.map { .note($0) } + Self.warnings(about: tasks, hasMatched: settings.matchedDraws != 0)
        scoring = TaskScoring(
            dataset: dataset,
            scorer: TaskScorer(
                dataset: dataset, rules: RankingRules(similarity: settings.similarity),
                loneQueries: settings.loneQueries, metrics: settings.metrics, confidence: groups.confidence,
                families: groups.families, isAcrossGroups: settings.isAcrossGroups),
            catalogue: catalogue?.classes.isEmpty == true ? nil : catalogue,
            matched: settings.matchedDraws == 0
                ? nil
                : MatchedGallery(of: dataset, testClasses: tasks.map(\.classes), drawCount: settings.matchedDraws),
            tricks: settings.tricks, episodes: try splits.episodes(for: settings, of: tasks),
            isAcrossGroups: settings.isAcrossGroups)
        (self.splits, self.models, self.kind, self.settings) = (splits, models, kind, settings)
    }

    /// Says where galleries have so few classes that nearly every model scores close to 1.
    private static func warnings(about tasks: [ScoringTask], hasMatched: Bool) -> [WorkEvent] {
        let small = tasks.filter { $0.classes.count < TaskScorer.fewestClasses }
        guard let smallest = small.min(by: { $0.classes.count < $1.classes.count }) else { return [] }
        let matched = hasMatched ? ", and so have the matched galleries of all levels" : ""
        return [
            .warning(
                "\(small.count) of \(tasks.count) tasks have galleries of fewer than \(TaskScorer.fewestClasses) classes "
                    + "(\(smallest.level.id), \(smallest.direction.rawValue): \(smallest.classes.count))\(matched); their "
                    + "scores say little.")
        ]
    }

    /// Turns to other models of the same kind and directions; what is known of the backbone stays.
    ///
    /// - Precondition: the paths tell the same directions apart.
    public mutating func turn(to models: ModelFiles) {
        precondition(models.directions == self.models.directions, "other directions in \(models.text)")
        self.models = models
    }

    /// Refuses training runs with a file that is missing or, by its first bytes, of another kind.
    ///
    /// - Parameter seeds: what `{seed}` stands for in each; `[nil]` for a path without one.
    public func requireFiles(ofSeeds seeds: [String?] = [nil]) throws {
        for seed in seeds {
            try RunFiles(models: models, fold: settings.fold, seed: seed).requireAll(for: tasks, check: kind.check)
        }
    }

    /// Scores one training run.
    ///
    /// - Parameters:
    ///   - seed: what `{seed}` stands for.
    ///   - run: which run this is, from 0, and of how many, for progress reports.
    ///   - report: called with progress, from any thread.
    /// - Throws: an error that names the file if it is missing, cannot be read, or has too few or wrong rows; what
    ///   networks throw.
    public mutating func score(
        seed: String? = nil, run: (number: Int, count: Int) = (0, 1), report: @escaping WorkReport = { _ in }
    ) throws -> ScoredModel {
        let files = try readyFiles(seed: seed, run: run, report: report)
        let beside = try scoredBackbone(report: report)
        let scored = try scoredTasks(files, seed: seed, run: run, beside: beside?.tasks ?? [:], report: report) {
            number, score in
            try sharedSeries(of: "the scores of \(models.name)", count: number, score)
        }
        return try model(of: scored, backbone: beside?.catalogue, seed: seed, run: run, report: report)
    }

    /// Scores the tasks of one training run that belong to a part, and adds them to it.
    ///
    /// - Throws: as ``score(seed:run:report:)``.
    public mutating func score(
        into part: inout ScoringPart, seed: String? = nil, run: (number: Int, count: Int) = (0, 1),
        report: @escaping WorkReport = { _ in }
    ) throws {
        let files = try readyFiles(seed: seed, run: run, report: report)
        let numbers = tasks.indices.filter { part.shard.has(run.number * tasks.count + $0) }
        let isFirst = part.shard.number == 1
        let beside = try scoredBackbone(of: numbers, withCatalogue: isFirst, report: report)
        if isFirst { part.backbone = beside?.catalogue }
        let scored = try scoredTasks(files, seed: seed, run: run, beside: beside?.tasks ?? [:], report: report) {
            try numbers.map($1)
        }
        for (number, scored) in zip(numbers, scored) { part.tasks[run.number * tasks.count + number] = scored }
    }

    /// The results of a training run whose tasks were scored in parts.
    ///
    /// - Throws: an error of one sentence if the parts do not have all of its tasks.
    public func score(
        from parts: ScoringPart, seed: String? = nil, run: (number: Int, count: Int) = (0, 1),
        report: @escaping WorkReport = { _ in }
    ) throws -> ScoredModel {
        let scored = tasks.indices.compactMap { parts.tasks[run.number * tasks.count + $0] }
        guard scored.count == tasks.count else {
            throw ScoringError(
                description:
                    "the parts have \(scored.count) of the \(tasks.count) tasks of \(models.name); expected all")
        }
        return try model(of: scored, backbone: parts.backbone, seed: seed, run: run, report: report)
    }

    /// Makes sure that all files of a run are there, and says what is to be said at the beginning.
    private func readyFiles(
        seed: String?, run: (number: Int, count: Int), report: WorkReport
    ) throws -> RunFiles {
        let files = RunFiles(models: models, fold: settings.fold, seed: seed)
        try files.requireAll(for: tasks, check: kind.check)
        if run.number == 0, scoring.episodes?.episodesByLevel != nil,
            tasks.contains(where: { $0.direction == .reverse })
        {
            report(.note("The episodes are of test classes, as published; no few-shot scores in reverse."))
        }
        if run.number == 0 { remarks.forEach(report) }
        return files
    }

    /// The results that the scores of all tasks make.
    private func model(
        of scored: [ScoredTask], backbone: TaskScores?, seed: String?, run: (number: Int, count: Int),
        report: WorkReport
    ) throws -> ScoredModel {
        var evaluations: [String: [Direction: TaskEvaluation]] = [:]
        var catalogue: CatalogueParts? = scoring.catalogue.map { _ in CatalogueParts() }
        for (task, scored) in zip(tasks, scored) {
            scored.events.forEach(report)
            evaluations[task.level.id, default: [:]][task.direction] = scored.evaluation
            if let parts = scored.catalogue { catalogue?.add(parts, ofLevel: task.level.id) } else { catalogue = nil }
        }
        if scoring.catalogue != nil, catalogue == nil, run.number == 0 {
            report(
                .note(
                    "\(models.name): the embeddings are of the test classes alone; they are scored by the paper's protocol, without gain and "
                        + "cost of shift, which take embeddings of all samples."))
        }
        let pooled = try catalogue?.scores(by: scoring.scorer, backbone: backbone)
        let provenance = ModelProvenance(
            tasks: zip(tasks, scored).compactMap { task, scored in
                scored.provenance.map { (level: task.level.id, direction: task.direction, embeddings: $0) }
            }, training: scored.first.flatMap { training($0.metadata) })
        let results = EvaluationResults(
            tool: generator, dataset: splits.dataset.name, model: models.name, seed: seed,
            settings: rules(withCatalogue: pooled != nil),
            provenance: provenance, order: splits.manifest.levelOrder,
            levels: splits.manifest.levels.map { level in
                LevelEvaluation(
                    id: level.id, origin: level.arm.rawValue, step: level.step, fid: level.fid, excess: level.excess,
                    axisValue: splits.manifest.levelOrder == nil ? nil : level.axis?.value,
                    forward: evaluations[level.id]?[.forward], reverse: evaluations[level.id]?[.reverse],
                    catalogue: pooled?[level.id] ?? [:], shots: settings.shots)
            })
        return ScoredModel(
            results: results, classes: scored.flatMap(\.details.classes),
            examples: RetrievalExamplesFile(metric: TaskDetails.metric, tasks: scored.map(\.details.examples)))
    }

    /// Scores tasks, in the way in which `collect` goes through the numbers of all.
    private func scoredTasks(
        _ files: RunFiles, seed: String?, run: (number: Int, count: Int), beside backbone: [Int: TaskScoring.Scores],
        report: @escaping WorkReport,
        collect: (_ count: Int, _ score: (Int) throws -> ScoredTask) throws -> [ScoredTask]
    ) throws -> [ScoredTask] {
        let own = RankReport(report)
        var source = TaskEmbeddings(
            kind, files: files, dataset: splits.dataset, tasks: tasks,
            withTraining: settings.tricks.dimension != nil, withAll: scoring.catalogue != nil, report: own.show)
        if models.isOneFile, Ranks.current != nil, let first = tasks.first {
            // What serves all tasks is made by all ranks together.
            _ = try source.embeddings(of: first.samples, for: first)
            if settings.tricks.flip { _ = try source.embeddings(of: first.samples, for: first, mirrored: true) }
        }
        return try collect(tasks.count) { number in
            let task = tasks[number]
            let prefix = seed.map { "seed \($0), " } ?? ""
            own.show(
                .stage(
                    "models", piece: "scoring \(prefix)\(task.level.id), \(task.direction.rawValue)",
                    number: number + run.number * tasks.count, of: tasks.count * run.count))
            let file = files.file(for: task)
            let evaluation = try scoring.evaluation(of: task, from: &source, file: file, beside: backbone[number])
            let catalogue = try scoring.catalogueScores(of: task, from: &source, file: file)
            return ScoredTask(
                evaluation: evaluation.scores, details: evaluation.details, catalogue: catalogue,
                provenance: source.provenances[file.path], metadata: source.metadata[file.path] ?? [],
                events: own.take())
        }
    }

    /// How the heads of a task were trained, by what they say; nil if they do not.
    private func training(_ heads: [[String: String]]) -> HeadTrainingRecord? {
        var (objectives, seeds): ([HeadTrainingRecord.Objective], [String]) = ([], [])
        for head in heads {
            guard let name = head["objective"], let objective = try? KnownObjectives.objective(named: name) else {
                return nil
            }
            if !objectives.contains(where: { $0.name == name }) {
                objectives.append(
                    HeadTrainingRecord.Objective(
                        name: name, title: objective.title, parameters: head["parameters"] ?? "", tuning: tunings[name])
                )
            }
            if let seed = head["seed"], !seeds.contains(seed) { seeds.append(seed) }
        }
        return objectives.isEmpty ? nil : HeadTrainingRecord(objectives: objectives, seeds: seeds)
    }

    /// The backbone's scores on tasks, all of them or some, and in the catalogue, computed on first use.
    private mutating func scoredBackbone(
        of numbers: [Int]? = nil, withCatalogue: Bool = true, report: @escaping WorkReport
    ) throws -> (tasks: [Int: TaskScoring.Scores], catalogue: TaskScores?)? {
        guard let backbone else { return nil }
        let missing = numbers?.filter { backboneScores?.tasks[$0] == nil }
        if let backboneScores, missing?.isEmpty ?? true { return backboneScores }
        // Heads are compared with the features that they take, whatever made the splits.
        let expected: String? = if case .heads = kind { nil } else { splits.manifest.embeddings?.sha256 }
        let found = try backbone.embeddings(
            of: splits.dataset, expecting: expected, activity: "backbone", report: report)
        if let warning = splits.warning(ofImages: found.imagesSHA256) { report(.warning(warning)) }
        let matrix = found.matrix
        var scores = backboneScores?.tasks ?? [:]
        func score(_ number: Int) throws -> Bool {
            let task = tasks[number]
            report(
                .stage("backbone", piece: "scoring the backbone at \(task.level.id)", number: number, of: tasks.count))
            scores[number] = try scoring.scores(
                of: matrix.selectingRows(task.samples), task: task, path: "the backbone")
            return true
        }
        if let missing {
            for number in missing { _ = try score(number) }
        } else {
            // Each rank scores the backbone on the tasks on which it will score models.
            _ = try sharedSeries(of: "the scores of the backbone", count: tasks.count, score)
        }
        // It is the same for all tasks, so all queries are asked of it at once, and the score is that of every level.
        let catalogue = try (withCatalogue ? scoring.catalogue : nil).flatMap {
            try scoring.catalogueScores(of: matrix, classes: $0.classes, path: "the backbone")
        }.map { try scoring.scorer.scores(pooling: [$0]) }
        backboneScores = (scores, catalogue)
        return backboneScores
    }
}
