import DenseLinearAlgebra
import Retrieval
import TestSupport
import Testing

extension SplitMix64 {
    fileprivate mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// Which classes come before a query's own, against ranks in galleries of two classes.
@Suite struct RivalClassesTests {
    /// Rows of few whole numbers, so that many are equal, equally similar, or zero.
    private func coarseRows(_ count: Int, _ rng: inout SplitMix64) -> Matrix<Float> {
        Matrix(rows: (0..<count).map { _ in (0..<3).map { _ in Float(rng.below(4)) - 1 } })
    }

    private func smoothRows(_ count: Int, _ rng: inout SplitMix64) -> Matrix<Float> {
        Matrix(rows: (0..<count).map { _ in (0..<5).map { _ in Float(rng.bell()) } })
    }

    /// The rivals of each query by the ranks of its class among its own and one other class.
    private func rivals(
        ofQueries queries: Matrix<Float>, _ labels: [Int], gallery: Matrix<Float>, _ galleryLabels: [Int], own: [Int?],
        cameras: RetrievalCameras?, by similarity: Similarity
    ) throws -> [Int: Int] {
        var counts: [Int: Int] = [:]
        for row in labels.indices {
            for other in Set(galleryLabels).union([labels[row]]) {
                let items = galleryLabels.indices.filter { [labels[row], other].contains(galleryLabels[$0]) }
                guard !items.isEmpty else { continue }
                let set = RetrievalSet(
                    queries: Matrix(rows: [Array(queries.row(row))]), classNumbers: [labels[row]],
                    gallery: Matrix(rows: items.map { Array(gallery.row($0)) }),
                    galleryClassNumbers: items.map { galleryLabels[$0] },
                    ownItems: [own[row].flatMap { items.firstIndex(of: $0) }],
                    cameras: cameras.map { cameras in
                        RetrievalCameras(
                            ofQueries: [cameras.ofQueries[row]], ofItems: items.map { cameras.ofItems[$0] })
                    })
                let ranks = try set.ranks(by: RankingRules(similarity: similarity))
                guard ranks.queries == [0] else { continue }
                counts[row, default: 0] += ranks[0].first == 1 ? 0 : 1
            }
        }
        return counts
    }

    @Test(arguments: [Similarity.cosine, .euclidean, .innerProduct])
    func oneSetAgreesWithRanks(_ similarity: Similarity) throws {
        var rng = SplitMix64(seed: 5)
        for round in 0..<6 {
            let count = 20 + rng.below(40)
            let rows = round % 2 == 0 ? coarseRows(count, &rng) : smoothRows(count, &rng)
            let labels = (0..<count).map { _ in rng.below(9) }
            let cameras = round < 3 ? nil : RetrievalCameras(ofRows: (0..<count).map { _ in rng.below(3) })
            let found = try RetrievalSet(rows, classNumbers: labels, cameras: cameras).rivals(by: similarity)
            let expected = try rivals(
                ofQueries: rows, labels, gallery: rows, labels, own: Array(labels.indices), cameras: cameras,
                by: similarity)
            #expect(found.queries == expected.keys.sorted())
            #expect(found.counts == found.queries.map { expected[$0] }, "round \(round)")
            #expect(found.classCount == Set(labels).count && found.queries.count + found.loneQueryCount == count)
        }
    }

    @Test(arguments: [Similarity.cosine, .euclidean, .innerProduct])
    func galleriesAgreeWithRanks(_ similarity: Similarity) throws {
        var rng = SplitMix64(seed: 6)
        for round in 0..<6 {
            let (n, m) = (10 + rng.below(30), 30 + rng.below(40))
            let make = round % 2 == 0 ? coarseRows : smoothRows
            let (queries, gallery) = (make(n, &rng), make(m, &rng))
            let (labels, galleryLabels) = ((0..<n).map { _ in rng.below(9) }, (0..<m).map { _ in rng.below(9) })
            // Some queries are items too, of whatever class.
            let own = (0..<n).map { $0 % 3 == 0 ? $0 : nil }
            let found = try RetrievalSet(
                queries: queries, classNumbers: labels, gallery: gallery, galleryClassNumbers: galleryLabels,
                ownItems: own
            ).rivals(by: similarity)
            let expected = try rivals(
                ofQueries: queries, labels, gallery: gallery, galleryLabels, own: own, cameras: nil, by: similarity)
            #expect(found.counts == found.queries.map { expected[$0] }, "round \(round)")
        }
    }

