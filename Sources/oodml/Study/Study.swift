import ArgumentParser
import Embeddings
import Evaluation
import Experiments
import Files
import Foundation
import Glyphs200
import Reports
import Retrieval

struct Study: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "From images or features to an answer: splits, heads, scores and a page, in one command.",
        discussion: manual(
            """
            Runs the other commands one after another, each of which can be run alone on the same folders: embed, \
            make-splits, train, evaluate, compare and report. A step whose settings and inputs are those of its last \
            run is passed over, so a stopped study goes on where it was, and a changed one repeats what the change reaches.

            The heads are trained on frozen features, so the answer is about them: what training adds where the test \
            classes are like the training classes, and what is left of it where they are far. For your own models, give \
            the splits of the study to evaluate.

            Options of the commands that are not listed here are theirs alone: run the step by itself, as study.json \
            and --dry-run show it.
            """,
            reads: """
                --root --backbone, --dataset, or --features --samples, as make-splits does
                """,
            writes: """
                study.json      the settings, and the command line of each step
                store/          the features, if there are images
                splits/         the splits
                heads/          the heads
                results/        their scores, a folder for each objective
                comparison/     their comparison, with gains.svg
                report.html     the page
                """,
            prints: """
                what shift does to the gain of each objective, the answer in sentences,
                and where the page is; --format json: the same as one object
                """,
            examples: """
                oodml study --dataset glyphs200
                oodml study --root photos --backbone dino.onnx --pool cls
                oodml study --features f.npy --samples s.csv --objective all --seeds 0,1,2
                """))

    @OptionGroup var data: DatasetOptions

    @Option(
        help: ArgumentHelp("The network, with its preprocessing beside it.", valueName: "model"),
        completion: .file(extensions: networkFileExtensions), transform: path)
    var backbone: URL?

    @Option(
        help: ArgumentHelp(
            "Embeddings instead of images: one row for each row of --samples, or a store.", valueName: "file"),
        completion: .file(extensions: featureFileExtensions), transform: path)
    var features: URL?

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("The output of the network that is the embedding.", valueName: "name"))
    var outputName: String?

    @Option(
        name: .customLong("pool"),
        help: ArgumentHelp("How a feature map or tokens become one vector, as in embed.", valueName: "pool"))
    var pooling: String?

    @Option(help: ArgumentHelp("How many levels to make.", valueName: "n"))
    var levels = 9

    @Option(help: ArgumentHelp("The objectives, separated by commas, or all.", valueName: "name,…"))
    var objective = "arcface,multi-similarity,triplet"

    @Option(help: ArgumentHelp("The seeds of the training runs, separated by commas.", valueName: "s,…"))
    var seeds = "0"

    @Option(help: ArgumentHelp("The number of dimensions of the heads' embeddings.", valueName: "n"))
    var dimension = 64

    @Option(help: ArgumentHelp("The number of batches of each head.", valueName: "n"))
    var steps = 300

    @Option(
        help: ArgumentHelp("The output folder (default: studies/NAME).", valueName: "dir"), completion: .directory,
        transform: path)
    var out: URL?

    @Flag(help: "Print the command lines of the steps, and run none.")
    var dryRun = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (features == nil) == data.haveImages else {
            throw ValidationError(
                "expected one of: --dataset NAME, with --root if it does not come with oodml; --root DIR --backbone MODEL; "
                    + "--features FILE --samples CSV; --features STORE")
        }
        if data.root != nil && backbone == nil { throw ValidationError("--root needs --backbone, to embed the images") }
        if features != nil, backbone != nil || outputName != nil || pooling != nil {
            throw ValidationError("--features are embeddings already; expected no --backbone, --output and --pool")
        }
        guard (2...1000).contains(levels) else { throw ValidationError("--levels is \(levels); expected 2 to 1000") }
        // What training would refuse is refused before hours of embedding.
        for step in plan(in: StudyFolder(at: URL(filePath: "."))) where step.name == "train" {
            do {
                _ = try Train.parse(Array(step.words.dropFirst()))
            } catch {
                throw ValidationError(Train.message(for: error))
            }
        }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        let folder = StudyFolder(at: out ?? URL(filePath: "studies/\(name)"))
        let steps = plan(in: folder)
        if dryRun {
            return try printText(steps.map(\.commandLine).joined(separator: "\n"))
        }
        var record = try folder.record() ?? StudyRecord(generator: generator, settings: settings)
        if record.settings != settings, !output.force {
            throw FileError.occupied(
                path: folder.recordFile.path, found: "a study with other settings", remedy: "repeats what they change")
        }
        (record.generator, record.settings) = (generator, settings)
        for (number, step) in steps.enumerated() {
            let key = try step.key()
            if record.isDone(step, key: key) {
                terminal.note("\(number + 1) of \(steps.count), \(step.name): there already")
                continue
            }
            terminal.note("\(number + 1) of \(steps.count), \(step.name): \(step.purpose)")
            terminal.finish()
            let start = ProcessInfo.processInfo.systemUptime
            let words =
                step.words + (output.quiet ? ["--quiet"] : []) + (step.isReplacing || output.force ? ["--force"] : [])
            _ = try OutputCapture.of { try Oodml.run(words) }
            record.note(step, key: key, seconds: ProcessInfo.processInfo.systemUptime - start)
            try folder.write(record)
        }
        let answer = try StudyAnswer(of: objective, in: folder)
        terminal.finish()
        switch output.format {
        case .json: try printJSON(answer)
        case .text: try printText(answer.text(on: StandardStream.output.display), on: StandardStream.output.display)
        }
    }

    /// The name of the dataset, for the folder.
    private var name: String {
        if let name = data.name { return name }
        let source = data.root ?? features.map { $0.deletingPathExtension() }
        return data.dataset ?? source?.standardizedFileURL.lastPathComponent ?? "study"
    }

    /// What the steps depend on, as words of a command line.
    private var settings: [String] {
        data.words + word("--features", features?.relativePath) + word("--backbone", backbone?.relativePath)
            + word("--output", outputName) + word("--pool", pooling)
            + [
                "--levels=\(levels)", "--objective=\(objective)", "--seeds=\(seeds)", "--dimension=\(dimension)",
                "--steps=\(steps)",
            ]
    }

    private func plan(in folder: StudyFolder) -> [StudyStep] {
        func at(_ name: String) -> String { folder.url.appending(path: name).relativePath }
        let network =
            word("--backbone", backbone?.relativePath) + word("--output", outputName) + word("--pool", pooling)
        var steps: [StudyStep] = []
        var source = word("--features", features?.relativePath) + word("--samples", data.samples?.relativePath)
        var trained = features?.relativePath ?? at("store")
        if features == nil {
            steps.append(
                StudyStep(
                    "embed", "the features of the images", data.words + network + ["--out", at("store")],
                    makes: at("store/store.json"),
                    from: [], isReplacing: false))
            source = ["--features", at("store")]
            if data.dataset == EmbeddedBenchmark.name, outputName == nil {
                // Its network was trained for such characters, so training on its own embedding adds nothing: heads are
                // trained on the middle of it.
                steps.append(
                    StudyStep(
                        "embed", "features of the middle of the network, for the heads",
                        data.words + ["--output", EmbeddedBenchmark.middle, "--pool", "grid-4", "--out", at("middle")],
                        makes: at("middle/store.json"), from: [], isReplacing: false))
                trained = at("middle")
            }
        }
        let inputs = features.map { [$0.relativePath] } ?? [at("store/embeddings.npy")]
        steps.append(
            StudyStep(
                "make-splits", "\(levels) levels, from easy to hard",
                source + (features == nil ? [] : word("--name", name)) + [
                    "--levels", "\(levels)", "--out", at("splits"),
                ], makes: at("splits/manifest.json"),
                from: inputs + (data.samples.map { [$0.relativePath] } ?? [])))
        let features = ["--features", trained]
        steps.append(
            StudyStep(
                "train", "heads of \(objective) for each level",
                ["--splits", at("splits")] + features
                    + [
                        "--objective", objective, "--seeds", seeds, "--dimension", "\(dimension)", "--steps",
                        "\(self.steps)", "--out",
                        at("heads"),
                    ], makes: at("heads/training.json"), from: [at("splits/manifest.json")], isReplacing: true))
        steps.append(
            StudyStep(
                "evaluate", "their scores at each level",
                ["--splits", at("splits")] + features + ["--heads", at("heads"), "--out", at("results")],
                makes: at("results"),
                from: [at("splits/manifest.json"), at("heads/receipt.csv")], isReplacing: true))
        let results = folder.results(of: objective)
        steps.append(
            StudyStep(
                "compare", "the objectives side by side",
                results + ["--backbone", "--out", at("comparison")], makes: at("comparison/comparison.json"),
                from: [at("heads/receipt.csv")], isReplacing: true))
        steps.append(
            StudyStep(
                "report", "the page",
                [at("splits")] + results + word("--root", data.root?.relativePath) + ["--out", at("report.html")],
                makes: at("report.html"), from: [at("heads/receipt.csv")], isReplacing: true))
        return steps
    }
}
