public import Embeddings
internal import Files
internal import Foundation

/// What a store of embeddings was made from; two runs with the same identity make the same store.
public struct StoreIdentity: Sendable, Codable, Equatable {
    /// One of equally large parts of the samples.
    public struct Shard: Sendable, Codable, Equatable {
        /// Which part, from 1.
        public let number: Int
        /// How many parts there are.
        public let count: Int

        /// Names a part.
        ///
        /// - Precondition: it is one of the parts.
        public init(number: Int, count: Int) {
            precondition((1...max(count, 1)).contains(number), "part \(number) of \(count)")
            self.number = number
            self.count = count
        }

        /// The range of its samples among `total`.
        public func range(of total: Int) -> Range<Int> {
            (number - 1) * total / count..<number * total / count
        }
    }

    /// The tool that made it, and its version.
    public let generator: String
    /// The network, and how images are prepared for it.
    public let embeddings: EmbeddingProvenance
    /// The name of the dataset.
    public let dataset: String
    /// The number of the dataset's samples.
    public let sampleCount: Int
    /// The SHA-256 of the dataset's table of samples, and so also of their order.
    public let samplesSHA256: String
    /// The part of the samples; nil for all of them.
    public let shard: Shard?

    enum CodingKeys: String, CodingKey {
        case generator, embeddings, dataset, shard
        case sampleCount = "sample_count"
        case samplesSHA256 = "samples_sha256"
    }

    /// The identity of the store of all shards.
    var ofWholeStore: StoreIdentity {
        StoreIdentity(
            generator: generator, embeddings: embeddings, dataset: dataset, sampleCount: sampleCount,
            samplesSHA256: samplesSHA256, shard: nil)
    }
}

/// The contents of `store.json`.
public struct StoreRecord: Sendable, Codable, Equatable {
    /// What the store was made from.
    public let identity: StoreIdentity
    /// The number of embeddings.
    public let rowCount: Int
    /// The number of images that were left out.
    public let skippedCount: Int
    /// The number of entries in the dataset's folder that are no samples, listed after those left out; nil if there are
    /// none.
    public let passedOverCount: Int?
    /// The number of groups of files with the same bytes.
    public let duplicateGroupCount: Int
    /// The number of those groups whose files belong to more than one class.
    public let duplicateGroupAcrossClassesCount: Int

    enum CodingKeys: String, CodingKey {
        case identity
        case rowCount = "row_count"
        case skippedCount = "skipped_count"
        case passedOverCount = "passed_over_count"
        case duplicateGroupCount = "duplicate_group_count"
        case duplicateGroupAcrossClassesCount = "duplicate_group_across_classes_count"
    }

    /// The record of a finished store; nil if there is none.
    ///
    /// - Throws: ``/Files/FileError`` for a record that cannot be read.
    public init?(of store: EmbeddingStore) throws {
        let record: StoreRecord? = try WrittenFolder.reading(store.url, of: EmbeddingStore.resultName) { folder in
            guard folder.has(EmbeddingStore.Name.record) else { return nil }
            try folder.require(EmbeddingStore.Name.record)
            return try Self.read(store)
        }
        guard let record else { return nil }
        self = record
    }

    private static func read(_ store: EmbeddingStore) throws -> StoreRecord {
        let record = try readJSON(StoreRecord.self, from: store.record, as: "the record of a store")
        guard record.isPlausible else {
            throw FileError.malformed(
                path: store.record.path, found: "numbers that contradict one another",
                expected: "the record of a store, as it was written")
        }
        return record
    }

    /// Whether the numbers are possible for a store.
    private var isPlausible: Bool {
        let counts = [
            rowCount, skippedCount, passedOverCount ?? 0, duplicateGroupCount, duplicateGroupAcrossClassesCount,
            identity.sampleCount,
        ]
        let shard = identity.shard
        return counts.allSatisfy { 0...(1 << 40) ~= $0 } && 1...(1 << 20) ~= identity.embeddings.dimension
            && (shard.map { 1...identity.sampleCount ~= $0.count && 1...$0.count ~= $0.number } ?? true)
    }

    init(_ identity: StoreIdentity, _ contents: StoreContents, _ groups: [[Int]], acrossClasses: Int) {
        self.identity = identity
        rowCount = contents.samples.rows.count
        skippedCount = contents.skipped.rows.count
        passedOverCount = contents.passedOver.isEmpty ? nil : contents.passedOver.count
        duplicateGroupCount = groups.count
        duplicateGroupAcrossClassesCount = acrossClasses
    }
}
