public import Datasets
public import Embeddings
internal import Evaluation
internal import Files
internal import Foundation
public import Parallel
public import Splits
internal import Statistics

/// Whether the axis of a series of splits is real: whether other measures and other embeddings order its levels alike, and tell
/// them from random sides.
///
/// ```swift
/// let axis = try SplitAxis(
///     of: splits, by: [.init(name: "network", source: .features(features), madeSplits: true)])
/// for agreement in axis.agreements {
///     print(agreement.first.measure, agreement.second.measure, agreement.kendall ?? 0)
/// }
/// ```
public struct SplitAxis: Sendable {
    /// Embeddings to measure by.
    public struct Input: Sendable {
        /// What they are called.
        public let name: String
        /// Where they come from.
        public let source: EmbeddingSource
        /// Whether the splits were made from them, as the manifest must say then.
        public let madeSplits: Bool

        /// Names embeddings.
        public init(name: String, source: EmbeddingSource, madeSplits: Bool = false) {
            (self.name, self.source, self.madeSplits) = (name, source, madeSplits)
        }
    }

    /// Embeddings, and the levels by them.
    public struct Embeddings: Sendable {
        /// What they are called.
        public let name: String
        /// Whether the splits were made from them.
        public let madeSplits: Bool
        /// Where they come from.
        public let provenance: EmbeddingProvenance
        /// The levels by all measures.
        public let measurements: ShiftMeasurements
    }

    /// A measure by some embeddings.
    public struct Column: Sendable, Hashable {
        /// The number of the embeddings in ``SplitAxis/embeddings``.
        public let embeddings: Int
        /// The measure.
        public let measure: ShiftMeasure

        /// Names a measure.
        public init(_ measure: ShiftMeasure, by embeddings: Int) {
            (self.embeddings, self.measure) = (embeddings, measure)
        }
    }

    /// How alike two measures order the levels that both have.
    public struct Agreement: Sendable, Equatable {
        /// The first.
        public let first: Column
        /// The second.
        public let second: Column
        /// Kendall's τ-b; nil for fewer than two levels with different values.
        public let kendall: Double?
        /// Spearman's ρ; nil for fewer than three.
        public let spearman: Double?
        /// The pairs of levels that the two order otherwise, by their places.
        public let exchanged: [(Int, Int)]

        /// Whether the two are equal.
        public static func == (a: Agreement, b: Agreement) -> Bool {
            a.first == b.first && a.second == b.second && a.kendall == b.kendall && a.spearman == b.spearman
                && a.exchanged.elementsEqual(b.exchanged, by: ==)
        }
    }

    /// The splits.
    public let manifest: SplitManifest
    /// Their samples.
    public let dataset: Dataset
    /// The embeddings, in the order given.
    public let embeddings: [Embeddings]
    /// All pairs of measures and embeddings.
    public let agreements: [Agreement]

    /// Measures the levels of a folder of splits.
    ///
    /// Sides are random as in the null bands of the folder: exchanges of whole units, from the same seed.
    ///
    /// - Parameters:
    ///   - settings: what is measured; the seed and the directions are those of the splits.
    /// - Complexity: that of ``/Splits/ShiftMeasurements`` for each of the embeddings, of which one is in memory at a time.
    /// - Throws: ``/Files/FileError`` for embeddings of other samples, or others than the splits were made from; `SplitError`;
    ///   `LinearAlgebraError`.
    public init(
        of splits: SplitFolder, by inputs: [Input], settings: ShiftMeasurements.Settings = .init(),
        report: @escaping WorkReport = { _ in }
    ) throws {
        let (manifest, dataset) = (splits.manifest, splits.dataset)
        var settings = settings
        settings.seed = manifest.settings.seed
        if manifest.settings.heldOutBy != nil { settings.directions = [.forward] }
        let partitions = try manifest.levels.map { level in
            var sides = [Side?](repeating: nil, count: dataset.classLabels.count)
            for side in Side.allCases {
                for number in try level.numbers(ofClasses: level.classes(on: side), in: dataset) {
                    sides[number] = side
                }
            }
            return ClassPartition(sides: sides)
        }
        let units = try dataset.units(by: manifest.settings.unit)
        embeddings = try inputs.map { input in
            let prefix = inputs.count > 1 ? "\(input.name), " : ""
            let report: WorkReport = { report($0.prefixed(prefix)) }
            let found = try input.source.embeddings(
                of: dataset, expecting: input.madeSplits ? manifest.embeddings?.sha256 : nil, report: report)
            do {
                let embedded = try EmbeddedDataset(
                    dataset: dataset, embeddings: found.matrix, statistic: manifest.settings.statistic ?? .samples,
                    units: units)
                return Embeddings(
                    name: input.name, madeSplits: input.madeSplits, provenance: found.provenance,
                    measurements: try ShiftMeasurements(
                        of: partitions, over: embedded, by: settings, report: report))
            } catch let error as SplitError {
                throw FileError.unreadable(path: input.name, as: "embeddings to measure by", reason: "\(error)")
            }
        }
        self.manifest = manifest
        self.dataset = dataset
        agreements = Self.agreements(of: embeddings)
    }

    /// The values of a measure over the levels.
    public func values(_ column: Column) -> [Double?] { Self.values(column, in: embeddings) }

    /// The agreement of two measures.
    public func agreement(of first: Column, with second: Column) -> Agreement? {
        agreements.first {
            ($0.first == first && $0.second == second) || ($0.first == second && $0.second == first)
        }
    }

    private static func values(_ column: Column, in embeddings: [Embeddings]) -> [Double?] {
        embeddings[column.embeddings].measurements.levels.map { $0.values[column.measure]?.value }
    }

    private static func agreements(of embeddings: [Embeddings]) -> [Agreement] {
        let columns = embeddings.indices.flatMap { number in
            ShiftMeasure.allCases.map { Column($0, by: number) }
        }
        return columns.indices.flatMap { first in
            columns.indices.filter { $0 > first }.map { second in
                let (a, b) = (values(columns[first], in: embeddings), values(columns[second], in: embeddings))
                // What differs by rounding alone is equal.
                let levels = a.indices.compactMap { level -> (place: Int, a: Double, b: Double)? in
                    guard let x = a[level], let y = b[level] else { return nil }
                    return (level, x.rounded(significantDigits: 9), y.rounded(significantDigits: 9))
                }
                let exchanged = levels.enumerated().flatMap { place, one in
                    levels.dropFirst(place + 1).filter { (one.a - $0.a) * (one.b - $0.b) < 0 }
                        .map { (one.place, $0.place) }
                }
                return Agreement(
                    first: columns[first], second: columns[second],
                    kendall: kendallCorrelation(levels.map(\.a), levels.map(\.b)),
                    spearman: spearmanCorrelation(levels.map(\.a), levels.map(\.b)), exchanged: exchanged)
            }
        }
    }
}
