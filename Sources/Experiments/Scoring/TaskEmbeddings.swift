internal import Datasets
public import DenseLinearAlgebra
public import Embeddings
internal import Files
public import Foundation
internal import HeadTraining
internal import Parallel
internal import Splits

/// What a model's file contains.
public enum ModelKind: Sendable {
    /// Networks to run on the images below a folder, except where a shelf has their embeddings; `open` opens one, and `check`
    /// tells in a moment whether a file is one.
    case networks(
        images: URL, keptIn: StoreShelf? = nil, check: @Sendable (URL) throws -> Void = { _ in },
        open: @Sendable (URL) throws -> any ImageNetwork)
    /// Precomputed embeddings: one row per sample of the whole dataset, or of the test classes alone, which gives no scores
    /// in the catalogue.
    case embeddings
    /// Heads that were trained on frozen features, as ``SeriesTraining`` writes them; the features of all samples, in their
    /// order, and the splits whose heads they must be.
    case heads(on: Matrix<Float>, from: EmbeddingProvenance, along: SplitFolder)

    /// Makes sure that a file is what it should be, as far as its first bytes tell.
    func check(_ file: URL) throws {
        switch self {
        case .networks(_, _, let check, _): try check(file)
        case .embeddings: try FeatureFile<Float>.requireHeaders(of: file)
        case .heads(let features, let provenance, let splits):
            _ = try head(file, of: provenance, width: features.columnCount, along: splits)
        }
    }

    /// The directions in which models are scored: those that the path tells apart; without `{direction}` forward alone, except
    /// that one network, or one file with a row for each sample, serves every task.
    func directions(of models: ModelFiles, over dataset: Dataset) throws -> [Direction] {
        guard models.isOneFile else { return models.directions }
        switch self {
        case .networks: return Direction.allCases
        case .heads: return models.directions
        case .embeddings:
            let file = models.url(level: "", direction: .forward)
            guard exists(file), let rowCount = try FeatureFile<Float>.shape(of: file)?.rowCount else {
                return Direction.allCases
            }
            return rowCount == dataset.samples.count ? Direction.allCases : models.directions
        }
    }

    /// Reads a head, and makes sure that it takes these features.
    fileprivate func head(
        _ file: URL, of provenance: EmbeddingProvenance, width: Int, along splits: SplitFolder
    ) throws -> HeadFile {
        let head = try HeadFile(contentsOf: file)
        let manifest = splits.url.appending(path: SplitFileName.manifest)
        if let trained = head.metadata["manifest_sha256"], trained != (try SHA256.hexadecimal(ofFilesAt: [manifest])) {
            throw FileError.malformed(
                path: file.path, found: "a head trained along other splits",
                expected: "one trained along those of \(splits.url.relativePath)")
        }
        if let trained = head.metadata["features_sha256"], trained != provenance.sha256 {
            throw FileError.malformed(
                path: file.path, found: "a head trained on features of digest \(excerpt(String(trained.prefix(12))))…",
                expected: "one trained on \(provenance.file), of digest \(provenance.sha256.prefix(12))…")
        }
        guard head.head.inputDimension == width else {
            throw FileError.malformed(
                path: file.path, found: "a head for \(head.head.inputDimension) features",
                expected: "one for the \(width) of \(provenance.file)")
        }
        return head
    }
}

/// The embeddings of tasks, made or read on first use and kept for as long as they are needed.
struct TaskEmbeddings {
    private struct Key: Hashable {
        let path: String
        let mirrored: Bool
    }

    private let kind: ModelKind
    private let files: RunFiles
    private let dataset: Dataset
    private let report: WorkReport
    /// What each file is needed for, over all tasks that it serves.
    private let samplesOfFile: [String: [Int]]
    /// Whether training samples are needed too.
    private let withTraining: Bool
    /// Whether all samples of the dataset are wanted, as far as files have them.
    private let withAll: Bool
    private let taskCounts: [String: Int]
    /// The files whose embeddings are side by side, by the path of the whole.
    private let partsOfFile: [String: [URL]]
    /// A file that serves several tasks is run or read once, for all their samples.
    private var known: [Key: (samples: [Int], matrix: Matrix<Float>)] = [:]
    /// Where the embeddings of each network come from, by its path.
    private(set) var provenances: [String: EmbeddingProvenance] = [:]
    /// The files of models before they were read, by the path of the whole.
    private var moments: [String: FileMoment] = [:]
    /// What identifies models, by the path of the whole; nil where their files have changed since they were read.
    private var identities: [String: [String]?] = [:]
    /// What each head says of its training, by its path; the parts of several side by side one after another.
    private(set) var metadata: [String: [[String: String]]] = [:]

