public import Datasets
public import DenseLinearAlgebra
public import Embeddings
internal import Files
public import Foundation
public import Parallel
internal import Ranks

/// The generator named in records by default; a program that uses these libraries can give its own name.
public let libraryGenerator = "oodml libraries"

/// Where embeddings of a dataset come from: images and a network, or a file that has them already.
public enum EmbeddingSource: Sendable {
    /// Embeddings, and what is known of where they come from.
    public struct Embeddings: Sendable {
        /// One row for each sample, in the order of the dataset.
        public let matrix: Matrix<Float>
        /// The network or the file.
        ///
        /// A store holds its network's embeddings, so it has the network's provenance and can stand
        /// in for it.
        public let provenance: EmbeddingProvenance
        /// What identifies the image files, as ``/Splits/SplitManifest/DatasetRecord/imagesSHA256``; nil where they are not
        /// known.
        public let imagesSHA256: String?
    }

    /// Images below a folder, embedded by a network; with a shelf, kept there, and taken from there if they were.
    case images(below: URL, by: any ImageNetwork, keptIn: StoreShelf? = nil)
    /// A file of features, or a store.
    ///
    /// With a moment, the store must not have been replaced since: its samples may have been read then.
    case features(URL, since: StoreMoment? = nil)
    /// The embeddings of all samples of a dataset, in its order, and where they come from.
    case matrix(Matrix<Float>, from: EmbeddingProvenance)

    /// The embeddings of all samples of a dataset, in its order.
    ///
    /// - Parameters:
    ///   - expected: the digest of the network or the file that must be used; nil where any will do.
    ///   - activity: the name of this work in progress reports.
    /// - Returns: the embeddings, and where they come from. Reports warn of images with the same bytes.
    /// - Throws: ``/Files/FileError`` for a file that cannot be read, does not belong to these samples, or has another
    ///   digest; what the network throws.
    public func embeddings(
        of dataset: Dataset, expecting expected: String? = nil, activity: String = "embedding",
        report: @escaping WorkReport = { _ in }
    ) throws -> Embeddings {
        let ids = dataset.samples.map(\.id)
        switch self {
        case .matrix(let matrix, let provenance):
            precondition(matrix.rowCount == ids.count, "\(matrix.rowCount) rows for \(ids.count) samples")
            try Self.require(provenance, of: provenance.file, expected)
            return Embeddings(matrix: matrix, provenance: provenance, imagesSHA256: nil)
        case .images(let folder, let network, let shelf):
            let provenance = try network.provenance
            try Self.require(provenance, of: provenance.file, expected)
            if let shelf, let kept = try kept(in: shelf, dataset, below: folder, by: network, report) { return kept }
            let matrix = try network.embed(ids, below: folder, activity: activity, report: report)
            let images = try ImageDigests(of: ids, below: folder)
            if let warning = images.warning(for: dataset) { report(.warning(warning)) }
            return Embeddings(matrix: matrix, provenance: provenance, imagesSHA256: images.sha256)
        case .features(let file, let moment):
            guard let store = EmbeddingStore(of: file) else { return try features(file, of: dataset, ids, expected) }
            // The embeddings and the record of where they come from are those of one run.
            let read = try WrittenFolder.reading(store.url, of: EmbeddingStore.resultName) { _ in
                try features(file, of: dataset, ids, expected)
            }
            try moment?.requireUnchanged()
            return read
        }
    }

    /// The embeddings that a shelf has, or has after this; nil if nothing can be kept there now.
    private func kept(
        in shelf: StoreShelf, _ dataset: Dataset, below images: URL, by network: any ImageNetwork,
        _ report: @escaping WorkReport
    ) throws -> Embeddings? {
        let ids = dataset.samples.map(\.id)
        let provenance = try network.provenance
        var store = try shelf.store(ofSamples: ids, below: images, by: provenance, report: report)
        if let store {
            report(
                .note("The embeddings are those of \(store.url.relativePath), of the same images by the same network."))
        } else {
            store = try shelf.fill(with: dataset, below: images, by: network, report: report)
        }
        guard let store else { return nil }
        let (matrix, digests) = try store.readingKept {
            (try store.matrix(ofSamples: ids), try ImageDigests(of: ids, in: CSVTable(contentsOf: store.samples)))
        }
        if let warning = digests?.warning(for: dataset) { report(.warning(warning)) }
        return Embeddings(matrix: matrix, provenance: provenance, imagesSHA256: digests?.sha256)
    }

