import DenseLinearAlgebra
import Retrieval
import TestSupport
import Testing

extension SplitMix64 {
    fileprivate mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// The rank of the first relevant item, against the ranks of classes.
@Suite struct FirstRanksTests {
    /// Queries, items and what is relevant.
    private struct Trial {
        let queries: Matrix<Float>
        let gallery: Matrix<Float>
        let own: [Int?]
        let relevant: [[Int32]]
        let groups: [Int]
        let itemGroups: [Int]
        let isOneSet: Bool

        /// Rows of few whole numbers, so that many are equal, equally similar, or zero; or smooth ones.
        init(isOneSet: Bool, isCoarse: Bool, _ rng: inout SplitMix64) {
            func rows(_ count: Int) -> Matrix<Float> {
                Matrix(
                    rows: (0..<count).map { _ in
                        (0..<(isCoarse ? 3 : 5)).map { _ in isCoarse ? Float(rng.below(4)) - 1 : Float(rng.bell()) }
                    })
            }
            let (n, m) = (10 + rng.below(30), 20 + rng.below(40))
            gallery = rows(m)
            queries = isOneSet ? gallery : rows(n)
            let count = queries.rowCount
            own = (0..<count).map { isOneSet ? $0 : $0 % 3 == 0 && $0 < m ? $0 : nil }
            // From none to a third; the query itself among them, too.
            relevant = (0..<count).map { query in
                let parts = 3 + rng.below(20)
                return query % 7 == 0 ? [] : (0..<Int32(m)).filter { _ in rng.below(parts) == 0 }
            }
            itemGroups = (0..<m).map { _ in rng.below(4) }
            groups = isOneSet ? itemGroups : (0..<count).map { _ in rng.below(4) }
            self.isOneSet = isOneSet
        }

        func ranks(by similarity: Similarity) throws -> FirstRanks {
            let groups = ClassGroups([0, 1, 2, 3], count: 4)
            let set =
                isOneSet
                ? RetrievalSet(gallery, classNumbers: itemGroups)
                : RetrievalSet(
                    queries: queries, classNumbers: self.groups, gallery: gallery, galleryClassNumbers: itemGroups,
                    ownItems: own)
            return try set.firstRanks(by: similarity, groups: groups) { relevant[$0] }
        }

        /// The rank of the first of the relevant items among some, and the first item, by ranks of two classes.
        func expected(_ query: Int, _ kept: [Int], by similarity: Similarity) throws -> (rank: Int?, first: Int?) {
            func rankOfFirst(_ wanted: Set<Int>) throws -> Int? {
                let set = RetrievalSet(
                    queries: Matrix(rows: [Array(queries.row(query))]), classNumbers: [1],
                    gallery: Matrix(rows: kept.map { Array(gallery.row($0)) }),
                    galleryClassNumbers: kept.map { wanted.contains($0) ? 1 : 0 },
                    ownItems: [own[query].flatMap { kept.firstIndex(of: $0) }])
                let ranks = try set.ranks(by: RankingRules(similarity: similarity))
                return ranks.queries.isEmpty ? nil : ranks[0].first.map { Int($0) }
            }
            guard !kept.isEmpty else { return (nil, nil) }
            let rank = try rankOfFirst(Set(relevant[query].map(Int.init)).subtracting([own[query] ?? -1]))
            let first = try kept.first { try $0 != own[query] && rankOfFirst([$0]) == 1 }
            return (rank, first)
        }
    }

