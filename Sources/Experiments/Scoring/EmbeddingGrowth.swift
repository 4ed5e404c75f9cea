public import Datasets
internal import Evaluation
internal import Files
public import Retrieval

/// How Recall@1 of labelled embeddings falls as labels are added to the gallery (``/Retrieval/GalleryGrowth``).
///
/// ```swift
/// var numbering = LabelNumbering()
/// let set = try LabelledEmbeddings(features, labels: labels, numbering: &numbering)
/// let growth = try EmbeddingGrowth(of: set, numbering: numbering)
/// for point in growth.points(at: growth.defaultSizes) {
///     print(point.classCount, point.recall.value, point.recall.margin ?? 0)
/// }
/// ```
public struct EmbeddingGrowth: Sendable {
    /// Recall@1 in a gallery of fewer labels than there are, or all.
    public struct Point: Sendable {
        /// How many labels the gallery has.
        public let classCount: Int
        /// The mean over all draws of so many labels, with its error over other labels where it is known.
        public let recall: Estimate
    }

    /// A forecast of Recall@1 in a gallery of more labels.
    public struct ForecastPoint: Sendable {
        /// How many labels the gallery has.
        public let classCount: Int
        /// Recall@1.
        public let recall: Double
        /// By how much such forecasts were off where the truth is known: of all labels from a part of them, by the same factor
        /// rounded up; nil where that cannot be tried.
        public let error: Double?
        /// That factor: how many times as many labels were forecast as were seen.
        public let factor: Int
    }

    /// The curve.
    public let growth: GalleryGrowth
    /// How many items without labels were in every gallery.
    public let distractorCount: Int
    /// Over what the intervals are, as `labels`; nil without any.
    public let grouping: String?

    /// Counts what the curve follows from.
    ///
    /// - Parameters:
    ///   - gallery: what is searched; nil where all rows are.
    ///   - distractors: items without labels that are in every gallery.
    ///   - similarity: what items rank by.
    ///   - acrossGroups: whether items of a query's label and group do not count for it.
    ///   - numbering: that of all labels.
    /// - Complexity: O(n·m·d) for n queries and m items.
    /// - Throws: ``/Files/FileError`` for files that do not fit one another, or labels of which no query has an item to find.
    public init(
        of set: LabelledEmbeddings, among gallery: LabelledEmbeddings? = nil, distractors: Distractors? = nil,
        by similarity: Similarity = .cosine, acrossGroups: Bool = false, numbering: LabelNumbering
    ) throws {
        let groups =
            numbering.labels.count > 1
            ? try LabelGroups(of: [set] + (gallery.map { [$0] } ?? []), numbering: numbering) : nil
        let rivals = try set.retrieval(among: gallery, distractors: distractors, acrossGroups: acrossGroups) {
            try $0.rivals(
                by: similarity, groups: groups?.groups,
                constantClass: distractors == nil ? nil : Distractors.classNumber)
        }
        guard !rivals.queries.isEmpty else {
            throw FileError.malformed(
                path: set.labelsPath, found: "no query with an item of its label to find", expected: "one at least")
        }
        growth = GalleryGrowth(rivals)
        distractorCount = distractors?.count ?? 0
        grouping = rivals.queryGroupCount >= TaskScorer.fewestGroups ? groups?.name : nil
    }

    /// How many labels the gallery has.
    public var classCount: Int { growth.rivals.classCount }

    /// Sizes that show the curve: 1, 2 and 5 times powers of ten from 2 on, and all labels.
    public var defaultSizes: [Int] {
        var sizes: [Int] = []
        var power = 1
        while power < classCount {
            sizes += [power, 2 * power, 5 * power].filter { $0 > 1 && $0 < classCount }
            power *= 10
        }
        // The last steps would lie close together.
        if let last = sizes.last, Double(last) > 0.8 * Double(classCount) { sizes.removeLast() }
        return sizes + [classCount]
    }

    /// Recall@1 at some sizes.
    ///
    /// - Precondition: they are from 1 to ``classCount``.
    public func points(at sizes: [Int]) -> [Point] {
        sizes.map { size in
            let recall = growth.recall(ofClasses: size)
            return Point(classCount: size, recall: grouping == nil ? Estimate(value: recall.value) : recall)
        }
    }

    /// Forecasts for larger sizes; none from a single label, which has no rivals.
    ///
    /// - Precondition: they are greater than ``classCount``.
    public func forecasts(at sizes: [Int], seed: UInt64 = 0) -> [ForecastPoint] {
        guard !sizes.isEmpty, classCount > 1 else { return [] }
        let forecast = growth.forecast
        // The likeliest distribution need not meet what is known to the last digit, and more labels help nobody.
        let known = growth.recall(ofClasses: classCount).value
        var errors: [Int: Double?] = [:]
        return sizes.map { size in
            let factor = (size + classCount - 1) / classCount
            let error = errors[factor] ?? growth.forecastError(by: factor, seed: seed)
            errors[factor] = .some(error)
            return ForecastPoint(
                classCount: size, recall: min(forecast.recall(ofClasses: size), known), error: error, factor: factor)
        }
    }
}