    /// Many rows, so that tiles and pieces have ends, on any number of threads; classes of one to hundreds of items.
    @Test func manyRowsAgreeWithSimilaritiesInDoublePrecision() throws {
        var rng = SplitMix64(seed: 8)
        let labels = (0..<3000).map { $0 < 400 ? 0 : 1 + rng.below(700) }
        let rows = smoothRows(labels.count, &rng)
        let found = try RetrievalSet(rows, classNumbers: labels).rivals()
        let units = labels.indices.map { row -> [Double] in
            let values = rows.row(row).map { Double($0) }
            let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return values.map { $0 / length }
        }
        for query in stride(from: 0, to: found.queries.count, by: 7) {
            let row = found.queries[query]
            var best: [Int: Double] = [:]
            for item in labels.indices where item != row {
                let cosine = zip(units[row], units[item]).reduce(0) { $0 + $1.0 * $1.1 }
                best[labels[item]] = max(best[labels[item]] ?? -2, cosine)
            }
            let own = try #require(best[labels[row]])
            #expect(found.counts[query] == best.values.count { $0 > own }, "row \(row)")
        }
    }

    /// Items of the constant class block a query, and are no rivals; groups add up to all.
    @Test func constantItemsBlock() throws {
        let gallery = Matrix<Float>(rows: [[0], [1], [2.5], [8], [20], [21], [7.9]])
        let set = RetrievalSet(
            queries: gallery, classNumbers: [0, 0, 1, 1, 2, 2, 9], gallery: gallery,
            galleryClassNumbers: [0, 0, 1, 1, 2, 2, 9], ownItems: [0, 1, 2, 3, 4, 5, 6])
        let found = try set.rivals(
            by: .euclidean, groups: ClassGroups([0: 0, 1: 1, 2: 0], count: 2), constantClass: 9)
        #expect(found.queries == [0, 1, 2, 3, 4, 5] && found.loneQueryCount == 1 && found.classCount == 3)
        // From 8 the item 7.9 is nearer than 2.5, and so is none of another class; from 2.5 so are 7.9, 0 and 1.
        #expect(found.areBlocked == [false, false, true, true, false, false])
        #expect(found.counts == [0, 0, 1, 0, 0, 0])
    }

    /// Where similarities are exact in single precision, the next smaller number is a smaller similarity, and no tie.
    @Test func neighbouringNumbersAreNoTies() throws {
        // From (2364, 0), the squared distances of (−2364, 1) and (−2364, 0) differ by 1, the last bit of both similarities.
        let far = [[-2364, 1], [2364, 0], [-2364, 0]] as [[Float]]
        let rows = Matrix(rows: far + [[Float]](repeating: [0, 0], count: 7))
        let found = try RetrievalSet(rows, classNumbers: [1, 0, 0] + [Int](repeating: 2, count: 7)).rivals(
            by: .euclidean)
        #expect(found.queries.first == 1 && found.counts.first == 1, "\(found.counts)")
        let ranks = try RetrievalSet(rows, classNumbers: [Int](repeating: 0, count: 10))
            .firstRanks(by: .euclidean) { $0 == 1 ? [2] : [] }
        #expect(ranks.ranks[1] == 8)
    }

    @Test func whatIsNotFiniteIsRefused() {
        let set = RetrievalSet(Matrix<Float>(rows: [[0], [.nan]]), classNumbers: [0, 0])
        #expect(throws: RetrievalError.nonFiniteEmbedding(row: 1, column: 0)) { try set.rivals() }
    }
}
