import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

@Suite struct OpenSetScoresTests {
    static let rates = [0.5, 0.1, 0.05]

    @Test func aTableByHand() throws {
        // The gallery has class 0 at (1, 0) and class 1 at (0, 1). Known queries: (4, 3) of 0 is found at 0.8; (3, 4) of 0 is taken
        // for 1 at 0.8. Unknown: (12, 5) with 12/13, and (1, 1) with 1/√2.
        let scores = try #require(
            try VerificationSet(
                queries: Matrix<Float>(rows: [[4, 3], [3, 4], [12, 5], [1, 1]]), classNumbers: [0, 0, 7, 8],
                gallery: Matrix<Float>(rows: [[1, 0], [0, 1]]), galleryClassNumbers: [0, 1]
            ).openSetScores(falseAcceptRates: [0.5, 0.4]))
        #expect(scores.knownCount == 2)
        #expect(scores.unknownCount == 2)
        #expect(scores.loneCount == 0)
        #expect(scores.rankOneRate == 0.5)
        // One unknown query may be accepted, at 12/13; then the known ones are, too, and one is identified.
        #expect(scores.operations[0]?.acceptedUnknownCount == 1)
        #expect(scores.operations[0]?.identificationRate == 0.5)
        // None of two is at most 0.4: no rate can be told.
        #expect(scores.operations[1] == nil)
        #expect(scores.rejectionArea == 0.5)
        #expect(scores.acceptedUnknownRate == 0.5)
    }

    @Test func aTieWithAnotherClassIsNoIdentification() throws {
        let scores = try #require(
            try VerificationSet(
                queries: Matrix<Float>(rows: [[1, 1], [1, 0]]), classNumbers: [0, 9],
                gallery: Matrix<Float>(rows: [[3, 0], [0, 7]]), galleryClassNumbers: [0, 1]
            ).openSetScores(falseAcceptRates: [0.5]))
        #expect(scores.rankOneRate == 0)
        #expect(scores.knownCount == 1)
    }

    @Test func withoutUnknownQueriesThereIsNothingToReject() throws {
        let rows = Matrix<Float>(rows: [[1, 0], [0, 1]])
        for classes in [[0, 1], [5, 6]] {
            let scores = try VerificationSet(
                queries: rows, classNumbers: classes, gallery: rows, galleryClassNumbers: [0, 1]
            ).openSetScores()
            #expect(scores == nil)
        }
    }

    @Test(arguments: 0..<12 as Range<UInt64>)
    func queriesAreIdentifiedByDefinition(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let (n, m, d) = (300, Int(generator.next() % 500) + 20, Int(generator.next() % 6) + 2)
        let queries = VerificationScoresTests.rows(n, d, &generator)
        let items = VerificationScoresTests.rows(m, d, &generator)
        let classes = (0..<n).map { _ in Int(generator.next() % 12) }
        let itemClasses = (0..<m).map { $0 % 8 }
        let own = classes.enumerated().map { row, number in row % 7 == 0 && number < 8 ? Optional(number) : nil }
        let groups = ClassGroups((0..<12).map { $0 % 4 }, count: 4)
        let scores = try #require(
            try VerificationSet(
                queries: queries, classNumbers: classes, gallery: items, galleryClassNumbers: itemClasses, ownItems: own
            ).openSetScores(falseAcceptRates: Self.rates, withoutEach: groups))
        let plain = try #require(
            try VerificationSet(
                queries: queries, classNumbers: classes, gallery: items, galleryClassNumbers: itemClasses, ownItems: own
            ).openSetScores(falseAcceptRates: Self.rates))

        /// The values by definition, without a group.
        func values(without left: Int?) -> (dir: [Double?], area: Double, fpr95: Double, rankOne: Double) {
            var (identified, known, unknown): ([Int], [Int], [Int]) = ([], [], [])
            for row in 0..<n where classes[row] % 4 != left {
                let keys = (0..<m).filter { itemClasses[$0] % 4 != left && own[row] != $0 }.map {
                    (
                        key: VerificationScoresTests.Pairs.key(queries.row(row), items.row($0)),
                        isOwn: itemClasses[$0] == classes[row]
                    )
                }
                let best = keys.map(\.key).max() ?? .min
                if classes[row] < 8 {
                    known.append(best)
                    if keys.filter({ $0.key == best }).allSatisfy(\.isOwn) { identified.append(best) }
                } else {
                    unknown.append(best)
                }
            }
            let dir = Self.rates.map { rate -> Double? in
                guard 1 / Double(unknown.count) <= rate else { return nil }
                let thresholds = (unknown + unknown.map { $0 + 1 }).sorted()
                let threshold = thresholds.first { threshold in
                    Double(unknown.count { $0 >= threshold }) / Double(unknown.count) <= rate
                }
                return Double(identified.count { $0 >= threshold ?? .max }) / Double(known.count)
            }
            var area = 0.0
            for k in known { for u in unknown { area += k > u ? 1 : k == u ? 0.5 : 0 } }
            let threshold = known.sorted(by: >).first { t in
                Double(known.count { $0 >= t }) / Double(known.count) >= 0.95
            }
            return (
                dir, area / Double(known.count * unknown.count),
                Double(unknown.count { $0 >= threshold ?? .min }) / Double(unknown.count),
                Double(identified.count) / Double(known.count)
            )
        }

        let expected = values(without: nil)
        for scores in [scores, plain] {
            #expect(scores.operations.map { $0?.identificationRate } == expected.dir)
            #expect(abs(scores.rejectionArea - expected.area) < 1e-12)
            #expect(scores.acceptedUnknownRate == expected.fpr95)
            #expect(scores.rankOneRate == expected.rankOne)
            #expect(scores.knownCount + scores.unknownCount == n)
            #expect(scores.loneCount == 0)
        }
        let areas = (0..<4).map { values(without: $0).area }
        let mean = areas.reduce(0, +) / 4
        let squares = areas.map { ($0 - mean) * ($0 - mean) }
        let error = (squares.reduce(0, +) * 3 / 4).squareRoot()
        let found = scores.estimates[.rejectionArea]?.standardError ?? 0
        #expect(abs(found - error) < 1e-6)
        #expect(scores.estimates[.identificationRate(falseAcceptRate: 0.1)]?.degreesOfFreedom == 3)
        #expect(plain.estimates[.rejectionArea]?.standardError == nil)
    }
}
