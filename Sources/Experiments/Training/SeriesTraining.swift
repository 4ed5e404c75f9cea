internal import Datasets
public import DenseLinearAlgebra
public import Embeddings
internal import Files
internal import Foundation
internal import HeadTraining
public import Parallel
internal import Splits

/// Trains heads on frozen features along a folder of splits.
///
/// ```swift
/// let objective = try KnownObjectives.objective(named: "proxy-anchor")
/// let settings = SeriesTrainingSettings(objectives: [HeadTrainingSettings(objective: objective)])
/// let training = try SeriesTraining(along: splits, on: .images(below: photos, by: network), by: settings)
/// try training.train(into: HeadsFolder(at: heads))
/// ```
///
/// Each level is two tasks, one per direction: a head learns from the training classes of its task alone. Tasks run side by
/// side, one a processor; a head's bytes do not depend on how many there are.
public struct SeriesTraining: Sendable {
    /// The splits.
    public let splits: SplitFolder
    /// The tasks, level after level.
    public let tasks: [ScoringTask]
    /// The settings, with the classes of a batch that were settled on.
    public let settings: SeriesTrainingSettings
    /// The features of all samples, n × d.
    public let features: Matrix<Float>
    /// Where they come from.
    public let provenance: EmbeddingProvenance
    /// The generator that records name.
    public var generator = libraryGenerator

    /// The numbers of the samples that each task trains on.
    let trainingSamples: [[Int]]
    private let remarks: [WorkEvent]
    let manifestDigest: String

    /// Plans the tasks, and reads the features.
    ///
    /// - Parameters:
    ///   - splits: the folder of splits.
    ///   - source: where the features of all samples come from.
    ///   - settings: what is trained.
    ///   - report: called with progress, if the features have to be made.
    /// - Throws: ``/Files/FileError`` for features that cannot be read, do not belong to these samples or are not finite;
    ///   `SplitError` for a fold that a level does not have; ``/HeadTraining/HeadTrainingError`` for a task with too few
    ///   classes.
    /// - Precondition: there is an objective and a seed, and none is there twice.
    public init(
        along splits: SplitFolder, on source: EmbeddingSource, by settings: SeriesTrainingSettings,
        report: @escaping WorkReport = { _ in }
    ) throws {
        let names = settings.objectives.map(\.objective.name)
        precondition(
            !names.isEmpty && Set(names).count == names.count && !settings.seeds.isEmpty
                && Set(settings.seeds).count == settings.seeds.count,
            "objectives \(names) and seeds \(settings.seeds); expected different ones, at least one of each")
        let dataset = splits.dataset
        manifestDigest = try SHA256.hexadecimal(ofFilesAt: [splits.url.appending(path: SplitFileName.manifest)])
        var remarks: [WorkEvent] = []
        let directions = settings.fold == nil ? settings.directions : [.forward]
        let (tasks, leftOut) = try ScoringTask.all(
            of: splits.manifest, in: dataset, directions: directions, fold: settings.fold)
        remarks += leftOut.map { .note($0) }
        func classes(_ samples: [Int]) -> [Int] { Array(Set(samples.map { dataset.classOfSample[$0] })) }
        trainingSamples =
            settings.isMatched
            ? MatchedTraining(
                of: dataset, trainClasses: tasks.map { classes($0.trainingSamples) },
                seed: splits.manifest.settings.seed
            ).subsets.map(\.samples)
            : tasks.map(\.trainingSamples)
        let fewest = trainingSamples.map { classes($0).count }.min() ?? 0
        var settled = settings
        if let wanted = settings.objectives.map(\.classesPerBatch).max(), fewest < wanted {
            guard !settings.requiresClassesPerBatch, fewest > 1 else {
                throw HeadTrainingError.tooFewClasses(
                    found: fewest, expected: settings.requiresClassesPerBatch ? wanted : 2)
            }
            for number in settled.objectives.indices {
                settled.objectives[number].classesPerBatch = min(settled.objectives[number].classesPerBatch, fewest)
            }
            remarks.append(
                .note("A batch has \(fewest) classes, not the usual \(wanted), since a level has no more to train on."))
        }
        let largest = trainingSamples.map { samples in
            Dictionary(grouping: samples) { dataset.classOfSample[$0] }.values.map(\.count).max() ?? 0
        }
        for objective in settled.objectives { try objective.require(largestClass: largest.min() ?? 0) }
        let found = try source.embeddings(of: dataset, activity: "features", report: report)
        let (matrix, provenance) = (found.matrix, found.provenance)
        if let warning = splits.warning(ofImages: found.imagesSHA256) { remarks.append(.warning(warning)) }
        if let (row, column) = matrix.firstNonFinite {
            throw FileError.malformed(
                path: provenance.file,
                found: "a number of the sample \(dataset.samples[row].id), column \(column), that is not finite",
                expected: "features without NaN and infinity")
        }
        (self.splits, self.tasks, self.settings, features, self.provenance) = (
            splits, tasks, settled, matrix, provenance
        )
        self.remarks = remarks
    }

    /// What is trained, without a search for parameters.
    func record(of objectives: [HeadTrainingSettings], tuning: TrainingRecord.Tuning?) -> TrainingRecord {
        TrainingRecord(
            schemaVersion: TrainingRecord.schemaVersion, tool: generator, dataset: splits.dataset.name,
            manifest: manifestDigest, features: provenance,
            directions: Direction.allCases.filter { direction in tasks.contains { $0.direction == direction } },
            fold: settings.fold, isMatched: settings.isMatched, seeds: settings.seeds,
            objectives: objectives.map(TrainingRecord.Objective.init), tuning: tuning)
    }

