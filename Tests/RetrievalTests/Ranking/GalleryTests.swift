import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

@Suite struct GalleryTests {
    @Test func aTableByHand() throws {
        // On a line: the gallery at 0, 2, 2, 5; from 1 the order is 0, 2, 2, 5 (by row among equals), from 4 it is 5, 2, 2, 0.
        let queries = Matrix<Float>(rows: [[1], [4], [4]])
        let gallery = Matrix<Float>(rows: [[0], [2], [2], [5]])
        let ranks = try RetrievalSet(
            queries: queries, classNumbers: [7, 7, 9], gallery: gallery, galleryClassNumbers: [8, 8, 7, 7]
        ).ranks(by: RankingRules(similarity: .euclidean))
        #expect(ranks.queries == [0, 1])
        #expect(ranks.loneQueries == [2])
        #expect(ranks.loneClassNumbers == [9])
        #expect(ranks.queries.indices.map { Array(ranks[$0]) } == [[3, 4], [1, 3]])
    }

    @Test func theSampleItselfIsLeftOut() throws {
        let queries = Matrix<Float>(rows: [[1, 0], [0, 1]])
        let gallery = Matrix<Float>(rows: [[0, 1], [1, 0], [1, 0], [1, 1]])
        // The first query is row 2 of the gallery, the second row 0, which has another class there.
        let ranks = try RetrievalSet(
            queries: queries, classNumbers: [1, 2], gallery: gallery, galleryClassNumbers: [1, 2, 1, 2],
            ownItems: [2, 0]
        ).ranks()
        #expect(ranks.queries.indices.map { Array(ranks[$0]) } == [[3], [1, 2]])
        // Without it nothing is relevant.
        let lone = try RetrievalSet(
            queries: queries, classNumbers: [5, 2], gallery: gallery, galleryClassNumbers: [1, 2, 5, 2],
            ownItems: [2, nil]
        ).ranks()
        #expect(lone.loneQueries == [0])
        #expect(Array(lone[0]) == [2, 3])
    }

    @Test func anEmptyGalleryHasNothing() throws {
        let queries = Matrix<Float>(rows: [[1, 0], [0, 1]])
        let ranks = try RetrievalSet(
            queries: queries, classNumbers: [1, 2], gallery: Matrix(rowCount: 0, columnCount: 2),
            galleryClassNumbers: []
        ).ranks()
        #expect(ranks.queries.isEmpty && ranks.loneQueries == [0, 1])
        #expect(throws: RetrievalError.noQueries(loneQueryCount: 2)) { try QueryScores(ranks).mean() }
        #expect(try QueryScores(ranks).mean(loneQueries: .zero).values.allSatisfy { $0 == 0 })
    }

    @Test(arguments: [Similarity.cosine, .euclidean], [(1, 40), (60, 1), (90, 700), (400, 130)])
    func equalsSortingEverything(similarity: Similarity, sizes: (Int, Int)) throws {
        let (n, m) = sizes
        let (all, classes) = clusteredEmbeddings(n: n + m, d: 6, classCount: 5, spread: 1, seed: UInt64(n))
        // Every seventh query is a copy of an item, and every third of those is that item itself.
        var indices = Array(0..<n + m)
        var own = [Int?](repeating: nil, count: n)
        for query in stride(from: 0, to: n, by: 7) {
            indices[query] = n + query % m
            if query % 3 == 0 { own[query] = query % m }
        }
        let embeddings = all.selectingRows(indices)
        let queries = embeddings.selectingRows(Array(0..<n))
        let gallery = embeddings.selectingRows(Array(n..<n + m))
        let ranks = try RetrievalSet(
            queries: queries, classNumbers: Array(classes[..<n]), gallery: gallery,
            galleryClassNumbers: Array(classes[n...]), ownItems: own
        ).ranks(by: RankingRules(similarity: similarity))
        for (position, query) in ranks.queries.enumerated() {
            let values = (0..<m).map { item in
                similarity == .cosine
                    ? cosine(embeddings, query, n + item) : negativeSquaredDistance(embeddings, query, n + item)
            }
            let order = (0..<m).filter { $0 != own[query] }.sorted { (values[$0], $1) > (values[$1], $0) }
            let expected = order.indices.filter { classes[n + order[$0]] == classes[query] }.map { Int32($0 + 1) }
            #expect(Array(ranks[position]) == expected)
        }
        #expect((ranks.queries + ranks.loneQueries).sorted() == Array(0..<n))
    }

    /// One-vs-rest retrieval is retrieval in a gallery of the same rows, each query being its own item.
    @Test func oneVersusRestIsASpecialCase() throws {
        let (x, classes) = clusteredEmbeddings(n: 300, d: 12, classCount: 9, spread: 0.8, seed: 5)
        let own = classes.indices.map { Optional($0) }
        let scores = try RetrievalSet(
            queries: x, classNumbers: classes, gallery: x, galleryClassNumbers: classes, ownItems: own
        ).scores()
        #expect(try scores == RetrievalSet(x, classNumbers: classes).scores())
    }

    /// On integer points many distances are equal, so that all three orders differ.
    @Test(arguments: TieOrder.allCases)
    func tiesByEveryOrder(ties: TieOrder) throws {
        var generator = SplitMix64(seed: 11)
        let (n, m) = (40, 90)
        let points = Matrix<Float>(
            rows: (0..<n + m).map { _ in [Float(generator.next() % 4), Float(generator.next() % 4)] })
        let classes = (0..<n + m).map { _ in Int(generator.next() % 3) }
        let own = (0..<n).map { $0 % 5 == 0 ? $0 % m : nil }
        let ranks = try RetrievalSet(
            queries: points.selectingRows(Array(0..<n)), classNumbers: Array(classes[..<n]),
            gallery: points.selectingRows(Array(n..<n + m)), galleryClassNumbers: Array(classes[n...]), ownItems: own
        ).ranks(by: RankingRules(similarity: .euclidean, ties: ties))
        for (position, query) in ranks.queries.enumerated() {
            func key(_ item: Int) -> (Double, Int, Int) {
                let isRelevant = classes[n + item] == classes[query]
                let precedence = ties == .sampleOrder ? 0 : (isRelevant == (ties == .relevantFirst) ? 0 : 1)
                return (-negativeSquaredDistance(points, query, n + item), precedence, item)
            }
            let order = (0..<m).filter { $0 != own[query] }.sorted { key($0) < key($1) }
            let expected = order.indices.filter { classes[n + order[$0]] == classes[query] }.map { Int32($0 + 1) }
            #expect(Array(ranks[position]) == expected)
        }
    }

    @Test func refusals() throws {
        let x = Matrix<Float>(rows: [[1, 0], [0, 1]])
        let broken = Matrix<Float>(rows: [[1, 0], [0, .nan]])
        #expect(throws: RetrievalError.nonFiniteEmbedding(row: 3, column: 1)) {
            try RetrievalSet(queries: x, classNumbers: [0, 1], gallery: broken, galleryClassNumbers: [0, 1]).ranks()
        }
    }
}
