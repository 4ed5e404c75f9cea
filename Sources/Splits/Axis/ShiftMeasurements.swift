public import Datasets
internal import DenseLinearAlgebra
internal import Frechet
public import Parallel

/// How far apart the sides of some partitions are by measures that have little in common but the embeddings, each beside
/// random sides; and how far each class is from those of the other side.
///
/// All pairs of samples are visited once. From sums over the pairs of classes follow KID, the Gaussian MMD and the energy distance
/// of every partition and of every random one; ``ShiftMeasure`` defines them.
///
/// ```swift
/// let measurements = try ShiftMeasurements(of: series.levels.map(\.partition), over: embedded)
/// for level in measurements.levels {
///     print(level.values[.frechet]?.value ?? 0, level.values[.energy]?.value ?? 0)
/// }
/// ```
public struct ShiftMeasurements: Sendable {
    /// One partition.
    public struct Level: Sendable {
        /// Each measure; one is missing if a side has fewer than two samples for it.
        public let values: [ShiftMeasure: MeasuredShift]
        /// The classes of each side with the nearest ones of the other side, by class number.
        public let novelty: [Side: [ClassNovelty]]
    }

    /// What is measured, besides the embeddings.
    public struct Settings: Sendable, Equatable {
        /// σ of the Gaussian kernel; nil for the median distance of two samples (``ShiftMeasurements/bandwidth``).
        public var bandwidth: Double?
        /// The largest number of samples for KID, MMD and the energy distance, the same part of each class; nil for all.
        public var sampleLimit: Int?
        /// How many random exchanges of its classes each level is compared with; 0 for none.
        public var nullDraws = 20
        /// What random choices come from.
        public var seed: UInt64 = 0
        /// Which sides are test sides: both, each in one direction, or only the test side.
        public var directions = Direction.allCases

        /// The defaults.
        public init() {}
    }

    /// The levels, in the order of the partitions.
    public let levels: [Level]
    /// σ of the Gaussian kernel.
    ///
    /// By default it is the median distance of two samples, among those of at most a thousand samples, evenly chosen in the order of
    /// classes and ids; under class means, that of two class means.
    public let bandwidth: Double
    /// How many samples (or classes, under class means) KID, MMD and the energy distance are over, removed classes included.
    public let pairedSampleCount: Int
    /// How far samples are from the mean of their class.
    public let spread: ClassSpread
    /// The settings.
    public let settings: Settings

    /// Measures partitions of the classes.
    ///
    /// - Complexity: O(n²·d) for the pairs of n samples, by BLAS; O(c²·(d + p)) for c classes and p partitions with random ones; and
    ///   a Fréchet distance for each of these.
    /// - Throws: `SplitError/tooFewVectors(side:count:statistic:)`; `LinearAlgebraError`.
    public init(
        of partitions: [ClassPartition], over embedded: EmbeddedDataset, by settings: Settings = Settings(),
        report: WorkReport = { _ in }
    ) throws {
        let vectors = embedded.vectorsOfClasses
        for partition in partitions { try embedded.requireVectors(in: partition, of: vectors) }
        let draws = LevelDraws(of: partitions, over: embedded, settings)
        let all = partitions + draws.partitions

        let means = embedded.embeddings.means(ofRowGroups: embedded.orderedSamples)
        let spread = ClassSpread(of: embedded, means: means)
        self.spread = spread
        let pairs = Self.pairs(of: embedded, means: means, settings)
        let bandwidth = settings.bandwidth ?? pairs.medianDistance
        self.bandwidth = bandwidth
        pairedSampleCount = pairs.order.count
        let kernels = ShiftMeasure.allCases.filter { $0.function(bandwidth: bandwidth) != nil }
        let differences = try pairs.differences(
            between: all, by: kernels.compactMap { $0.function(bandwidth: bandwidth) }
        ) { done, total in
            report(.advanced("pairs of samples", done: done, of: total))
        }

        report(.began("nearest classes"))
        let nearest = try ClassMeans(means).nearest(in: all)
        var values: [ShiftMeasure: [Double?]] = [
            .novelty: zip(all, nearest).map { partition, found in
                Self.novelty(found, in: partition, settings.directions, unit: spread.typical ?? 1)
            }
        ]
        for (kernel, found) in zip(kernels, differences) { values[kernel] = found }
        var meter = ShiftMeter(vectors)
        values[.frechet] = try all.enumerated().map { index, partition in
            report(.advanced("Fréchet distances", done: index, of: all.count, isSteady: false))
            return try meter.distance(of: partition).squared
        }
        levels = partitions.indices.map { index in
            let own = draws.numbers(ofLevel: index).map { partitions.count + $0 }
            var measured: [ShiftMeasure: MeasuredShift] = [:]
            for (measure, found) in values {
                guard let value = found[index] else { continue }
                measured[measure] = MeasuredShift(
                    value, among: own.compactMap { found[$0] }, usualCount: settings.nullDraws)
            }
            return Level(
                values: measured,
                novelty: Dictionary(grouping: nearest[index]) { partitions[index].sides[$0.classNumber] ?? .train })
        }
        self.settings = settings
    }

