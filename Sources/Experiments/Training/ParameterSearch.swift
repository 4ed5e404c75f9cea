internal import Datasets
internal import DenseLinearAlgebra
internal import Evaluation
internal import Files
internal import Foundation
internal import HeadTraining
internal import Parallel
internal import Retrieval
internal import Splits
internal import Statistics

/// A seeded random search for the parameters of objectives, with the same number of trials for each.
///
/// A trial is scored by MAP@R on the validation folds of the level that the series starts from, each time by a head that
/// trained on the other folds. The test classes of that level are not read.
struct ParameterSearch: Sendable {
    private let training: SeriesTraining
    private let trialCount: Int
    private let level: SplitLevel
    /// The samples to train on and to score, for each fold.
    private let folds: [(training: [Int], scored: [Int])]
    /// The parameters of each trial, for each objective.
    private let candidates: [[ObjectiveParameters]]
    private let classesPerBatch: Int

    /// - Throws: ``/Files/FileError`` if the level has no two folds; `SplitError` for classes that the dataset lacks.
    init(of training: SeriesTraining, trialCount: Int) throws {
        precondition(trialCount > 0, "\(trialCount) trials; expected at least 1")
        let (manifest, dataset) = (training.splits.manifest, training.splits.dataset)
        let level = manifest.levels.first { $0.arm == .start } ?? manifest.levels[0]
        let smallest = level.folds.map(\.count).min() ?? 0
        guard level.folds.count >= 2, smallest >= 2 else {
            throw FileError.malformed(
                path: training.splits.url.path,
                found: level.folds.count < 2
                    ? "too few validation folds at \(level.id): \(level.folds.count)"
                    : "a validation fold of a single class at \(level.id), which always scores 1",
                expected: "two folds or more of two classes or more, to search for parameters")
        }
        let folds = try level.folds.map { try level.numbers(ofClasses: $0, in: dataset) }
        self.folds = folds.indices.map { number in
            let others = folds.indices.filter { $0 != number }.flatMap { folds[$0] }
            return (dataset.samples(ofClasses: others), dataset.samples(ofClasses: folds[number]))
        }
        classesPerBatch =
            folds.indices.map { number in
                folds.indices.reduce(0) { $0 + ($1 == number ? 0 : folds[$1].count) }
            }.min() ?? 0
        candidates = try training.settings.objectives.map { settings in
            try (0..<trialCount).map { trial in
                guard trial > 0 else { return settings.parameters }
                var generator = SeededGenerator(
                    seed: training.settings.seeds[0], stream: "tune/\(settings.objective.name)/\(trial)")
                var drawn = ObjectiveParameters(of: settings.objective, drawnWith: &generator)
                for name in training.settings.fixedParameters[settings.objective.name] ?? [] {
                    let given = settings.parameters.values.first { $0.name == name }
                    try given.map { try drawn.set(name, $0.value.description, of: settings.objective) }
                }
                return drawn
            }
        }
        (self.training, self.trialCount, self.level) = (training, trialCount, level)
    }

    /// The trials of each objective that an earlier search has made as this one would; nil for objectives without them.
    func known(of earlier: TrainingRecord.Tuning?) -> [[TrainingRecord.Trial]?] {
        guard let earlier, earlier.level == level.id, earlier.foldCount == folds.count,
            earlier.trialCount == trialCount
        else { return candidates.map { _ in nil } }
        return zip(training.settings.objectives, candidates).map { settings, candidates in
            let own = earlier.trials.filter { $0.objective == settings.objective.name }
            let isSame =
                own.map(\.parameters) == candidates.map(TrainingRecord.Value.all) && own.contains(where: \.isChosen)
            return isSame ? own : nil
        }
    }

    /// A tuning of the trials that are known.
    func tuning(of known: [[TrainingRecord.Trial]?]) -> TrainingRecord.Tuning {
        TrainingRecord.Tuning(
            level: level.id, foldCount: folds.count, trialCount: trialCount, trials: known.flatMap { $0 ?? [] })
    }