    init(
        _ kind: ModelKind, files: RunFiles, dataset: Dataset, tasks: [ScoringTask], withTraining: Bool, withAll: Bool,
        report: @escaping WorkReport
    ) {
        self.kind = kind
        self.files = files
        self.dataset = dataset
        self.withTraining = withTraining
        self.withAll = withAll
        self.report = report
        let tasksOfFile = Dictionary(grouping: tasks) { files.file(for: $0).path }
        taskCounts = tasksOfFile.mapValues(\.count)
        partsOfFile = tasksOfFile.mapValues { files.parts(for: $0[0]) }
        samplesOfFile = tasksOfFile.mapValues { tasks in
            Set(tasks.flatMap { $0.samples + (withTraining ? $0.trainingSamples : []) }).sorted()
        }
    }

    /// The embeddings of some of a task's samples, one row per sample, in the given order.
    ///
    /// - Parameter mirrored: whether to embed the mirrored images, which only networks can do.
    mutating func embeddings(
        of samples: [Int], for task: ScoringTask, mirrored: Bool = false
    ) throws -> Matrix<Float> {
        let file = files.file(for: task)
        let key = Key(path: file.path, mirrored: mirrored)
        if known[key] == nil {
            // A file that serves only one task is not needed again.
            known = known.filter { $0.key.path == file.path || taskCounts[$0.key.path, default: 0] > 1 }
            let moment = FileMoment(of: kind.files(of: partsOfFile[file.path] ?? [file]))
            known[key] = try load(file, mirrored: mirrored)
            guard moment.isUnchanged else { throw FileError.changed(path: file.path) }
            (moments[file.path], identities[file.path]) = (moment, nil)
        }
        try requirePlace(of: file, for: task)
        guard let (all, matrix) = known[key] else { return Matrix(rowCount: 0, columnCount: 0) }
        if all == samples { return matrix }
        let rows = Dictionary(uniqueKeysWithValues: zip(all, all.indices))
        return matrix.selectingRows(samples.compactMap { rows[$0] })
    }

    /// What identifies the model whose embeddings these are, as it was read; nil if its files have changed since.
    mutating func identity(of file: URL) throws -> [String]? {
        if let known = identities[file.path] { return known }
        let identity: [String]?
        if case .networks = kind {
            // A network knows what it was read from.
            identity = try provenances[file.path].map { [try stableJSON($0)] }
        } else {
            let found = try kind.identity(of: partsOfFile[file.path] ?? [file])
            identity = moments[file.path]?.isUnchanged == true ? found : nil
        }
        identities[file.path] = .some(identity)
        return identity
    }

    /// Refuses the head of another task, which a path without `{level}` or `{direction}` may name.
    private func requirePlace(of file: URL, for task: ScoringTask) throws {
        for (part, metadata) in zip(files.parts(for: task), metadata[file.path] ?? []) {
            let (level, direction) = (metadata["level"], metadata["direction"])
            guard level ?? task.level.id == task.level.id,
                direction ?? task.direction.rawValue == task.direction.rawValue
            else {
                throw FileError.malformed(
                    path: part.path, found: "the head of \(excerpt(level ?? "")), \(excerpt(direction ?? ""))",
                    expected: "that of \(task.level.id), \(task.direction.rawValue)")
            }
        }
    }

    /// Refuses a head that has trained on the fold that is scored.
    private func requireFold(of head: HeadFile, at file: URL) throws {
        guard let fold = files.fold, let trained = head.metadata["fold"], trained != "\(fold)" else { return }
        throw FileError.malformed(
            path: file.path,
            found: trained == "none"
                ? "a head trained on all folds" : "a head trained without fold \(excerpt(trained))",
            expected: "one trained without fold \(fold), on which it is scored")
    }

