import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

/// Ranks against sorting by integers, which no rounding touches.
@Suite struct ExactRanksTests {
    /// Rows of integers, each times a power of two of its own.
    struct Rows {
        var values: [[Int]]
        /// The exponents; distances and inner products need the same one in all.
        var exponents: [Int]
        var classes: [Int]

        init(_ values: [[Int]], classes: [Int], exponents: [Int]? = nil) {
            self.values = values
            self.classes = classes
            self.exponents = exponents ?? values.map { _ in 0 }
        }

        /// The values as files have them.
        func values(isDouble: Bool) -> RowValues {
            func scaled<Scalar: BinaryFloatingPoint>() -> [[Scalar]] {
                zip(values, exponents).map { row, exponent in
                    row.map { Scalar($0) * Scalar(sign: .plus, exponent: Scalar.Exponent(exponent), significand: 1) }
                }
            }
            return isDouble ? .double(Matrix(rows: scaled())) : .single(Matrix(rows: scaled()))
        }

        private func product(_ i: Int, _ j: Int) -> Int {
            zip(values[i], values[j]).reduce(0) { $0 + $1.0 * $1.1 }
        }

        /// A number that orders items as their similarities to a query do: for the cosine its sign, and the square of
        /// what it is times the query's length, as a fraction.
        private func key(_ query: Int, _ item: Int, _ similarity: Similarity) -> Key {
            let product = product(query, item)
            switch similarity {
            case .innerProduct: return Key(sign: 0, numerator: Int128(product), denominator: 1)
            case .euclidean:
                return Key(sign: 0, numerator: Int128(2 * product - self.product(item, item)), denominator: 1)
            case .cosine:
                return Key(
                    sign: product.signum(), numerator: Int128(product.signum()) * Int128(product) * Int128(product),
                    denominator: Int128(max(self.product(item, item), 1)))
            }
        }

        private struct Key {
            let sign: Int
            let numerator: Int128
            let denominator: Int128

            /// Whether it is higher, or nil if the two are equal.
            func isHigher(than other: Key) -> Bool? {
                if sign != other.sign { return sign > other.sign }
                let a = numerator.multipliedFullWidth(by: other.denominator)
                let b = other.numerator.multipliedFullWidth(by: denominator)
                return a == b ? nil : (a.high, a.low) > (b.high, b.low)
            }
        }

        /// The ranks of a query's relevant items, by sorting all other items.
        func ranks(of query: Int, similarity: Similarity, ties: TieOrder) -> [Int32] {
            let keys = values.indices.map { key(query, $0, similarity) }
            func place(_ item: Int) -> Int {
                let isRelevant = classes[item] == classes[query]
                return switch ties {
                case .sampleOrder: 0
                case .relevantFirst: isRelevant ? 0 : 1
                case .relevantLast: isRelevant ? 1 : 0
                }
            }
            let order = values.indices.filter { $0 != query }.sorted { a, b in
                keys[a].isHigher(than: keys[b]) ?? ((place(a), a) < (place(b), b))
            }
            return order.indices.filter { classes[order[$0]] == classes[query] }.map { Int32($0 + 1) }
        }

        /// Compares all ranks, or those of every some rows.
        func check(
            _ similarity: Similarity, ties: TieOrder, isDouble: Bool = false, every step: Int = 1,
            location: SourceLocation = #_sourceLocation
        ) throws {
            let ranks = try RetrievalSet(values(isDouble: isDouble), classNumbers: classes).ranks(
                by: RankingRules(similarity: similarity, ties: ties))
            #expect(!ranks.queries.isEmpty, sourceLocation: location)
            for (position, query) in ranks.queries.enumerated() where position % step == 0 {
                let expected = self.ranks(of: query, similarity: similarity, ties: ties)
                guard Array(ranks[position]) != expected else { continue }
                Issue.record("row \(query): \(Array(ranks[position])), not \(expected)", sourceLocation: location)
                return
            }
        }
    }

    private static func random(
        _ n: Int, _ d: Int, _ range: ClosedRange<Int>, classCount: Int, seed: UInt64
    ) -> Rows {
        var generator = SplitMix64(seed: seed)
        let values = (0..<n).map { _ in (0..<d).map { _ in Int.random(in: range, using: &generator) } }
        return Rows(values, classes: (0..<n).map { _ in Int.random(in: 0..<classCount, using: &generator) })
    }

