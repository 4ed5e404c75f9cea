import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

@Suite struct MixedEmbeddingsTests {
    @Test func valuesByHand() {
        let rows = Matrix<Float>(rows: [[3, 4], [0, 0], [0, -2]])
        let half = mixingNormalizedWithRaw(rows, weight: 0.5)
        for (value, expected) in zip(half.elements, [2.1, 2.8, 0, 0, 0, -2] as [Float]) {
            #expect(abs(value - expected) < 1e-6)
        }
        #expect(mixingNormalizedWithRaw(rows, weight: 0) == normalizedRows(of: rows))
    }

    @Test func directionsStayAndLengthsCount() throws {
        let (points, classes) = clusteredEmbeddings(n: 60, d: 8, classCount: 6, spread: 1, seed: 61)
        let cosine = try RetrievalSet(points, classNumbers: classes).ranks()
        let euclidean = try RetrievalSet(points, classNumbers: classes).ranks(by: RankingRules(similarity: .euclidean))
        #expect(cosine != euclidean)
        func ranks(_ weight: Double, _ similarity: Similarity) throws -> RetrievalRanks {
            try RetrievalSet(mixingNormalizedWithRaw(points, weight: weight), classNumbers: classes).ranks(
                by: RankingRules(similarity: similarity))
        }
        for weight in [0, 0.5, 3] { #expect(try ranks(weight, .cosine) == cosine) }
        #expect(try ranks(0, .euclidean) == cosine)
        #expect(try ranks(1e6, .euclidean) == euclidean)
        let between = try ranks(0.5, .euclidean)
        #expect(between != cosine && between != euclidean)
    }
}
