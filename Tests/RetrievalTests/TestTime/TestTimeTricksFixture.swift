import DenseLinearAlgebra
import Foundation
import Retrieval
import Testing
import TestSupport

/// Values of scikit-learn and numpy; `Scripts/fixtures/test_time_tricks.py` made them.
struct TestTimeTricksFixture: Decodable {
    struct Components: Decodable {
        let n: Int
        let d: Int
        let classCount: Int
        let spread: Float
        let seed: UInt64
        let count: Int
        let directions: [[Double]]
        let variances: [Double]
        let projections: [[Double]]
    }

    struct Reranking: Decodable {
        let n: Int
        let d: Int
        let classCount: Int
        let spread: Float
        let seed: UInt64
        let similarity: Similarity
        let k1: Int
        let k2: Int
        let lambda: Double
        let queryCount: Int
        let ranks: [[Int32]]
    }

    let components: [Components]
    let reranking: [Reranking]

    init() throws {
        let file = testFile("RetrievalTests/Fixtures/test_time_tricks.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(Self.self, from: Data(contentsOf: file))
    }
}
