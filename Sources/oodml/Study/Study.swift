import ArgumentParser
import Datasets
import Embeddings
import Evaluation
import Experiments
import FeatureExtraction
import Files
import Foundation
import Glyphs200
import Reports
import Retrieval
import Splits

struct Study: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "From images or features to an answer: splits, heads, scores and a page, in one command.",
        discussion: manual(
            """
            Runs the other commands one after another, each of which can be run alone on the same folders: embed, \
            make-splits, train, evaluate, compare and report. A step whose settings and inputs are those of its last \
            run is passed over, so a stopped study goes on where it was. Other settings or inputs need --force, and \
            then repeat what the change reaches. Before the first step it says about how long all will take here \
            if nothing else runs, to a factor of two.

            The heads are trained on frozen features, so the answer is about them: what training adds where the test \
            classes are like the training classes, and what is left of it where they are far. For your own models, give \
            the splits of the study to evaluate.

            Options of the commands that are not listed here are theirs alone: run the step by itself, as study.json \
            and --dry-run show it.
            """,
            reads: """
                --root --backbone, --dataset, or --features --samples, as make-splits
                does; --root beside --features has the images of the page
                """,
            writes: """
                study.json      the settings, and the command line of each step
                store/          the features, if there are images
                middle/         of glyphs200, features of the middle of its network
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
    var levels = Self.standard.levels

    @Option(help: ArgumentHelp("The objectives, separated by commas, or all.", valueName: "name,…"))
    var objective = Self.standard.objective

    @Option(help: ArgumentHelp("The seeds of the training runs, separated by commas.", valueName: "s,…"))
    var seeds = Self.standard.seeds

    @Option(help: ArgumentHelp("The number of dimensions of the heads' embeddings.", valueName: "n"))
    var dimension = Self.standard.dimension

    @Option(help: ArgumentHelp("The number of batches of each head.", valueName: "n"))
    var steps = Self.standard.steps

    @Option(
        help: ArgumentHelp("The output folder (default: studies/NAME).", valueName: "dir"), completion: .directory,
        transform: path)
    var out: URL?

    @Option(
        help: ArgumentHelp(
            "The study.json of another study, for the same settings in place of options here.", valueName: "file"),
        completion: .file(extensions: ["json"]), transform: path)
    var settings: URL?

    @Flag(help: "Print the command lines of the steps, and run none.")
    var dryRun = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if settings != nil {
            guard words == Self.words(ofSteps: Self.standard) else {
                throw ValidationError(
                    "--settings has all settings of a study; expected no others beside it than --out, --dry-run and --force"
                )
            }
            return
        }
        guard features == nil ? data.haveImages : data.dataset == nil else {
            throw ValidationError(
                "expected one of: --dataset NAME, with --root if it does not come with oodml; --root DIR --backbone MODEL; "
                    + "--features FILE --samples CSV, with --root DIR for images on the page; --features STORE")
        }
        if data.root != nil, backbone == nil, features == nil {
            throw ValidationError("--root needs --backbone, to embed the images")
        }
        if features != nil, backbone != nil || outputName != nil || pooling != nil {
            throw ValidationError("--features are embeddings already; expected no --backbone, --output and --pool")
        }
        if let name = data.name, ["", ".", ".."].contains(name) || name.holds("/") {
            throw ValidationError("--name is \"\(name)\"; expected a name without slashes")
        }
        guard (3...1000).contains(levels) else { throw ValidationError("--levels is \(levels); expected 3 to 1000") }
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
        if let settings { return try likeStudy(of: settings).run() }
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        let folder = StudyFolder(at: out ?? URL(filePath: "studies/\(name)"))
        let steps = plan(in: folder)
        if dryRun {
            return try printText(steps.map(\.commandLine).joined(separator: "\n"))
        }
        // A mistyped path is no other setting.
        for input in [features, data.samples, data.root, backbone].compactMap(\.self) where !exists(input) {
            throw FileError.unreadable(path: input.path, reason: "there is no such file or folder")
        }
        var record = try folder.record() ?? StudyRecord(generator: generator, settings: words)
        // What never got beyond its first step is no study that could be harmed.
        if record.settings != words, !record.steps.isEmpty, !output.force {
            let (there, here) = record.settings.difference(from: words)
            throw CommandError(
                "\(folder.recordFile.path): found a study with other settings (\(there) there, \(here) here); expected the same "
                    + "ones, --out for another folder, or --force to repeat what they change")
        }
        try requireClasses()
        if record.settings != words || record.steps.isEmpty {
            (record.generator, record.settings) = (generator, words)
            // Before the first step, so that another study that begins here meanwhile is refused.
            try folder.write(record)
        }
        // What cannot be read is said by the step that reads it.
        if record.steps.isEmpty, let estimate = try? estimate(of: steps) { terminal.note(estimate.sentence) }
        var hasRunAny = false
        for (number, step) in steps.enumerated() {
            let key = try step.key()
            let former = record.run(of: step)
            if let key, key == former?.key, let result = former?.result, try step.result() == result {
                terminal.note("\(number + 1) of \(steps.count), \(step.name): there already")
                continue
            }
            if let former, former.key != nil, former.key != key, former.command == step.commandLine, !hasRunAny,
                !output.force,
                exists(path: step.place)
            {
                throw FileError.occupied(
                    path: step.place, found: "it was made of other inputs than there are now, or by another version",
                    remedy: "makes it and what follows anew")
            }
            terminal.note("\(number + 1) of \(steps.count), \(step.name): \(step.purpose)")
            terminal.finish()
            let start = ProcessInfo.processInfo.systemUptime
            let before = try step.result()
            try run(step, isOwn: former != nil)
            // A command that looks itself, and has found all there, changes nothing for those after it.
            let isUnchanged = try step.inputs == nil && former != nil && before == step.result()
            guard !isUnchanged else { continue }
            hasRunAny = true
            try record.note(step, of: steps, key: key, seconds: ProcessInfo.processInfo.systemUptime - start)
            try folder.write(record)
        }
        let answer = try StudyAnswer(of: objective, in: folder)
        terminal.finish()
        switch output.format {
        case .json: try printJSON(answer)
        case .text: try printText(answer.text(on: StandardStream.output.display), on: StandardStream.output.display)
        }
    }

    /// Refuses what the first steps would, before anything is made.
    private func requireClasses() throws {
        if let features, data.samples == nil, EmbeddingStore(of: features) == nil {
            throw CommandError(
                "\(features.path): found no samples beside it; expected --samples, a table with the columns sample and class, as "
                    + "only a store of oodml embed has its own")
        }
        let classCount = try data.read(features: features, on: Terminal(isQuiet: true)).classLabels.count
        guard classCount >= 4 else { throw SplitError.tooFewUnits(count: classCount) }
    }

    /// How long the steps will take.
    private func estimate(of steps: [StudyStep]) throws -> StudyEstimate? {
        let quiet = Terminal(isQuiet: true)
        let dataset = try data.read(features: features, on: quiet)
        var dimensions: [Int] = []
        var imageSeconds: [Double] = []
        if let features {
            guard let columnCount = try FeatureFile<Float>.shape(of: features)?.columnCount else { return nil }
            dimensions = [columnCount]
        } else {
            for step in steps where step.name == "embed" {
                let embed = try Embed.parse(Array(step.words.dropFirst()))
                let network = try embed.network.reading.network(
                    backbone ?? EmbeddedBenchmark.backbone, announcedOn: quiet)
                dimensions.append(network.dimension)
                imageSeconds.append(try StudyEstimate.imageSeconds(of: network, dataset, below: data.images))
            }
        }
        let objectiveCount = StudyFolder(at: URL(filePath: ".")).results(of: objective).count
        let size = StudyEstimate.Size(
            sampleCount: dataset.samples.count,
            dimensions: (dimensions.first ?? 0, dimensions.last ?? 0),
            headCount: objectiveCount * seeds.parts(between: ",").count, levelCount: levels, stepCount: self.steps,
            imageSeconds: imageSeconds)
        return StudyEstimate(of: size, slowness: StudyEstimate.slowness())
    }

    /// Runs a step.
    ///
    /// - Parameter isOwn: whether an earlier run of this study made what is there, so that it is the study's to replace.
    private func run(_ step: StudyStep, isOwn: Bool) throws {
        let words = step.words + (output.quiet ? ["--quiet"] : [])
        func run(replacing: Bool) throws {
            _ = try OutputCapture.of { try Oodml.run(words + (replacing ? ["--force"] : [])) }
        }
        guard step.inputs == nil else { return try run(replacing: output.force || isOwn) }
        // Embeddings that are still right are not made anew.
        do {
            try run(replacing: false)
        } catch  where output.force {
            try run(replacing: true)
        }
    }

    /// The name of the dataset, for the folder.
    var name: String {
        if let name = data.name { return name }
        return data.dataset ?? data.ownName(of: data.samples, features)
    }

    /// The study that a record describes, with this one's folder and ways to run.
    private func likeStudy(of file: URL) throws -> Study {
        let record = try readJSON(StudyRecord.self, from: file, as: "the record of a study")
        do {
            var study = try Self.parse(record.settings)
            (study.out, study.dryRun, study.output) = (out, dryRun, output)
            return study
        } catch {
            throw CommandError(
                "\(file.path): cannot be read as the record of a study: its settings are refused: \(Self.message(for: error))"
            )
        }
    }
}
