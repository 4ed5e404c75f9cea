import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

@Suite struct ReciprocalRerankingTests {
    @Test func ranksOfTheDenseEquations() throws {
        let references = try TestTimeTricksFixture().reranking
        #expect(references.count == 10)
        for reference in references {
            let (points, classes) = clusteredEmbeddings(
                n: reference.n, d: reference.d, classCount: reference.classCount, spread: reference.spread,
                seed: reference.seed)
            let settings = ReciprocalReranking(k1: reference.k1, k2: reference.k2, lambda: reference.lambda)
            let count = reference.queryCount
            let ranks =
                count == 0
                ? try RetrievalSet(points, classNumbers: classes).ranks(
                    by: RankingRules(similarity: reference.similarity, reranking: settings))
                : try RetrievalSet(
                    queries: points.selectingRows(0..<count), classNumbers: Array(classes[..<count]),
                    gallery: points.selectingRows(count..<reference.n), galleryClassNumbers: Array(classes[count...])
                ).ranks(by: RankingRules(similarity: reference.similarity, reranking: settings))
            var found = reference.ranks.map { _ in [Int32]() }
            for (position, query) in ranks.queries.enumerated() { found[query] = Array(ranks[position]) }
            #expect(found == reference.ranks, "seed \(reference.seed), \(reference.similarity)")
        }
    }

    /// On a line at 0, 2, 3, 7 with k₁ = 1 and k₂ = 1, the nearest of 0 is 2, but only 2 and 3 are so for each other.
    ///
    /// So from 0 and 7 nothing is shared with anything.
    @Test func aTableByHand() throws {
        let line = Matrix<Float>(rows: [[0], [2], [3], [7]])
        let settings = ReciprocalReranking(k1: 1, k2: 1, lambda: 0)
        func ranks(_ classes: [Int], _ ties: TieOrder = .sampleOrder) throws -> [[Int32]] {
            let ranks = try RetrievalSet(line, classNumbers: classes).ranks(
                by: RankingRules(similarity: .euclidean, ties: ties, reranking: settings))
            return ranks.queries.indices.map { Array(ranks[$0]) }
        }
        // From 2 it is 3, and then 0 and 7 as equals; from 3 it is 2 and the same equals; from 0 and 7 all are equal.
        #expect(try ranks([1, 2, 2, 1]) == [[3], [1], [1], [1]])
        #expect(try ranks([1, 2, 1, 2]) == [[2], [3], [2], [2]])
        #expect(try ranks([1, 2, 1, 2], .relevantFirst) == [[1], [2], [2], [1]])
        #expect(try ranks([1, 2, 1, 2], .relevantLast) == [[3], [3], [3], [3]])
    }

    /// On a line at 0, 4, 5, 8 with k₁ = 1 and k₂ = 1, only 4 and 5 share neighbours, and from 4 both ends are as far.
    ///
    /// Half of the weight moves nothing else, and such small integers have exact distances, so the ends tie.
    @Test func whatSharesNothingRanksByItsDistance() throws {
        let line = Matrix<Float>(rows: [[0], [4], [5], [8]])
        let settings = ReciprocalReranking(k1: 1, k2: 1, lambda: 0.5)
        func ranks(_ classes: [Int], _ ties: TieOrder) throws -> [[Int32]] {
            let ranks = try RetrievalSet(line, classNumbers: classes).ranks(
                by: RankingRules(similarity: .euclidean, ties: ties, reranking: settings))
            return ranks.queries.indices.map { Array(ranks[$0]) }
        }
        // From 0: 4, 5, 8. From 4: 5, then 0 and 8. From 5: 4, 8, 0. From 8: 5, 4, 0.
        #expect(try ranks([1, 1, 2, 2], .sampleOrder) == [[1], [2], [2], [1]])
        #expect(try ranks([1, 1, 2, 2], .relevantLast) == [[1], [3], [2], [1]])
        #expect(try ranks([2, 1, 2, 1], .sampleOrder) == [[2], [3], [3], [2]])
        #expect(try ranks([2, 1, 2, 1], .relevantFirst) == [[2], [2], [3], [2]])
    }

    /// In double precision as without re-ranking, and with its ties.
    @Test(arguments: [Similarity.cosine, .euclidean], TieOrder.allCases)
    func theWholePartOfTheDistanceIsThePlainRanking(similarity: Similarity, ties: TieOrder) throws {
        let (random, classes) = clusteredEmbeddings(n: 300, d: 9, classCount: 14, spread: 1, seed: 71)
        // Coarse, so that distances tie.
        let points = Matrix<Float>(rowCount: 300, columnCount: 9, elements: random.elements.map { ($0 * 2).rounded() })
        let plain = RankingRules(similarity: similarity, ties: ties)
        var reranked = plain
        reranked.reranking = ReciprocalReranking(lambda: 1)
        let set = RetrievalSet(points, classNumbers: classes)
        #expect(try set.ranks(by: reranked) == set.ranks(by: plain))
        let gallery = RetrievalSet(
            queries: points.selectingRows(0..<100), classNumbers: Array(classes[..<100]),
            gallery: points.selectingRows(100..<300), galleryClassNumbers: Array(classes[100...]))
        #expect(try gallery.scores(by: reranked) == gallery.scores(by: plain))
    }

