import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

@Suite struct RetrievalExamplesTests {
    /// On a line by Euclidean distance: A at 0 and 1, B at 10 and 11.5, C at 20 and 5, D at 30 and 33.
    private let points = Matrix<Float>(rows: [[0], [1], [10], [11.5], [20], [5], [30], [33]])
    private let classes = [0, 0, 1, 1, 2, 2, 3, 3]

    @Test func bestMedianAndWorst() throws {
        let scores = try RetrievalSet(points, classNumbers: classes).scores(
            [.recall(1)], by: RankingRules(similarity: .euclidean))
        // Both of C fail, all others find their class.
        #expect(scores[.recall(1)] == [1, 1, 1, 1, 0, 0, 1, 1])
        let examples = retrievalExamples(
            from: scores, by: .recall(1), in: points, countPerPlace: 1, neighbourCount: 3, similarity: .euclidean)
        #expect(examples.map(\.place) == [.best, .median, .worst])
        // By score and row: 4 5 0 1 2 3 6 7.
        #expect(examples.map(\.query) == [7, 1, 4])
        #expect(examples.map(\.score) == [1, 1, 0])
        #expect(examples[2].neighbours.map(\.row) == [3, 2, 6])
        #expect(examples[2].neighbours.map(\.similarity) == [-8.5, -10, -10])
        #expect(examples[1].neighbours.map(\.row) == [0, 5, 2])
    }

    @Test func classesDifferAsFarAsTheyCan() throws {
        let scores = try RetrievalSet(points, classNumbers: classes).scores(
            [.recall(1)], by: RankingRules(similarity: .euclidean))
        let two = retrievalExamples(
            from: scores, by: .recall(1), in: points, countPerPlace: 2, similarity: .euclidean)
        #expect(two.map(\.query) == [7, 3, 1, 2, 4, 0])
        #expect(two.allSatisfy { $0.neighbours.count == 7 })
        let all = retrievalExamples(
            from: scores, by: .recall(1), in: points, countPerPlace: 9, similarity: .euclidean)
        #expect(all.map(\.query).sorted() == Array(0..<8))
    }

    /// The neighbours are those of the ranking that the scores come from.
    @Test(arguments: [Similarity.cosine, .euclidean])
    func neighboursAgreeWithTheScores(similarity: Similarity) throws {
        var rng = SplitMix64(seed: 5)
        let classes = (0..<90).map { $0 / 6 }
        let rows = classes.map { number in (0..<5).map { j in Float(rng.bell() + (j == number % 5 ? 2 : 0)) } }
        let embeddings = Matrix(rows: rows)
        let scores = try RetrievalSet(embeddings, classNumbers: classes).scores(
            [.averagePrecisionAtR, .rPrecision], by: RankingRules(similarity: similarity))
        let examples = retrievalExamples(
            from: scores, by: .averagePrecisionAtR, in: embeddings, countPerPlace: 4, neighbourCount: 5,
            similarity: similarity)
        #expect(examples.count == 12)
        let precision = try #require(scores[.rPrecision])
        for example in examples {
            // Five of each class beside the query, so that R-precision is over these five neighbours.
            let found = example.neighbours.count { classes[$0.row] == classes[example.query] }
            #expect(abs(Double(found) / 5 - precision[example.query]) < 1e-12)
        }
        #expect(examples[0].score >= examples[4].score && examples[4].score >= examples[8].score)
    }

    @Test func aZeroVectorIsLikeNothing() throws {
        let points = Matrix<Float>(rows: [[0, 0], [1, 0], [-1, 0], [1, 1]])
        let scores = try RetrievalSet(points, classNumbers: [0, 0, 1, 1]).scores([.recall(1)])
        let examples = retrievalExamples(from: scores, by: .recall(1), in: points, countPerPlace: 4)
        let zero = try #require(examples.first { $0.query == 0 })
        #expect(zero.neighbours.map(\.row) == [1, 2, 3] && zero.neighbours.allSatisfy { $0.similarity == 0 })
    }
}
