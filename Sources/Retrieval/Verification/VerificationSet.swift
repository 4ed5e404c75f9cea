public import DenseLinearAlgebra
internal import Parallel

/// Embeddings of which pairs are verified: whether both are of one class.
///
/// Of one set every pair of rows counts once; of queries and a gallery every query with every item. A pair is *genuine* if
/// both are of one class, else an *impostor*. The similarity is the cosine, rounded to a multiple of 2⁻³⁰: pairs that are
/// closer tie, and equal cosines always do. No result depends on the number of threads, or on how BLAS rounds.
///
/// ```swift
/// let set = VerificationSet(embeddings, classNumbers: [0, 0, 1, 1])
/// let scores = try set.scores()
/// print(scores.genuineCount, scores.impostorCount)  // 2 4
/// print(scores[.equalErrorRate] ?? 1)  // 0.0: each genuine pair is more similar than each impostor
/// ```
public struct VerificationSet: Sendable {
    let queries: RowValues
    let items: RowValues
    let queryClasses: [Int]
    let itemClasses: [Int]
    /// For each query, the item that is the same sample; empty if there are none.
    let ownItems: [Int?]
    let cameras: RetrievalCameras?
    let isOneSet: Bool

    /// Takes all pairs of some rows.
    ///
    /// - Parameters:
    ///   - embeddings: n × d, one row per sample.
    ///   - classNumbers: the class of each row; any integers.
    ///   - cameras: the cameras of the rows, if pairs of one class and camera do not count; nil if all do.
    /// - Precondition: there is one class number for each row.
    public init(_ embeddings: Matrix<Float>, classNumbers: [Int], cameras: RetrievalCameras? = nil) {
        self.init(.single(embeddings), classNumbers: classNumbers, cameras: cameras)
    }

    /// Takes all pairs of some rows in either precision.
    package init(_ embeddings: RowValues, classNumbers: [Int], cameras: RetrievalCameras? = nil) {
        precondition(
            classNumbers.count == embeddings.rowCount,
            "\(classNumbers.count) class numbers for \(embeddings.rowCount) rows")
        (queries, items) = (embeddings, embeddings)
        (queryClasses, itemClasses) = (classNumbers, classNumbers)
        (ownItems, self.cameras, isOneSet) = ([], cameras, true)
    }

    /// Takes all pairs of a query and an item.
    ///
    /// - Parameters:
    ///   - queries: n × d, one row per query.
    ///   - classNumbers: the class of each query; any integers.
    ///   - gallery: m × d, one row per item.
    ///   - galleryClassNumbers: the class of each item.
    ///   - ownItems: for each query, the gallery row that is the same sample and makes no pair with it, or nil; empty if
    ///     queries and gallery have no sample in common.
    ///   - cameras: the cameras of queries and items, if pairs of one class and camera do not count; nil if all do.
    /// - Precondition: there is one class number for each row, both matrices have the same number of columns, and an own item
    ///   has its query's class.
    public init(
        queries: Matrix<Float>, classNumbers: [Int], gallery: Matrix<Float>, galleryClassNumbers: [Int],
        ownItems: [Int?] = [], cameras: RetrievalCameras? = nil
    ) {
        self.init(
            queries: .single(queries), classNumbers: classNumbers, gallery: .single(gallery),
            galleryClassNumbers: galleryClassNumbers, ownItems: ownItems, cameras: cameras)
    }

    /// Takes all pairs of a query and an item in either precision.
    package init(
        queries: RowValues, classNumbers: [Int], gallery: RowValues, galleryClassNumbers: [Int],
        ownItems: [Int?] = [], cameras: RetrievalCameras? = nil
    ) {
        precondition(
            queries.columnCount == gallery.columnCount,
            "queries have \(queries.columnCount) columns, the gallery \(gallery.columnCount)")
        precondition(
            classNumbers.count == queries.rowCount && galleryClassNumbers.count == gallery.rowCount,
            "\(classNumbers.count) and \(galleryClassNumbers.count) class numbers for \(queries.rowCount) queries and "
                + "\(gallery.rowCount) items")
        precondition(
            ownItems.isEmpty
                || ownItems.count == queries.rowCount
                    && zip(ownItems, classNumbers).allSatisfy { own, number in
                        own.map { galleryClassNumbers[$0] == number } ?? true
                    },
            "own items: expected one for each query, of its class")
        (self.queries, items) = (queries, gallery)
        (queryClasses, itemClasses) = (classNumbers, galleryClassNumbers)
        self.ownItems = ownItems.contains { $0 != nil } ? ownItems : []
        (self.cameras, isOneSet) = (cameras, false)
    }