    /// One-vs-rest retrieval is retrieval in a gallery of the same rows, each query being its own item.
    @Test(arguments: [Similarity.cosine, .euclidean])
    func oneVersusRestIsASpecialCase(similarity: Similarity) throws {
        let (points, classes) = clusteredEmbeddings(n: 400, d: 10, classCount: 20, spread: 1.5, seed: 72)
        let settings = ReciprocalReranking()
        let ranks = try RetrievalSet(points, classNumbers: classes).ranks(
            by: RankingRules(similarity: similarity, reranking: settings))
        #expect(
            try RetrievalSet(
                queries: points, classNumbers: classes, gallery: points, galleryClassNumbers: classes,
                ownItems: classes.indices.map { $0 }
            ).ranks(by: RankingRules(similarity: similarity, reranking: settings)) == ranks)
        let scores = try RetrievalSet(points, classNumbers: classes).scores(
            by: RankingRules(similarity: similarity, reranking: settings))
        #expect(scores == QueryScores(ranks))
        #expect(
            try ranks != RetrievalSet(points, classNumbers: classes).ranks(by: RankingRules(similarity: similarity)))
    }

    /// Each class is a curve that passes close to others: what it is for.
    @Test func sharedNeighboursFollowACurve() throws {
        var generator = SplitMix64(seed: 73)
        var rows: [[Float]] = []
        for number in 0..<4 {
            for step in 0..<60 {
                let height = Float(number) * 3 + Float(generator.uniform()) * 0.4
                rows.append([Float(step) * 0.5, height])
            }
        }
        let points = Matrix(rows: rows)
        let classes = (0..<240).map { $0 / 60 }
        let plain = try RetrievalSet(points, classNumbers: classes).scores(by: RankingRules(similarity: .euclidean))
            .mean()
        let reranked = try RetrievalSet(points, classNumbers: classes).scores(
            by: RankingRules(similarity: .euclidean, reranking: ReciprocalReranking())
        ).mean()
        #expect(try #require(reranked[.averagePrecisionAtR]) > #require(plain[.averagePrecisionAtR]) + 0.02)
    }

    @Test func fewSamplesAndEqualOnes() throws {
        let settings = ReciprocalReranking()
        for n in 0...3 {
            let (points, _) = clusteredEmbeddings(n: n, d: 3, classCount: 1, spread: 1, seed: 74)
            let ranks = try RetrievalSet(points, classNumbers: Array(repeating: 4, count: n)).ranks(
                by: RankingRules(reranking: settings))
            #expect(ranks.queries.count == (n > 1 ? n : 0))
            for position in ranks.queries.indices { #expect(Array(ranks[position]) == (1..<Int32(n)).map { $0 }) }
        }
        // Lone queries, an empty gallery, and rows that are all the same or zero.
        let empty = try RetrievalSet(
            queries: Matrix(rows: [[1, 2]]), classNumbers: [1], gallery: Matrix(rowCount: 0, columnCount: 2),
            galleryClassNumbers: []
        ).ranks(by: RankingRules(reranking: settings))
        #expect(empty.loneQueries == [0])
        for value in [Float(0), 1] {
            for similarity in [Similarity.cosine, .euclidean] {
                let same = Matrix<Float>(rowCount: 50, columnCount: 4, repeating: value)
                let ranks = try RetrievalSet(same, classNumbers: Array(repeating: 1, count: 50)).ranks(
                    by: RankingRules(similarity: similarity, reranking: settings))
                for position in 0..<50 { #expect(Array(ranks[position]) == (1..<Int32(50)).map { $0 }) }
            }
        }
    }

    @Test func errorsOverClasses() throws {
        let (points, classes) = clusteredEmbeddings(n: 300, d: 10, classCount: 20, spread: 1.5, seed: 76)
        let groups = classes.map { $0 % 5 }
        func scores(lambda: Double) throws -> JackknifedScores {
            try RetrievalSet(points, classNumbers: classes).scores(
                by: RankingRules(reranking: ReciprocalReranking(lambda: lambda)),
                withoutEach: ClassGroups(ofRows: groups, classNumbers: classes, count: 5))
        }
        #expect(
            try scores(lambda: 1)
                == RetrievalSet(points, classNumbers: classes).scores(
                    withoutEach: ClassGroups(ofRows: groups, classNumbers: classes, count: 5)))
        let reranked = try scores(lambda: 0.3)
        #expect(
            try reranked.queryScores
                == RetrievalSet(points, classNumbers: classes).scores(
                    by: RankingRules(reranking: ReciprocalReranking())))
        #expect(try #require(reranked.estimates()[.averagePrecisionAtR]?.standardError) > 0)
    }

    @Test func aRerunGivesTheSameRanks() throws {
        let (points, classes) = clusteredEmbeddings(n: 1200, d: 24, classCount: 40, spread: 2, seed: 75)
        let first = try RetrievalSet(points, classNumbers: classes).ranks(
            by: RankingRules(reranking: ReciprocalReranking()))
        for _ in 0..<2 {
            #expect(
                try RetrievalSet(points, classNumbers: classes).ranks(
                    by: RankingRules(reranking: ReciprocalReranking())) == first)
        }
    }

    @Test func refusals() throws {
        let x = Matrix<Float>(rows: [[1, 0], [0, 1]])
        let broken = Matrix<Float>(rows: [[1, 0], [0, .nan]])
        let settings = ReciprocalReranking()
        #expect(throws: RetrievalError.nonFiniteEmbedding(row: 1, column: 1)) {
            try RetrievalSet(broken, classNumbers: [0, 0]).ranks(by: RankingRules(reranking: settings))
        }
        #expect(throws: RetrievalError.nonFiniteEmbedding(row: 3, column: 1)) {
            try RetrievalSet(queries: x, classNumbers: [0, 1], gallery: broken, galleryClassNumbers: [0, 1]).scores(
                by: RankingRules(reranking: settings))
        }
        #expect(throws: RetrievalError.nonFiniteEmbedding(row: 1, column: 1)) {
            try RetrievalSet(queries: broken, classNumbers: [0, 1], gallery: x, galleryClassNumbers: [0, 1]).scores(
                by: RankingRules(reranking: settings))
        }
    }
}
