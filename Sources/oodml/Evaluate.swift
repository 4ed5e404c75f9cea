public import ArgumentParser
import Datasets
import DenseLinearAlgebra
import Embeddings
import Evaluation
import Foundation
import Glyphs200
import Reports
import Splits

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Score models along a graded series of splits.",
        discussion: """
            Each level of the splits is two tasks: train on its train classes and test on its test classes (forward), or \
            the other way round (reverse). The path of the model names the task: {level} stands for the level's id, as \
            in level-3, and {direction} for forward or reverse. Without {direction} only forward tasks are scored.

            Retrieval is one against the rest within the test classes, exact, and by cosine unless told otherwise.

            --embeddings takes files instead of models: one row for each sample of the test classes, or one for each \
            sample of the dataset, in the order of the splits' samples.csv.

            Where the backbone that made the splits is at hand, it is scored on the same test classes. Some classes are \
            harder to retrieve than others for any model; the gap between both is what the shift costs this one.

            EXAMPLES:
              oodml evaluate --splits splits/glyphs200 \\
                --model 'Examples/glyphs200/models/{level}-{direction}.onnx'
              oodml evaluate --splits splits/photos --root photos \\
                --backbone resnet50.onnx --model 'runs/{level}.onnx'
              oodml evaluate --splits splits/mine --features feats.npy \\
                --embeddings 'runs/{level}.npy'

            WRITES to the output folder:
              results.json  all scores, AGS and gaps
              results.csv   the same as one row a number
              curve.svg     Recall@1 against the distance, as a picture
            """)

    @Option(
        help: ArgumentHelp("The folder that `oodml make-splits` wrote.", valueName: "dir"), completion: .directory,
        transform: path)
    var splits: URL

    @Option(
        help: ArgumentHelp("The models, ONNX or OpenVINO, each trained for one task.", valueName: "path"),
        transform: PathTemplate.init)
    var model: PathTemplate?

    @Option(
        help: ArgumentHelp("Embeddings instead of models: .npy files, one for each task.", valueName: "path"),
        transform: PathTemplate.init)
    var embeddings: PathTemplate?

    @Option(
        help: ArgumentHelp("The folder of the images (not needed for \(Glyphs200.name)).", valueName: "dir"),
        completion: .directory, transform: path)
    var root: URL?

    @Option(
        help: ArgumentHelp(
            "The backbone that made the splits, for the gap (not needed for \(Glyphs200.name)).", valueName: "model"),
        completion: .file(), transform: path)
    var backbone: URL?

    @Option(
        help: ArgumentHelp("The features that made the splits, for the gap.", valueName: "npy"),
        completion: .file(extensions: ["npy"]), transform: path)
    var features: URL?

    @Option(help: "What retrieval ranks by.")
    var similarity = Similarity.cosine

    @Option(
        help: ArgumentHelp("The output folder (default: results/NAME, NAME being that of --splits).", valueName: "dir"),
        completion: .directory, transform: path)
    var out: URL?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (model == nil) != (embeddings == nil) else {
            throw ValidationError("expected either --model PATH or --embeddings PATH")
        }
        if backbone != nil && features != nil {
            throw ValidationError("--backbone and --features exclude each other; expected what made the splits")
        }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        guard let template = model ?? embeddings else { return }
        let manifestFile = splits.appending(path: "manifest.json")
        let manifest = try SplitManifest(readingFrom: manifestFile)
        let dataset = try Dataset(sampleTableAt: splits.appending(path: "samples.csv"), name: manifest.dataset.name)
        try manifest.requireMatch(with: dataset, path: manifestFile.path)
        let tasks = try EvaluationTask.all(of: manifest, in: dataset, template: template)
        let folder = try OutputFolder(
            out ?? URL(filePath: "results/\(splits.standardizedFileURL.lastPathComponent)"), force: output.force)

        let reference = try referenceEmbeddings(for: manifest, of: dataset, on: terminal)
        var source = TaskEmbeddings(
            try kind(for: manifest), dataset: dataset, tasks: tasks, terminal: terminal)
        var evaluations: [String: [TrainingDirection: TaskEvaluation]] = [:]
        for (number, task) in tasks.enumerated() {
            terminal.status("scoring \(task.level.id), \(task.direction.rawValue) (\(number + 1) of \(tasks.count))")
            let own = try scores(of: source.embeddings(for: task), task: task, dataset: dataset)
            let other = try reference.map {
                try scores(of: $0.selectingRows(task.samples), task: task, dataset: dataset)
            }
            evaluations[task.level.id, default: [:]][task.direction] = try TaskEvaluation(model: own, backbone: other)
        }
        let results = EvaluationResults(
            tool: generator, dataset: dataset.name, model: template.text, similarity: similarity,
            levels: manifest.levels.map { level in
                LevelEvaluation(
                    id: level.id, origin: level.origin.rawValue, step: level.step, fid: level.fid,
                    forward: evaluations[level.id]?[.forward], reverse: evaluations[level.id]?[.reverse])
            })
        let json = Data(try stableJSON(results).utf8)
        let written = try folder.write([
            ("results.csv", Data(resultsTable(results).text.utf8)), ("curve.svg", Data(CurveChart(results).svg.utf8)),
            ("results.json", json),
        ])
        terminal.finish()
        switch output.format {
        case .json: FileHandle.standardOutput.write(json)
        case .text: print(summary(of: results, manifest: manifest, written: written))
        }
    }

    /// The folder of the dataset's images.
    private func images(for manifest: SplitManifest) throws -> URL {
        if let root { return root }
        if manifest.dataset.name == Glyphs200.name { return Glyphs200.images }
        throw ValidationError("expected --root DIR, the folder of the images of \(manifest.dataset.name)")
    }

    private func kind(for manifest: SplitManifest) throws -> TaskEmbeddings.Kind {
        model == nil ? .files : .networks(images: try images(for: manifest))
    }

    /// The embeddings that the splits were made from, if they can be had; one row for each sample of the dataset.
    private func referenceEmbeddings(
        for manifest: SplitManifest, of dataset: Dataset, on terminal: Terminal
    ) throws -> Matrix<Float>? {
        let source: EmbeddingSource
        if let features {
            source = .features(features)
        } else if let backbone {
            source = .network(backbone, images: try images(for: manifest))
        } else if manifest.embeddings.source == .backbone, manifest.dataset.name == Glyphs200.name, root == nil,
            try SHA256.hexadecimal(ofFilesAt: [Glyphs200.backbone]) == manifest.embeddings.sha256
        {
            source = .network(Glyphs200.backbone, images: Glyphs200.images)
        } else {
            terminal.note("No gap to the backbone is shown; --backbone or --features would add it.")
            return nil
        }
        return try source.embeddings(
            of: dataset, expecting: manifest.embeddings.sha256, task: "backbone", on: terminal
        ).matrix
    }

    private func scores(of matrix: Matrix<Float>, task: EvaluationTask, dataset: Dataset) throws -> QueryScores {
        do {
            return try queryScores(
                of: matrix, classNumbers: task.samples.map { dataset.classOfSample[$0] }, similarity: similarity)
        } catch EvaluationError.nonFiniteEmbedding(let row, let column) {
            throw CommandError(
                "\(task.file.path): the embedding of sample \"\(dataset.samples[task.samples[row]].id)\" is not finite in "
                    + "column \(column); expected numbers without NaN and infinity")
        }
    }
}

extension Similarity: ExpressibleByArgument {}
