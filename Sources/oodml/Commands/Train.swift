import ArgumentParser
import Datasets
import Experiments
import Files
import Foundation
import HeadTraining
import Reports

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train heads on frozen features along a graded series of splits.",
        discussion: manual(
            """
            A head is a linear map, or a small network (--hidden), from features to embeddings. For each level and direction \
            one is trained on the training classes of that task alone, by each objective. `oodml evaluate --heads` scores them: \
            how much training adds to the features as they are, and how much of that is left on classes that are farther away.

            Features are standardised by the training samples. A step draws a batch of --batch-classes classes of \
            --batch-samples samples each, and moves the weights by AdamW. Tasks run side by side, one a processor; the same \
            command writes the same bytes, whatever the number of processors.

            Parameters of objectives are those of their papers, unless --set gives others or --tune searches for them: \
            a seeded random search with as many trials for each objective, scored by MAP@R on the validation folds of the \
            level that the series starts from; parameters that --set gives stay. The test classes of that level are not read, but \
            its training classes are test classes of other tasks. All trials are in training.json.

            The objective `untrained` is a control: heads that stay the random maps that they begin as.

            --shard 3/8 trains the third of eight parts of the heads, for jobs that run apart; --merge joins their folders, byte for byte as \
            one run writes them. With --tune, a part has all heads of some objectives, and only parts beyond the number of \
            objectives repeat a search.

            A run that was stopped, by Ctrl-C too, goes on where it was if the same command is given again; only a search that was not \
            finished begins anew. With further objectives or seeds, and otherwise the same, a run adds to the heads that are there.
            """,
            reads: """
                --splits DIR    manifest.json and samples.csv of make-splits
                --features F    n × d: .npy, .npz, .safetensors, .csv or a store, one row for
                                each row of the folder's samples.csv
                """,
            writes: """
                training.json   what is trained, and the trials of --tune
                OBJECTIVE/seed-S/{level}-{direction}.safetensors
                                the heads; OBJECTIVE if there are several, seed-S too
                OBJECTIVE/seed-S/{level}-{direction}.onnx
                                the same, from features to embeddings of length 1
                losses.csv      the loss in the course of each training
                receipt.csv     which files these are, with sizes and digests
                """,
            prints: """
                one line an objective, and how to score the heads; --format json:
                training.json; with --list the objectives with their parameters
                """,
            examples: """
                oodml train --list
                oodml train --splits splits/glyphs200 --objective proxy-anchor
                oodml train --splits splits/mine --features feats.npy \\
                  --objective triplet,multi-similarity --seeds 0,1,2 --out runs/mine
                oodml train --splits splits/mine --features feats.npy \\
                  --objective margin --set beta=1.0 --hidden 256 --dimension 64
                """,
            exitStatus: """
                130 stopped by Ctrl-C; the same command goes on
                """))

    @Option(
        help: ArgumentHelp("The folder that `oodml make-splits` wrote.", valueName: "dir"), completion: .directory,
        transform: path)
    var splits: URL?

    @Option(
        help: ArgumentHelp(
            "The frozen features: one row for each row of the folder's samples.csv (default: those that made the splits, if they "
                + "were kept, or are of the network that comes with oodml).",
            valueName: "file"),
        completion: .file(extensions: featureFileExtensions), transform: path)
    var features: URL?

    @OptionGroup var keeping: StoreOptions

    @Option(
        help: ArgumentHelp(
            "The objectives, separated by commas, or all.", valueName: "name,…"))
    var objective: String?

    @Flag(help: "List the objectives with their papers and parameters.")
    var list = false

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Parameters of the objective, as in margin=0.2,scale=32; of several objectives as in triplet.margin=0.2.",
            valueName: "name=value,…"))
    var parameters: String?

    @Option(help: ArgumentHelp("The number of dimensions of the embeddings.", valueName: "n"))
    var dimension = 128

    @Option(
        help: ArgumentHelp("The widths of hidden layers, separated by commas (default: none).", valueName: "n,…"),
        transform: { try positiveNumbers($0, of: "--hidden") })
    var hidden: [Int] = []

    @Option(help: ArgumentHelp("The number of batches.", valueName: "n"))
    var steps = 1000

    @Option(
        help: ArgumentHelp(
            "The number of classes of a batch (default: 28, or as many as all tasks have).", valueName: "n"))
    var batchClasses: Int?

    @Option(help: ArgumentHelp("The number of samples of each class of a batch.", valueName: "n"))
    var batchSamples = 4

    @Option(help: ArgumentHelp("The step size of AdamW.", valueName: "x"))
    var learningRate = 1e-3

    @Option(help: ArgumentHelp("The weight decay of AdamW.", valueName: "x"))
    var weightDecay = 1e-2

    @Option(
        help: ArgumentHelp("The seeds of the training runs, separated by commas (default: 0).", valueName: "s,…"),
        transform: seedNumbers)
    var seeds: [UInt64] = [0]

    @Flag(help: "Train all tasks on equally many classes and samples.")
    var trainMatched = false

    @Flag(help: "Train forward tasks alone.")
    var forwardOnly = false

    @Option(
        help: ArgumentHelp("Leave this validation fold out, counted from 0; forward tasks alone.", valueName: "n"))
    var fold: Int?

    @Option(
        help: ArgumentHelp(
            "Search for the parameters of each objective with this many trials, the first with those given.",
            valueName: "n"))
    var tune: Int?

    @OptionGroup var parts: PartOptions

    @Option(
        help: ArgumentHelp("The output folder (default: runs/NAME, NAME being that of --splits).", valueName: "dir"),
        completion: .directory, transform: path)
    var out: URL?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard list || (splits != nil && objective != nil) else {
            throw ValidationError("expected --splits DIR and --objective NAME, or --list")
        }
        for (name, value, allowed) in [
            ("--dimension", dimension, 1...1 << 16), ("--steps", steps, 1...1_000_000_000),
            ("--batch-classes", batchClasses ?? 2, 2...1 << 20), ("--batch-samples", batchSamples, 1...1 << 16),
            ("--tune", tune ?? 1, 1...10_000),
        ] where !allowed.contains(value) {
            throw ValidationError(
                "\(name) is \(value); expected \(allowed.lowerBound) to \(allowed.upperBound)")
        }
        guard learningRate > 0, learningRate.isFinite else {
            throw ValidationError("--learning-rate is \(learningRate); expected a number above 0")
        }
        guard weightDecay >= 0, weightDecay.isFinite else {
            throw ValidationError("--weight-decay is \(weightDecay); expected 0 or more")
        }
        if let fold, fold < 0 { throw ValidationError("--fold is \(fold); expected 0 or more") }
        if fold != nil, tune != nil {
            throw ValidationError("--tune scores all validation folds itself; expected no --fold")
        }
        try parts.requireFolder(out)
        if !list { _ = try objectives() }
    }

    func run() throws {
        guard let splits, !list else { return try printList() }
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        let folder = try SplitFolder(at: splits)
        let heads = HeadsFolder(at: out ?? defaultFolder(splits))
        var training = try SeriesTraining(
            along: folder, on: source(along: folder, on: terminal), by: settings(), report: terminal.show)
        training.generator = generator
        let record =
            parts.merge.isEmpty
            ? try training.train(
                into: heads, replacing: output.force, shard: parts.shard, report: terminal.show)
            : try training.join(
                parts.merge.map(HeadsFolder.init(at:)), into: heads, replacing: output.force, report: terminal.show)
        terminal.finish()
        switch output.format {
        case .json: try printJSON(record)
        case .text:
            try printText(
                summary(
                    of: record, taskCount: training.tasks.count, part: parts.shard, in: heads, splits: splits,
                    features: features),
                on: StandardStream.output.display)
        }
    }

    private func source(along folder: SplitFolder, on terminal: Terminal) throws -> EmbeddingSource {
        if let features { return .features(features) }
        guard
            let source = try keeping.source(
                of: folder.manifest, over: folder.dataset, at: folder.url, on: terminal)
        else {
            throw ValidationError("expected --features FILE, a row for each row of \(folder.samples.relativePath)")
        }
        return source
    }

    private func settings() throws -> SeriesTrainingSettings {
        let chosen = try objectives()
        var settings = SeriesTrainingSettings(
            objectives: chosen.map { objective, parameters, _ in
                var settings = HeadTrainingSettings(objective: objective, parameters: parameters)
                settings.architecture = HeadArchitecture(dimension: dimension, hidden: hidden)
                settings.stepCount = steps
                settings.classesPerBatch = batchClasses ?? settings.classesPerBatch
                settings.samplesPerClass = batchSamples
                settings.learningRate = learningRate
                settings.weightDecay = weightDecay
                return settings
            })
        settings.fixedParameters = Dictionary(uniqueKeysWithValues: chosen.map { ($0.objective.name, $0.set) })
        settings.seeds = seeds
        settings.directions = forwardOnly ? [.forward] : Direction.allCases
        settings.requiresClassesPerBatch = batchClasses != nil
        settings.isMatched = trainMatched
        settings.fold = fold
        settings.trialCount = tune
        return settings
    }

    /// The objectives that are asked for, with the parameters that are set.
    private func objectives() throws -> [(objective: any Objective, parameters: ObjectiveParameters, set: Set<String>)]
    {
        let names = (objective ?? "").parts(between: ",")
        do {
            if names.count > 1, names.contains(where: { $0 == "all" }) {
                throw ValidationError("all stands for every objective; expected it alone")
            }
            let chosen =
                names == ["all"] ? KnownObjectives.all : try names.map { try KnownObjectives.objective(named: $0) }
            guard Set(names).count == names.count else {
                throw ValidationError("an objective is named twice in \"\(objective ?? "")\"; expected different ones")
            }
            var settings = Dictionary(uniqueKeysWithValues: chosen.map { ($0.name, [String]()) })
            for setting in (parameters ?? "").parts(between: ",", keepingEmpty: false) {
                if let (name, own) = try setting.afterObjective() {
                    guard settings[name] != nil else {
                        throw ValidationError("--set has \"\(setting)\", but \(name) is not trained")
                    }
                    settings[name]?.append(own)
                } else if chosen.count == 1 {
                    settings[chosen[0].name]?.append(setting)
                } else {
                    throw ValidationError(
                        "--set has \"\(setting)\" for \(chosen.count) objectives; expected OBJECTIVE.NAME=VALUE")
                }
            }
            for (name, own) in settings {
                let set = own.map(\.parameterName)
                if let twice = set.first(where: { name in set.count(where: { $0 == name }) > 1 }) {
                    throw ValidationError("--set gives \(twice) of \(name) twice; expected one value")
                }
            }
            return try chosen.map { objective in
                let own = settings[objective.name] ?? []
                return (
                    objective, try ObjectiveParameters(of: objective, parsing: own), Set(own.map(\.parameterName))
                )
            }
        } catch let error as HeadTrainingError {
            throw ValidationError("\(error)")
        }
    }

    private func printList() throws {
        switch output.format {
        case .json: try printJSON(KnownObjectives.all.map(ListedObjective.init))
        case .text:
            let text = KnownObjectives.all.map { objectiveText($0) }.joined(separator: "\n")
            try printText(text, on: StandardStream.output.display)
        }
    }

    private func defaultFolder(_ splits: URL) -> URL {
        let name = splits.standardizedFileURL.lastPathComponent
        return URL(filePath: "runs/\(name)" + (fold.map { "-fold-\($0)" } ?? ""))
    }
}

