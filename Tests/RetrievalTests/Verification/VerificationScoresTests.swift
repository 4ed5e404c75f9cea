import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

@Suite struct VerificationScoresTests {
    /// The keys of all pairs, by definition, for rows of small integers, whose products and squared lengths are exact.
    struct Pairs {
        var genuine: [Int] = []
        var impostors: [Int] = []

        static func key(_ x: ArraySlice<Float>, _ y: ArraySlice<Float>) -> Int {
            func product(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
                zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            }
            let lengths = (product(x, x) * product(y, y)).squareRoot()
            return lengths > 0 ? Int((product(x, y) / lengths * 0x1p30 + 0.5).rounded(.down)) : 0
        }

        init(_ rows: Matrix<Float>, _ classes: [Int], leavesOut: (Int, Int) -> Bool = { _, _ in false }) {
            for i in classes.indices {
                for j in classes.indices where j > i && !(classes[i] == classes[j] && leavesOut(i, j)) {
                    add(Self.key(rows.row(i), rows.row(j)), classes[i] == classes[j])
                }
            }
        }

        init(
            _ queries: Matrix<Float>, _ classes: [Int], _ items: Matrix<Float>, _ itemClasses: [Int],
            leavesOut: (Int, Int) -> Bool
        ) {
            for i in classes.indices {
                for j in itemClasses.indices where !(classes[i] == itemClasses[j] && leavesOut(i, j)) {
                    add(Self.key(queries.row(i), items.row(j)), classes[i] == itemClasses[j])
                }
            }
        }

        private mutating func add(_ key: Int, _ isGenuine: Bool) {
            if isGenuine { genuine.append(key) } else { impostors.append(key) }
        }

        /// Rates at every threshold, the highest first; each is a key that occurs.
        var points: [(threshold: Int, impostors: Int, genuine: Int)] {
            Set(genuine + impostors).sorted(by: >).map { threshold in
                (threshold, impostors.count { $0 >= threshold }, genuine.count { $0 >= threshold })
            }
        }

        func operation(at rate: Double) -> (impostors: Int, genuine: Int)? {
            guard 1 / Double(impostors.count) <= rate else { return nil }
            let allowed = points.last { Double($0.impostors) / Double(impostors.count) <= rate }
            return (allowed?.impostors ?? 0, allowed?.genuine ?? 0)
        }

        var area: Double {
            var sum = 0.0
            for g in genuine { for i in impostors { sum += g > i ? 1 : g == i ? 0.5 : 0 } }
            return sum / Double(genuine.count * impostors.count)
        }

        /// Where the ROC curve, with lines between its points, meets the line on which both errors are alike.
        var equalErrorRate: Double {
            var last = (x: 0.0, y: 0.0)
            for point in points {
                let next = (
                    x: Double(point.impostors) / Double(impostors.count),
                    y: Double(point.genuine) / Double(genuine.count)
                )
                if next.x + next.y >= 1 {
                    let part = (1 - last.x - last.y) / (next.x + next.y - last.x - last.y)
                    return last.x + part * (next.x - last.x)
                }
                last = next
            }
            return 1
        }
    }

    static let rates = [0.5, 0.1, 0.01, 0.001]

    /// Rows of small integers, so that many pairs tie, with copies, multiples, constant rows and rows of zeros.
    static func rows(_ n: Int, _ d: Int, _ generator: inout SplitMix64) -> Matrix<Float> {
        var rows: [[Float]] = []
        for _ in 0..<n {
            switch generator.next() % 8 {
            case 0: rows.append(rows.last ?? Array(repeating: 1, count: d))
            case 1: rows.append(Array(repeating: Float(generator.next() % 3), count: d))
            case 2: rows.append((rows.last ?? Array(repeating: 1, count: d)).map { 2 * $0 })
            default: rows.append((0..<d).map { _ in Float(generator.next() % 5) - 2 })
            }
        }
        return Matrix(rows: rows)
    }

