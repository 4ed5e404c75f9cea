internal import Datasets
internal import Frechet

extension Progression {
    /// Makes a level for each wanted distance, by increasing distance; only one for two targets that share the nearest
    /// split.
    ///
    /// The nearest kept step is used if it is near enough; otherwise pairs of its classes are exchanged that are
    /// predicted, to first order, to bring it to the target.
    ///
    /// - Parameters:
    ///   - targets: squared Fréchet distances.
    ///   - tolerance: the fraction of itself by which a target may be missed.
    /// - Throws: ``SplitError/unattainableTarget(_:range:)``, ``SplitError/missedTarget(_:nearest:tolerance:)``.
    public func levels(
        at targets: [Double], tolerance: Double, of embedded: EmbeddedDataset
    ) throws -> [ProgressionStep] {
        let kept = keptSteps
        guard let easiest = kept.first?.distance.squared, let hardest = kept.last?.distance.squared else { return [] }
        var adjustment: TargetAdjustment?
        var levels: [ProgressionStep] = []
        for target in Set(targets).sorted() {
            guard target >= easiest * (1 - tolerance), target <= hardest * (1 + tolerance) else {
                throw SplitError.unattainableTarget(target, range: easiest...hardest)
            }
            func miss(_ step: ProgressionStep) -> Double { abs(step.distance.squared - target) }
            let nearest = kept.sorted { miss($0) < miss($1) }
            var best = nearest[0]
            // If exchanges from the nearest step get stuck, those from its neighbours may not.
            for step in nearest.prefix(4) where miss(best) > tolerance * target {
                var current = try adjustment ?? TargetAdjustment(embedded)
                let adjusted = try current.adjusted(step, to: target, tolerance: tolerance)
                if miss(adjusted) < miss(best) { best = adjusted }
                adjustment = current
            }
            guard miss(best) <= tolerance * target else {
                throw SplitError.missedTarget(target, nearest: best.distance.squared, tolerance: tolerance)
            }
            // If two targets are within each other's tolerance, one level may be the nearest to both.
            if !levels.contains(where: { $0.partition == best.partition }) { levels.append(best) }
        }
        return levels.sorted { $0.distance.squared < $1.distance.squared }
    }
}

/// Exchanges pairs of units so that a partition's distance comes nearer to a wanted one.
private struct TargetAdjustment {
    private let embedded: EmbeddedDataset
    private let search: ExtremeSearch
    private var meter: ShiftMeter

    init(_ embedded: EmbeddedDataset) throws {
        self.embedded = embedded
        search = try ExtremeSearch(embedded.vectors)
        meter = ShiftMeter(embedded.vectors)
    }

    mutating func adjusted(_ step: ProgressionStep, to target: Double, tolerance: Double) throws -> ProgressionStep {
        var best = (partition: step.unitPartition, distance: step.distance)
        var pairCount = 0
        func miss(_ distance: FrechetDistance) -> Double { abs(distance.squared - target) }
        for _ in 0..<16 where miss(best.distance) > tolerance * target {
            var next = best
            for (train, test) in try search.pairs(
                changing: best.partition, by: target - best.distance.squared, count: 24)
            {
                var partition = best.partition
                partition.exchange(trainClass: train, testClass: test)
                let distance = try meter.distance(of: partition)
                if miss(distance) < miss(next.distance) * (1 - Tie.tolerance) { next = (partition, distance) }
            }
            guard next.partition != best.partition else { break }
            best = next
            pairCount += 1
        }
        return ProgressionStep(
            arm: step.arm, step: step.step, unitPartition: best.partition, distance: best.distance,
            adjustedPairCount: pairCount, in: embedded)
    }
}

extension ExtremeSearch {
    /// Pairs whose exchange is predicted to change the distance by about a given amount, the nearest predictions first.
    func pairs(changing partition: ClassPartition, by change: Double, count: Int) throws -> [(train: Int, test: Int)] {
        let scores = try scores(at: partition)
        let scale = scores.map(abs).max() ?? 0
        // For each unit of one side, its best partners on the other side are adjacent in the order of scores.
        let train = partition.classes(on: .train)
        let test = partition.classes(on: .test).map { ($0, value: -scores[$0], scale: scale) }.rankedByFallingValue()
        guard !test.isEmpty else { return [] }
        let sums = rules?.trainWeights(of: partition.sides) ?? []
        var candidates: [(train: Int, test: Int, miss: Double)] = []
        for a in train {
            let wanted = scores[a] + change
            let place = test.firstIndex { scores[$0] >= wanted } ?? test.count - 1
            for b in test[max(place - 1, 0)...place]
            where rules?.allowsExchange(train: a, test: b, at: sums) ?? true {
                candidates.append((a, b, abs(scores[b] - scores[a] - change)))
            }
        }
        let order = candidates.indices.map { ($0, value: -candidates[$0].miss, scale: scale) }.rankedByFallingValue()
        return order.prefix(count).map { (candidates[$0].train, candidates[$0].test) }
    }
}