    private func features(
        _ file: URL, of dataset: Dataset, _ ids: [String], _ expected: String?
    ) throws -> Embeddings {
        let features = try FeatureFile<Float>(contentsOf: file)
        // A store says what its rows are, so those that are not asked for do no harm.
        // So do those of samples between areas, which the table of positions has.
        let known = EmbeddingStore(of: file) == nil && dataset.areas == nil ? nil : features.ids
        let matrix =
            try features.ids == nil
            ? dataset.areas.map { try features.matrix(at: $0) } ?? features.matrix(ofSamples: ids)
            : features.matrix(ofSamples: ids, among: known)
        // Labels in the file are no areas.
        if dataset.areas == nil {
            try features.requireLabels(
                agreeingWith: dataset.samples.map(\.classLabel),
                ofRows: features.rows(ofSamples: ids, among: known) ?? Array(ids.indices),
                from: "the dataset \(dataset.name)")
        }
        if let store = EmbeddingStore(of: file), let record = try StoreRecord(of: store) {
            try Self.require(record.identity.embeddings, of: file.path, expected)
            let images = try ImageDigests(of: ids, in: CSVTable(contentsOf: store.samples))
            return Embeddings(
                matrix: matrix, provenance: record.identity.embeddings, imagesSHA256: images?.sha256)
        }
        let provenance = EmbeddingProvenance(
            source: .features, file: file.lastPathComponent,
            sha256: try SHA256.hexadecimal(ofFilesAt: features.files), dimension: matrix.columnCount)
        try Self.require(provenance, of: file.path, expected)
        return Embeddings(matrix: matrix, provenance: provenance, imagesSHA256: nil)
    }

    private static func require(_ found: EmbeddingProvenance, of path: String, _ expected: String?) throws {
        guard let expected, found.sha256 != expected else { return }
        throw FileError.malformed(
            path: path, found: "the digest \(found.sha256.prefix(12))…",
            expected: "the file that the splits were made from, of digest \(expected.prefix(12))…")
    }
}

extension FeatureFile<Float> {
    /// The rows of the samples in areas, of a file without ids that has a row for each row of the table of positions.
    fileprivate func matrix(at areas: DatasetAreas) throws -> Matrix<Float> {
        guard matrix.rowCount == areas.rowCount else {
            throw FileError.malformed(
                path: path, found: "\(matrix.rowCount) rows",
                expected: "\(areas.rowCount), one for each row of the table of positions")
        }
        return areas.leftOutCount == 0 ? matrix : matrix.selectingRows(areas.rows)
    }
}

extension EmbeddingStore {
    /// The embeddings of some samples, in their order; the store may have those of others too.
    func matrix(ofSamples ids: [String]) throws -> Matrix<Float> {
        let features = try FeatureFile<Float>(contentsOf: url)
        return try features.matrix(ofSamples: ids, among: features.ids)
    }

    /// Reads a store that nobody named, so that an error says what to do about it.
    func readingKept<Contents>(_ read: () throws -> Contents) throws -> Contents {
        do {
            return try WrittenFolder.reading(url, of: Self.resultName) { _ in try read() }
        } catch let error as FileError {
            throw FileError.unreadable(
                path: url.path, as: "a store of embeddings",
                reason: "\(error); without the folder, or with --no-stores, the images are embedded anew")
        }
    }
}

extension ImageNetwork {
    /// Embeds the images whose paths below `root` are the sample ids, one row per image; ranks divide them.
    func embed(
        _ ids: [String], below root: URL, mirrored: Bool = false, activity: String, report: @escaping WorkReport
    ) throws -> Matrix<Float> {
        let paths = try ids.map { try place(of: $0, below: root).path }
        report(.advanced(activity, done: 0, of: ids.count))
        guard let group = Ranks.current else {
            return try embed(paths: paths, mirrored: mirrored) { done, total in
                report(.advanced(activity, done: done, of: total))
            }
        }
        let size = 64
        let blocks = try sharedSeries(of: "the embeddings of \(activity)", count: (paths.count + size - 1) / size) {
            let rows = $0 * size..<min(($0 + 1) * size, paths.count)
            let before = rows.lowerBound
            return try embed(paths: Array(paths[rows]), mirrored: mirrored) { done, _ in
                report(.advanced(activity, done: min(before + done * group.count, ids.count), of: ids.count))
            }.elements
        }
        return Matrix(rowCount: ids.count, columnCount: dimension, elements: blocks.flatMap { $0 })
    }
}