    func expectEqual(_ scores: VerificationScores, _ pairs: Pairs, isSorted: Bool) {
        #expect(scores.genuineCount == pairs.genuine.count)
        #expect(scores.impostorCount == pairs.impostors.count)
        for (rate, operation) in zip(Self.rates, scores.operations) {
            let expected = pairs.operation(at: rate)
            #expect(operation?.acceptedImpostorCount == expected?.impostors)
            #expect(operation?.acceptedGenuineCount == expected?.genuine)
            guard let operation else { continue }
            let threshold = Int(operation.threshold * 0x1p30)
            #expect(pairs.impostors.count { $0 >= threshold } == operation.acceptedImpostorCount)
            #expect(pairs.genuine.count { $0 >= threshold } == operation.acceptedGenuineCount)
            // It is the lowest one.
            let lower = pairs.impostors.count { $0 >= threshold - 1 }
            #expect(Double(lower) / Double(pairs.impostors.count) > rate)
        }
        #expect(abs(scores.equalErrorRate - pairs.equalErrorRate) < 1e-12)
        if isSorted {
            #expect(scores.areaError == 0)
            #expect(abs(scores.area - pairs.area) < 1e-12)
        } else {
            #expect(abs(scores.area - pairs.area) <= scores.areaError + 1e-12)
        }
    }