    /// Two directions 1e-4 off the query's, of which the second row is nearer by 5e-12.
    @Test func nearTiesAreToldApart() throws {
        let rows = Matrix<Float>(rows: [[1, 0], [1, 1.0001e-4], [1, 1e-4]])
        #expect(try Array(RetrievalSet(rows, classNumbers: [0, 0, 1]).ranks()[0]) == [2])
    }

    /// Small integers, of which many distances and cosines are equal, also between rows of different lengths.
    @Test(arguments: Similarity.allCases, TieOrder.allCases)
    func smallIntegers(similarity: Similarity, ties: TieOrder) throws {
        for (seed, d) in [3, 6, 17].enumerated() {
            let rows = Self.random(260, d, -2...2, classCount: 30, seed: UInt64(seed))
            try rows.check(similarity, ties: ties)
            try rows.check(similarity, ties: ties, isDouble: true)
        }
    }

    /// Powers of two leave cosines as they are, and ties with them, but the values are no longer small integers.
    @Test(arguments: TieOrder.allCases)
    func scaledRowsHaveTheSameCosines(ties: TieOrder) throws {
        var rows = Self.random(240, 5, -3...3, classCount: 25, seed: 9)
        var generator = SplitMix64(seed: 10)
        rows.exponents = rows.values.map { _ in Int.random(in: -60...60, using: &generator) }
        try rows.check(.cosine, ties: ties)
        rows.exponents = rows.exponents.map { 10 * $0 }
        try rows.check(.cosine, ties: ties, isDouble: true)
    }

    /// Rows that differ in their last bits only: neither single nor double precision tells them apart.
    @Test(arguments: [Similarity.cosine, .euclidean, .innerProduct])
    func lastBits(similarity: Similarity) throws {
        var generator = SplitMix64(seed: 4)
        let base = (0..<4).map { _ in Int.random(in: 1 << 23..<1 << 24, using: &generator) }
        let values = (0..<150).map { _ in base.map { $0 + Int.random(in: -1...1, using: &generator) } }
        let rows = Rows(values, classes: (0..<150).map { $0 % 12 })
        for ties in TieOrder.allCases { try rows.check(similarity, ties: ties) }
        // In double precision, with the last of 28 bits.
        let finer = values.map { $0.map { $0 * 16 + Int.random(in: -1...1, using: &generator) } }
        try Rows(finer, classes: rows.classes).check(similarity, ties: .sampleOrder, isDouble: true)
    }

    /// What all rows share is far larger than what tells them apart.
    @Test func largeOffsets() throws {
        var rows = Self.random(200, 8, -5...5, classCount: 20, seed: 12)
        rows.values = rows.values.map { $0.map { $0 + 1 << 22 } }
        try rows.check(.euclidean, ties: .sampleOrder)
        rows.values = rows.values.map { $0.map { $0 - 1 << 22 + 1 << 28 } }
        try rows.check(.euclidean, ties: .sampleOrder, isDouble: true)
    }

    /// Few different rows, many times each.
    @Test(arguments: Similarity.allCases, TieOrder.allCases)
    func copies(similarity: Similarity, ties: TieOrder) throws {
        let originals = Self.random(7, 20, -4000...4000, classCount: 1, seed: 13).values
        var generator = SplitMix64(seed: 14)
        let values = (0..<300).map { _ in originals[Int.random(in: 0..<7, using: &generator)] }
        let classes = (0..<300).map { _ in Int.random(in: 0..<9, using: &generator) }
        try Rows(values, classes: classes).check(similarity, ties: ties)
        try Rows(values.map { _ in originals[0] }, classes: classes).check(similarity, ties: ties)
    }

    /// The cosine of the zero vector with any other is 0.
    @Test(arguments: TieOrder.allCases)
    func zeroVectors(ties: TieOrder) throws {
        var rows = Self.random(120, 3, -2...2, classCount: 10, seed: 15)
        for row in stride(from: 0, to: 120, by: 7) { rows.values[row] = [0, 0, 0] }
        try rows.check(.cosine, ties: ties)
        var generator = SplitMix64(seed: 16)
        rows.exponents = rows.values.map { _ in Int.random(in: -30...30, using: &generator) }
        try rows.check(.cosine, ties: ties)
    }

