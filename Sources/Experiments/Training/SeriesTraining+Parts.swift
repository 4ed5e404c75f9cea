internal import Files
internal import Foundation
internal import HeadTraining
public import Parallel

// How heads are divided among jobs that run apart, and joined again.
extension SeriesTraining {
    /// Whether a part has a head of an objective, the heads of each being counted from 0.
    ///
    /// Without a search for parameters, heads go around. With one, each part trains whole objectives, so that no search is made
    /// twice; where there are more parts than objectives, those of one objective share its heads, and each makes its search.
    func has(_ shard: RunShard, head: Int, ofObjective objective: Int) -> Bool {
        let count = settings.objectives.count
        guard settings.trialCount != nil else {
            return shard.has(objective * settings.seeds.count * tasks.count + head)
        }
        guard shard.count > count else { return shard.has(objective) }
        let (place, own) = (shard.number - 1).quotientAndRemainder(dividingBy: count)
        return own == objective && head % partCount(ofObjective: objective, of: shard.count) == place
    }

    /// Whether a part, or the whole, has any head of an objective.
    func isTrained(_ objective: Int, in shard: RunShard?) -> Bool {
        guard let shard else { return true }
        return (0..<settings.seeds.count * tasks.count).contains { has(shard, head: $0, ofObjective: objective) }
    }

    /// How many of many parts share the heads of an objective.
    private func partCount(ofObjective objective: Int, of count: Int) -> Int {
        (count - 1 - objective) / settings.objectives.count + 1
    }

    /// Says that other parts make the same search as this one.
    func noteOfRepeatedSearches(_ shard: RunShard) -> WorkEvent? {
        let count = settings.objectives.count
        let objective = (shard.number - 1) % count
        guard shard.count > count, isTrained(objective, in: shard) else { return nil }
        let others = min(partCount(ofObjective: objective, of: shard.count), settings.seeds.count * tasks.count) - 1
        guard others > 0 else { return nil }
        return .note(
            "\(others) other \(others == 1 ? "part makes" : "parts make") the search of "
                + "\(settings.objectives[objective].objective.name) too; no more parts than objectives (\(count)) make each once."
        )
    }

    /// Joins the heads that several runs have trained, each a part, to what one run of all would have written.
    ///
    /// - Parameters:
    ///   - parts: their folders.
    ///   - folder: where the heads are written.
    ///   - replacing: whether heads that are there may be replaced.
    ///   - report: called with warnings.
    /// - Returns: what was trained.
    /// - Throws: ``/Files/FileError`` for a part of another plan, one that was changed, or a head or a search that no part has.
    @discardableResult
    public func join(
        _ parts: [HeadsFolder], into folder: HeadsFolder, replacing: Bool = false,
        report: @escaping WorkReport = { _ in }
    ) throws -> TrainingRecord {
        let (record, objectives) = try joinedPlan(of: parts)
        let output = try OutputFolder(folder.url, result: HeadsFolder.resultName, force: replacing) {
            report(.warning($0))
        }
        let jobs = jobs(of: record, objectives)
        var (items, files): ([OutputItem], [URL]) = ([], [])
        for job in jobs {
            let own = parts.lazy.map { $0.url.appending(path: job.path) }
            guard let found = own.first(where: { exists($0.appendingPathExtension("safetensors")) }) else {
                throw FileError.malformed(
                    path: parts.first?.url.path ?? "", found: "no head \(job.path), here or in the other parts",
                    expected: "every head in one of them")
            }
            for ending in ["onnx", "safetensors"] {
                items.append(
                    OutputItem("\(job.path).\(ending)", .copy(of: found.appendingPathExtension(ending))))
            }
            files.append(found.appendingPathExtension("safetensors"))
        }
        let losses = try losses(of: jobs, in: files)
        try output.write(
            items + [
                OutputItem(HeadsFolder.Name.losses, text: losses),
                OutputItem(HeadsFolder.Name.record, text: try stableJSON(record)),
            ])
        return record
    }

    /// What the parts of a run have trained together, with the searches of all.
    private func joinedPlan(of parts: [HeadsFolder]) throws -> (TrainingRecord, [HeadTrainingSettings]) {
        let search = try settings.trialCount.map { try ParameterSearch(of: self, trialCount: $0) }
        var known: [[TrainingRecord.Trial]?] = settings.objectives.map { _ in nil }
        func otherwise(_ part: HeadsFolder, _ difference: String) -> FileError {
            .malformed(
                path: part.url.path, found: "heads trained otherwise (\(difference))",
                expected: "the options with which this part was trained")
        }
        for part in parts {
            let found = try part.record()
            let own = search?.known(of: found.tuning)
            // A part knows its own searches alone.
            let plan =
                if let search, let own { record(of: search, knowing: own) } else {
                    record(of: settings.objectives, tuning: nil)
                }
            if let difference = plan.difference(from: found) { throw otherwise(part, difference) }
            try part.requireUnchanged()
            for (number, trials) in (own ?? []).enumerated() {
                guard let trials else { continue }
                if let other = known[number], other != trials {
                    throw otherwise(part, "after a search with other trials")
                }
                known[number] = trials
            }
        }
        guard let search else { return (record(of: settings.objectives, tuning: nil), settings.objectives) }
        if let missing = known.firstIndex(where: { $0 == nil }) {
            throw FileError.malformed(
                path: parts.first?.url.path ?? "",
                found:
                    "no search for the parameters of \(settings.objectives[missing].objective.name), here or in the other parts",
                expected: "that of every objective in one of them")
        }
        let tuning = search.tuning(of: known)
        let objectives = search.chosen(from: tuning)
        return (record(of: objectives, tuning: tuning), objectives)
    }
}
