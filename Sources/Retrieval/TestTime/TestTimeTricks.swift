public import DenseLinearAlgebra

/// Tricks applied to embeddings at test time to raise scores; never silently: every result includes the plain scores
/// too.
///
/// They apply in this order: the embeddings of an image and its mirror image are averaged, rows are reduced to
/// principal components, raw rows are mixed in, and items are re-ranked by neighbours.
///
/// ```swift
/// let tricks = TestTimeTricks(dimension: 2, reranking: ReciprocalReranking())
/// print(tricks.names)  // ["embedding-dim 2", "rerank"]
/// let reduced = try tricks.applied(to: test, training: training, similarity: .cosine)
/// print(reduced.columnCount)  // 2; re-ranking is for RankingRules
/// ```
public struct TestTimeTricks: Sendable, Equatable {
    /// Whether an image's embedding is averaged with that of its mirror image.
    public let flip: Bool
    /// The number of principal components of the training samples that embeddings are reduced to, or nil for no
    /// reduction.
    public let dimension: Int?
    /// The weight of the raw row added to the normalised row, or nil for none; see
    /// ``mixingNormalizedWithRaw(_:weight:)``.
    public let rawWeight: Double?
    /// The settings of the re-ranking, or nil for none.
    public let reranking: ReciprocalReranking?

    /// Chooses tricks.
    ///
    /// - Precondition: `dimension` is positive, and `rawWeight` finite and not negative.
    public init(
        flip: Bool = false, dimension: Int? = nil, rawWeight: Double? = nil, reranking: ReciprocalReranking? = nil
    ) {
        precondition(dimension ?? 1 > 0, "\(dimension ?? 0) dimensions; expected 1 or more")
        precondition((rawWeight ?? 0).isFinite && rawWeight ?? 0 >= 0, "the raw weight is \(rawWeight ?? 0)")
        self.flip = flip
        self.dimension = dimension
        self.rawWeight = rawWeight
        self.reranking = reranking
    }

    /// The names of the tricks, in the order of application.
    public var names: [String] {
        (flip ? ["flip"] : []) + (dimension.map { ["embedding-dim \($0)"] } ?? [])
            + (rawWeight.map { ["mix-raw \($0)"] } ?? []) + (reranking == nil ? [] : ["rerank"])
    }

    /// Whether there are no tricks.
    public var isEmpty: Bool { names.isEmpty }

    /// What retrieval ranks by: the distance if raw rows are mixed in, since mixing does not change the angle between
    /// rows.
    public func similarity(for plain: Similarity) -> Similarity {
        rawWeight == nil ? plain : .euclidean
    }

    /// The mean of embeddings and those of the mirrored images, row by row.
    ///
    /// - Precondition: both have the same size.
    public static func mean(of rows: Matrix<Float>, mirrored: Matrix<Float>) -> Matrix<Float> {
        precondition(
            rows.rowCount == mirrored.rowCount && rows.columnCount == mirrored.columnCount,
            "\(rows.rowCount) × \(rows.columnCount) and \(mirrored.rowCount) × \(mirrored.columnCount)")
        return Matrix(
            rowCount: rows.rowCount, columnCount: rows.columnCount,
            elements: zip(rows.elements, mirrored.elements).map { ($0 + $1) / 2 })
    }

    /// The rows after all tricks that change them, except mirroring, which needs the images.
    ///
    /// - Parameters:
    ///   - rows: n × d; already averaged with the mirrored images' embeddings if `flip` is set.
    ///   - training: rows of the classes that the model was trained on, to which the components are fitted; needed only
    ///     for these. For the cosine, both `rows` and `training` are first scaled to length 1.
    ///   - similarity: the similarity that retrieval ranks by without tricks.
    /// - Throws: as ``PrincipalComponents/init(of:count:)``.
    /// - Precondition: there are training rows if there is a dimension, which is at most d.
    public func applied(
        to rows: Matrix<Float>, training: Matrix<Float>?, similarity: Similarity
    ) throws -> Matrix<Float> {
        var rows = rows
        if let dimension {
            guard let training else { preconditionFailure("\(dimension) components need rows to be fitted to") }
            func prepared(_ rows: Matrix<Float>) -> Matrix<Float> {
                similarity == .cosine ? normalizedRows(of: rows) : rows
            }
            rows = try PrincipalComponents(of: prepared(training), count: dimension).projection(of: prepared(rows))
        }
        if let rawWeight { rows = mixingNormalizedWithRaw(rows, weight: rawWeight) }
        return rows
    }
}
