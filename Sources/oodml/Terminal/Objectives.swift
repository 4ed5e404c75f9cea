import Embeddings
import Experiments
import Files
import Foundation
import HeadTraining
import Reports
import Statistics

/// An objective as `train --list --format json` prints it.
struct ListedObjective: Encodable {
    let name: String
    let title: String
    let paper: String
    let parameters: [Parameter]

    struct Parameter: Encodable {
        let name: String
        let meaning: String
        let standard: TrainingRecord.Value
        let options: [String]?
        let allowed: [Double]?
        let searched: [Double]?
        let scale: String?

        private enum CodingKeys: String, CodingKey {
            case name, meaning, options, allowed, searched, scale
            case standard = "default"
        }
    }

    init(_ objective: any Objective) {
        name = objective.name
        title = objective.title
        paper = objective.paper.description
        parameters = objective.parameters.map { parameter in
            switch parameter.kind {
            case .number(let standard, let allowed, let searched, let scale):
                Parameter(
                    name: parameter.name, meaning: parameter.meaning, standard: .number(standard), options: nil,
                    allowed: [allowed.lowerBound, allowed.upperBound],
                    searched: [searched.lowerBound, searched.upperBound], scale: scale.rawValue)
            case .choice(let standard, let options):
                Parameter(
                    name: parameter.name, meaning: parameter.meaning, standard: .text(standard), options: options,
                    allowed: nil, searched: nil, scale: nil)
            }
        }
    }
}

/// An objective with its paper and parameters, as `train --list` prints it.
func objectiveText(_ objective: any Objective) -> String {
    let defaults = objective.defaults.values
    let width = objective.parameters.map(\.name.count).max() ?? 0
    func text(_ number: Double) -> String { ObjectiveParameters.Value.number(number).description }
    var lines = "\(objective.name): \(objective.title)\n  \(objective.paper)\n"
    for (parameter, value) in zip(objective.parameters, defaults) {
        let name = parameter.name.padding(toLength: width, withPad: " ", startingAt: 0)
        var range = ""
        switch parameter.kind {
        case .number(_, let allowed, _, _):
            range = "\(text(allowed.lowerBound)) to \(text(allowed.upperBound))"
        case .choice(_, let options): range = options.joined(separator: ", ")
        }
        lines += "  \(name)  \(value.value)  \(parameter.meaning) (\(range))\n"
    }
    return lines
}

/// What `train` prints.
///
/// - Parameter shard: the part that was trained; nil for all.
func summary(
    of record: TrainingRecord, taskCount: Int, part shard: RunShard?, in folder: HeadsFolder, splits: URL,
    features: URL?
) -> String {
    let runs = record.seeds.count == 1 ? "" : ", \(record.seeds.count) seeds"
    let part = shard.map { "Part \($0.number) of \($0.count) of " } ?? ""
    var lines = [
        "\(part)\(taskCount * record.seeds.count * record.objectives.count) heads on \(onOneLine(record.features.file)) "
            + "(\(record.features.dimension) features) for \(onOneLine(record.dataset)): "
            + "\(taskCount) tasks\(runs)", "",
    ]
    for objective in record.objectives {
        let parameters = objective.parameters.sorted { $0.key < $1.key }.map { name, value in
            switch value {
            case .number(let number): "\(name)=\(ObjectiveParameters.Value.number(number))"
            case .text(let text): "\(name)=\(text)"
            }
        }
        var line = "  " + objective.name + (parameters.isEmpty ? "" : "  " + parameters.joined(separator: ","))
        if let tuning = record.tuning {
            let trials = tuning.trials.filter { $0.objective == objective.name }
            // Another part has its trials and heads.
            if shard != nil, trials.isEmpty { continue }
            let (given, best) = (trials.first?.mean, trials.first(where: \.isChosen)?.mean)
            line +=
                "  MAP@R on the folds of \(tuning.level): \(best.map { fixed($0, 4) } ?? "–")"
                + " (as given \(given.map { fixed($0, 4) } ?? "–"))"
        }
        lines.append(onOneLine(line))
    }
    func quoted(_ url: URL) -> String {
        let path = url.relativePath
        return path.allSatisfy { $0.isLetter || $0.isNumber || "/._-".contains($0) } ? path : "'\(path)'"
    }
    let source = features.map { " --features \(quoted($0))" } ?? ""
    lines += [
        "", "Written: \(onOneLine(folder.url.relativePath))/training.json and the heads beside it", "",
        shard.map {
            "To join all \($0.count) parts: the same command with --merge and their folders, in place of --shard"
        }
            ?? "To score them: oodml evaluate --splits \(quoted(splits))\(source) --heads \(quoted(folder.url))",
    ]
    return lines.joined(separator: "\n")
}
