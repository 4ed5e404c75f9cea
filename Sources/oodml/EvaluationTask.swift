import Datasets
import DenseLinearAlgebra
import Embeddings
import Evaluation
import FeatureExtraction
import Foundation
import Splits

/// One side of one level, on which a model is scored.
struct EvaluationTask {
    let level: SplitLevel
    let direction: TrainingDirection
    /// The numbers of the classes that are retrieved: the test classes, or a validation fold.
    let classes: [Int]
    /// The numbers of their samples, ascending.
    let samples: [Int]

    /// The tasks of a manifest, level after level.
    ///
    /// - Parameter fold: the number of the validation fold that is scored instead of the test classes.
    /// - Throws: ``CommandError`` if a level names a class that the dataset does not have, or lacks the fold.
    static func all(
        of manifest: SplitManifest, in dataset: Dataset, directions: [TrainingDirection], fold: Int?
    ) throws -> [EvaluationTask] {
        let numbers = Dictionary(uniqueKeysWithValues: zip(dataset.classLabels, dataset.classLabels.indices))
        return try manifest.levels.flatMap { level in
            try directions.map { direction in
                var labels = direction.testClasses(of: level)
                if let fold {
                    guard level.folds.indices.contains(fold) else {
                        throw CommandError(
                            "\(level.id) of the manifest has \(level.folds.count) validation folds; expected a fold "
                                + "\(fold), counted from 0")
                    }
                    labels = level.folds[fold]
                }
                let classes = try labels.map { label in
                    guard let number = numbers[label] else {
                        throw CommandError(
                            "\(level.id) of the manifest names the class \"\(label)\"; "
                                + "expected classes of the dataset")
                    }
                    return number
                }
                return EvaluationTask(
                    level: level, direction: direction, classes: classes,
                    samples: dataset.samples(ofClasses: classes))
            }
        }
    }
}

/// Where the model, or its embeddings, of each task are.
struct TaskFiles {
    let template: PathTemplate
    let fold: Int?
    let seed: String?

    func file(for task: EvaluationTask) -> URL {
        template.url(level: task.level.id, direction: task.direction, fold: fold, seed: seed)
    }

    /// - Throws: ``CommandError`` if a file is missing.
    func requireAll(for tasks: [EvaluationTask]) throws {
        let files = Set(tasks.map { file(for: $0).path })
        let missing = files.filter { !FileManager.default.fileExists(atPath: $0) }.sorted()
        guard let first = missing.first else { return }
        let parts = Set(tasks.map(\.direction)).count > 1 ? " and direction" : ""
        throw CommandError(
            "\(first): there is no such file; expected one for each level\(parts), and \(missing.count) of "
                + "\(files.count) are missing")
    }
}

/// What gives the embeddings of tasks: networks that are run, or files of embeddings.
struct TaskEmbeddings {
    enum Kind {
        case networks(images: URL)
        case files
    }

    let kind: Kind
    let files: TaskFiles
    let dataset: Dataset
    let terminal: Terminal
    /// A file that serves several tasks is run or read once, for the samples of all of them.
    private var known: [String: (samples: [Int], matrix: Matrix<Float>)] = [:]
    private let samplesOfFile: [String: [Int]]

    init(_ kind: Kind, files: TaskFiles, dataset: Dataset, tasks: [EvaluationTask], terminal: Terminal) {
        self.kind = kind
        self.files = files
        self.dataset = dataset
        self.terminal = terminal
        samplesOfFile = Dictionary(grouping: tasks) { files.file(for: $0).path }
            .mapValues { tasks in Set(tasks.flatMap(\.samples)).sorted() }
    }

    /// The embeddings of a task's samples, one row each, in the order of the task.
    mutating func embeddings(for task: EvaluationTask) throws -> Matrix<Float> {
        let file = files.file(for: task)
        let path = file.path
        let (samples, matrix) = try known[path] ?? load(file)
        if samplesOfFile[path] != task.samples { known[path] = (samples, matrix) }
        if samples == task.samples { return matrix }
        let rows = Dictionary(uniqueKeysWithValues: zip(samples, samples.indices))
        return matrix.selectingRows(task.samples.compactMap { rows[$0] })
    }

    private func load(_ file: URL) throws -> (samples: [Int], matrix: Matrix<Float>) {
        let wanted = samplesOfFile[file.path] ?? []
        switch kind {
        case .networks(let images):
            let extractor = try FeatureExtractor(model: file)
            let ids = wanted.map { dataset.samples[$0].id }
            return (wanted, try extractor.embed(ids, below: images, task: file.lastPathComponent, on: terminal))
        case .files:
            let matrix = try Matrix<Float>(numpyFileAt: file)
            switch matrix.rowCount {
            case wanted.count: return (wanted, matrix)
            case dataset.samples.count: return (Array(dataset.samples.indices), matrix)
            default:
                throw EmbeddingFileError.malformed(
                    path: file.path, found: "\(matrix.rowCount) rows",
                    expected: "\(wanted.count), one for each sample of the test classes, or \(dataset.samples.count), "
                        + "one for each row of samples.csv")
            }
        }
    }
}