    @Test(arguments: [Similarity.cosine, .euclidean, .innerProduct], [true, false])
    func ranksAreThoseOfClasses(_ similarity: Similarity, isOneSet: Bool) throws {
        var rng = SplitMix64(seed: 21)
        var (moved, other) = (0, 0)
        for round in 0..<6 {
            let trial = Trial(isOneSet: isOneSet, isCoarse: round % 2 == 0, &rng)
            let found = try trial.ranks(by: similarity)
            let all = Array(0..<trial.gallery.rowCount)
            var sums = [[Double]](repeating: [0, 0, 0, 0], count: 4)
            for query in 0..<trial.queries.rowCount {
                let expected = try trial.expected(query, all, by: similarity)
                #expect(found.ranks[query] == expected.rank, "round \(round), query \(query)")
                #expect(found.firstItems[query] == expected.first, "round \(round), query \(query)")
                guard let rank = expected.rank else { continue }
                for group in 0..<4 where group != trial.groups[query] {
                    let kept = all.filter { trial.itemGroups[$0] != group }
                    let without = try trial.expected(query, kept, by: similarity).rank
                    if without != rank { moved += 1 }
                    if without == nil { other += 1 }
                    sums[trial.groups[query]][group] += (without ?? rank) <= 2 ? 1 : 0
                }
                sums[trial.groups[query]][trial.groups[query]] += rank <= 2 ? 1 : 0
            }
            // The estimate's contributions hang on every rank in a gallery without a group.
            let hits = found.recall(at: 2)
            let rows = trial.queries.rowCount
            #expect(abs(hits.value - (0..<4).reduce(0) { $0 + sums[$1][$1] } / Double(rows)) < 1e-12)
            let counts = (0..<4).map { group in trial.groups.count { $0 == group } }
            let direct = Self.contributions(of: sums, counts: counts)
            #expect(zip(hits.contributions, direct).allSatisfy { abs($0 - $1) < 1e-6 }, "round \(round)")
        }
        #expect(moved > 20 && other > 0)
    }

    /// The formula of `JackknifedScores`, written down a second time.
    private static func contributions(of sums: [[Double]], counts: [Int]) -> [Double] {
        let total = Double(counts.reduce(0, +))
        let mean = (0..<4).reduce(0) { $0 + sums[$1][$1] } / total
        let shares = counts.map { Double($0) / total }
        let raw = (0..<4).map { out -> Double in
            let rest = (0..<4).filter { $0 != out }
            let without = rest.reduce(0) { $0 + sums[$1][out] }
            return mean * (1 - shares[out]) - without / total
        }
        let excess = raw.reduce(0, +)
        let filledCount = Double(shares.count { $0 > 0 })
        let scale = ((filledCount - 1) / filledCount).squareRoot()
        return zip(raw, shares).map { ($0 - $1 * excess) / (1 - $1) * scale }
    }

    /// Where what is relevant is a class, all is as `scores` has it, errors included; many rows, so that tiles have ends.
    @Test func classesGiveTheScoresOfClasses() throws {
        var rng = SplitMix64(seed: 8)
        let labels = (0..<2500).map { $0 < 300 ? 0 : 1 + rng.below(400) }
        let centres = (0...400).map { _ in (0..<6).map { _ in rng.bell() } }
        let rows = Matrix(rows: labels.map { label in centres[label].map { Float($0 + 0.9 * rng.bell()) } })
        var members: [Int: [Int32]] = [:]
        for (row, label) in labels.enumerated() { members[label, default: []].append(Int32(row)) }
        let groups = ClassGroups((0...400).map { $0 % 20 }, count: 20)
        let set = RetrievalSet(rows, classNumbers: labels)
        let found = try set.firstRanks(groups: groups) { [members] in members[labels[$0]] ?? [] }
        let scores = try set.scores([.recall(1), .recall(8)], withoutEach: groups)
        #expect(found.loneQueryCount == scores.queryScores.loneQueries.count && found.loneQueryCount > 0)
        for (policy, name) in [(LoneQueryPolicy.zero, "zero"), (.excluded, "excluded")] {
            for k in [1, 8] {
                let expected = try #require(try scores.estimates(loneQueries: policy)[.recall(k)])
                let recall = found.recall(at: k, loneQueries: policy)
                #expect(abs(recall.value - expected.value) < 1e-12, "\(name) \(k)")
                #expect(
                    zip(recall.contributions, expected.contributions).allSatisfy { abs($0 - $1) < 1e-9 }
                        && recall.contributions.count == 20, "\(name) \(k)")
            }
        }
    }

    @Test func aLoneItemFindsNothing() throws {
        let found = try RetrievalSet(Matrix<Float>(rows: [[1, 2]]), classNumbers: [0]).firstRanks { _ in [0] }
        #expect(found.ranks == [nil] && found.firstItems == [nil] && found.loneQueryCount == 1)
        #expect(found.recall(at: 1).value == 0 && found.recall(at: 1, loneQueries: .excluded).value.isNaN)
    }

    @Test func whatIsNotFiniteIsRefused() {
        let set = RetrievalSet(Matrix<Float>(rows: [[0], [.nan]]), classNumbers: [0, 0])
        #expect(throws: RetrievalError.nonFiniteEmbedding(row: 1, column: 0)) { try set.firstRanks { _ in [] } }
    }
}
