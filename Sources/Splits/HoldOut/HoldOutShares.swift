internal import Datasets

/// How many units, or how much weight, each part of a hold-out gets of every stratum, and which units are pinned.
///
/// *Rounding.* Where all units weigh the same, the parts get whole numbers of them by largest remainders, at least one
/// each; equal remainders go to train, then validation. The strata share the number of a part in the same way, so the
/// total is exact and every stratum within one of its share, as far as pins allow. Where units weigh differently, a
/// part's weight in a stratum may miss its share by ``HoldOutSettings/relativeSlack``, or by as much as units make it.
struct HoldOutShares {
    /// The part that each unit is pinned to.
    let pins: [HoldOutPart?]
    private let strata: [Int]
    private let weights: [Int]
    /// What each part gets of each stratum, pinned units included.
    private let targets: [HoldOutPart: [Double]]

    /// - Parameters:
    ///   - strata: the stratum of each unit, from 0.
    ///   - weights: the weight of each unit; positive.
    ///   - what: what weights count, for errors.
    /// - Throws: ``SplitError/invalidSetting(name:found:expected:)`` if pins or sizes leave a part without its share.
    init(
        ratio: PartRatio, strata: [Int], weights: [Int], pins: [HoldOutPart?], what: String
    ) throws {
        let isEven = Set(weights).count == 1
        self.strata = strata
        self.pins = pins
        self.weights = isEven ? weights.map { _ in 1 } : weights
        let own = self.weights
        func sums(_ condition: (Int) -> Bool) -> [Int] {
            var sums = [Int](repeating: 0, count: (strata.max() ?? 0) + 1)
            for unit in strata.indices where condition(unit) { sums[strata[unit]] += own[unit] }
            return sums
        }
        let all = sums { _ in true }
        let total = all.reduce(0, +)
        let pinned = Dictionary(
            uniqueKeysWithValues: HoldOutPart.allCases.map { part in (part, sums { pins[$0] == part }) })
        func pinnedCount(_ part: HoldOutPart) -> Int { pinned[part]?.reduce(0, +) ?? 0 }
        func tooMany(_ part: HoldOutPart, _ allowed: Double) -> SplitError {
            .invalidSetting(
                name: "the number of \(what) pinned to \(part.rawValue)", found: "\(pinnedCount(part))",
                expected: ratio.share(of: part) == 0
                    ? "none, since the ratio \(ratio) has no such part"
                    : "at most \(Int(allowed)) of \(total), by the ratio \(ratio)")
        }
        if ratio.validation == 0, pinnedCount(.validation) > 0 { throw tooMany(.validation, 0) }

        guard isEven else {
            let fractions = HoldOutPart.allCases.map { ($0, ratio.fraction(of: $0)) }
            for (part, fraction) in fractions {
                let limit = (fraction + HoldOutSettings.relativeSlack) * Double(total)
                guard Double(pinnedCount(part)) <= limit else { throw tooMany(part, limit) }
            }
            targets = Dictionary(
                uniqueKeysWithValues: fractions.map { part, fraction in (part, all.map { fraction * Double($0) }) })
            return
        }
        let parts = HoldOutPart.allCases
        let counts = apportioned(
            parts.map { ratio.fraction(of: $0) * Double(total) }, total: total,
            within: parts.map { ratio.share(of: $0) > 0 ? 1...max(total, 1) : 0...0 })
        guard let counts else {
            throw SplitError.invalidSetting(
                name: "the ratio", found: "\(ratio) of \(total)", expected: "at least one for each part")
        }
        let countOfPart = Dictionary(uniqueKeysWithValues: zip(parts, counts))
        for part in parts {
            let count = countOfPart[part] ?? 0
            guard pinnedCount(part) <= count else { throw tooMany(part, Double(count)) }
        }
        func share(_ part: HoldOutPart, room: [Int]) throws -> [Int] {
            let count = countOfPart[part] ?? 0
            let lower = pinned[part] ?? []
            let shares = apportioned(
                all.map { Double($0) * Double(count) / Double(max(total, 1)) }, total: count,
                within: zip(lower, room).map { $0...max($0, $1) })
            guard let shares else {
                throw SplitError.invalidSetting(
                    name: "the number of \(what) that may be in \(part.rawValue)", found: "\(room.reduce(0, +))",
                    expected: "\(count), by the ratio \(ratio), beside those that are pinned elsewhere")
            }
            return shares
        }
        let (toTrain, toValidate) = (pinned[.train] ?? [], pinned[.validation] ?? [])
        let test = try share(.test, room: all.indices.map { all[$0] - toTrain[$0] - toValidate[$0] })
        let validation = try share(.validation, room: all.indices.map { all[$0] - test[$0] - toTrain[$0] })
        targets = [
            .test: test.map(Double.init), .validation: validation.map(Double.init),
            .train: all.indices.map { Double(all[$0] - test[$0] - validation[$0]) },
        ]
    }

    /// The rules of the search for the test part: what is left is the train side.
    func rulesForTest() -> ExchangeRules {
        rules(apart: .test, among: strata.indices.map { pins[$0] == nil })
    }

    /// The rules of the search for the validation part, among the units that are not for test.
    func rulesForValidation(test: [Bool]) -> ExchangeRules {
        rules(apart: .validation, among: strata.indices.map { pins[$0] == nil && !test[$0] })
    }

    private func rules(apart part: HoldOutPart, among isFree: [Bool]) -> ExchangeRules {
        var free = [Double](repeating: 0, count: (strata.max() ?? 0) + 1)
        var pinned = free
        for unit in strata.indices {
            if isFree[unit] { free[strata[unit]] += Double(weights[unit]) }
            if pins[unit] == part { pinned[strata[unit]] += Double(weights[unit]) }
        }
        let wanted = targets[part] ?? []
        return ExchangeRules(
            strata: strata.indices.map { isFree[$0] ? strata[$0] : nil }, weights: weights,
            trainTargets: free.indices.map { min(max(free[$0] - max(wanted[$0] - pinned[$0], 0), 0), free[$0]) },
            relativeSlack: HoldOutSettings.relativeSlack)
    }
}

/// Whole numbers with a given sum, as near to some quotas as bounds allow: by largest remainders, of which equal ones go to
/// the first; nil if the bounds allow none.
func apportioned(_ quotas: [Double], total: Int, within bounds: [ClosedRange<Int>]) -> [Int]? {
    var seats = zip(quotas, bounds).map { quota, bounds in
        min(max(Int((quota + 1e-9).rounded(.down)), bounds.lowerBound), bounds.upperBound)
    }
    while seats.reduce(0, +) != total {
        let isShort = seats.reduce(0, +) < total
        var chosen: (place: Int, need: Double)?
        for place in seats.indices
        where isShort ? seats[place] < bounds[place].upperBound : seats[place] > bounds[place].lowerBound {
            let need = (quotas[place] - Double(seats[place])) * (isShort ? 1 : -1)
            if chosen.map({ need > $0.need + 1e-9 }) ?? true { chosen = (place, need) }
        }
        guard let chosen else { return nil }
        seats[chosen.place] += isShort ? 1 : -1
    }
    return seats
}
