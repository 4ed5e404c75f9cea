public import Datasets
public import Embeddings
internal import Files
public import Foundation
internal import Frechet
internal import Statistics

/// The contents of a split folder's `manifest.json`: how the splits were made, and which side each class is on at each
/// level.
public struct SplitManifest: Sendable, Equatable, Codable {
    /// The version of the format that this type reads and writes.
    public static let currentSchemaVersion = 2

    /// The version of the format.
    public let schemaVersion: Int
    /// The tool that wrote the file, and its version.
    public let generator: String
    /// The dataset.
    public let dataset: DatasetRecord
    /// The embeddings that the distances are computed from; nil for imported splits, which do not say.
    public let embeddings: EmbeddingProvenance?
    /// The file that imported splits were read from; nil for others.
    public let importedFrom: SourceRecord?
    /// The settings that the splits were made with, or what is known of imported ones.
    public var settings: RecordedSettings { settingsRecord.settings }
    /// What the values of the column are taken for that an ordered series follows; nil in others, and in manifests of older versions.
    public var orderKind: ColumnOrder.Kind? { settingsRecord.orderKind }
    /// What the null bands and the held-out repetition say of the series as a whole; nil if there are none.
    public let controls: ControlsRecord?
    /// Spearman's correlation of `fid` and `kernel_discrepancy` over the levels: 1 if both agree on the order.
    public let rankAgreement: Double?
    /// How large the parts of a hold-out are; nil for other splits.
    public let parts: PartsRecord?
    /// The levels, by increasing distance.
    public internal(set) var levels: [SplitLevel]
    /// The settings in the form of the JSON.
    let settingsRecord: SettingsRecord

    /// A file that splits were read from.
    public struct SourceRecord: Sendable, Equatable, Codable {
        /// Its name, without its folder.
        public let file: String
        /// The SHA-256 of its bytes, in hexadecimal.
        public let sha256: String

        /// Makes a record.
        public init(file: String, sha256: String) {
            self.file = file
            self.sha256 = sha256
        }
    }

    /// The controls of a series as a whole.
    public struct ControlsRecord: Sendable, Equatable, Codable {
        /// The number of draws of each band.
        public let drawCount: Int
        /// The number of random deals that each held-out p compares the given one with; nil in files of older versions,
        /// which compared with the draws of a band.
        public let dealCount: Int?
        /// The number of halvings of the samples; nil in files of older versions, which had one.
        public let halvingCount: Int?
        /// The probability, without any shift, that the differences of the levels harder than the start would recur as
        /// they do; nil without such levels.
        public let p: Double?
        /// The number of classes of one sample, which the held-out repetition leaves out.
        public let singletonClassCount: Int
        /// The samples that stayed together in the held-out repetition; nil if all are independent.
        public let together: TogetherRecord?

        /// What stayed together.
        public struct TogetherRecord: Sendable, Equatable, Codable {
            /// How it was known.
            public let source: DependentSamples.Source
            /// The number of samples.
            public let sampleCount: Int
            /// The number of clusters that they made up.
            public let clusterCount: Int
            /// The labels of the classes that stayed together as a whole, which the held-out repetition left out.
            public let undividedClasses: [String]

            private enum CodingKeys: String, CodingKey {
                case source = "by"
                case sampleCount = "sample_count"
                case clusterCount = "cluster_count"
                case undividedClasses = "undivided_classes"
            }

            init?(_ controls: ShiftControls, in dataset: Dataset) {
                let dependent = controls.dependentSamples
                guard dependent.sampleCount > 0 else { return nil }
                source = dependent.source
                sampleCount = dependent.sampleCount
                clusterCount = dependent.clusterCount
                undividedClasses = controls.undividedClasses.map { dataset.classLabels[$0] }
            }
        }

        init(_ controls: ShiftControls, drawCount: Int, in dataset: Dataset) {
            self.drawCount = drawCount
            let wereDealt = controls.dealCount > 0
            (dealCount, halvingCount) = wereDealt ? (controls.dealCount, controls.halvingCount) : (nil, nil)
            p = controls.p
            singletonClassCount = controls.singletonClassCount
            together = TogetherRecord(controls, in: dataset)
        }

        private enum CodingKeys: String, CodingKey {
            case p, together
            case drawCount = "draw_count"
            case dealCount = "deal_count"
            case halvingCount = "halving_count"
            case singletonClassCount = "singleton_class_count"
        }
    }

    /// What identifies a dataset.
    public struct DatasetRecord: Sendable, Equatable, Codable {
        /// Its name.
        public let name: String
        /// The number of samples.
        public let sampleCount: Int
        /// The number of classes.
        public let classCount: Int
        /// ``/Datasets/Dataset/digest``, over sample ids and classes.
        public let sha256: String
        /// What identifies the images, in whatever order and folder: the SHA-256 of the lines SAMPLE, a tab, the SHA-256 of its
        /// file in hexadecimal and a newline, sorted by their UTF-8 bytes; nil where they are not known.
        public let imagesSHA256: String?
        /// How the classes were made, if they are areas of a grid; nil for others.
        public let areas: AreasRecord?

        private enum CodingKeys: String, CodingKey {
            case name, sha256, areas
            case sampleCount = "sample_count"
            case classCount = "class_count"
            case imagesSHA256 = "images_sha256"
        }

