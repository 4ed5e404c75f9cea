internal import Datasets
internal import Frechet
internal import Parallel

/// Measures the distances of partitions, one after the other or side by side, each exactly.
///
/// If both sides have more vectors than dimensions, the sums from which a Gaussian is fitted are kept, and updated by
/// the rows of the units that moved since the last partition; the other side's sums are those of all kept units minus
/// these. If a side has fewer vectors, or its covariance is nearly singular, the Gaussians are fitted to the rows
/// themselves.
struct ShiftMeter {
    private let vectors: UnitVectors
    private var sums: Sums?

    /// The sums over the train side and over both sides of a partition.
    private struct Sums {
        var train: MomentSums
        var kept: MomentSums
        var sides: [Side?]
    }

    init(_ vectors: UnitVectors) {
        self.vectors = vectors
    }

    /// The Fréchet distance between the two sides of a partition of the units.
    ///
    /// - Complexity: O(m·d² + d³) for m rows that moved, or O(n²·d) for n ≤ d rows on a side.
    /// - Throws: `FrechetError/tooFewRows(_:)` for a side of fewer than two vectors; `LinearAlgebraError`.
    mutating func distance(of partition: ClassPartition) throws -> FrechetDistance {
        try WorkStop.check()
        let sides = Side.allCases.map { partition.classes(on: $0) }
        let fewest = sides.map { vectors.count(ofUnits: $0) }.min() ?? 0
        guard fewest >= 2 else { throw FrechetError.tooFewRows(fewest) }
        guard fewest > vectors.dimension else {
            return try frechetDistance(statistics(ofUnits: sides[0]), statistics(ofUnits: sides[1]))
        }
        let current = updateSums(for: partition)
        sums = current
        let test = current.kept - current.train
        if let distance = try frechetDistance(current.train, test) { return distance }
        return try frechetDistance(
            GaussianStatistics(current.train) ?? statistics(ofUnits: sides[0]),
            GaussianStatistics(test) ?? statistics(ofUnits: sides[1]))
    }

    /// The distances of several partitions, which ranks and their processors divide.
    ///
    /// Each begins with the sums of the first, so that no distance depends on which were measured before it.
    ///
    /// - Complexity: as ``distance(of:)`` for each, with the memory of one for each processor, up to 4 GB in all.
    mutating func distances(of partitions: [ClassPartition]) throws -> [FrechetDistance] {
        if let first = partitions.first { begin(at: first) }
        let meter = self
        return try sharedMap(of: "distances", count: partitions.count, upTo: countAtOnce) { number in
            var meter = meter
            return try meter.distance(of: partitions[number])
        }
    }

    /// The distances of partitions each of which has moved a little from the one before it, as the steps of a search have, which
    /// ranks and their processors divide.
    ///
    /// A block of steps begins with the sums of what was measured last before all of them, so that no distance depends on who
    /// measures which.
    ///
    /// - Parameter report: called with the number of steps that are done, from any thread.
    mutating func distances(
        along steps: [ClassPartition], report: @Sendable (_ done: Int) -> Void = { _ in }
    ) throws -> [FrechetDistance] {
        if sums == nil, let first = steps.first { begin(at: first) }
        let meter = self
        let pieces = PieceCount()
        let length = Self.blockLength
        let count = (steps.count + length - 1) / length
        return try sharedMap(of: "steps", count: count, upTo: countAtOnce) { number in
            var meter = meter
            return try steps[number * length..<min((number + 1) * length, steps.count)].map { step in
                defer { pieces.add(report) }
                return try meter.distance(of: step)
            }
        }.flatMap { $0 }
    }

    /// Makes the sums of a partition ready for others.
    private mutating func begin(at partition: ClassPartition) {
        let counts = Side.allCases.map { vectors.count(ofUnits: partition.classes(on: $0)) }
        if let fewest = counts.min(), fewest > vectors.dimension { sums = updateSums(for: partition) }
    }

    /// To come from far to the first step of a block costs less than half of what measuring one does.
    private static let blockLength = 4

    /// How many distances may be measured at once: each takes the sums of both sides, their covariances, and what a
    /// factorisation takes.
    private var countAtOnce: Int {
        max(1, (4 << 30) / (8 * vectors.dimension * vectors.dimension * MemoryLayout<Double>.stride))
    }

    /// Brings the sums to another partition; those of the train side by the rows that moved, if fewer than its rows.
    private mutating func updateSums(for partition: ClassPartition) -> Sums {
        guard var sums = sums.take() else {
            return Sums(
                train: freshSums(partition.classes(on: .train)),
                kept: freshSums(partition.sides.indices.filter { partition.sides[$0] != nil }), sides: partition.sides)
        }
        let units = partition.sides.indices.filter { partition.sides[$0] != sums.sides[$0] }
        let entering = units.filter { partition.sides[$0] == .train }
        let leaving = units.filter { sums.sides[$0] == .train }
        if vectors.count(ofUnits: entering + leaving) < vectors.count(ofUnits: partition.classes(on: .train)) {
            change(&sums.train, adding: entering, subtracting: leaving)
        } else {
            sums.train = freshSums(partition.classes(on: .train))
        }
        change(
            &sums.kept, adding: units.filter { sums.sides[$0] == nil },
            subtracting: units.filter { partition.sides[$0] == nil })
        sums.sides = partition.sides
        return sums
    }

    private func freshSums(_ units: [Int]) -> MomentSums {
        var sums = MomentSums(origin: vectors.origin)
        change(&sums, adding: units, subtracting: [])
        return sums
    }

    private func change(_ sums: inout MomentSums, adding entering: [Int], subtracting leaving: [Int]) {
        let (added, subtracted) = (entering.flatMap { vectors.rows[$0] }, leaving.flatMap { vectors.rows[$0] })
        switch vectors.storage {
        case .embeddings(let matrix):
            sums.add(added, of: matrix)
            sums.subtract(subtracted, of: matrix)
        case .means(let matrix):
            sums.add(added, of: matrix)
            sums.subtract(subtracted, of: matrix)
        }
    }

    private func statistics(ofUnits units: [Int]) throws -> GaussianStatistics {
        let rows = units.flatMap { vectors.rows[$0] }
        switch vectors.storage {
        case .embeddings(let matrix): return try GaussianStatistics(rows: rows, of: matrix)
        case .means(let matrix): return try GaussianStatistics(rows: rows, of: matrix)
        }
    }
}
