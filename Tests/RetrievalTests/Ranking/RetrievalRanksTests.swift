import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

@Suite struct RetrievalRanksTests {
    /// All ranks by row; empty for a lone row.
    private func ranksByRow(
        _ embeddings: Matrix<Float>, _ classes: [Int], _ similarity: Similarity = .cosine
    ) throws -> [[Int]] {
        let ranks = try RetrievalSet(embeddings, classNumbers: classes).ranks(by: RankingRules(similarity: similarity))
        var result = [[Int]](repeating: [], count: classes.count)
        for (position, query) in ranks.queries.enumerated() { result[query] = ranks[position].map(Int.init) }
        return result
    }

    @Test func aTableByHand() throws {
        // On a line at 0, 1, 3, 7, 8: from 0 the others come in this order; from 3 it is 1, 0, 7, 8; and so on.
        let line = Matrix<Float>(rows: [[0], [1], [3], [7], [8]])
        let ranks = try RetrievalSet(line, classNumbers: [5, 9, 5, 9, 5]).ranks(
            by: RankingRules(similarity: .euclidean))
        #expect(ranks.queries == [0, 1, 2, 3, 4])
        #expect(ranks.classNumbers == [5, 9, 5, 9, 5])
        #expect(ranks.loneQueries.isEmpty)
        #expect(ranks.queries.indices.map { Array(ranks[$0]) } == [[2, 4], [3], [2, 4], [3], [2, 4]])
    }

    @Test func sizesFromZeroToTwo() throws {
        let none = try RetrievalSet(Matrix(rowCount: 0, columnCount: 4), classNumbers: []).ranks()
        #expect(none.queries.isEmpty && none.loneQueries.isEmpty)
        let one = try RetrievalSet(Matrix(rows: [[1, 2]]), classNumbers: [7]).ranks()
        #expect(one.queries.isEmpty)
        #expect(one.loneQueries == [0])
        #expect(try ranksByRow(Matrix(rows: [[1, 2], [2, -1]]), [3, 3]) == [[1], [1]])
        #expect(try ranksByRow(Matrix(rows: [[1, 2], [2, -1]]), [3, 4]) == [[], []])
        #expect(try ranksByRow(Matrix(rowCount: 3, columnCount: 0), [0, 1, 0]) == [[2], [], [1]])
    }

    @Test func tiesGoBySampleOrder() throws {
        // From row 1 all others are equally far, so they rank 0, 2, 3, 4.
        let cross = Matrix<Float>(rows: [[1, 0], [0, 0], [0, 1], [-1, 0], [0, -1]])
        #expect(try ranksByRow(cross, [0, 8, 0, 8, 8], .euclidean)[1] == [3, 4])
        // The zero vector's cosine with everything is 0.
        #expect(try ranksByRow(cross, [0, 8, 0, 8, 8], .cosine)[1] == [3, 4])
        // Seen from row 0, the zero vector ties with the two orthogonal ones and beats the opposite one.
        #expect(try ranksByRow(cross, [1, 1, 1, 1, 1], .cosine)[0] == [1, 2, 3, 4])
        #expect(try ranksByRow(cross, [1, 0, 0, 1, 0], .cosine)[0] == [4])
        #expect(try ranksByRow(cross, [1, 0, 0, 0, 1], .cosine)[0] == [3])
    }

    @Test func selfIsLeftOutByRowAndDuplicatesStay() throws {
        let copies = Matrix<Float>(rows: [[1, 1], [1, 1], [1, 1], [3, 0]])
        #expect(try ranksByRow(copies, [0, 1, 0, 1]) == [[2], [3], [1], [2]])
        #expect(try ranksByRow(copies, [0, 1, 0, 1], .euclidean) == [[2], [3], [1], [2]])
    }