    /// How many pairs there are, before any are left out.
    var pairCount: Int {
        isOneSet
            ? items.rowCount * max(items.rowCount - 1, 0) / 2 : queries.rowCount * items.rowCount
    }

    /// The keys of listed pairs.
    func keys(ofPairs pairs: [(first: Int, second: Int)]) -> [Int32] {
        let rows = CosineRows(
            queries: isOneSet ? nil : (queries, (0..<Int32(queries.rowCount)).map(\.self)),
            items: (items, (0..<Int32(items.rowCount)).map(\.self)))
        var keys = [Int32](repeating: 0, count: pairs.count)
        let blockSize = 1 << 12
        keys.withUnsafeMutableBufferPointer { keys in
            let keys = DisjointBuffer(keys)
            inParallel(
                blockCount: (pairs.count + blockSize - 1) / blockSize,
                work: 4 * Double(pairs.count) * Double(items.columnCount)
            ) {
            } _: { _, block in
                for place in block * blockSize..<min((block + 1) * blockSize, pairs.count) {
                    keys[place] = rows.key(pairs[place].first, pairs[place].second)
                }
            }
        }
        return keys
    }

    /// The first row with NaN or an infinity is refused.
    func requireFiniteRows() throws { try requireFinite(isOneSet ? [items] : [queries, items]) }

    /// Counts the similarities of all pairs, and measures how well they tell genuine pairs from impostors.
    ///
    /// Up to 2²² pairs are kept and sorted. More are counted in 2²¹ bins in one pass, and a second pass counts the similarities
    /// of the bins that hold a threshold one by one: memory does not grow with the number of pairs. Rates at thresholds and the
    /// equal error rate are exact either way; for the area see ``VerificationScores/areaError``.
    ///
    /// - Parameters:
    ///   - rates: the false accept rates to find thresholds for, above 0 and below 1; one that is given twice counts once.
    ///   - groups: the group of each class, which a jackknife leaves out in turn; nil for no errors.
    /// - Complexity: O(n²·d) operations; memory for the rows in double precision, and 32 MB and 16 MB per thread.
    /// - Throws: ``RetrievalError/nonFiniteEmbedding(row:column:)``, where gallery rows are numbered after the query rows;
    ///   ``RetrievalError/noPairs(genuineCount:impostorCount:)`` without pairs of either kind.
    public func scores(
        falseAcceptRates rates: [Double] = VerificationMetric.standardRates, withoutEach groups: ClassGroups? = nil
    ) throws -> VerificationScores {
        try scores(falseAcceptRates: rates, withoutEach: groups, sortingUpTo: 1 << 22)
    }

    /// The same with another number of pairs up to which all are sorted.
    package func scores(
        falseAcceptRates rates: [Double], withoutEach groups: ClassGroups?, sortingUpTo limit: Int
    ) throws -> VerificationScores {
        let rates = VerificationMetric.wantedRates(rates)
        try requireFiniteRows()
        let walk = PairWalk(self, groups: groups)
        let isSorted = pairCount <= limit
        var counts = isSorted ? PairCounts(sorting: walk) : PairCounts(binning: walk)
        try WorkStop.check()
        guard counts.genuineCount > 0, counts.impostorCount > 0 else {
            throw RetrievalError.noPairs(genuineCount: counts.genuineCount, impostorCount: counts.impostorCount)
        }
        var levels: GroupLevels?
        if groups != nil || !isSorted {
            let bins = isSorted ? [] : counts.bins(forRates: rates)
            let pass = RefiningPass(walk, counts, refining: bins)
            try WorkStop.check()
            counts.replace(bins, by: pass.refined)
            levels = groups == nil ? nil : pass.levels
        }
        return VerificationScores(counts: counts, rates: rates, levels: levels)
    }
}
