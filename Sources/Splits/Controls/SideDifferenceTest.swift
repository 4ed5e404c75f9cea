internal import Datasets
internal import DenseLinearAlgebra
internal import Parallel
internal import Statistics

/// Tests whether the difference between sides that were searched for recurs in samples that had no part in the search.
///
/// The samples of each class are halved at random, several times. Each half chooses sides with a quick search; with Δ
/// the difference of the sides' means there, and Δ′ the same in the other half for the same sides,
///
///     T = ⟨Δ, Δ′⟩ / (‖Δ‖ · √(1/n₁′ + 1/n₂′))
///
/// is 0 on average if no class differs from another, however far the search has driven Δ. The sum of T over all halves
/// is compared with the same sum where samples, or groups of them, have been dealt to the classes at random, and
/// everything has been done again: halves, searches and sides. If all samples are draws of one distribution, the given
/// deal is one of N + 1 that are equally likely, so p = (1 + draws that reach it) / (N + 1) is exact, for any number of
/// halvings and any statistic; averaging over halvings costs nothing, and only lets the result depend less on one of
/// them.
///
/// All this is done twice: for means, and for spreads, whose vectors are the squares of coordinates x about the mean of
/// all, x²/2σ, along the principal directions and in total. The squared difference of the means of these is about the
/// part of the Fréchet distance that comes from the covariances' diagonal. The smaller of p(means)/0.8 and
/// p(spreads)/0.2 is compared with that of the draws in the same way.
///
/// Everything is a plain sum in a fixed order, so that no comparison depends on the processor.
struct SideDifferenceTest {
    /// The number of random deals.
    let dealCount: Int
    /// The number of halvings.
    let halvingCount: Int
    /// Of each level, p.
    let p: [Double]
    /// Of the levels harder than the start together, p; nil without such levels.
    let seriesP: Double?

    /// Fewer deals than this make no test.
    static let fewestDeals = 99
    /// The share of p that the means get; the spreads get the rest.
    private static let meansShare = 0.8
    /// About how many multiplications the test may take.
    private static let budget = 5e10

    /// Tests some levels of a progression.
    ///
    /// - Parameters:
    ///   - stepCounts: the number of steps of each arm of the whole progression.
    ///   - groups: the samples that stay together, of each class; every sample alone if nil.
    ///   - report: called with the number of deals done, concurrently.
    /// - Complexity: O(n·d + C²·d) for each of `dealCount` deals and `halvingCount` halvings of n samples in C units;
    ///   beyond 512 units, O(n·d + C·d).
    init(
        of levels: [ProgressionStep], stepCounts: [Arm: Int], start: ClassPartition, over embedded: EmbeddedDataset,
        groups: [[[Int]]]? = nil, dealCount: Int, seed: UInt64, report: @Sendable (_ done: Int) -> Void
    ) throws {
        try self.init(
            seeking: levels.map { SoughtSides($0, stepCounts: stepCounts, start: start) },
            harder: levels.indices.filter { levels[$0].arm == .swap || levels[$0].arm == .removal }, start: start,
            over: embedded, groups: groups, dealCount: dealCount, seed: seed, report: report)
    }