    /// The settings with the parameters that were chosen.
    func chosen(from tuning: TrainingRecord.Tuning) -> [HeadTrainingSettings] {
        training.settings.objectives.enumerated().map { number, settings in
            var settings = settings
            let own = tuning.trials.filter { $0.objective == settings.objective.name }
            settings.parameters = candidates[number][own.firstIndex(where: \.isChosen) ?? 0]
            return settings
        }
    }

    /// Tries everything that is not known.
    ///
    /// - Parameter wanted: the numbers of the objectives that are searched.
    /// - Throws: ``/HeadTraining/HeadTrainingError`` for data that cannot be trained on; a trial that diverges is a bad one.
    func run(
        of wanted: Set<Int>, knowing known: [[TrainingRecord.Trial]?], report: @escaping WorkReport
    ) throws -> TrainingRecord.Tuning {
        let open = known.indices.filter { known[$0] == nil && wanted.contains($0) }
        guard !open.isEmpty else { return tuning(of: known) }
        let objectives = open.map { training.settings.objectives[$0] }
        let candidates = open.map { self.candidates[$0] }
        var known = known
        let count = objectives.count * trialCount * folds.count
        let scoredElsewhere = Set(level.folds.joined())
        let others = training.tasks.filter { task in
            task.classes.contains { scoredElsewhere.contains(training.splits.dataset.classLabels[$0]) }
        }
        if !others.isEmpty {
            report(
                .note(
                    "The search reads the \(scoredElsewhere.count) training classes of \(level.id); \(others.count) of "
                        + "\(training.tasks.count) tasks test on some of them."))
        }
        if let usual = objectives.map(\.classesPerBatch).max(), usual > classesPerBatch {
            report(.note("Batches of the search have \(classesPerBatch) classes, as many as the folds leave."))
        }
        report(.advanced("tuning", done: 0, of: count))
        let progress = StepProgress(of: count, activity: "tuning", report: report)
        let scores = try sharedMap(of: "trials", count: count) { number -> Double? in
            let (trial, fold) = (number / folds.count, number % folds.count)
            let score = try score(
                objectives[trial / trialCount], candidates[trial / trialCount][trial % trialCount], on: folds[fold])
            try progress.add(1)
            return score
        }
        for (number, settings) in objectives.enumerated() {
            let all = (0..<trialCount).map { trial -> [Double]? in
                let first = (number * trialCount + trial) * folds.count
                let own = scores[first..<first + folds.count].compactMap { $0 }
                return own.count == folds.count ? own.map { $0.rounded(significantDigits: 10) } : nil
            }
            let means = all.map { $0.map { ($0.reduce(0, +) / Double($0.count)).rounded(significantDigits: 10) } }
            guard means.contains(where: { $0 != nil }) else {
                throw HeadTrainingError.diverged(
                    objective: settings.objective.name, step: settings.stepCount,
                    settings: "all \(trialCount) trials of the search")
            }
            // Of equally good trials the first, so that the parameters as given stay unless others are better.
            let best = means.indices.max { (means[$0] ?? -1, -$0) < (means[$1] ?? -1, -$1) }
            known[open[number]] = (0..<trialCount).map { trial in
                TrainingRecord.Trial(
                    objective: settings.objective.name,
                    parameters: TrainingRecord.Value.all(of: candidates[number][trial]), scores: all[trial],
                    mean: means[trial], isChosen: trial == best && means[trial] != nil)
            }
        }
        return tuning(of: known)
    }

    private func score(
        _ settings: HeadTrainingSettings, _ parameters: ObjectiveParameters, on fold: (training: [Int], scored: [Int])
    ) throws -> Double? {
        var settings = settings
        settings.parameters = parameters
        settings.seed = training.settings.seeds[0]
        settings.classesPerBatch = min(settings.classesPerBatch, classesPerBatch)
        let classes = training.splits.dataset.classOfSample
        do {
            let head = try trainHead(
                features: training.features, rows: fold.training, labels: fold.training.map { classes[$0] },
                settings: settings
            ).head
            let embeddings = head.embeddings(of: training.features.selectingRows(fold.scored))
            return try RetrievalSet(embeddings, classNumbers: fold.scored.map { classes[$0] })
                .scores([.averagePrecisionAtR]).mean()[.averagePrecisionAtR] ?? 0
        } catch HeadTrainingError.diverged {
            return nil
        }
    }
}