    @Test(arguments: [17, 129, 513, 1003])
    func duplicatesTieWhereverTheyLie(n: Int) throws {
        // Copies of one row lie first, last and between; every query must see them at consecutive places.
        for d in [3, 17, 64, 513] {
            let (base, _) = clusteredEmbeddings(n: n, d: d, classCount: 5, spread: 1, seed: UInt64(n + d))
            var indices = Array(0..<n)
            let copies = Set([0, 1, n / 3, n / 2, n - 2, n - 1] + stride(from: 5, to: n, by: 12))
            for copy in copies { indices[copy] = 0 }
            let embeddings = base.selectingRows(indices)
            for similarity in [Similarity.cosine, .euclidean] {
                let ranks = try ranksByRow(embeddings, (0..<n).map { copies.contains($0) ? 1 : 2 }, similarity)
                for copy in copies { #expect(ranks[copy] == Array(1..<copies.count)) }
                // The others' order by (similarity, row) has to keep the copies together.
                for query in 0..<n where !copies.contains(query) {
                    let missing = Set(1..<n).subtracting(ranks[query]).sorted()
                    #expect(missing.count == copies.count)
                    #expect(missing.last.map { $0 - missing[0] } == copies.count - 1)
                }
            }
        }
    }

    @Test(arguments: [(2, 1, 1), (3, 2, 2), (40, 3, 4), (257, 16, 9), (300, 8, 150), (700, 33, 2)])
    func equalsSortingEverything(n: Int, d: Int, classCount: Int) throws {
        for (spread, seed) in zip([Float(0.1), 0.7, 20], UInt64(1)...) {
            let (random, classes) = clusteredEmbeddings(
                n: n, d: d, classCount: classCount, spread: spread, seed: seed)
            // Multiples of 1/8: products are exact, so the reference sees the same ties.
            let embeddings = Matrix(
                rowCount: n, columnCount: d, elements: random.elements.map { ($0 * 8).rounded() / 8 })
            let byDistance = bruteForceRanks(classes: classes) { negativeSquaredDistance(embeddings, $0, $1) }
            #expect(try ranksByRow(embeddings, classes, .euclidean) == byDistance)
        }
    }

    @Test func cosineEqualsSortingEverything() throws {
        // Values ±1 in 64 dimensions: every norm is 8, every cosine a multiple of 1/64, ties abound.
        let (random, classes) = clusteredEmbeddings(n: 333, d: 64, classCount: 7, spread: 2, seed: 4)
        let signs = Matrix<Float>(rowCount: 333, columnCount: 64, elements: random.elements.map { $0 < 0 ? -1 : 1 })
        #expect(try ranksByRow(signs, classes) == bruteForceRanks(classes: classes) { cosine(signs, $0, $1) })
    }

    @Test func collapsedEmbeddingsRankBySampleOrder() throws {
        let n = 600
        let classes = (0..<n).map { $0 % 3 }
        let expected = bruteForceRanks(classes: classes) { _, _ in 0 }
        for value in [Float(0), 1, -2.5] {
            let collapsed = Matrix<Float>(rowCount: n, columnCount: 20, repeating: value)
            for similarity in [Similarity.cosine, .euclidean] {
                #expect(try ranksByRow(collapsed, classes, similarity) == expected)
            }
        }
    }

    @Test func cosineIgnoresLengthAndEuclideanIgnoresOffsetAndScale() throws {
        let (random, classes) = clusteredEmbeddings(n: 150, d: 12, classCount: 6, spread: 1, seed: 9)
        let coarse = random.elements.map { ($0 * 16).rounded() / 16 }
        let embeddings = Matrix(rowCount: 150, columnCount: 12, elements: coarse)
        let longer = Matrix(
            rowCount: 150, columnCount: 12, elements: coarse.enumerated().map { $1 * Float(1 << ($0 / 12 % 5)) })
        #expect(try ranksByRow(longer, classes) == ranksByRow(embeddings, classes))
        let expected = try ranksByRow(embeddings, classes, .euclidean)
        let far = Matrix(rowCount: 150, columnCount: 12, elements: coarse.map { $0 + 100_000 })
        // At 100,000 a Float resolves 1/128, so the coarse values are still exact.
        #expect(try ranksByRow(far, classes, .euclidean) == expected)
        for scale in [Float(0x1p100), 0x1p-100] {
            let scaled = Matrix(rowCount: 150, columnCount: 12, elements: coarse.map { $0 * scale })
            #expect(try ranksByRow(scaled, classes, .euclidean) == expected)
            #expect(try ranksByRow(scaled, classes) == ranksByRow(embeddings, classes))
        }
    }

    @Test func classNumbersAreNeverRounded() throws {
        let large = 1 << 53
        let line = Matrix<Float>(rows: [[0], [1], [3], [4]])
        // As floating-point numbers all four would be one class.
        let ranks = try RetrievalSet(line, classNumbers: [large, large + 1, large, large + 1]).ranks(
            by: RankingRules(similarity: .euclidean))
        #expect(ranks.queries.indices.map { Array(ranks[$0]) } == [[2], [3], [3], [2]])
        #expect(ranks.classNumbers == [large, large + 1, large, large + 1])
        #expect(try ranksByRow(line, [.min, .max, .min, -1], .euclidean) == [[2], [], [3], []])
    }

    @Test func valuesThatAreNotFiniteAreRefused() {
        for bad in [Float.nan, .infinity, -.infinity] {
            for similarity in [Similarity.cosine, .euclidean] {
                #expect(throws: RetrievalError.nonFiniteEmbedding(row: 1, column: 2)) {
                    try RetrievalSet(Matrix(rows: [[1, 2, 3], [4, 5, bad]]), classNumbers: [0, 0]).ranks(
                        by: RankingRules(similarity: similarity))
                }
            }
        }
    }

    @Test func aRerunGivesTheSameRanks() throws {
        let (embeddings, classes) = clusteredEmbeddings(n: 1500, d: 40, classCount: 30, spread: 3, seed: 12)
        let first = try RetrievalSet(embeddings, classNumbers: classes).ranks()
        for _ in 0..<3 { #expect(try RetrievalSet(embeddings, classNumbers: classes).ranks() == first) }
    }
}