    /// The embeddings of all samples of the dataset, one row per sample; nil if the task's file does not have them.
    mutating func embeddingsOfAll(for task: ScoringTask, mirrored: Bool = false) throws -> Matrix<Float>? {
        let all = Array(dataset.samples.indices)
        _ = try embeddings(of: task.samples, for: task, mirrored: mirrored)
        let key = Key(path: files.file(for: task).path, mirrored: mirrored)
        guard let found = known[key]?.samples.count, found == all.count else { return nil }
        return try embeddings(of: all, for: task, mirrored: mirrored)
    }

    private mutating func load(
        _ file: URL, mirrored: Bool
    ) throws -> (samples: [Int], matrix: Matrix<Float>) {
        let wanted = samplesOfFile[file.path] ?? []
        switch kind {
        case .heads(let features, let provenance, let splits):
            let parts = partsOfFile[file.path] ?? [file]
            let heads = try parts.map { part in
                let head = try kind.head(part, of: provenance, width: features.columnCount, along: splits)
                try requireFold(of: head, at: part)
                return head
            }
            metadata[file.path] = heads.map(\.metadata)
            if provenances[file.path] == nil {
                provenances[file.path] = EmbeddingProvenance(
                    source: .head, file: parts.map(\.lastPathComponent).joined(separator: " + "),
                    sha256: try SHA256.hexadecimal(ofFilesAt: parts),
                    dimension: heads.reduce(0) { $0 + $1.head.dimension })
            }
            return (Array(dataset.samples.indices), joined(heads.map { $0.head.embeddings(of: features) }))
        case .networks(let images, let shelf, _, let open):
            let network = try open(file)
            let wanted = withAll ? Array(dataset.samples.indices) : wanted
            let provenance = try network.provenance
            guard provenances[file.path] ?? provenance == provenance else { throw FileError.changed(path: file.path) }
            provenances[file.path] = provenance
            let ids = wanted.map { dataset.samples[$0].id }
            if !mirrored,
                let store = try shelf?.store(
                    ofSamples: ids, below: images, by: provenance, report: report)
            {
                report(.note("The embeddings of \(file.lastPathComponent) are those of \(store.url.relativePath)."))
                return (wanted, try store.readingKept { try store.matrix(ofSamples: ids) })
            }
            return (
                wanted,
                try network.embed(
                    ids, below: images, mirrored: mirrored,
                    activity: file.lastPathComponent + (mirrored ? ", mirrored" : ""), report: report)
            )
        case .embeddings:
            let features = try FeatureFile<Float>(contentsOf: file)
            let matrix = features.matrix
            func checked(_ samples: [Int]) throws -> (samples: [Int], matrix: Matrix<Float>) {
                try features.requireLabels(
                    agreeingWith: samples.map { dataset.samples[$0].classLabel }, ofRows: Array(samples.indices),
                    from: "the dataset \(dataset.name)")
                return (samples, matrix)
            }
            if let samples = try samples(of: features, wanted: wanted) { return try checked(samples) }
            switch matrix.rowCount {
            case wanted.count: return try checked(wanted)
            case dataset.samples.count: return try checked(Array(dataset.samples.indices))
            default:
                let sides = withTraining ? "test and train classes" : "test classes"
                throw FileError.malformed(
                    path: file.path, found: "\(matrix.rowCount) rows",
                    expected: "\(wanted.count), one for each sample of the \(sides), or \(dataset.samples.count), "
                        + "one for each row of samples.csv")
            }
        }
    }

    /// The sample of each row, if the file names them.
    private func samples(of features: FeatureFile<Float>, wanted: [Int]) throws -> [Int]? {
        guard let ids = features.ids else { return nil }
        _ = try features.rows(ofSamples: wanted.map { dataset.samples[$0].id }, among: dataset.samples.map(\.id))
        let numbers = dataset.indexOfSamples()
        return ids.compactMap { numbers[$0] }
    }
}

/// Embeddings of the same samples side by side, each of m scaled by 1/√m, so that rows of length 1 keep it.
private func joined(_ all: [Matrix<Float>]) -> Matrix<Float> {
    guard all.count > 1 else { return all[0] }
    let scale = 1 / Float(all.count).squareRoot()
    let (rowCount, columnCount) = (all[0].rowCount, all.reduce(0) { $0 + $1.columnCount })
    var elements: [Float] = []
    elements.reserveCapacity(rowCount * columnCount)
    for row in 0..<rowCount {
        for matrix in all { elements += matrix.row(row).lazy.map { $0 * scale } }
    }
    return Matrix(rowCount: rowCount, columnCount: columnCount, elements: elements)
}
