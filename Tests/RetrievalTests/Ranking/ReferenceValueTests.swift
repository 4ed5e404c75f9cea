import DenseLinearAlgebra
import Foundation
import Retrieval
import Testing
import TestSupport

/// Compares with scikit-learn, faiss and numpy; `Scripts/fixtures/retrieval_reference.py` made the values.
@Suite struct ReferenceValueTests {
    private struct Case: Decodable {
        let embeddings: [[Float]]
        let classNumbers: [Int]
        let similarity: Similarity
        let queryCount: Int
        let loneQueryCount: Int
        let expected: [String: Double]
        let sklearnMap: Double?
    }

    private static func cases() throws -> [String: Case] {
        let file = testFile("RetrievalTests/Fixtures/retrieval.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode([String: Case].self, from: Data(contentsOf: file))
    }

    @Test func metricsEqualThoseOfEstablishedTools() throws {
        let cases = try Self.cases()
        #expect(cases.count == 5)
        for (name, reference) in cases {
            let metrics = try reference.expected.keys.sorted().map { try #require(RetrievalMetric(name: $0)) }
            #expect(metrics.count == 9)
            let scores = try RetrievalSet(Matrix(rows: reference.embeddings), classNumbers: reference.classNumbers)
                .scores(metrics, by: RankingRules(similarity: reference.similarity)).mean()
            #expect(scores.queryCount == reference.queryCount, "\(name)")
            #expect(scores.loneQueryCount == reference.loneQueryCount, "\(name)")
            for metric in metrics {
                let value = try #require(scores[metric])
                let expected = try #require(reference.expected[metric.name])
                #expect(abs(value - expected) < 1e-12, "\(name): \(metric.name) is \(value), not \(expected)")
            }
        }
    }

    @Test func scikitLearnTreatsTiesOtherwise() throws {
        let reference = try #require(try Self.cases()["duplicates, euclidean"])
        let theirs = try #require(reference.sklearnMap)
        let ours = try #require(reference.expected["map"])
        #expect(abs(theirs - ours) > 0.01)
    }
}
