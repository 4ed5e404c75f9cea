internal import Frechet

extension Progression {
    /// The smallest growth of the distance from one level to the next.
    static let smallestGrowth = 1.01

    /// Chooses levels from the kept steps, evenly spaced in distance.
    ///
    /// The easiest and the hardest step are levels, and so is the start: it takes the place of the nearest interior level.
    /// At most a third of the levels come from removal; where even spacing asks for more, the exchanges and the removal
    /// are spaced evenly each on its own. Neighbours differ by at least 1 %; levels that do not are left out, so the
    /// result may be shorter than `count`.
    ///
    /// - Returns: the chosen steps in the order of rising distance.
    public func levels(count: Int) -> [ProgressionStep] {
        let kept = keptSteps
        guard let easiest = kept.first?.distance.squared, let hardest = kept.last?.distance.squared else { return [] }
        let exchanges = kept.filter { $0.origin != .removal }
        let removals = kept.filter { $0.origin == .removal }
        let hardestExchange = exchanges.last?.distance.squared ?? easiest

        let even = evenlySpaced(from: easiest, through: hardest, count: count)
        let wanted = even.filter { $0 > hardestExchange }.count
        let allowed = min(count / 3, removals.count)
        var chosen: [ProgressionStep]
        if wanted <= allowed {
            chosen = nearest(in: kept, to: even)
        } else {
            chosen = nearest(
                in: exchanges, to: evenlySpaced(from: easiest, through: hardestExchange, count: count - allowed))
            chosen += nearest(
                in: removals,
                to: Array(evenlySpaced(from: hardestExchange, through: hardest, count: allowed + 1).dropFirst()))
        }
        chosen = includingStart(chosen)
        return thinned(chosen)
    }

    private func evenlySpaced(from first: Double, through last: Double, count: Int) -> [Double] {
        guard count > 1 else { return [last] }
        return (0..<count).map { $0 == count - 1 ? last : first + (last - first) * Double($0) / Double(count - 1) }
    }

    /// For each target the nearest step, every step once, in rising order.
    private func nearest(in steps: [ProgressionStep], to targets: [Double]) -> [ProgressionStep] {
        var used: Set<Int> = []
        for target in targets {
            let open = steps.indices.filter { !used.contains($0) }
            let best = open.min { abs(steps[$0].distance.squared - target) < abs(steps[$1].distance.squared - target) }
            if let best { used.insert(best) }
        }
        return used.sorted().map { steps[$0] }
    }

    /// Puts the start in the place of the nearest interior level; the hardest exchange gives way only if it is the last.
    private func includingStart(_ levels: [ProgressionStep]) -> [ProgressionStep] {
        guard !levels.contains(where: { $0.origin == .start }), let start = steps.first(where: { $0.origin == .start })
        else { return levels }
        let interior = levels.indices.dropFirst().dropLast().filter { levels[$0].origin != .removal }
        let replaceable = interior.count > 1 && levels.last?.origin == .removal ? interior.dropLast() : interior[...]
        func offset(_ index: Int) -> Double { abs(levels[index].distance.squared - start.distance.squared) }
        var levels = levels
        if let place = replaceable.min(by: { offset($0) < offset($1) }) { levels.remove(at: place) }
        return (levels + [start]).sorted { $0.distance.squared < $1.distance.squared }
    }

    /// Leaves out levels that are hardly harder than the one before: of two such neighbours the start stays, or else an
    /// end, or else the easier one.
    private func thinned(_ levels: [ProgressionStep]) -> [ProgressionStep] {
        let ends = [levels.first, levels.last]
        func priority(_ level: ProgressionStep) -> Int { level.origin == .start ? 2 : ends.contains(level) ? 1 : 0 }
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
