import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

@Suite struct RetrievalPrecisionTests {
    /// Two directions 1e-4 off the query's, of which the second row is nearer by 5e-12: too little for single precision.
    @Test func nearTiesAreToldApart() throws {
        let rows = Matrix<Float>(rows: [[1, 0], [1, 1.0001e-4], [1, 1e-4]])
        func ranks(_ precision: RetrievalPrecision) throws -> [Int32] {
            Array(try RetrievalSet(rows, classNumbers: [0, 0, 1]).ranks(by: RankingRules(precision: precision))[0])
        }
        #expect(try ranks(.single) == [1], "both cosines are 1 there, so the first row comes first")
        #expect(try ranks(.double) == [2])
        #expect(try ranks(.automatic) == [2])
    }

    /// Ranks by similarities that are summed up in double precision, one after the other.
    @Test(arguments: Similarity.allCases, [1, 3])
    func doublePrecisionEqualsSorting(similarity: Similarity, spread: Float) throws {
        let (rows, classes) = clusteredEmbeddings(n: 240, d: 17, classCount: 12, spread: spread, seed: 5)
        func product(_ i: Int, _ j: Int) -> Double {
            var sum = 0.0
            for k in 0..<17 { sum += Double(rows[i, k]) * Double(rows[j, k]) }
            return sum
        }
        func squaredDistance(_ i: Int, _ j: Int) -> Double {
            var sum = 0.0
            for k in 0..<17 {
                let difference = Double(rows[i, k]) - Double(rows[j, k])
                sum += difference * difference
            }
            return sum
        }
        func value(_ i: Int, _ j: Int) -> Double {
            similarity == .cosine
                ? product(i, j) / (product(i, i) * product(j, j)).squareRoot() : -squaredDistance(i, j)
        }
        let ranks = try RetrievalSet(rows, classNumbers: classes).ranks(
            by: RankingRules(similarity: similarity, precision: .double))
        for (position, query) in ranks.queries.enumerated() {
            let values = (0..<240).map { value(query, $0) }
            let order = (0..<240).filter { $0 != query }.sorted { values[$0] > values[$1] }
            let places = order.indices.filter { classes[order[$0]] == classes[query] }
            let expected = places.map { Int32($0 + 1) }
            #expect(Array(ranks[position]) == expected, "row \(query)")
        }
    }

    /// Small integers are exact in either precision, and so are their ties.
    @Test(arguments: Similarity.allCases, TieOrder.allCases)
    func bothAgreeOnExactData(similarity: Similarity, ties: TieOrder) throws {
        var rng = SplitMix64(seed: 6)
        // Of length 4, so that cosines are exact.
        let rows = Matrix(rows: (0..<300).map { _ in (0..<16).map { _ in rng.next() % 2 == 0 ? Float(1) : -1 } })
        let classes = (0..<300).map { _ in Int(rng.next() % 40) }
        func ranks(_ precision: RetrievalPrecision) throws -> RetrievalRanks {
            try RetrievalSet(rows, classNumbers: classes).ranks(
                by: RankingRules(similarity: similarity, ties: ties, precision: precision))
        }
        #expect(try ranks(.single) == ranks(.double))
    }

    @Test func extremeValuesDoNotOverflow() throws {
        for scale in [Float(1e38), 1e-38] {
            let directions: [[Float]] = [[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]]
            let rows = Matrix(rows: directions.map { $0.map { $0 * scale } })
            for similarity in Similarity.allCases {
                let ranks = try RetrievalSet(rows, classNumbers: [0, 0, 1, 1]).ranks(
                    by: RankingRules(similarity: similarity, precision: .double))
                #expect(ranks.queries.indices.allSatisfy { Array(ranks[$0]) == [1] })
            }
        }
    }

    /// Beyond 2²⁶ pairs single precision serves, by tiles; what both find differs by near ties at most.
    @Test func manySamplesAreRankedInSinglePrecision() throws {
        let (rows, classes) = clusteredEmbeddings(n: 8300, d: 4, classCount: 2000, spread: 0.3, seed: 8)
        let automatic = try RetrievalSet(rows, classNumbers: classes).scores()
        #expect(try automatic == RetrievalSet(rows, classNumbers: classes).scores(by: RankingRules(precision: .single)))
        let exact = try RetrievalSet(rows, classNumbers: classes).scores(by: RankingRules(precision: .double)).mean()
        for (a, b) in zip(try automatic.mean().values, exact.values) { #expect(abs(a - b) < 1e-3) }
        #expect(try automatic.mean() != exact, "in four dimensions there are near ties")
    }
}
