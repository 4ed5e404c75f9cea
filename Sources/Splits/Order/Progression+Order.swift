internal import Datasets
internal import Frechet
internal import Parallel
internal import Statistics

extension Progression {
    /// Measures every step of an ordered walk.
    init(along walk: OrderedWalk, over embedded: EmbeddedDataset, report: WorkReport) throws {
        guard embedded.units.count >= 4 else { throw SplitError.tooFewUnits(count: embedded.units.count) }
        try embedded.requireVectors(in: walk.start, of: embedded.vectors)
        var meter = ShiftMeter(embedded.vectors)
        func measured(_ arm: Arm, _ steps: [ProgressionPlan.Step]) throws -> [ProgressionStep] {
            for step in steps { try embedded.requireVectors(in: step.partition, of: embedded.vectors) }
            let distances = try meter.distances(along: steps.map(\.partition)) { done in
                report(.advanced("measuring \(arm.rawValue)", done: done, of: steps.count, isSteady: false))
            }
            return zip(steps, distances).enumerated().map { index, measured in
                let (step, distance) = measured
                return ProgressionStep(
                    arm: arm, step: arm == .start ? 0 : index + 1, unitPartition: step.partition,
                    distance: distance, movedToTest: step.movedToTest,
                    movedToTrain: step.movedToTrain, removed: step.removed,
                    axisPosition: walk.position(of: step.partition), in: embedded)
            }
        }
        steps =
            try measured(.start, [ProgressionPlan.Step(partition: walk.start)])
            + measured(.swap, walk.exchanges) + measured(.removal, walk.removals)
    }

    /// Chooses levels of an ordered series, evenly spaced along its axis.
    ///
    /// The start, the last exchange and the last removal are levels; at most a third of the levels come from removal. Steps that go
    /// no further than one before, as where classes of one value change places, are passed over.
    ///
    /// - Returns: the chosen steps along the axis; fewer than `count` if there are fewer steps.
    func levels(alongAxis count: Int) -> [ProgressionStep] {
        func position(_ step: ProgressionStep) -> Double { step.axisPosition ?? 0 }
        // A walk to the farthest sides may also take a step back.
        var seen: [Double] = []
        let exchanges = steps.filter { step in
            guard step.arm != .removal, seen.allSatisfy({ abs(position(step) - $0) > Tie.tolerance }),
                position(step) >= seen.first ?? -.infinity
            else { return false }
            seen.append(position(step))
            return true
        }
        let removals = steps.filter { $0.arm == .removal }
        guard let first = exchanges.first.map(position), let divided = exchanges.last.map(position) else { return [] }
        let last = removals.last.map(position) ?? divided
        func targets(_ count: Int, from first: Double, to last: Double) -> [Double] {
            (0..<count).map { first + (last - first) * Double($0) / Double(max(count - 1, 1)) }
        }
        let beyond = targets(count, from: first, to: last).count { $0 > divided * (1 + Tie.tolerance) }
        let removalCount = min(beyond, count / 3, removals.count)
        func nearest(in steps: [ProgressionStep], to targets: [Double]) -> [ProgressionStep] {
            var used: Set<Int> = []
            for target in targets {
                let open = steps.indices.filter { !used.contains($0) }
                if let best = open.min(by: { abs(position(steps[$0]) - target) < abs(position(steps[$1]) - target) }) {
                    used.insert(best)
                }
            }
            return used.sorted().map { steps[$0] }
        }
        let chosen =
            nearest(in: exchanges, to: targets(count - removalCount, from: first, to: divided))
            + nearest(in: removals, to: Array(targets(removalCount + 1, from: divided, to: last).dropFirst()))
        return chosen.enumerated().sorted { (position($0.element), $0.offset) < (position($1.element), $1.offset) }
            .map(\.element)
    }
}

/// Where a level is along the axis of an ordered series.
public struct AxisPosition: Sendable, Equatable, Codable {
    /// How far the sides are: their separation in the order of a column, or the mean distance of a class to the nearest one of the
    /// other side.
    public let value: Double
    /// The mean of the same for random exchanges of the level's units; nil if none were drawn.
    public let nullMean: Double?
    /// Its standard deviation; nil for fewer than two draws.
    public let nullSd: Double?
    /// The first, the middle and the last value on the train side; nil along ``OrderAxis/nearest``.
    public let train: Span?
    /// The same on the test side.
    public let test: Span?

    /// Values of a column on one side.
    public struct Span: Sendable, Equatable, Codable {
        /// The first.
        public let first: String
        /// That of the middle unit; of two, the earlier.
        public let median: String
        /// The last.
        public let last: String
    }

    /// Whether random orders leave the sides about where they are.
    ///
    /// They do if the numbers of samples follow the column, since classes change places only with others of similar size. The
    /// column cannot then be told from the sizes.
    package var isConfounded: Bool { nullMean.map { abs(value) > 0.25 && abs($0) > 0.5 * abs(value) } ?? false }

    private enum CodingKeys: String, CodingKey {
        case value, train, test
        case nullMean = "null_mean"
        case nullSd = "null_sd"
    }

    /// Where some partitions of the units are.
    static func positions(
        of partitions: [ClassPartition], along measure: AxisMeasure, over embedded: EmbeddedDataset, drawCount: Int,
        seed: UInt64
    ) -> [AxisPosition] {
        let orders = OrderDraws(of: embedded.vectors, count: drawCount, seed: seed)
        // Along the nearest classes all levels keep all, in halves, and so share their draws.
        var shared: [Double]?
        return partitions.map { partition in
            let values: [Double]
            if measure.order != nil {
                values = (0..<drawCount).map { measure.position(of: orders.partition(partition, draw: $0)) }
            } else {
                let exchange = NullExchange(of: partition, in: embedded.vectors, seed: seed)
                values = shared ?? concurrentMap(count: drawCount) { measure.position(of: exchange.draw($0)) }
                shared = values
            }
            let mean = values.reduce(0, +) / Double(max(values.count, 1))
            let spread = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(values.count - 1, 1))
            func span(_ side: Side) -> Span? {
                measure.order?.span(of: side, in: partition).map {
                    Span(first: $0.first, median: $0.median, last: $0.last)
                }
            }
            return AxisPosition(
                value: measure.position(of: partition).rounded(significantDigits: 10),
                nullMean: values.isEmpty ? nil : mean.rounded(significantDigits: 10),
                nullSd: values.count < 2 ? nil : spread.squareRoot().rounded(significantDigits: 10),
                train: span(.train), test: span(.test))
        }
    }
}
