internal import Datasets
internal import Embeddings
internal import Files
internal import Foundation
internal import HeadTraining
internal import Parallel
internal import Ranks
internal import Splits
internal import Synchronization

// How the heads of a plan are trained and written.
extension SeriesTraining {
    /// One head.
    struct Job: Sendable {
        let settings: HeadTrainingSettings
        let task: Int
        let path: String
    }

    /// Trains the heads of a plan, or of a part of it, that are not there yet, and writes each as soon as it is done.
    func trainHeads(
        of record: TrainingRecord, _ objectives: [HeadTrainingSettings], _ shard: RunShard?, into folder: HeadsFolder,
        _ output: OutputFolder,
        report: @escaping WorkReport
    ) throws {
        let all = jobs(of: record, objectives, in: shard)
        let present = try WrittenFolder(folder.url, of: HeadsFolder.resultName)
        let jobs = try all.filter { job in
            try [".safetensors", ".onnx"].contains { ending in
                guard present.has(job.path + ending), exists(folder.url.appending(path: job.path + ending)) else {
                    return true
                }
                try present.require(job.path + ending)
                return false
            }
        }
        // What somebody changed is theirs, also with --force.
        try output.requireRoom(for: jobs.flatMap { [$0.path + ".safetensors", $0.path + ".onnx"] })
        if jobs.count < all.count {
            report(.note("\(all.count - jobs.count) of \(all.count) heads are there already."))
        }
        let progress = StepProgress(of: jobs.reduce(0) { $0 + $1.settings.stepCount }, report: report)
        let plan = try stableJSON(record)
        let writer = HeadWriter(output, record: plan)
        let idle = Mutex<Set<String>>([])
        // A failure keeps the heads that are done.
        defer { try? writer.finish() }
        @Sendable func trained(_ job: Job) throws -> (file: HeadFile, isIdle: Bool) {
            let trained = try head(job, progress: progress)
            return (
                HeadFile(trained.head, metadata: metadata(of: job, trained)),
                trained.losses.allSatisfy { $0 == 0 } && job.settings.objective.name != KnownObjectives.control.name
            )
        }
        if Ranks.current == nil {
            _ = concurrentMap(count: jobs.count) { number in
                let job = jobs[number]
                do {
                    let (file, isIdle) = try trained(job)
                    if isIdle { idle.withLock { _ = $0.insert(job.settings.objective.name) } }
                    try writer.add(file, at: job.path)
                } catch {
                    progress.fail(with: TrainingFailure(place: name(of: job), error: error))
                }
            }
        } else {
            // The first rank writes the heads of all, one round after the other, so that a stopped run has most of them.
            let size = 2 * (try sharedProcessorCount())
            for start in stride(from: 0, to: jobs.count, by: size) {
                let round = Array(jobs[start..<min(start + size, jobs.count)])
                let made = try sharedMap(of: "heads", count: round.count) { number in
                    TrainedFile { try trained(round[number]) }
                }
                for (job, file) in zip(round, made) where file.failure == nil {
                    if file.isIdle { idle.withLock { _ = $0.insert(job.settings.objective.name) } }
                    writer.keep(onnx: file.onnx, safetensors: file.safetensors, at: job.path)
                }
                try writer.finish()
                for (job, file) in zip(round, made) {
                    if let failure = file.failure { throw TrainingFailure(place: name(of: job), error: failure) }
                }
            }
        }
        try progress.throwFailure()
        try writer.finish()
        for objective in idle.withLock({ $0.sorted() }) {
            report(
                .warning(
                    "the loss of \(objective) was 0 throughout, so nothing was learnt; with one sample of each class, tuples "
                        + "have no positives"))
        }
        // Who joins the parts writes the losses of all.
        guard shard == nil else { return }
        let files = all.map { folder.url.appending(path: $0.path + ".safetensors") }
        try output.write(
            [
                OutputItem(HeadsFolder.Name.losses, text: try losses(of: all, in: files)),
                OutputItem(HeadsFolder.Name.record, text: plan),
            ], adding: true)
    }

    /// The heads of a plan, or of a part of it, in order.
    func jobs(of record: TrainingRecord, _ objectives: [HeadTrainingSettings], in shard: RunShard? = nil) -> [Job] {
        objectives.enumerated().flatMap { place, objective in
            settings.seeds.enumerated().flatMap { run, seed in
                tasks.indices.compactMap { number -> Job? in
                    if let shard, !has(shard, head: run * tasks.count + number, ofObjective: place) { return nil }
                    var settings = objective
                    settings.seed = seed
                    let task = tasks[number]
                    return Job(
                        settings: settings, task: number,
                        path: HeadsFolder.path(
                            record, objective: objective.objective.name, seed: "\(seed)", level: task.level.id,
                            direction: task.direction.rawValue))
                }
            }
        }
    }

    private func name(of job: Job) -> String {
        let task = tasks[job.task]
        let seed = settings.seeds.count > 1 ? ", seed \(job.settings.seed)" : ""
        return "\(job.settings.objective.name), \(task.level.id), \(task.direction.rawValue)\(seed)"
    }

    private func head(_ job: Job, progress: StepProgress) throws -> TrainedHead {
        let samples = trainingSamples[job.task]
        var done = 0
        let trained = try trainHead(
            features: features, rows: samples, labels: samples.map { splits.dataset.classOfSample[$0] },
            settings: job.settings
        ) { step in
            try progress.add(step - done)
            done = step
        }
        return trained
    }

    private func metadata(of job: Job, _ trained: TrainedHead) -> [String: String] {
        let task = tasks[job.task]
        let own = [
            "tool": generator, "dataset": splits.dataset.name, "manifest_sha256": manifestDigest,
            "level": task.level.id, "direction": task.direction.rawValue, "features_sha256": provenance.sha256,
            "samples": "\(trained.sampleCount)", "classes": "\(trained.classCount)",
            "constant_features": "\(trained.constantFeatureCount)", "fold": settings.fold.map { "\($0)" } ?? "none",
            "matched": "\(settings.isMatched)",
            "losses": trained.losses.map { "\($0)" }.joined(separator: " "),
        ]
        return job.settings.metadata.merging(own) { $1 }
    }

    /// The course of all trainings as a table, from what the heads say.
    func losses(of jobs: [Job], in files: [URL]) throws -> String {
        var rows: [[String]] = []
        for (job, file) in zip(jobs, files) {
            let task = tasks[job.task]
            let head = try HeadFile(contentsOf: file)
            for (number, loss) in (head.metadata["losses"] ?? "").parts(between: " ", keepingEmpty: false).enumerated()
            {
                let step = min((number + 1) * TrainedHead.curveInterval, job.settings.stepCount)
                rows.append([
                    job.settings.objective.name, "\(job.settings.seed)", task.level.id, task.direction.rawValue,
                    "\(step)",
                    loss,
                ])
            }
        }
        return CSVTable(columns: ["objective", "seed", "level", "direction", "step", "loss"], rows: rows).text
    }
}
