internal import Datasets
internal import Frechet

/// Estimates how far the distance of each step of a progression exceeds that of random sides, for spacing levels.
///
/// The mean of the null band is measured without removal and with all removals. In between it is assumed to be linear
/// in 1/n, for n kept vectors, because the bias of the distance is linear in 1/n to first order. The levels' own bands,
/// which the manifest records, are all measured.
public struct ExcessSpacing: Sendable {
    private let ends: [(inverseCount: Double, mean: Double)]
    private let embedded: EmbeddedDataset

    /// Measures both ends.
    ///
    /// - Complexity: 2·`settings.nullDraws` distances.
    public init(_ progression: Progression, over embedded: EmbeddedDataset, by settings: SplitSettings) throws {
        self.embedded = embedded
        var bands = NullDraws(embedded.vectors, settings: settings)
        let first = progression.steps.first { $0.arm == .start }
        let last = progression.steps.last { $0.arm == .removal }
        ends = try [first, last].compactMap { $0 }.map { step in
            guard let draws = try bands.draws(around: step.unitPartition) else {
                throw SplitError.tooFewForBands(statistic: embedded.statistic)
            }
            return (
                Self.inverseCount(step, embedded), draws.reduce(0) { $0 + $1.squared } / Double(draws.count)
            )
        }
    }

    /// The estimated excess of a step.
    public func excess(of step: ProgressionStep) -> Double {
        guard let first = ends.first, let last = ends.last else { return step.distance.squared }
        guard last.inverseCount > first.inverseCount else { return step.distance.squared - first.mean }
        let part =
            (Self.inverseCount(step, embedded) - first.inverseCount) / (last.inverseCount - first.inverseCount)
        return step.distance.squared - (first.mean + part * (last.mean - first.mean))
    }

    private static func inverseCount(_ step: ProgressionStep, _ embedded: EmbeddedDataset) -> Double {
        let kept = step.unitPartition.sides.indices.filter { step.unitPartition.sides[$0] != nil }
        return 1 / Double(max(embedded.vectors.count(ofUnits: kept), 1))
    }
}
