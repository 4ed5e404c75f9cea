public import Datasets
public import Embeddings
public import Foundation
internal import Frechet

/// What a split folder's `manifest.json` says: how the splits were made, and which classes each level has on which side.
public struct SplitManifest: Sendable, Equatable, Codable {
    /// The version of the format that this type reads and writes.
    public static let currentSchemaVersion = 1

    /// The version of the format.
    public let schemaVersion: Int
    /// The tool that wrote the file, and its version.
    public let generator: String
    /// The dataset.
    public let dataset: DatasetRecord
    /// The embeddings that the distances are computed from.
    public let embeddings: EmbeddingProvenance
    /// The settings that the splits were made by.
    public let `protocol`: SplitProtocol
    /// The levels, in the order of rising distance.
    public let levels: [SplitLevel]

    /// What identifies a dataset.
    public struct DatasetRecord: Sendable, Equatable, Codable {
        /// Its name.
        public let name: String
        /// The number of samples.
        public let sampleCount: Int
        /// The number of classes.
        public let classCount: Int
        /// ``Datasets/Dataset/digest``, over sample ids and classes.
        public let sha256: String

        /// What identifies `dataset`.
        public init(_ dataset: Dataset) {
            name = dataset.name
            sampleCount = dataset.samples.count
            classCount = dataset.classLabels.count
            sha256 = dataset.digest
        }
    }

    /// Records the levels of a progression.
    public init(
        generator: String, embedded: EmbeddedDataset, provenance: EmbeddingProvenance, settings: SplitProtocol,
        levels: [ProgressionStep]
    ) {
        schemaVersion = Self.currentSchemaVersion
        self.generator = generator
        dataset = DatasetRecord(embedded.dataset)
        embeddings = provenance
        `protocol` = settings
        let width = String(levels.count).count
        self.levels = levels.enumerated().map { index, step in
            let number = String(index + 1)
            let id = "level-" + String(repeating: "0", count: width - number.count) + number
            return SplitLevel(id: id, step: step, of: embedded.dataset)
        }
    }

    /// The manifest as JSON: keys in snake case and sorted, so that the same splits are the same bytes.
    public var json: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            return try encoder.encode(self) + Data("\n".utf8)
        }
    }

    /// Reads the `manifest.json` of a split folder.
    ///
    /// - Throws: ``SplitError/unreadableManifest(path:reason:)``.
    public init(readingFrom url: URL) throws {
        func failure(_ reason: String) -> SplitError { .unreadableManifest(path: url.path, reason: reason) }
        guard let data = try? Data(contentsOf: url) else {
            let exists = FileManager.default.fileExists(atPath: url.path)
            throw failure(exists ? "permission is denied" : "there is no such file; oodml make-splits writes it")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        struct Version: Decodable { let schemaVersion: Int }
        do {
            let version = try decoder.decode(Version.self, from: data).schemaVersion
            guard version == Self.currentSchemaVersion else {
                throw failure("its schema version is \(version); expected \(Self.currentSchemaVersion)")
            }
            self = try decoder.decode(SplitManifest.self, from: data)
        } catch let error as DecodingError {
            throw failure(error.sentence)
        }
    }

    /// Refuses a dataset that is not the one that the splits were made of.
    ///
    /// - Parameter path: the manifest's path, for the error.
    /// - Throws: ``SplitError/datasetMismatch(path:found:expected:)``.
    public func requireMatch(with other: Dataset, path: String) throws {
        let found = DatasetRecord(other)
        guard found.sha256 == dataset.sha256 else {
            throw SplitError.datasetMismatch(
                path: path,
                found: "a dataset of \(found.sampleCount) samples in \(found.classCount) classes, digest "
                    + "\(found.sha256.prefix(12))…",
                expected: "the one that the splits were made of: \(dataset.sampleCount) samples in "
                    + "\(dataset.classCount) classes, digest \(dataset.sha256.prefix(12))…")
        }
    }
}

/// One level: a split of the classes, and how far its two sides are apart.
public struct SplitLevel: Sendable, Equatable, Codable {
    /// What names the level within its manifest, as in `level-3`; it replaces `{level}` in the paths of models.
    public let id: String
    /// The arm of the progression that the level is on.
    public let origin: Origin
    /// The number of its step on that arm.
    public let step: Int
    /// The squared Fréchet distance between the train and the test side.
    public let fid: Double
    /// The part of `fid` that the means make.
    public let fidMeanPart: Double
    /// The part of `fid` that the covariances make.
    public let fidCovariancePart: Double
    /// The number of samples on the train side.
    public let trainSampleCount: Int
    /// The number of samples on the test side.
    public let testSampleCount: Int
    /// The labels of the classes to train on, sorted.
    public let train: [String]
    /// The labels of the classes to test on, sorted.
    public let test: [String]
    /// The labels of the classes that the level leaves out, sorted.
    public let removed: [String]

    /// Records a step of a progression over `dataset`.
    public init(id: String, step: ProgressionStep, of dataset: Dataset) {
        func labels(_ classes: [Int]) -> [String] { classes.map { dataset.classLabels[$0] } }
        let (train, test) = (step.partition.classes(on: .train), step.partition.classes(on: .test))
        self.id = id
        origin = step.origin
        self.step = step.step
        fid = step.distance.squared.rounded(significantDigits: 10)
        fidMeanPart = step.distance.meanPart.rounded(significantDigits: 10)
        fidCovariancePart = step.distance.covariancePart.rounded(significantDigits: 10)
        trainSampleCount = train.reduce(0) { $0 + dataset.samplesOfClass[$1].count }
        testSampleCount = test.reduce(0) { $0 + dataset.samplesOfClass[$1].count }
        self.train = labels(train)
        self.test = labels(test)
        removed = labels(step.partition.removedClasses)
    }
}

extension Double {
    /// The nearest number of so many significant decimal digits: more would only record the order of additions.
    func rounded(significantDigits: Int) -> Double {
        guard isFinite, self != 0 else { return self }
        return Double(String(format: "%.\(significantDigits - 1)e", self)) ?? self
    }
}

extension DecodingError {
    /// Where the JSON is not as expected, in few words.
    fileprivate var sentence: String {
        func place(_ context: Context, _ last: (any CodingKey)? = nil) -> String {
            let keys = context.codingPath + (last.map { [$0] } ?? [])
            return keys.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        switch self {
        case .keyNotFound(let key, let context): return "\(place(context, key)) is missing"
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            return "\(place(context)) is not of type \(type)"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty ? "it is not JSON" : "\(place(context)) has a value that is not known"
        @unknown default: return "it is not as expected"
        }
    }
}
