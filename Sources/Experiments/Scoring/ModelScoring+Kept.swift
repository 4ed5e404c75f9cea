internal import Datasets
internal import Evaluation
internal import Files
internal import Foundation
internal import Parallel
internal import Ranks
internal import Splits

// What a run that was stopped has kept.
extension ModelScoring {
    /// The scores of tasks, and of the backbone in the catalogue, that are kept; all ranks go by what the first one finds.
    func knownScores(
        of numbers: [Int], _ files: RunFiles, withCatalogue: Bool, report: WorkReport
    ) throws -> (tasks: [Int: ScoredTask], catalogue: TaskScores?) {
        guard let kept else { return ([:], nil) }
        try shareKeyOfAll()
        var found = KnownScores()
        if Ranks.isFirst, kept.isThere {
            for number in numbers {
                guard let key = try key(ofTask: number, files), let task: ScoredTask = kept.value(key) else { continue }
                found.numbers.append(number)
                found.tasks.append(task)
            }
            if withCatalogue, let key = try backboneKey() { found.catalogue = kept.value(key) }
            if !found.numbers.isEmpty {
                let counts = "\(found.numbers.count) of \(numbers.count)"
                report(.note("\(counts) tasks are scored already, by a run that was stopped."))
            }
        }
        if let group = Ranks.current {
            let all = try group.gather(
                Ranks.isFirst ? found.portableBytes : [], of: "what is scored already")
            if !Ranks.isFirst { found = try KnownScores(portableBytes: all[0]) }
        }
        return (Dictionary(uniqueKeysWithValues: zip(found.numbers, found.tasks)), found.catalogue)
    }

    /// The digest under which the scores of a task are kept; nil if that is not worthwhile.
    func key(ofTask number: Int, _ files: RunFiles) throws -> String? {
        guard let kept, kept.isWorthwhile, let common = try keyOfAll() else { return nil }
        let (task, parts) = (tasks[number], files.parts(for: tasks[number]))
        return ScoringInputs.digest(
            of: [common, "\(number)", files.file(for: task).path] + (try kind.identity(of: parts)))
    }

    /// The digest under which the scores of the backbone in the catalogue are kept.
    func backboneKey() throws -> String? {
        try keyOfAll().map { ScoringInputs.digest(of: [$0, "the backbone in the catalogue"]) }
    }

    /// Has the first rank read what the scores of all tasks depend on, so that images are not read by all.
    private func shareKeyOfAll() throws {
        guard let group = Ranks.current else { return }
        let own = Ranks.isFirst ? try keyOfAll() : nil
        let all = try group.gather(own.portableBytes, of: "the digest of what is scored")
        if let key = try String?(portableBytes: all[0]) { inputs.take(common: key) }
    }

    /// The digest of what the scores of all tasks depend on.
    private func keyOfAll() throws -> String? {
        guard kept != nil, let program = ScoringInputs.program else { return nil }
        return try inputs.common {
            let ids = splits.dataset.samples.map(\.id)
            return [program, generator] + (try splits.identity(withEpisodesOf: settings.shots))
                + tasks.map { "\($0.level.id) \($0.direction.rawValue)" }
                + ["\(settings)", try stableJSON(rules(withCatalogue: true))]
                + (try backbone?.identity(ofSamples: ids) ?? ["no backbone"]) + (try kind.identity(ofSamples: ids))
        }
    }
}

/// What the first rank has found.
private struct KnownScores: Portable {
    var numbers: [Int] = []
    var tasks: [ScoredTask] = []
    var catalogue: TaskScores?

    init() {}

    func put(into bytes: inout PortableBytes) { bytes.put(numbers, tasks, catalogue) }

    init(from bytes: inout PortableBytes) throws {
        (numbers, tasks, catalogue) = (try bytes.get(), try bytes.get(), try bytes.get())
    }
}