    /// How far a class is from the nearest class of the other side at a level, also as a multiple of the typical distance of a
    /// sample from the mean of its class (``ClassSpread/typical``; 1 if that is unknown); nil for a removed class.
    public func novelty(ofClass number: Int, level: Int) -> (found: ClassNovelty, relative: Double)? {
        for side in Side.allCases {
            let all = levels[level].novelty[side] ?? []
            // They are in order.
            var (low, high) = (0, all.count)
            while low < high {
                let middle = (low + high) / 2
                if all[middle].classNumber < number { low = middle + 1 } else { high = middle }
            }
            if low < all.count, all[low].classNumber == number {
                return (all[low], all[low].distance / (spread.typical ?? 1))
            }
        }
        return nil
    }

    /// A quantile over the test classes of a direction of their relative novelty (``novelty(ofClass:level:)``); nil without test
    /// classes.
    ///
    /// - Precondition: `part` is from 0 to 1.
    public func novelty(quantile part: Double, _ direction: Direction, level: Int) -> Double? {
        let found = levels[level].novelty[direction.testSide] ?? []
        return found.isEmpty ? nil : quantile(part, of: found.map(\.distance)) / (spread.typical ?? 1)
    }

    private static func pairs(of embedded: EmbeddedDataset, means: Matrix<Double>, _ settings: Settings) -> PairSums {
        let limit = settings.sampleLimit ?? .max
        switch embedded.statistic {
        case .samples:
            return PairSums(
                .embeddings(embedded.embeddings),
                rowsOfClass: KernelDiscrepancy.choose(limit, of: embedded.orderedSamples, seed: settings.seed))
        case .classMeans:
            let rows = embedded.orderedSamples.indices.map { embedded.orderedSamples[$0].isEmpty ? [] : [$0] }
            return PairSums(
                .means(means), rowsOfClass: KernelDiscrepancy.choose(limit, of: rows, seed: settings.seed))
        }
    }

    /// The mean over directions of the median over their test classes.
    private static func novelty(
        _ found: [ClassNovelty], in partition: ClassPartition, _ directions: [Direction], unit: Double
    ) -> Double? {
        let medians = directions.compactMap { direction -> Double? in
            let distances = found.filter { partition.sides[$0.classNumber] == direction.testSide }.map(\.distance)
            return distances.isEmpty ? nil : quantile(0.5, of: distances)
        }
        return medians.count < directions.count ? nil : medians.reduce(0, +) / Double(medians.count) / unit
    }
}

/// The random sides of levels; those of one set may serve several levels.
private struct LevelDraws {
    /// All of them.
    var partitions: [ClassPartition] = []
    private var ranges: [Range<Int>] = []
    private var setOfLevel: [Int?] = []

    init(of levels: [ClassPartition], over embedded: EmbeddedDataset, _ settings: ShiftMeasurements.Settings) {
        guard settings.nullDraws > 0 else {
            setOfLevel = levels.map { _ in nil }
            return
        }
        // Where a level divides units, classes are exchanged one by one.
        let whole = levels.compactMap(embedded.unitPartition(ofClasses:))
        let areWhole = whole.count == levels.count
        var sides = NullSides(
            areWhole ? embedded.vectors : embedded.vectorsOfClasses, count: settings.nullDraws, seed: settings.seed)
        setOfLevel = (areWhole ? whole : levels).map { sides.set(around: $0) }
        for set in sides.sets {
            ranges.append(partitions.count..<partitions.count + set.count)
            partitions += areWhole ? set.map(embedded.classPartition(ofUnits:)) : set
        }
    }

    /// Which of ``partitions`` are those of a level.
    func numbers(ofLevel level: Int) -> Range<Int> { setOfLevel[level].map { ranges[$0] } ?? 0..<0 }
}

extension EmbeddedDataset {
    /// The partition of the units that corresponds to one of the classes; nil if it divides a unit.
    func unitPartition(ofClasses partition: ClassPartition) -> ClassPartition? {
        var sides: [Side?] = []
        for unit in units {
            let found = Set(unit.classes.map { partition.sides[$0] })
            guard found.count == 1, let side = found.first else { return nil }
            sides.append(side)
        }
        return ClassPartition(sides: sides)
    }
}