    /// Tests sides that were sought, some of which are harder than the start.
    ///
    /// - Parameters:
    ///   - rules: what held when units changed sides; nil if any could be exchanged.
    ///   - directionLimit: along how many directions means are compared; all dimensions if nil.
    init(
        seeking sought: [SoughtSides], harder: [Int], start: ClassPartition, by rules: ExchangeRules? = nil,
        directionLimit: Int? = nil,
        over embedded: EmbeddedDataset, groups: [[[Int]]]?, dealCount: Int, seed: UInt64,
        report: @Sendable (_ done: Int) -> Void
    ) throws {
        let atoms = groups ?? embedded.orderedSamples.map { $0.map { [$0] } }
        let unitOfClass = embedded.unitOfClass
        let tables = DealtTable.tables(of: embedded, atoms: atoms, directionLimit: directionLimit)
        let cost = tables.reduce(0) { $0 + $1.cost(unitCount: embedded.units.count) } * Double(dealCount + 1)
        // Who asks for few directions wants to save time.
        let budget = directionLimit == nil ? Self.budget : Self.budget / 10
        let halvingCount = Int(min(max(budget / max(cost, 1), 1), 5))
        self.dealCount = dealCount
        self.halvingCount = halvingCount

        let halves = (0..<halvingCount).map { number in
            atoms.enumerated().flatMap { place, members in
                var generator = SeededGenerator(
                    seed: seed, stream: "halving/\(number)/\(embedded.dataset.classLabels[place])")
                // An odd one goes to either half.
                let smaller = (members.count + generator.below(2)) / 2
                var isFirst = [Bool](repeating: false, count: members.count)
                for slot in generator.shuffled(members.indices).prefix(smaller) { isFirst[slot] = true }
                return isFirst
            }
        }
        let classOfSlot = atoms.indices.flatMap { number in atoms[number].map { _ in number } }
        let pieces = PieceCount()
        // Row 0 is the deal as it is.
        let rows = try sharedMap(of: "deals of the samples", count: dealCount + 1) { deal -> [[Double]] in
            var order = Array(classOfSlot.indices)
            if deal > 0 {
                var generator = SeededGenerator(seed: seed, stream: "deal/\(deal)")
                order = generator.shuffled(order)
            }
            defer { pieces.add(report) }
            return tables.map { table in
                var sums = [Double](repeating: 0, count: sought.count)
                for half in halves {
                    let dealt = table.dealt(
                        order, classOfSlot: classOfSlot, isFirst: half, unitOfClass: unitOfClass,
                        unitCount: embedded.units.count, statistic: embedded.statistic)
                    for (choosing, measuring) in [(dealt.first, dealt.second), (dealt.second, dealt.first)] {
                        let search = MeansSearch(choosing, start: start, rules: rules)
                        for (place, sides) in sought.enumerated() {
                            sums[place] += search.difference(recurringIn: measuring, between: sides)
                        }
                    }
                }
                return sums
            }
        }
        // Of each table and level, the values of all deals.
        let values = tables.indices.map { table in sought.indices.map { level in rows.map { $0[table][level] } } }
        self.p = sought.indices.map { level in Self.p(ofAll: values.map { $0[level] }) }
        seriesP =
            harder.isEmpty
            ? nil
            : Self.p(
                ofAll: values.map { table in
                    let standing = harder.map { standardised(table[$0]) }
                    return rows.indices.map { row in standing.reduce(0) { $0 + $1[row] } }
                })
    }

    /// The p of the first of all deals, from their values in one or two tables.
    static func p(ofAll values: [[Double]]) -> Double {
        guard values.count > 1 else { return ranks(values[0])[0].rounded(significantDigits: 6) }
        let (means, spreads) = (ranks(values[0]), ranks(values[1]))
        let smaller = zip(means, spreads).map { min($0 / meansShare, $1 / (1 - meansShare)) }
        return ranks(smaller.map { -$0 })[0].rounded(significantDigits: 6)
    }

    /// Of each value, the fraction of all that reach it.
    static func ranks(_ values: [Double]) -> [Double] {
        let order = values.sorted()
        let scale = values.reduce(0) { max($0, abs($1)) }
        return values.map { value in
            // The number of values below this one by more than rounding.
            let limit = value - Tie.tolerance * scale
            var (low, high) = (0, order.count)
            while low < high {
                let middle = (low + high) / 2
                if order[middle] < limit { low = middle + 1 } else { high = middle }
            }
            return Double(order.count - low) / Double(order.count)
        }
    }
}

/// What the test looks for in place of a level: sides that correspond to it, in a half of the samples.
struct SoughtSides {
    enum Kind {
        /// These sides themselves.
        case fixed(ClassPartition)
        /// The hardest sides.
        case hardest
        /// As far from the start to the hardest sides as this.
        case exchanged(part: Double)
        /// The hardest sides, without this many units of each side.
        case removed(train: Int, test: Int)
    }

    let kind: Kind

    init(_ kind: Kind) {
        self.kind = kind
    }

    init(_ level: ProgressionStep, stepCounts: [Arm: Int], start: ClassPartition) {
        switch level.arm {
        // Easy sides were chosen to be alike, which makes T negative if there is nothing else: this errs safely.
        case .start, .easier, .imported, .holdOut: kind = .fixed(level.unitPartition)
        case .swap: kind = .exchanged(part: Double(level.step) / Double(max(stepCounts[.swap] ?? 1, 1)))
        case .removal:
            func gone(_ side: Side) -> Int {
                start.classes(on: side).count - level.unitPartition.classes(on: side).count
            }
            kind = .removed(train: gone(.train), test: gone(.test))
        }
    }
}

extension EmbeddedDataset {
    /// The number of each class's unit.
    fileprivate var unitOfClass: [Int] {
        var result = [Int](repeating: 0, count: dataset.classLabels.count)
        for (number, unit) in units.enumerated() { for place in unit.classes { result[place] = number } }
        return result
    }
}