    @Test func aRateThatIsGivenTwiceCountsOnce() throws {
        let rows = Matrix<Float>(rows: [[1, 0], [3, 4], [0, 1], [0, 2]])
        let set = VerificationSet(rows, classNumbers: [0, 0, 1, 1])
        let pairs = [(0, 1), (0, 2), (1, 2), (2, 3)].map { (first: $0, second: $1) }
        for scores in [
            try set.scores(falseAcceptRates: [0.5, 0.25, 0.5]),
            try set.scores(ofPairs: pairs, falseAcceptRates: [0.5, 0.25, 0.5]).scores,
        ] {
            #expect(scores.rates == [0.5, 0.25] && scores.operations.count == 2)
            #expect(Set(scores.metrics).count == scores.metrics.count)
            #expect(Set(scores.estimates.keys) == Set(scores.metrics))
        }
        let open = try #require(
            try VerificationSet(
                queries: rows, classNumbers: [0, 0, 7, 8], gallery: rows.selectingRows([0, 2]),
                galleryClassNumbers: [0, 1]
            ).openSetScores(falseAcceptRates: [0.5, 0.5]))
        #expect(open.rates == [0.5] && open.estimates.count == open.metrics.count)
    }

    @Test func aTableByHand() throws {
        // Cosines with (1, 0): 0.6 for (3, 4), 0 for (0, 1); (3, 4) with (0, 1) has 0.8. Genuine: 0.6 and 0, of (1, 0) with the
        // second and with the fourth row.
        let rows = Matrix<Float>(rows: [[1, 0], [3, 4], [0, 1], [0, 2]])
        let scores = try VerificationSet(rows, classNumbers: [0, 0, 1, 0]).scores(falseAcceptRates: [0.4])
        // Genuine: 0.6, 0 and 0.8 of the second and the fourth; impostors: 0, 0.8 and 1.
        #expect(scores.genuineCount == 3)
        #expect(scores.impostorCount == 3)
        #expect(scores.operations[0]?.acceptedImpostorCount == 1)
        #expect(scores.operations[0]?.acceptRate == 0)
        #expect(scores.operations[0]?.falseNonMatchRate == 1)
        // 0.6 and 0.8 are above the impostor 0, 0.8 and 0 tie with one each: 2 + 2/2 of 9.
        #expect(abs(scores.area * 9 - 3) < 1e-14)
        #expect(scores[.area] == scores.area)
        // From (1/3, 0) to (2/3, 1/3): the errors meet at (2/3, 1/3).
        #expect(abs(scores.equalErrorRate * 3 - 2) < 1e-14)
        #expect(abs(scores.equalErrorThreshold - 0.8) < 1e-9)
        #expect(abs((scores.operations[0]?.threshold ?? 0) - 0.8) < 2e-9)
    }

    @Test(arguments: 0..<24 as Range<UInt64>)
    func allPairsAreCountedByDefinition(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let (n, d) = (Int(generator.next() % 50) + 4, Int(generator.next() % 6) + 1)
        let rows = Self.rows(n, d, &generator)
        var classes = (0..<n).map { _ in Int(generator.next() % 5) }
        (classes[0], classes[1], classes[2]) = (0, 0, 1)
        let numbers = (0..<n).map { _ -> Int? in
            let number = Int(generator.next() % 4)
            return number == 3 ? nil : number
        }
        let cameras = RetrievalCameras(ofRows: numbers)
        let set = VerificationSet(rows, classNumbers: classes)
        let pairs = Pairs(rows, classes)
        expectEqual(try set.scores(falseAcceptRates: Self.rates), pairs, isSorted: true)
        expectEqual(
            try set.scores(falseAcceptRates: Self.rates, withoutEach: nil, sortingUpTo: 0), pairs, isSorted: false)
        let left = Pairs(rows, classes) { numbers[$0] != nil && numbers[$0] == numbers[$1] }
        guard !left.genuine.isEmpty else { return }
        let acrossCameras = VerificationSet(rows, classNumbers: classes, cameras: cameras)
        for limit in [0, 1 << 20] {
            expectEqual(
                try acrossCameras.scores(falseAcceptRates: Self.rates, withoutEach: nil, sortingUpTo: limit), left,
                isSorted: limit > 0)
        }
    }

    @Test(arguments: 0..<16 as Range<UInt64>)
    func pairsWithAGalleryAreCountedByDefinition(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed ^ 0xABC)
        let (n, m, d) = (
            Int(generator.next() % 30) + 3, Int(generator.next() % 600) + 3, Int(generator.next() % 6) + 1
        )
        let (queries, items) = (Self.rows(n, d, &generator), Self.rows(m, d, &generator))
        var (classes, itemClasses) = (
            (0..<n).map { _ in Int(generator.next() % 6) }, (0..<m).map { _ in Int(generator.next() % 4) }
        )
        (classes[0], itemClasses[0], itemClasses[1]) = (0, 0, 1)
        let own = classes.map { number in
            generator.next() % 2 == 0 ? nil : itemClasses.indices.dropFirst(2).first { itemClasses[$0] == number }
        }
        let set = VerificationSet(
            queries: queries, classNumbers: classes, gallery: items, galleryClassNumbers: itemClasses, ownItems: own)
        let pairs = Pairs(queries, classes, items, itemClasses) { own[$0] == $1 }
        for limit in [0, 1 << 20] {
            expectEqual(
                try set.scores(falseAcceptRates: Self.rates, withoutEach: nil, sortingUpTo: limit), pairs,
                isSorted: limit > 0)
        }
    }

    /// Rows in general position, of several tiles: both ways of counting agree, in any order of the rows.
    @Test func manyPairsAreCountedAsSortedOnesAre() throws {
        let (rows, classes) = clusteredEmbeddings(n: 900, d: 24, classCount: 30, spread: 1.5, seed: 5)
        let set = VerificationSet(rows, classNumbers: classes)
        let sorted = try set.scores(falseAcceptRates: Self.rates)
        let counted = try set.scores(falseAcceptRates: Self.rates, withoutEach: nil, sortingUpTo: 0)
        #expect(counted.operations == sorted.operations)
        #expect(counted.equalErrorRate == sorted.equalErrorRate)
        #expect(counted.equalErrorThreshold == sorted.equalErrorThreshold)
        #expect(sorted.areaError == 0 && counted.areaError < 1e-5)
        #expect(abs(counted.area - sorted.area) <= counted.areaError)
        var generator = SplitMix64(seed: 6)
        let order = classes.indices.shuffled(using: &generator)
        let shuffled = try VerificationSet(rows.selectingRows(order), classNumbers: order.map { classes[$0] })
            .scores(falseAcceptRates: Self.rates)
        #expect(shuffled.operations == sorted.operations)
        #expect(shuffled.area == sorted.area)
    }

    /// Equal cosines tie, whatever the lengths: 1/√2 is the cosine of all these with (1, 0).
    @Test func equalCosinesTie() throws {
        let rows = Matrix<Float>(rows: [[1, 0], [1, 1], [3, 3], [7, -7], [1e-30, 1e-30], [1e30, -1e30]])
        let scores = try VerificationSet(
            queries: rows.selectingRows([0]), classNumbers: [0], gallery: rows.selectingRows(1..<6),
            galleryClassNumbers: [0, 1, 1, 1, 1]
        ).scores(falseAcceptRates: [0.5])
        #expect(scores.area == 0.5)
        #expect(scores.operations[0]?.acceptedImpostorCount == 0)
    }

    @Test func allRowsAlikeTie() throws {
        let rows = Matrix<Float>(rowCount: 300, columnCount: 7, repeating: 0.1)
        let classes = (0..<300).map { $0 % 3 }
        for limit in [0, 1 << 20] {
            let scores = try VerificationSet(rows, classNumbers: classes)
                .scores(falseAcceptRates: [0.1], withoutEach: nil, sortingUpTo: limit)
            #expect(scores.area == 0.5)
            #expect(scores.areaError == 0)
            #expect(scores.equalErrorRate == 0.5)
            #expect(scores.operations[0]?.acceptRate == 0)
            #expect((scores.operations[0]?.threshold ?? 0) > 1)
        }
    }

    @Test func rowsInDoublePrecisionOfAnyLength() throws {
        let values: [[Double]] = [[1, 2, 2], [2, 4, 4.5], [-1, 0, 3], [0, 1, -1], [5, 5, 1]]
        let classes = [0, 0, 1, 1, 0]
        let plain = try VerificationSet(Matrix<Float>(rows: values.map { $0.map { Float($0) } }), classNumbers: classes)
            .scores(falseAcceptRates: [0.5])
        for scale in [1, 0x1p-700, 0x1p900, 0x1p-1030] {
            let rows = Matrix(rows: values.map { $0.map { $0 * scale } })
            let scores = try VerificationSet(.double(rows), classNumbers: classes).scores(falseAcceptRates: [0.5])
            #expect(scores.operations == plain.operations)
            #expect(scores.area == plain.area)
        }
    }

    /// The errors are those of leaving out each group and counting anew.
    @Test(arguments: [0, 1 << 24])
    func theJackknifeLeavesOutGroups(limit: Int) throws {
        let (rows, classes) = clusteredEmbeddings(n: 320, d: 12, classCount: 24, spread: 1.5, seed: 9)
        let groups = ClassGroups((0..<24).map { $0 % 6 }, count: 6)
        let rates = [0.1, 0.01]
        let scores = try VerificationSet(rows, classNumbers: classes)
            .scores(falseAcceptRates: rates, withoutEach: groups, sortingUpTo: limit)
        let without = try (0..<6).map { group in
            let kept = classes.indices.filter { groups.group(ofClass: classes[$0]) != group }
            return try VerificationSet(rows.selectingRows(kept), classNumbers: kept.map { classes[$0] })
                .scores(falseAcceptRates: rates)
        }
        for metric in scores.metrics {
            let estimate = try #require(scores.estimates[metric])
            #expect(estimate.value == scores[metric])
            #expect(estimate.degreesOfFreedom == 5)
            let values = without.map { $0[metric] ?? 0 }
            let mean = values.reduce(0, +) / 6
            let squares = values.map { ($0 - mean) * ($0 - mean) }
            let error = (squares.reduce(0, +) * 5 / 6).squareRoot()
            // Values are of levels of a fiftieth of the impostors, between which there are lines.
            let difference = abs((estimate.standardError ?? 0) - error)
            #expect(difference < 0.05 * error + 2e-4, "\(metric.name): \(difference) of \(error)")
        }
    }

    @Test func withoutPairsOfBothKindsThereIsNothingToMeasure() {
        let rows = Matrix<Float>(rows: [[1, 0], [0, 1], [1, 1]])
        #expect(throws: RetrievalError.noPairs(genuineCount: 3, impostorCount: 0)) {
            try VerificationSet(rows, classNumbers: [1, 1, 1]).scores()
        }
        #expect(throws: RetrievalError.noPairs(genuineCount: 0, impostorCount: 3)) {
            try VerificationSet(rows, classNumbers: [1, 2, 3]).scores()
        }
        #expect(throws: RetrievalError.nonFiniteEmbedding(row: 1, column: 0)) {
            try VerificationSet(Matrix<Float>(rows: [[1], [.nan]]), classNumbers: [1, 2]).scores()
        }
        #expect(throws: RetrievalError.noPairs(genuineCount: 0, impostorCount: 0)) {
            try VerificationSet(Matrix<Float>(rowCount: 0, columnCount: 3), classNumbers: []).scores()
        }
    }

    @Test func theCurveEndsAtOneAndHasTheThresholdsWithFewPairs() throws {
        let rows = Matrix<Float>(rows: [[1, 0], [3, 4], [0, 1], [0, 2]])
        let curve = try VerificationSet(rows, classNumbers: [0, 0, 1, 0]).scores().curve
        let tenths = curve.map { Int(($0.threshold * 10).rounded()) }
        #expect(tenths == [10, 8, 6, 0])
        let accepted = curve.map { Int(($0.acceptRate * 3).rounded()) }
        #expect(accepted == [0, 1, 2, 3])
        let impostors = curve.map { Int(($0.falseAcceptRate * 3).rounded()) }
        #expect(impostors == [1, 2, 2, 3])
    }
}
