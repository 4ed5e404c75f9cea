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
    public var backbone: EmbeddingSource? {
        didSet { (backboneScores, commonKey) = (BackboneScores(), nil) }
    }
    /// Where the scores of tasks are kept until the results are written; nil for nowhere.
    public var kept: KeptScores?
    /// What a search for parameters changed, by the name of the objective, for heads.
    public var tunings: [String: HeadTrainingRecord.Tuning] = [:]
    /// The generator that the results name.
    public var generator = libraryGenerator

    private(set) var models: ModelFiles
    let kind: ModelKind
    let settings: ScoringSettings
    let scoring: TaskScoring
    /// What was left out, and what is too small to tell anything.
    private let remarks: [WorkEvent]
    /// What is known of the backbone's scores.
    var backboneScores = BackboneScores()
    /// What the scores of all tasks depend on; nil before it is needed.
    var commonKey: CommonKey?

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
        var whole = ScoringPart(RunShard(number: 1, of: 1), of: [])
        try score(into: &whole, seed: seed, run: run, report: report)
        return try score(from: whole, seed: seed, run: run, report: report)
    }

    /// Scores the tasks of one training run that belong to a part, and adds them to it.
    ///
    /// - Throws: as ``score(seed:run:report:)``.
    public mutating func score(
        into part: inout ScoringPart, seed: String? = nil, run: (number: Int, count: Int) = (0, 1),
        report: @escaping WorkReport = { _ in }
    ) throws {
        let files = try readyFiles(seed: seed, run: run, report: report)
        let own = tasks.indices.filter { part.shard.has(run.number * tasks.count + $0) }
        let withCatalogue = part.shard.number == 1 && scoring.catalogue != nil && backbone != nil
        let known = try knownScores(of: own, files, withCatalogue: withCatalogue, report: report)
        let numbers = own.filter { known.tasks[$0] == nil }
        if withCatalogue { backboneScores.catalogue = backboneScores.catalogue ?? known.catalogue }
        let backbone = try readyBackbone(for: numbers, withCatalogue: withCatalogue, report: report)
        if withCatalogue { part.backbone = backboneScores.catalogue }
        let scored = try scoredTasks(numbers, files, seed: seed, run: run, beside: backbone, report: report)
        for (number, scored) in known.tasks.merging(zip(numbers, scored), uniquingKeysWith: { $1 }) {
            part.tasks[run.number * tasks.count + number] = scored
        }
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

    /// Scores tasks, which ranks divide.
    private mutating func scoredTasks(
        _ numbers: [Int], _ files: RunFiles, seed: String?, run: (number: Int, count: Int),
        beside backbone: Matrix<Float>?, report: @escaping WorkReport
    ) throws -> [ScoredTask] {
        guard !numbers.isEmpty else { return [] }
        let own = RankReport(report)
        var source = TaskEmbeddings(
            kind, files: files, dataset: splits.dataset, tasks: tasks,
            withTraining: settings.tricks.dimension != nil, withAll: scoring.catalogue != nil, report: own.show)
        if models.isOneFile, Ranks.current != nil, let first = tasks.first {
            // What serves all tasks is made by all ranks together.
            _ = try source.embeddings(of: first.samples, for: first)
            if settings.tricks.flip { _ = try source.embeddings(of: first.samples, for: first, mirrored: true) }
        }
        func scored(_ number: Int) throws -> KeyedTask {
            let task = tasks[number]
            let prefix = seed.map { "seed \($0), " } ?? ""
            own.show(
                .stage(
                    "models", piece: "scoring \(prefix)\(task.level.id), \(task.direction.rawValue)",
                    number: number + run.number * tasks.count, of: tasks.count * run.count))
            let file = files.file(for: task)
            let beside = try backboneScores(of: number, from: backbone)
            let evaluation = try scoring.evaluation(of: task, from: &source, file: file, beside: beside)
            let catalogue = try scoring.catalogueScores(of: task, from: &source, file: file)
            return KeyedTask(
                key: kept?.isWorthwhile == true
                    ? try source.identity(of: file).flatMap { key(ofTask: number, files, ofModel: $0) } : nil,
                task: ScoredTask(
                    evaluation: evaluation.scores, details: evaluation.details, catalogue: catalogue,
                    provenance: source.provenances[file.path], metadata: source.metadata[file.path] ?? [],
                    events: own.take()))
        }
        // Where scores are kept, each rank scores one task between two of these moments.
        let size = kept == nil ? numbers.count : (Ranks.current?.count ?? 1)
        return try stride(from: 0, to: numbers.count, by: size).flatMap { start in
            let round = numbers[start..<min(start + size, numbers.count)]
            let scored = try sharedSeries(of: "the scores of \(models.name)", count: round.count) {
                try scored(round[start + $0])
            }
            for scored in scored { if let key = scored.key { kept?.keep(scored.task, as: key, report: report) } }
            return scored.map(\.task)
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
}
