internal import Frechet

extension Progression {
    /// The smallest growth of the distance from one level to the next.
    static let smallestGrowth = 1.01

    /// Chooses levels from the kept steps, evenly spaced in distance or in another value.
    ///
    /// The easiest step, the hardest exchange and the hardest removal are levels, and so is the start, in the place
    /// nearest to it; between these, the levels are spaced evenly. At most a third of them come from removal.
    /// Neighbours differ in distance by at least 1 %; levels that do not are left out, so the result may be shorter
    /// than `count`.
    ///
    /// - Parameter value: the value to space evenly; the distance if nil.
    /// - Returns: the chosen steps, by increasing distance.
    public func levels(count: Int, by value: ((ProgressionStep) -> Double)? = nil) -> [ProgressionStep] {
        let value = value ?? { $0.distance.squared }
        let kept = keptSteps
        let exchanges = kept.filter { $0.arm != .removal }
        // Removal is sure to raise the distance, but not any other value; only steps that raise the value can be spaced
        // by it.
        var removals: [ProgressionStep] = []
        for step in kept where step.arm == .removal {
            if value(step) > (removals.last ?? exchanges.last).map(value) ?? -.infinity { removals.append(step) }
        }
        let usable = exchanges + removals
        guard let easiest = usable.first.map(value), let hardest = usable.last.map(value),
            let hardestExchange = exchanges.last.map(value),
            let start = kept.first(where: { $0.arm == .start }).map(value)
        else { return [] }

        let wanted = evenlySpaced(from: easiest, through: hardest, count: count).filter { $0 > hardestExchange }.count
        let allowed = min(wanted, count / 3, removals.count)
        // With one removal among three levels, the level beside the easiest is the start, not the hardest exchange.
        let last = count - allowed == 2 && allowed > 0 ? start : hardestExchange
        let exchangeTargets = spaced(from: easiest, by: start, through: last, count: count - allowed)
        let removalTargets = evenlySpaced(from: hardestExchange, through: hardest, count: allowed + 1).dropFirst()
        return thinned(
            nearest(in: exchanges, to: exchangeTargets, by: value)
                + nearest(in: removals, to: Array(removalTargets), by: value))
    }

    /// Targets evenly spaced to and from `middle`, which replaces the nearest interior one.
    private func spaced(from first: Double, by middle: Double, through last: Double, count: Int) -> [Double] {
        let even = evenlySpaced(from: first, through: last, count: count)
        guard middle > first, middle < last,
            let place = even.indices.dropFirst().dropLast().min(by: { abs(even[$0] - middle) < abs(even[$1] - middle) })
        else { return even }
        return evenlySpaced(from: first, through: middle, count: place + 1)
            + evenlySpaced(from: middle, through: last, count: count - place).dropFirst()
    }

    private func evenlySpaced(from first: Double, through last: Double, count: Int) -> [Double] {
        guard count > 1 else { return [last] }
        return (0..<count).map { $0 == count - 1 ? last : first + (last - first) * Double($0) / Double(count - 1) }
    }

    /// The nearest step to each target, using every step only once, in increasing order.
    private func nearest(
        in steps: [ProgressionStep], to targets: [Double], by value: (ProgressionStep) -> Double
    ) -> [ProgressionStep] {
        var used: Set<Int> = []
        for target in targets {
            let open = steps.indices.filter { !used.contains($0) }
            if let best = open.min(by: { abs(value(steps[$0]) - target) < abs(value(steps[$1]) - target) }) {
                used.insert(best)
            }
        }
        return used.sorted().map { steps[$0] }
    }

    /// Leaves out levels that are hardly harder than the one before: of two such neighbours the start is kept,
    /// otherwise the hardest exchange, otherwise an end, otherwise the easier one.
    private func thinned(_ levels: [ProgressionStep]) -> [ProgressionStep] {
        let ends = [levels.first, levels.last]
        let hardestExchange = levels.last { $0.arm != .removal }
        func priority(_ level: ProgressionStep) -> Int {
            level.arm == .start ? 3 : level == hardestExchange ? 2 : ends.contains(level) ? 1 : 0
        }
        var result: [ProgressionStep] = []
        for level in levels {
            var isTooNear: Bool {
                result.last.map { level.distance.squared < $0.distance.squared * Self.smallestGrowth } ?? false
            }
            while let previous = result.last, isTooNear, priority(level) > priority(previous) { result.removeLast() }
            if !isTooNear { result.append(level) }
        }
        return result
    }
}