    /// One row some thousand times as long as the others, and columns of very different sizes.
    @Test(arguments: Similarity.allCases)
    func outliers(similarity: Similarity) throws {
        var rows = Self.random(200, 6, -40...40, classCount: 16, seed: 17)
        rows.values[3] = rows.values[3].map { $0 << 12 }
        rows.values[150] = [1 << 17, 0, 0, 0, 0, 1]
        try rows.check(similarity, ties: .sampleOrder)
        rows.values = rows.values.map { row in row.indices.map { row[$0] << (2 * $0) } }
        try rows.check(similarity, ties: .sampleOrder, isDouble: true)
    }

    /// Classes too large for tiles of whole classes, and dimensions of several blocks of columns.
    @Test(arguments: Similarity.allCases)
    func largeClasses(similarity: Similarity) throws {
        let rows = Self.random(2300, 4, -6...6, classCount: 2, seed: 18)
        try rows.check(similarity, ties: .sampleOrder, every: 97)
        let wide = Self.random(700, 300, -9...9, classCount: 60, seed: 19)
        try wide.check(similarity, ties: .relevantLast, every: 5)
    }

    @Test func extremeValuesDoNotOverflow() throws {
        let directions: [[Double]] = [[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]]
        for similarity in [Similarity.cosine, .euclidean] {
            for scale in [Float(1e38), 1e-38] {
                let rows = Matrix(rows: directions.map { $0.map { Float($0) * scale } })
                let ranks = try RetrievalSet(rows, classNumbers: [0, 0, 1, 1]).ranks(
                    by: RankingRules(similarity: similarity))
                #expect(ranks.queries.indices.allSatisfy { Array(ranks[$0]) == [1] })
            }
            for scale in [1e307, 1e-300] {
                let rows = RowValues.double(Matrix(rows: directions.map { $0.map { $0 * scale } }))
                let ranks = try RetrievalSet(rows, classNumbers: [0, 0, 1, 1]).ranks(
                    by: RankingRules(similarity: similarity))
                #expect(ranks.queries.indices.allSatisfy { Array(ranks[$0]) == [1] })
            }
        }
    }

    /// Where the range of a Double ends, half of an odd number is not one.
    @Test(arguments: Similarity.allCases)
    func subnormalNumbers(similarity: Similarity) throws {
        let rows = Self.random(90, 3, -12_000...12_000, classCount: 8, seed: 21)
        let tiny = RowValues.double(Matrix(rows: rows.values.map { $0.map { Double($0) * 0x1p-1074 } }))
        let ranks = try RetrievalSet(tiny, classNumbers: rows.classes).ranks(by: RankingRules(similarity: similarity))
        for (position, query) in ranks.queries.enumerated() {
            #expect(Array(ranks[position]) == rows.ranks(of: query, similarity: similarity, ties: .sampleOrder))
        }
    }

    /// Fractions in a few of many columns, so that most inner products are 0.
    @Test(arguments: [Similarity.cosine, .innerProduct], TieOrder.allCases)
    func sparseRows(similarity: Similarity, ties: TieOrder) throws {
        var generator = SplitMix64(seed: 22)
        let values = (0..<200).map { _ in
            (0..<40).map { _ in generator.next() % 16 == 0 ? Int.random(in: 1...1 << 23, using: &generator) : 0 }
        }
        try Rows(values, classes: (0..<200).map { $0 % 17 }).check(similarity, ties: ties)
    }

    /// Numbers in double precision are not rounded: 20 points on a line far from 0.
    @Test func doublesAreRankedAsTheyAre() throws {
        var generator = SplitMix64(seed: 20)
        let points = (0..<20).map { _ in [1e7 + Double.random(in: 0..<1, using: &generator)] }
        let classes = (0..<20).map { $0 % 5 }
        let ranks = try RetrievalSet(.double(Matrix(rows: points)), classNumbers: classes).ranks(
            by: RankingRules(similarity: .euclidean))
        for (position, query) in ranks.queries.enumerated() {
            let order = (0..<20).filter { $0 != query }.sorted {
                abs(points[$0][0] - points[query][0]) < abs(points[$1][0] - points[query][0])
            }
            #expect(
                Array(ranks[position])
                    == order.indices.filter { classes[order[$0]] == classes[query] }.map { Int32($0 + 1) })
        }
    }
}
