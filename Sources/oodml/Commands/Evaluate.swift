public import ArgumentParser
import Datasets
internal import Evaluation
import Experiments
import FeatureExtraction
import Files
import Foundation
import Glyphs200
import Reports
import Retrieval

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Score models along a graded series of splits.",
        discussion: manual(
            """
            Each level of the splits is two tasks: train on its train classes and test on its test classes (forward), or \
            the other way round (reverse). The path of the model names the task: {level} stands for the level's id, as \
            in level-3, and {direction} for forward or reverse. With {level} and no {direction} only forward tasks are \
            scored. A path with neither is of one network or file for all tasks, such as an off-the-shelf backbone, and is \
            scored in both directions.

            Retrieval is exact, and by cosine unless told otherwise. The headline numbers are from the catalogue: the whole \
            dataset is searched, seen, unseen and removed classes alike, and each level is asked the same queries, each \
            through the model that was not trained on its class. So an embedding that is never trained scores the same at \
            every level, and what changes is what training did. Where the backbone that made the splits is at hand, a \
            model's lead over it is its gain, and the cost of shift is what the gain loses from the easiest to the hardest \
            level. That it costs something is said where both the interval over classes and that by the scatter of the \
            levels, each of which has models of its own, exclude 0; never with fewer than six groups of classes, or three \
            levels. With forward tasks alone the queries are of the classes that are test classes at every level.

            The protocol of the paper stands beside it: one against the rest within each level's test classes, also in \
            `matched` galleries of equal size at every level, and the lead over the backbone there. Hard levels have classes \
            that are more alike, and fewer of them, which is harder or easier for any embedding: nothing is concluded from \
            these numbers about shift.

            Where samples.csv has roles, as In-Shop has, samples of the role query are searched among those of the role \
            gallery; samples without a role are both. Every score has a 95 % interval: how far it would be off with other \
            classes, as queries and as distractors (--confidence says otherwise); with queries in fewer than six groups of \
            classes it has none. AGS, the area under a metric against the shift, has one too.

            --embeddings takes files instead of models: one row for each sample of the dataset, in the order of the splits' \
            samples.csv or, where the files have ids, in any order. Rows of the test classes alone give the paper's \
            protocol alone, as --no-catalogue does, with which networks embed no more than these.

            --heads takes what `oodml train` wrote, a folder or the path of heads: they are scored on --features, and the gain is \
            over these features as they are. Each objective of a folder gets results of its own.

            --fold scores a validation fold of each level's train classes instead of the test classes, for tuning: the \
            model must not have trained on that fold. {fold} in the path stands for its number.

            --shots adapts the embeddings to a few samples of every test class, by a linear map in closed form, and \
            scores all other samples before and after; the splits have episodes of 2 and 5 samples. Imported splits have \
            those that were published, of test classes only, so that there is nothing to adapt in reverse.

            Tricks at test time (--flip, --embedding-dim, --mix-raw, --rerank) raise scores. The plain scores are always \
            in the results, and those with all tricks given beside them, as the subject `tricked`.

            --seeds scores several training runs of one model, for `oodml compare`: {seed} in the path stands for each, \
            and each gets a folder seed-S within the output folder; all are written together, at the end. A run of more than \
            twenty seconds that was stopped, by Ctrl-C too, goes on after the tasks that it has scored if the same command is \
            given again; what has changed meanwhile is scored anew. --join seeds \
            instead puts the heads of all seeds side by side, as independent learners, and scores them as one embedding: each of \
            m is scaled by 1/√m. --join objectives does so with the heads of all objectives, and --join all with both.
            """,
            reads: """
                --splits DIR       manifest.json and samples.csv of make-splits
                --model PATH       networks, their config files beside them; with --root DIR
                --embeddings PATH  .npy, .npz, .safetensors or .csv, or stores
                --heads PATH       what train wrote; with --features, which the heads take
                --backbone M, --features F  what made the splits, for the gain
                """,
            writes: """
                results.json  all scores, gains, cost of shift, AGS and leads
                results.csv   the same as one row a number
                per-class.csv how each class is retrieved at each level
                retrieval-examples.json  the best, median and worst queries
                curve.svg     MAP@R among all classes against the distance, or
                              along the order of --order
                receipt.csv   which files these are, with sizes and digests
                """,
            prints: """
                of one model a line a level (fid is the squared Fréchet distance, scores
                are parts of 1), AGS, and on a terminal the curve; of several a line a
                model; then what was found, in sentences; --format json: results.json,
                with --seeds a list of them
                """,
            examples: """
                oodml evaluate --splits splits/glyphs200 \\
                  --model 'Examples/glyphs200/models/{level}-{direction}.onnx'
                oodml evaluate --splits splits/photos --root photos \\
                  --backbone resnet50.onnx --model 'runs/{level}.onnx'
                oodml evaluate --splits splits/mine --features feats.npy \\
                  --embeddings 'runs/{level}.npy'
                oodml evaluate --splits splits/mine --features feats.npy --heads runs/mine
                oodml evaluate --splits splits/mine --features feats.npy --heads runs/mine \\
                  --join seeds
                """))

    @Option(
        help: ArgumentHelp("The folder that `oodml make-splits` wrote.", valueName: "dir"), completion: .directory,
        transform: path)
    var splits: URL

    @Option(
        help: ArgumentHelp("The models, ONNX, OpenVINO or TFLite, each trained for one task.", valueName: "path"),
        completion: .file(extensions: networkFileExtensions), transform: modelFiles)
    var model: ModelFiles?

    @Option(
        help: ArgumentHelp(
            "Embeddings instead of models: .npy, .npz, .safetensors or .csv files, one for each task.",
            valueName: "path"),
        completion: .file(extensions: featureFileExtensions), transform: modelFiles)
    var embeddings: ModelFiles?

    @Option(
        help: ArgumentHelp(
            "Heads on --features instead of models: a folder that `oodml train` wrote, or .safetensors, one for each task.",
            valueName: "path"),
        completion: .directory)
    var heads: String?

    @OptionGroup var reference: ReferenceOptions

    @OptionGroup var retrieval: RetrievalOptions

    @Option(
        help: """
            How errors are estimated: for other classes, for other queries in front of this gallery, or not at all.
            """)
    var confidence = ConfidenceMethod.Kind.classJackknife

    @Flag(help: "Score within the test classes only, without gain and cost of shift.")
    var noCatalogue = false

    @Option(
        help: ArgumentHelp(
            "Draws of galleries of equal size; 0 for none (default: 20, or fewer large ones).", valueName: "n"))
    var matchedDraws: Int?

    @Option(
        help: ArgumentHelp(
            "The levels to score, separated by commas, or found for those whose files are there (default: all).",
            valueName: "id,…|found"),
        transform: ScoredLevels.init)
    var levels: ScoredLevels?

    @Option(
        help: ArgumentHelp("Score this validation fold, counted from 0 (default: the test classes).", valueName: "n"))
    var fold: Int?

    @Option(
        help: ArgumentHelp(
            "Put heads side by side as one embedding of length 1: those of all seeds, of all objectives, or all.",
            valueName: HeadJoin.allCases.map(\.rawValue).joined(separator: "|")))
    var join: HeadJoin?

    @Option(
        help: ArgumentHelp(
            "The training runs that {seed} stands for, separated by commas (default: one run).", valueName: "s,s,…"),
        transform: names)
    var seeds: [String] = []

    @Option(
        help: ArgumentHelp("The output folder (default: results/NAME, NAME being that of --splits).", valueName: "dir"),
        completion: .directory, transform: path)
    var out: URL?

    @Option(
        help: ArgumentHelp(
            "Adapt to the splits' few-shot episodes of this many samples a class (default: no adaptation).",
            valueName: "k"))
    var shots: Int?

    @OptionGroup var parts: PartOptions

    @Flag(help: "Print all tables: each model at each level, the protocol of the paper, and all areas.")
    var verbose = false

    @OptionGroup(title: "Tricks at test time") var trickOptions: TrickOptions

    @OptionGroup(title: "Options of the models (default: as the file beside each says)") var network: NetworkOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard [model != nil, embeddings != nil, heads != nil].count(where: { $0 }) == 1 else {
            throw ValidationError("expected one of --model PATH, --embeddings PATH and --heads PATH")
        }
        if let template = try template {
            if template.namesFold && fold == nil {
                throw ValidationError("\(template.text) names a {fold}; expected --fold with its number")
            }
            guard template.namesSeed == !seeds.isEmpty else {
                throw ValidationError(
                    "found \(template.namesSeed ? "{seed} in the path" : "--seeds") alone; expected {seed} in the path and "
                        + "--seeds, or neither")
            }
        } else if !seeds.isEmpty {
            throw ValidationError(
                "found --seeds with a folder of heads, whose training.json names them; expected no --seeds")
        }
        try requireJoinable()
        if let shots, shots < 1 { throw ValidationError("--shots is \(shots); expected 1 or more") }
        if let fold, fold < 0 { throw ValidationError("--fold is \(fold); expected 0 or more") }
        if !network.areDefault && model == nil {
            throw ValidationError(
                "\(heads == nil ? "--embeddings" : "--features") are made already; expected no options of the models")
        }
        if trickOptions.flip && model == nil { throw ValidationError("--flip needs images; expected --model") }
        if retrieval.similarity == .innerProduct, trickOptions.rerank || trickOptions.mixRaw != nil || shots != nil {
            throw ValidationError(
                "--rerank, --mix-raw and --shots need the cosine or the distance; found --similarity inner-product")
        }
        try parts.requireFolder(out)
        if let matchedDraws, matchedDraws < 0 {
            throw ValidationError("--matched-draws is \(matchedDraws); expected 0 or more")
        }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        let subjects = try subjects()
        let splits = try chosen(from: SplitFolder(at: splits), for: subjects, on: terminal)
        let (kind, backbone) = try kind(along: splits, on: terminal)
        var scoring = try ModelScoring(
            along: splits, of: subjects[0].models, being: kind, by: settings(for: subjects[0]))
        scoring.generator = generator
        scoring.backbone = backbone
        for subject in subjects {
            scoring.turn(to: subject.models)
            if parts.merge.isEmpty { try scoring.requireFiles(ofSeeds: subject.seeds) }
            guard parts.shard == nil else { continue }
            try subject.folder.requireRoom(ofSeeds: subject.seeds, replacing: output.force)
            if !output.force { try scoring.requireNoOther(in: subject.folder, seeds: subject.seeds) }
        }
        if let shard = parts.shard, let out {
            return try score(shard, of: subjects, by: &scoring, into: out, on: terminal)
        }
        let joined =
            parts.merge.isEmpty ? nil : try ScoringPart(joining: parts.merge, of: rules(of: subjects, by: &scoring))
        if backbone == nil {
            terminal.note("No gain over the backbone is shown; --backbone or --features would add it.")
        }
        if splits.dataset.cameras != nil {
            terminal.note(
                "\(splits.samples.relativePath) has cameras: images of a query's class and camera do not count for it.")
        }
        if splits.dataset.groups != nil, !retrieval.acrossGroups {
            terminal.note(
                "\(splits.samples.relativePath) has groups: images of a query's group count for it; --across-groups leaves them "
                    + "out.")
        }
        var all: [(model: ScoredModel, paths: [String])] = []
        let runCount = subjects.reduce(0) { $0 + $1.seeds.count }
        var runNumber = 0
        for subject in subjects {
            scoring.turn(to: subject.models)
            scoring.tunings = subject.tunings
            scoring.kept = keptScores(beside: subject.folder.url)
            // Written together: the runs of one model belong together, and with those of another they would mislead.
            var scored: [ScoredModel] = []
            for seed in subject.seeds {
                let run = (runNumber, runCount)
                scored.append(
                    try joined.map { try scoring.score(from: $0, seed: seed, run: run, report: terminal.show) }
                        ?? scoring.score(seed: seed, run: run, report: terminal.show))
                runNumber += 1
            }
            let paths = try subject.folder.write(scored, replacing: output.force, report: terminal.show)
            scoring.kept?.remove()
            for (model, own) in zip(scored, paths) { all.append((model, own)) }
        }
        terminal.finish()
        switch output.format {
        // Several runs are printed as one list, so that the output is one JSON value.
        case .json:
            if all.count == 1, all[0].model.results.seed == nil {
                try printJSON(all[0].model.results)
            } else {
                try printJSON(all.map(\.model.results))
            }
        case .text:
            let display = StandardStream.output.display
            if all.count > 1 && !verbose {
                try printText(summary(of: all.map { ($0.model.results, $0.paths) }, on: display), on: display)
            }
            for (model, paths) in all where all.count == 1 || verbose {
                let names =
                    model.results.provenance?.training.map { [$0.title] }
                    ?? [subjects.count > 1 ? model.results.model : nil, model.results.seed.map { "seed \($0)" }]
                    .compactMap { $0 }
                if !names.isEmpty { try printText(onOneLine(names.joined(separator: ", "))) }
                try printText(
                    summary(
                        of: model.results, manifest: splits.manifest, written: paths, isWhole: verbose, on: display),
                    on: display)
            }
            let sentences = verdictSentences(of: all.map(\.model.results), manifest: splits.manifest)
            try printText("\n" + sentences.map { display.wrapped($0) }.joined(separator: "\n"), on: display)
        }
    }

    func defaultFolder(_ folder: URL) -> URL {
        let name = folder.standardizedFileURL.lastPathComponent + (join == nil ? "" : "-joined")
        // A folder of heads has the fold in its own name.
        return URL(filePath: "results/\(name)" + (folder == self.splits ? fold.map { "-fold-\($0)" } ?? "" : ""))
    }
}

extension ConfidenceMethod.Kind: ExpressibleByArgument {}

/// Parses names separated by commas, for options' `transform`.
private func names(_ argument: String) throws -> [String] {
    let names = argument.parts(between: ",")
    guard names.allSatisfy({ !$0.holds("/") && faultOfPath($0) == nil }) else {
        throw ValidationError("found \"\(argument)\"; expected names separated by commas, without slashes")
    }
    guard Set(names).count == names.count else {
        throw ValidationError("found a name twice in \"\(argument)\"; expected different ones")
    }
    return names
}
