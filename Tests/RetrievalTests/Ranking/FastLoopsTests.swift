import CRanks
import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

/// The loops for newer processors against those for all: the same counts, and so the same ranks.
///
/// Other suites may run meanwhile by either; their results are the same too.
@Suite(.serialized) struct FastLoopsTests {
    private func expectSameRanks(
        _ rows: Matrix<Float>, _ classNumbers: [Int], _ location: SourceLocation = #_sourceLocation
    ) throws {
        for similarity in Similarity.allCases {
            for ties in TieOrder.allCases {
                let rules = RankingRules(similarity: similarity, ties: ties)
                let set = try RetrievalSet(rows, classNumbers: classNumbers)
                let fast = try set.ranks(by: rules)
                ranks_allow_fast_loops(0)
                defer { ranks_allow_fast_loops(1) }
                #expect(try set.ranks(by: rules) == fast, "\(similarity), \(ties)", sourceLocation: location)
            }
        }
    }

    @Test(arguments: [(700, 24, 9), (900, 7, 300), (65, 130, 3)])
    func ofClusters(n: Int, d: Int, classCount: Int) throws {
        let (rows, classNumbers) = clusteredEmbeddings(n: n, d: d, classCount: classCount, spread: 1, seed: 31)
        try expectSameRanks(rows, classNumbers)
    }

    /// Integers of few values, with many equal similarities and equal rows.
    @Test func ofGrids() throws {
        var generator = SplitMix64(seed: 32)
        let rows = Matrix<Float>(
            rows: (0..<600).map { _ in (0..<4).map { _ in Float(Int.random(in: -2...2, using: &generator)) } })
        try expectSameRanks(rows, (0..<600).map { $0 % 40 })
    }

    /// Rows that all but coincide, so that most pairs are in doubt in single precision.
    @Test func ofCollapsedRows() throws {
        var generator = SplitMix64(seed: 33)
        let rows = Matrix<Float>(
            rows: (0..<300).map { _ in (0..<16).map { _ in 1 + 1e-6 * Float(generator.uniform()) } })
        try expectSameRanks(rows, (0..<300).map { $0 % 11 })
    }
}
