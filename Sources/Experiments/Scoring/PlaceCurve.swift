internal import Datasets
internal import Evaluation
internal import Files
internal import Foundation
internal import Reports
public import Retrieval
internal import Splits

/// Recall@N in areas that are farther and farther, by the Fréchet distance, from those that a model trained on: of the test samples
/// of each level, among themselves.
public struct PlaceCurve: Sendable {
    /// A level.
    public struct Point: Sendable {
        /// Its id.
        public let level: String
        /// The squared Fréchet distance between its sides.
        public let fid: Double
        /// The scores of its test samples.
        public let scores: PlaceScores
    }

    /// The levels, by increasing distance, or in the order of ordered splits.
    public let points: [Point]
    /// What the levels follow in place of the distance, in words; nil for splits that follow the distance.
    public let order: String?

    /// Scores the test samples of every level.
    ///
    /// - Parameters:
    ///   - set: embeddings with positions, of at least the samples of the splits.
    ///   - splits: splits whose classes are areas.
    ///   - radius: up to which distance an item is relevant, in metres.
    ///   - similarity: what items rank by.
    ///   - areas: over what intervals are; nil for none.
    /// - Complexity: O(L·n²·d) for L levels of n test samples.
    /// - Throws: ``/Files/FileError`` for a table without names, or without a sample of the splits; what scoring throws.
    public init(
        of set: LocatedEmbeddings, over splits: SplitFolder, radius: Double, by similarity: Similarity = .cosine,
        areas: PlaceAreas? = nil
    ) throws {
        guard let names = set.table.samples else {
            throw FileError.malformed(
                path: set.table.path, found: "no names of samples",
                expected: "a column sample, by which the splits' samples are found")
        }
        order = splits.manifest.levelOrder?.words
        let index = NameIndex(names)
        let dataset = splits.dataset
        points = try splits.manifest.levels.map { level in
            let classes = try level.numbers(ofClasses: level.test, in: dataset)
            let rows = try dataset.samples(ofClasses: classes).map { sample in
                let name = dataset.samples[sample].id
                guard let row = index[name] else {
                    throw FileError.malformed(
                        path: set.table.path, found: "no sample \"\(excerpt(name))\"",
                        expected: "the position of every sample of \(splits.samples.path)")
                }
                return row
            }
            return Point(
                level: level.id, fid: level.fid,
                scores: try PlaceScores(of: set, radius: radius, by: similarity, areas: areas, rows: rows.sorted()))
        }
    }

    /// The recall at the last level minus that at the first, of queries that have something to find; nil for a single level.
    public func change(at count: Int) -> Estimate? {
        guard let first = points.first, let last = points.last, points.count > 1 else { return nil }
        return last.scores.recall(at: count, loneQueries: .excluded)
            - first.scores.recall(at: count, loneQueries: .excluded)
    }
}
