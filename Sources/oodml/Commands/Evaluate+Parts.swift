import Experiments
import Foundation

extension Evaluate {
    /// What is scored and by what rules, for parts that must agree.
    func rules(of subjects: [Subject], by scoring: inout ModelScoring) throws -> [String] {
        var rules: [String] = []
        for subject in subjects {
            scoring.turn(to: subject.models)
            rules.append(try scoring.descriptionOfRules(seeds: subject.seeds))
        }
        return rules
    }

    /// Scores a part of the tasks, and writes it for the run that joins all parts.
    func score(
        _ shard: RunShard, of subjects: [Subject], by scoring: inout ModelScoring, into folder: URL,
        on terminal: Terminal
    ) throws {
        try ScoringPart.requireRoom(in: folder, replacing: output.force)
        scoring.kept = keptScores(beside: folder)
        var part = ScoringPart(shard, of: try rules(of: subjects, by: &scoring))
        let runCount = subjects.reduce(0) { $0 + $1.seeds.count }
        var number = 0
        for subject in subjects {
            scoring.turn(to: subject.models)
            for seed in subject.seeds {
                try scoring.score(into: &part, seed: seed, run: (number, runCount), report: terminal.show)
                number += 1
            }
        }
        let file = try part.write(into: folder, replacing: output.force)
        scoring.kept?.remove()
        terminal.finish()
        let summary = PartSummary(
            file: file, number: shard.number, partCount: shard.count, taskCount: part.taskCount,
            wholeCount: runCount * scoring.tasks.count)
        switch output.format {
        case .json: try printJSON(summary)
        case .text:
            try printText(
                onOneLine(
                    "\(summary.taskCount) of \(summary.wholeCount) tasks in \(file); --merge joins all \(shard.count) parts"
                ))
        }
    }
}

extension Evaluate {
    /// Where scores are kept until they are written to a folder; from the first on, the end of a job's time loses no more than
    /// the task at hand.
    func keptScores(beside folder: URL) -> KeptScores? {
        guard parts.merge.isEmpty else { return nil }
        let isOwnProcess = OutputCapture.current == nil
        return KeptScores(beside: folder) { if isOwnProcess { saySentenceOnTermination(goesOn: true) } }
    }
}

/// What `--shard` prints.
private struct PartSummary: Encodable {
    let file: String
    let number: Int
    let partCount: Int
    let taskCount: Int
    let wholeCount: Int

    enum CodingKeys: String, CodingKey {
        case file
        case number = "part"
        case partCount = "part_count"
        case taskCount = "task_count"
        case wholeCount = "whole_task_count"
    }
}
