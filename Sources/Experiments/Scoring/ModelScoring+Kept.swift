internal import CFileSystem
internal import Datasets
internal import Embeddings
internal import Evaluation
internal import Files
internal import Foundation
internal import Parallel
internal import Ranks
internal import Splits

// What a run that was stopped has kept.
extension ModelScoring {
    /// The digest of what the scores of all tasks depend on: the program, the splits, the rules, the backbone and the images.
    struct CommonKey {
        let digest: String
        /// The backbone's files before they were read.
        let backbone: FileMoment
    }

    /// The scores of tasks, and of the backbone in the catalogue, that are kept; all ranks go by what the first one finds.
    mutating func knownScores(
        of numbers: [Int], _ files: RunFiles, withCatalogue: Bool, report: WorkReport
    ) throws -> (tasks: [Int: ScoredTask], catalogue: TaskScores?) {
        guard let kept else { return ([:], nil) }
        try readyCommonKey()
        var found = KnownScores()
        if Ranks.isFirst, kept.isThere {
            // Many tasks can have one model.
            var models: [String: [String]] = [:]
            for number in numbers {
                let path = files.file(for: tasks[number]).path
                let model = try models[path] ?? kind.identity(of: files.parts(for: tasks[number]))
                models[path] = model
                guard let key = key(ofTask: number, files, ofModel: model), let task: ScoredTask = kept.value(key)
                else { continue }
                found.numbers.append(number)
                found.tasks.append(task)
            }
            if withCatalogue, let key = backboneKey { found.catalogue = kept.value(key) }
            if !found.numbers.isEmpty {
                let counts = "\(found.numbers.count) of \(numbers.count)"
                report(.note("\(counts) tasks are scored already, by a run that was stopped."))
            }
        }
        if let group = Ranks.current {
            let all = try group.gather(
                Ranks.isFirst ? found.portableBytes : [], of: "what is scored already")
            if !Ranks.isFirst { found = try KnownScores(portableBytes: all[0]) }
        }
        return (Dictionary(uniqueKeysWithValues: zip(found.numbers, found.tasks)), found.catalogue)
    }

    /// The digest under which the scores of a task by a model are kept; nil if they cannot be.
    func key(ofTask number: Int, _ files: RunFiles, ofModel model: [String]) -> String? {
        keyOfAll.map { digest(of: [$0, "\(number)", files.file(for: tasks[number]).path] + model) }
    }

    /// The digest under which the scores of the backbone in the catalogue are kept; nil if they cannot be.
    var backboneKey: String? { keyOfAll.map { digest(of: [$0, "the backbone in the catalogue"]) } }

    /// What all digests begin with; nil where nobody knows what program this is, or once the backbone is another one.
    private var keyOfAll: String? { commonKey.flatMap { $0.backbone.isUnchanged ? $0.digest : nil } }

    /// Has the first rank find out what the scores of all tasks depend on, so that images are not read by all.
    ///
    /// It is done before embeddings are read or made, so that what is kept is never of something newer.
    private mutating func readyCommonKey() throws {
        guard commonKey == nil else { return }
        let files = backbone?.files ?? []
        let moment = FileMoment(of: files)
        var own = Ranks.isFirst ? try digestOfAll() : nil
        if let group = Ranks.current {
            own = try String?(portableBytes: group.gather(own.portableBytes, of: "the digest of what is scored")[0])
        }
        commonKey = own.map { CommonKey(digest: $0, backbone: moment) }
    }

    private func digestOfAll() throws -> String? {
        guard let program = digestOfProgram else { return nil }
        let ids = splits.dataset.samples.map(\.id)
        let folders = Set([backbone?.imageFolder, kind.imageFolder].compactMap { $0 }).sorted { $0.path < $1.path }
        return try digest(
            of: [program, generator] + splits.identity(withEpisodesOf: settings.shots)
                + tasks.map { "\($0.level.id) \($0.direction.rawValue)" }
                + ["\(settings)", stableJSON(rules(withCatalogue: true))]
                + (backbone?.identity ?? ["no backbone"]) + kind.identity
                + folders.flatMap { [$0.path, try ImageDigests(of: ids, below: $0).sha256] })
    }
}

private func digest(of words: [String]) -> String {
    SHA256.hexadecimal(of: Array(words.map { "\($0.utf8.count) \($0)" }.joined(separator: "\n").utf8))
}

/// The digest of the program, since another one may score differently.
private let digestOfProgram: String? = {
    guard let name = filesystem_own_file().map({ String(cString: $0) }) else { return nil }
    // A program is named as it was called, which need not be a path.
    return try? SHA256.hexadecimal(ofFilesAt: [URL(filePath: name.holds(".so") ? name : "/proc/self/exe")])
}()

extension EmbeddingSource {
    /// The folder of images that are embedded; nil if none are.
    fileprivate var imageFolder: URL? { if case .images(let folder, _, _) = self { folder } else { nil } }

    /// The files that embeddings are read from.
    fileprivate var files: [URL] {
        if case .features(let file, _) = self { FeatureFile<Float>.files(of: file) } else { [] }
    }

    /// What identifies the embeddings without reading or making them, but for the images.
    fileprivate var identity: [String] {
        get throws {
            switch self {
            case .matrix(_, let provenance): [try stableJSON(provenance)]
            case .features: [try SHA256.hexadecimal(ofFilesAt: files)]
            case .images(_, let network, _): [try stableJSON(network.provenance)]
            }
        }
    }
}

extension ModelKind {
    /// The folder of images that models are run on; nil if they are not.
    fileprivate var imageFolder: URL? { if case .networks(let images, _, _, _) = self { images } else { nil } }

    /// What identifies that which models are applied to, but for the images.
    fileprivate var identity: [String] {
        get throws {
            switch self {
            case .networks: ["networks"]
            case .embeddings: ["embeddings"]
            case .heads(_, let provenance, _): ["heads", try stableJSON(provenance)]
            }
        }
    }

    /// What identifies the model of one task, whose embeddings may be in several files side by side.
    func identity(of parts: [URL]) throws -> [String] {
        try parts.map { part in
            if case .networks(_, _, _, let open) = self { return try stableJSON(open(part).provenance) }
            return try SHA256.hexadecimal(ofFilesAt: files(of: [part]))
        }
    }

    /// The files of a model, or of its embeddings, that are read while tasks are scored; networks are in memory by then.
    func files(of parts: [URL]) -> [URL] {
        switch self {
        case .networks: []
        case .embeddings: parts.flatMap(FeatureFile<Float>.files)
        case .heads: parts
        }
    }
}

/// What the first rank has found.
private struct KnownScores: Portable {
    var numbers: [Int] = []
    var tasks: [ScoredTask] = []
    var catalogue: TaskScores?

    init() {}

    func put(into bytes: inout PortableBytes) { bytes.put(numbers, tasks, catalogue) }

    init(from bytes: inout PortableBytes) throws {
        (numbers, tasks, catalogue) = (try bytes.get(), try bytes.get(), try bytes.get())
    }
}