extension String {
    /// The name of a parameter that "margin=0.2" sets.
    fileprivate var parameterName: String { parts(between: "=")[0] }

    /// The objective and the setting of "triplet.margin=0.2"; nil if no objective is named.
    ///
    /// - Throws: `HeadTrainingError` for an unknown objective.
    fileprivate func afterObjective() throws -> (objective: String, setting: String)? {
        let names = parameterName.parts(between: ".")
        guard names.count > 1 else { return nil }
        let name = try KnownObjectives.objective(named: names[0]).name
        return (name, String(decoding: utf8.dropFirst(name.utf8.count + 1), as: UTF8.self))
    }
}

/// Parses seeds separated by commas, for options' `transform`.
private func seedNumbers(_ argument: String) throws -> [UInt64] {
    let seeds = argument.parts(between: ",").map { UInt64($0) }
    let found = seeds.compactMap { $0 }
    guard found.count == seeds.count, Set(found).count == found.count else {
        throw ValidationError("found \"\(argument)\"; expected different whole numbers from 0 separated by commas")
    }
    return found
}

/// Parses positive numbers separated by commas, for options' `transform`.
private func positiveNumbers(_ argument: String, of option: String) throws -> [Int] {
    let numbers = argument.parts(between: ",").map { Int($0) }
    let found = numbers.compactMap { $0 }
    guard found.count == numbers.count, found.allSatisfy({ $0 > 0 && $0 <= 1 << 20 }) else {
        throw ValidationError("\(option) is \"\(argument)\"; expected positive numbers separated by commas")
    }
    return found
}