    /// What is trained, as far as a search for parameters is known; other objectives have the parameters as given.
    func record(of search: ParameterSearch, knowing known: [[TrainingRecord.Trial]?]) -> TrainingRecord {
        let tuning = search.tuning(of: known)
        return record(of: search.chosen(from: tuning), tuning: tuning)
    }

    /// Trains all heads, and writes each as soon as it is done.
    ///
    /// A run that was stopped, whenever that was, goes on with what is missing, and so does one that now has further seeds or
    /// objectives, but is otherwise the same.
    ///
    /// - Parameters:
    ///   - folder: where heads are written.
    ///   - replacing: whether heads of another plan may be replaced.
    ///   - shard: the part of the heads to train; nil for all. ``join(_:into:replacing:report:)`` joins the parts. With a search
    ///     for parameters, the heads of an objective are in one part, as long as there are no more parts than objectives.
    ///   - report: called with progress, from any thread.
    /// - Returns: what was trained.
    /// - Throws: ``/Files/FileError`` for a file that cannot be written or may not be replaced;
    ///   ``/HeadTraining/HeadTrainingError`` for data that cannot be trained on, or a training that diverges, which leaves the
    ///   heads that are done.
    /// - Complexity: as ``/HeadTraining/trainHead(features:rows:labels:settings:progress:)`` for each head.
    @discardableResult
    public func train(
        into folder: HeadsFolder, replacing: Bool = false, shard: RunShard? = nil,
        report: @escaping WorkReport = { _ in }
    ) throws -> TrainingRecord {
        remarks.forEach(report)
        let warn: @Sendable (String) -> Void = { report(.warning($0)) }
        let output = try OutputFolder(folder.url, result: HeadsFolder.resultName, force: replacing, warn: warn)
        try output.requireRoom(for: [HeadsFolder.Name.record, HeadsFolder.Name.losses])
        let earlier = folder.isThere ? try? folder.record() : nil
        var objectives = settings.objectives
        var tuning: TrainingRecord.Tuning?
        if let trialCount = settings.trialCount {
            let search = try ParameterSearch(of: self, trialCount: trialCount)
            // What was tried need not be tried again, unless something else was different.
            var known = search.known(of: earlier?.tuning)
            let plan = record(of: search, knowing: known)
            if !replacing { try requireFree(folder, earlier, asFarAsKnown: plan) }
            if let earlier, !plan.isExtension(of: earlier) { known = known.map { _ in nil } }
            let own = Set(settings.objectives.indices.filter { isTrained($0, in: shard) })
            shard.flatMap(noteOfRepeatedSearches).map(report)
            tuning = try search.run(of: own, knowing: known, report: report)
            if let tuning { objectives = search.chosen(from: tuning) }
        }
        let record = record(of: objectives, tuning: tuning)
        // A plan without a head has nothing to lose.
        if try replacing || !isSame(earlier, record) {
            var items = [OutputItem(HeadsFolder.Name.record, text: try stableJSON(record))]
            if !replacing {
                try requireFree(folder, earlier, asFarAsKnown: record)
                if let earlier, record.isExtension(of: earlier) {
                    items = try self.items(of: earlier, in: folder, for: record) + items
                }
            }
            let output = try OutputFolder(folder.url, result: HeadsFolder.resultName, force: true, warn: warn)
            try output.write(items)
        }
        let adding = try OutputFolder(folder.url, result: HeadsFolder.resultName, force: false, warn: warn)
        try trainHeads(of: record, objectives, shard, into: folder, adding, report: report)
        return record
    }

    /// Whether records are the same once they are written.
    private func isSame(_ earlier: TrainingRecord?, _ record: TrainingRecord) throws -> Bool {
        try earlier.map { try stableJSON($0) == stableJSON(record) } ?? false
    }

    /// Refuses to replace heads of a plan that this one does not have.
    private func requireFree(
        _ folder: HeadsFolder, _ earlier: TrainingRecord?, asFarAsKnown record: TrainingRecord
    ) throws {
        guard folder.isThere, folder.hasHeads else { return }
        let difference: String? =
            if let earlier { record.difference(from: earlier) } else { "a file that is no record of this version" }
        guard let difference else { return }
        throw FileError.occupied(
            path: folder.url.appending(path: HeadsFolder.Name.record).path,
            found: earlier == nil ? "\(difference) is there" : "heads trained otherwise are there (\(difference))",
            remedy: "to replace them")
    }

    /// The heads of an earlier plan that are there, at the paths that they have in this one.
    private func items(
        of earlier: TrainingRecord, in folder: HeadsFolder, for record: TrainingRecord
    ) throws -> [OutputItem] {
        let present = try WrittenFolder(folder.url, of: HeadsFolder.resultName)
        var items: [OutputItem] = []
        for (objective, seed, task) in earlier.objectives.flatMap({ objective in
            earlier.seeds.flatMap { seed in tasks.map { (objective.name, "\(seed)", $0) } }
        }) {
            func path(_ record: TrainingRecord) -> String {
                HeadsFolder.path(
                    record, objective: objective, seed: seed, level: task.level.id, direction: task.direction.rawValue)
            }
            for ending in [".onnx", ".safetensors"] where present.has(path(earlier) + ending) {
                let file = folder.url.appending(path: path(earlier) + ending)
                guard exists(file) else { continue }
                try present.require(path(earlier) + ending)
                items.append(OutputItem(path(record) + ending, .copy(of: file)))
            }
        }
        return items
    }
}
