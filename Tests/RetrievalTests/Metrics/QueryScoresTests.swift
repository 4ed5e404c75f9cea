import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

@Suite struct QueryScoresTests {
    /// On a line, with a lone sample in the middle: classes 0, 0, 7, 1, 1.
    let line = Matrix<Float>(rows: [[0], [4], [5], [6], [20]])
    let classes = [0, 0, 7, 1, 1]

    @Test func meansByHand() throws {
        // The relevant item's rank: from 0 first; from 4 after 5, 6; from 6 after 5, 4, 0; from 20 first.
        let scores = try RetrievalSet(line, classNumbers: classes).scores(by: RankingRules(similarity: .euclidean))
        #expect(scores.queries == [0, 1, 3, 4])
        #expect(scores.loneQueries == [2])
        #expect(scores[.recall(1)] == [1, 0, 0, 1])
        let third = 1.0 / 3
        #expect(scores[.reciprocalRank] == [1, third, 0.25, 1])
        #expect(scores[.recall(3)] == nil)
        let mean = try scores.mean()
        #expect(mean[.recall(1)] == 0.5)
        #expect(mean[.recall(4)] == 1)
        let sum = 1 + third + 0.25 + 1
        #expect(mean[.reciprocalRank] == sum / 4)
        #expect(mean.queryCount == 4 && mean.loneQueryCount == 1)
        let withLone = try scores.mean(loneQueries: .zero)
        #expect(withLone[.recall(1)] == 0.4)
        #expect(withLone.queryCount == 4 && withLone.loneQueryCount == 1)
    }

    @Test func classMeansByHand() throws {
        let scores = try RetrievalSet(line, classNumbers: classes).scores(by: RankingRules(similarity: .euclidean))
        let means = try #require(scores.classMeans(of: .reciprocalRank))
        #expect(means.map(\.classNumber) == [0, 1])
        #expect(means.map(\.queryCount) == [2, 2])
        let third = 1.0 / 3
        #expect(means.map(\.mean) == [(1 + third) / 2, 0.625])
        #expect(scores.classMeans(of: .recall(3)) == nil)
    }

    @Test func scoringOnTheFlyEqualsScoringStoredRanks() throws {
        let (embeddings, classes) = clusteredEmbeddings(n: 777, d: 10, classCount: 60, spread: 1, seed: 5)
        let metrics = RetrievalMetric.standard + [.recall(16), .averagePrecision(10)]
        for similarity in [Similarity.cosine, .euclidean] {
            let ranks = try RetrievalSet(embeddings, classNumbers: classes).ranks(
                by: RankingRules(similarity: similarity))
            let direct = try RetrievalSet(embeddings, classNumbers: classes).scores(
                metrics, by: RankingRules(similarity: similarity))
            #expect(direct == QueryScores(ranks, metrics: metrics))
        }
    }

    @Test func nothingToAverageIsAnError() throws {
        let lone = try RetrievalSet(Matrix(rows: [[1], [2]]), classNumbers: [0, 1]).scores()
        #expect(throws: RetrievalError.noQueries(loneQueryCount: 2)) { try lone.mean() }
        #expect(try lone.mean(loneQueries: .zero)[.recall(1)] == 0)
        let none = try RetrievalSet(Matrix(rowCount: 0, columnCount: 3), classNumbers: []).scores()
        #expect(throws: RetrievalError.noQueries(loneQueryCount: 0)) { try none.mean(loneQueries: .zero) }
    }

    @Test func theMeanOfScoresKeepsWhatAllHave() {
        let a = RetrievalScores(
            metrics: [.recall(1), .rPrecision], values: [0.5, 0.25], queryCount: 10, loneQueryCount: 1)
        let b = RetrievalScores(
            metrics: [.recall(1), .reciprocalRank], values: [1, 1], queryCount: 5, loneQueryCount: 2)
        let mean = RetrievalScores.mean(of: [a, b])
        #expect(
            mean == RetrievalScores(metrics: [.recall(1)], values: [0.75], queryCount: 15, loneQueryCount: 3))
    }
}