        /// What identifies `dataset`, and its images.
        public init(_ dataset: Dataset, imagesSHA256: String? = nil) {
            self.imagesSHA256 = imagesSHA256
            areas = dataset.areas.map { AreasRecord($0) }
            name = dataset.name
            sampleCount = dataset.samples.count
            classCount = dataset.classLabels.count
            sha256 = dataset.digest
        }
    }

    /// How classes were made from positions; with these numbers and the same positions they come out the same.
    public struct AreasRecord: Sendable, Equatable, Codable {
        /// What the positions are given in.
        public let coordinates: GroundPositions.Coordinates
        /// The side of an area in metres, gap included.
        public let grid: Double
        /// How far areas are apart, in metres.
        public let gap: Double
        /// Where the grid begins: 0 and 0 in metres east and north, or 180° west on the equator.
        public let origin: [Double]
        /// How many samples lie between areas and are in no class.
        public let leftOutCount: Int

        private enum CodingKeys: String, CodingKey {
            case coordinates, grid, gap, origin
            case leftOutCount = "left_out_count"
        }

        init(_ areas: DatasetAreas) {
            (coordinates, grid, gap) = (areas.grid.coordinates, areas.grid.side, areas.grid.gap)
            origin = areas.grid.coordinates == .metres ? [0, 0] : [-180, 0]
            leftOutCount = areas.leftOutCount
        }
    }

    private enum CodingKeys: String, CodingKey {
        case generator, dataset, embeddings, controls, levels, parts
        case schemaVersion = "schema_version"
        case settingsRecord = "protocol"
        case importedFrom = "imported_from"
        case rankAgreement = "rank_agreement"
    }

    /// Records a series.
    public init(
        generator: String, series: SplitSeries, provenance: EmbeddingProvenance, imagesSHA256: String? = nil
    ) {
        schemaVersion = Self.currentSchemaVersion
        self.generator = generator
        dataset = DatasetRecord(series.embedded.dataset, imagesSHA256: imagesSHA256)
        embeddings = provenance
        importedFrom = nil
        settingsRecord = SettingsRecord(.made(series.settings), orderKind: series.orderKind)
        controls = series.controls.map {
            ControlsRecord($0, drawCount: series.settings.nullDraws, in: series.embedded.dataset)
        }
        rankAgreement = series.rankAgreement?.rounded(significantDigits: 10)
        parts = nil
        let width = String(series.levels.count).count
        levels = series.levels.indices.map { index in
            let number = String(index + 1)
            let id = "level-" + String(repeating: "0", count: width - number.count) + number
            return SplitLevel(id: id, number: index, of: series)
        }
    }

    /// Records imported splits.
    init(
        generator: String, dataset: Dataset, source: SourceRecord, settings: ImportedSettings, levels: [SplitLevel]
    ) {
        schemaVersion = Self.currentSchemaVersion
        self.generator = generator
        self.dataset = DatasetRecord(dataset)
        embeddings = nil
        importedFrom = source
        settingsRecord = SettingsRecord(.imported(settings))
        (controls, rankAgreement, parts) = (nil, nil, nil)
        self.levels = levels
    }

    /// Records a hold-out, as the only level.
    public init(
        generator: String, holdOut: HoldOut, provenance: EmbeddingProvenance, imagesSHA256: String? = nil
    ) {
        schemaVersion = Self.currentSchemaVersion
        self.generator = generator
        dataset = DatasetRecord(holdOut.embedded.dataset, imagesSHA256: imagesSHA256)
        embeddings = provenance
        importedFrom = nil
        settingsRecord = SettingsRecord(.heldOut(holdOut.settings))
        controls = holdOut.controls.map {
            ControlsRecord($0, drawCount: holdOut.settings.nullDraws, in: holdOut.embedded.dataset)
        }
        rankAgreement = nil
        parts = PartsRecord(holdOut)
        levels = [SplitLevel(id: SplitLevel.holdOutID, of: holdOut)]
    }

    /// The manifest as JSON with sorted keys, so that the same splits give the same bytes.
    public var json: Data {
        get throws { Data(try stableJSON(self).utf8) }
    }

    /// Reads the `manifest.json` of a split folder, and refuses ids of levels that cannot be names of files, and numbers
    /// that cannot be meant.
    ///
    /// - Throws: ``/Files/FileError/unreadable(path:as:reason:)``.
    public init(readingFrom url: URL) throws {
        let kind = "a split manifest"
        self = try readJSON(SplitManifest.self, from: url, as: kind, schemaVersion: Self.currentSchemaVersion)
        do {
            try requirePlausibleValues()
        } catch let error as ImplausibleValue {
            throw FileError.unreadable(path: url.path, as: kind, reason: "\(error)")
        }
    }

    /// Refuses a dataset other than the one that the splits were made from.
    ///
    /// - Parameter path: the manifest's path, for the error.
    /// - Throws: ``/Files/FileError/malformed(path:line:found:expected:)``;
    ///   ``/Files/FileError/unreadable(path:as:reason:)`` for two levels with the same id, or a level that lists a
    ///   class twice.
    public func requireMatch(with other: Dataset, path: String) throws {
        try requireDistinctLevels(path: path)
        let found = DatasetRecord(other)
        guard found.sha256 == dataset.sha256 else {
            throw FileError.malformed(
                path: path,
                found: "a dataset of \(found.sampleCount) samples in \(found.classCount) classes, digest "
                    + "\(found.sha256.prefix(12))…",
                expected: "the one that the splits were made of: \(dataset.sampleCount) samples in "
                    + "\(dataset.classCount) classes, digest \(dataset.sha256.prefix(12))…")
        }
    }
}
