import Datasets
import DenseLinearAlgebra
import Embeddings
import Evaluation
import FeatureExtraction
import Foundation
import Splits

/// One model on one side of one level.
struct EvaluationTask {
    let level: SplitLevel
    let direction: TrainingDirection
    /// The model's or the embeddings' file.
    let file: URL
    /// The numbers of the samples of the test classes, ascending.
    let samples: [Int]

    /// All tasks of a manifest that a path template tells apart, level after level.
    ///
    /// - Throws: ``CommandError`` if a file is missing, or a level names a class that the dataset does not have.
    static func all(of manifest: SplitManifest, in dataset: Dataset, template: PathTemplate) throws -> [EvaluationTask]
    {
        let numbers = Dictionary(uniqueKeysWithValues: zip(dataset.classLabels, dataset.classLabels.indices))
        let tasks = try manifest.levels.flatMap { level in
            try template.directions.map { direction in
                let classes = try direction.testClasses(of: level).map { label in
                    guard let number = numbers[label] else {
                        throw CommandError(
                            "\(level.id) of the manifest names the class \"\(label)\"; "
                                + "expected classes of the dataset")
                    }
                    return number
                }
                return EvaluationTask(
                    level: level, direction: direction, file: template.url(level: level.id, direction: direction),
                    samples: dataset.samples(ofClasses: classes))
            }
        }
        let files = Set(tasks.map(\.file.path))
        let missing = files.filter { !FileManager.default.fileExists(atPath: $0) }.sorted()
        if let first = missing.first {
            throw CommandError(
                "\(first): there is no such file; expected one for each level\(template.directions.count > 1 ? " and direction" : ""), "
                    + "and \(missing.count) of \(files.count) are missing")
        }
        return tasks
    }
}

/// What gives the embeddings of tasks: networks that are run, or files of embeddings.
struct TaskEmbeddings {
    enum Kind {
        case networks(images: URL)
        case files
    }

    let kind: Kind
    let dataset: Dataset
    let terminal: Terminal
    /// A file that serves several tasks is run or read once, for the samples of all of them.
    private var known: [String: (samples: [Int], matrix: Matrix<Float>)] = [:]
    private let samplesOfFile: [String: [Int]]

    init(_ kind: Kind, dataset: Dataset, tasks: [EvaluationTask], terminal: Terminal) {
        self.kind = kind
        self.dataset = dataset
        self.terminal = terminal
        samplesOfFile = Dictionary(grouping: tasks, by: \.file.path)
            .mapValues { tasks in Set(tasks.flatMap(\.samples)).sorted() }
    }

    /// The embeddings of a task's samples, one row each, in the order of the task.
    mutating func embeddings(for task: EvaluationTask) throws -> Matrix<Float> {
        let path = task.file.path
        let (samples, matrix) = try known[path] ?? load(task.file)
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
