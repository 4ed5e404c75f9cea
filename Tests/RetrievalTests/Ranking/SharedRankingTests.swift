import DenseLinearAlgebra
import Ranks
import Retrieval
import TestSupport
import Testing

/// Ranking by several ranks, which are threads of the test here: each keeps a part of the rows and counts for some pairs.
@Suite struct SharedRankingTests {
    /// Every pair of tiles is taken by one rank, and all ranks have about as many.
    @Test(arguments: 1...9)
    func ranksShareAllPairs(rankCount: Int) {
        for tileCount in [0, 1, 2, 3, 8, 17, 40, 73] {
            let shares = (0..<rankCount).map { RankPairs(of: $0, among: rankCount, tileCount: tileCount).pairs }
            let all = shares.flatMap { $0 }.map { [min($0.0, $0.1), max($0.0, $0.1)] }
            #expect(Set(all).count == all.count && all.count == tileCount * (tileCount - 1) / 2)
            #expect(all.allSatisfy { $0[0] < $0[1] && $0[1] < tileCount })
            let counts = shares.map(\.count)
            // Shares of tiles differ by one: a row of pairs of a rank's own, and a row and a column of those with each visitor.
            let perRank = (tileCount + rankCount - 1) / rankCount
            let most = perRank + rankCount / 2 * (2 * perRank + 1)
            #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= most, "\(counts)")
        }
    }

    /// Rows that are prepared a piece at a time are the rows, however few are kept.
    @Test func piecesOfRowsAreTheRows() throws {
        let rows = Matrix<Float>(rowCount: 100, columnCount: 3, elements: (0..<300).map(Float.init))
        let all = PreparedRows(rows)
        let some = PreparedRows(rowCount: 100, columnCount: 3, pieceEnds: [1, 40, 41, 90, 100], limit: 50) {
            range, values in
            for (place, value) in rows.elements[range.lowerBound * 3..<range.upperBound * 3].enumerated() {
                values[place] = value
            }
        }
        var generator = SplitMix64(seed: 5)
        for _ in 0..<500 {
            let start = Int(generator.next() % 100)
            let range = start..<start + 1 + Int(generator.next() % UInt64(100 - start))
            func values(_ rows: PreparedRows) -> [Float] {
                rows.withRows(range) { Array(UnsafeBufferPointer(start: $0, count: range.count * 3)) } ?? []
            }
            #expect(values(some) == values(all) && values(all).first == Float(3 * start))
            let row = some.withRow(start) { Array(UnsafeBufferPointer(start: $0, count: 3)) } ?? []
            #expect(row == Array(rows.row(start)))
        }
        #expect(some.withRows(5..<5) { _ in 1 } == nil)
    }

    /// No more rows are kept than the limit allows, and one piece.
    @Test func rowsThatWereUsedLastAreKept() throws {
        let prepared = Prepared()
        let ends = Array(stride(from: 10, through: 100, by: 10))
        let rows = PreparedRows(rowCount: 100, columnCount: 1, pieceEnds: ends, limit: 30) { range, values in
            prepared.add(range)
            for place in values.indices { values[place] = 0 }
        }
        func use(_ piece: Int) { _ = rows.withRows(piece * 10..<piece * 10 + 10) { $0[0] } }
        for piece in [0, 1, 2, 0, 1, 2] { use(piece) }
        #expect(prepared.count == 3)
        // The first is the one that was not used for longest.
        for piece in [1, 2, 3, 1, 2, 3] { use(piece) }
        #expect(prepared.count == 4)
        use(0)
        #expect(prepared.count == 5)
        for piece in [2, 3, 0] { use(piece) }
        #expect(prepared.count == 5)
    }

    // Rows are prepared by the thread of the test alone.
    private final class Prepared: @unchecked Sendable {
        private(set) var count = 0
        func add(_ range: Range<Int>) { count += 1 }
    }

    /// A set to rank, in each of the ways in which pairs are gone through.
    private enum Kind: CaseIterable {
        case smallClasses, largeClasses, gallery, galleryOfFewClasses
    }

    private func set(_ kind: Kind, dimension: Int, isCoarse: Bool) -> RetrievalSet {
        var generator = SplitMix64(seed: 11)
        let count = kind == .largeClasses ? 2_600 : 900
        let classCount: UInt64 =
            switch kind {
            case .smallClasses, .gallery: 150
            case .largeClasses: 2
            case .galleryOfFewClasses: 3
            }
        let classes = (0..<count).map { _ in Int(generator.next() % classCount) }
        var elements = (0..<count * dimension).map { _ in
            isCoarse ? Float(generator.next() % 5) - 2 : Float(Int(generator.next() % 2_000_001) - 1_000_000) / 1e6
        }
        // Zero vectors, which cosines cannot order, and equal rows.
        for row in [3, 444] { for j in 0..<dimension { elements[row * dimension + j] = 0 } }
        for j in 0..<dimension { elements[800 * dimension + j] = elements[17 * dimension + j] }
        let rows = Matrix(rowCount: count, columnCount: dimension, elements: elements)
        guard kind == .gallery || kind == .galleryOfFewClasses else { return RetrievalSet(rows, classNumbers: classes) }
        return RetrievalSet(
            queries: rows.selectingRows(0..<300), classNumbers: Array(classes[..<300]),
            gallery: rows.selectingRows(200..<900), galleryClassNumbers: Array(classes[200...]),
            ownItems: (0..<300).map { $0 >= 200 ? $0 - 200 : nil })
    }

    @Test(arguments: [2, 3, 4, 7], Similarity.allCases)
    func ranksOfSeveralAreThoseOfOne(rankCount: Int, similarity: Similarity) throws {
        for kind in Kind.allCases {
            for isCoarse in [false, true] {
                let set = set(kind, dimension: 70, isCoarse: isCoarse)
                let rules = RankingRules(similarity: similarity)
                let alone = try set.ranks(by: rules)
                for result in ThreadRanks.run(rankCount, { _ in try set.ranks(by: rules) }) {
                    let found = try result.get()
                    #expect(found.queries == alone.queries)
                    let areSame = alone.queries.indices.allSatisfy { Array(found[$0]) == Array(alone[$0]) }
                    #expect(areSame, "\(kind), \(isCoarse)")
                }
            }
        }
    }
}
