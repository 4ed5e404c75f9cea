/// How many genuine pairs and impostors are accepted, as the threshold falls.
///
/// Between the points lines are drawn, as in a ROC curve: on a line, pairs of one similarity, or of similarities that are not
/// told apart, are accepted in equal parts.
struct AcceptedPairs {
    /// The numbers after each step, ascending; the first are 0.
    private(set) var genuine: [Int] = [0]
    private(set) var impostors: [Int] = [0]

    /// Takes the numbers of each step.
    init(_ steps: [(genuine: Int, impostors: Int)]) {
        for step in steps {
            genuine.append((genuine.last ?? 0) + step.genuine)
            impostors.append((impostors.last ?? 0) + step.impostors)
        }
    }

    init(_ counts: PairCounts) { self.init(counts.runs.map { ($0.genuineCount, $0.impostorCount) }) }

    var genuineCount: Int { genuine.last ?? 0 }
    var impostorCount: Int { impostors.last ?? 0 }

    /// The first step after which no smaller part of the impostors is accepted than of the genuine pairs is refused; nil
    /// without pairs of either kind.
    var crossing: Int? {
        guard genuineCount > 0, impostorCount > 0 else { return nil }
        // Both parts times both numbers, which rounding cannot tell apart where they are equal.
        return genuine.indices.dropFirst().first { point in
            UInt128(genuineCount - genuine[point]) * UInt128(impostorCount)
                <= UInt128(impostors[point]) * UInt128(genuineCount)
        }.map { $0 - 1 }
    }

    private func refusedGenuine(_ point: Int) -> Double { 1 - Double(genuine[point]) / Double(genuineCount) }
    private func acceptedImpostors(_ point: Int) -> Double { Double(impostors[point]) / Double(impostorCount) }

    /// Where as large a part of the impostors is accepted as of the genuine pairs is refused, on a line between two points.
    var equalErrorRate: Double? {
        guard let step = crossing else { return nil }
        let (before, after) = (acceptedImpostors(step), acceptedImpostors(step + 1))
        let above = refusedGenuine(step) - before
        let below = after - refusedGenuine(step + 1)
        return above + below > 0 ? before + (after - before) * (above / (above + below)) : after
    }

    /// The area under the ROC curve: how often a genuine pair is more similar than an impostor, ties counted half.
    var area: Double? {
        guard genuineCount > 0, impostorCount > 0 else { return nil }
        var twice: UInt128 = 0
        for point in genuine.indices.dropFirst() {
            twice += UInt128(impostors[point] - impostors[point - 1]) * UInt128(genuine[point] + genuine[point - 1])
        }
        return Double(twice) / 2 / Double(genuineCount) / Double(impostorCount)
    }

    /// The part of the impostors that is accepted at the highest threshold that accepts a part of the genuine pairs.
    func falseAcceptRate(atAcceptRate rate: Double) -> Double? {
        guard genuineCount > 0, impostorCount > 0 else { return nil }
        let point = genuine.partitioningIndex { Double($0) / Double(genuineCount) >= rate }
        return Double(impostors[point]) / Double(impostorCount)
    }

    /// The part of the genuine pairs that is accepted with a part of the impostors, on a line between two points.
    func acceptRate(atFalseAcceptRate rate: Double) -> Double? {
        guard genuineCount > 0, impostorCount > 0 else { return nil }
        let allowed = rate * Double(impostorCount)
        let point = impostors.partitioningIndex { Double($0) > allowed }
        guard point > 0, point < impostors.count else { return point == 0 ? 0 : 1 }
        let part = (allowed - Double(impostors[point - 1])) / Double(impostors[point] - impostors[point - 1])
        return (Double(genuine[point - 1]) + part * Double(genuine[point] - genuine[point - 1])) / Double(genuineCount)
    }
}

/// The largest number of `count` that is a part of at most `rate`.
func allowedCount(_ rate: Double, of count: Int) -> Int {
    // A product can be rounded up to the next number, or down to the one before.
    var allowed = Int(rate * Double(count))
    while Double(allowed) / Double(count) > rate { allowed -= 1 }
    while allowed < count, Double(allowed + 1) / Double(count) <= rate { allowed += 1 }
    return allowed
}

/// How few things there must be at least so that one of them is a part of at most `rate`.
package func neededCount(forRate rate: Double) -> Int {
    var needed = Int((1 / rate).rounded(.up))
    while needed > 1, 1 / Double(needed - 1) <= rate { needed -= 1 }
    while 1 / Double(needed) > rate { needed += 1 }
    return needed
}
