internal import Datasets
internal import Frechet
internal import Statistics

extension SplitValidation {
    /// The greatest deviation, as a fraction of the distance, of distances recomputed from the same embeddings: it
    /// allows for the ten digits that are stored, and for last bits that depend on the processor and the number of
    /// threads.
    public static let tolerance = 1e-9

    /// The same for embeddings recomputed by a network: processors differ in single precision, in which networks run.
    public static let networkTolerance = 1e-5

    /// Recomputes the distances and kernel discrepancies of all levels, and where ordered ones and their random sides are along the
    /// axis, from nothing but their classes and the seed, and compares them with those stored.
    ///
    /// Both parts of a distance may deviate by a fraction of the whole distance, and a discrepancy by a fraction of the
    /// greatest one of the levels, since a part or a discrepancy may happen to be arbitrarily near to 0. Levels that
    /// are not partitions of the dataset are skipped.
    ///
    /// - Parameters:
    ///   - embedded: the dataset of the folder with its embeddings, under the statistic of the manifest.
    ///   - tolerance: the greatest deviation allowed, as in ``tolerance`` or ``networkTolerance``.
    ///   - report: called before each level, for progress.
    /// - Complexity: one distance and one kernel discrepancy per level.
    /// - Throws: `LinearAlgebraError`.
    /// - Precondition: `embedded` is of the same samples and the same statistic; imported splits do not state theirs.
    public func distanceViolations(
        over embedded: EmbeddedDataset, tolerance: Double, report: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> [SplitViolation] {
        precondition(embedded.dataset.samples == dataset.samples, "the embeddings are of other samples")
        let statistic = manifest.settings.statistic ?? embedded.statistic
        precondition(embedded.statistic == statistic, "the statistic is \(embedded.statistic), not \(statistic)")
        var violations: [SplitViolation] = []
        func compare(_ place: String, _ found: Double?, _ expected: Double?, scale: Double) {
            // NaN does not match either.
            if let found, let expected, abs(found - expected) <= tolerance * scale { return }
            guard found != nil || expected != nil else { return }
            violations.append(
                violation(
                    place, found.map { "\($0)" } ?? "none",
                    (expected.map { "\($0.rounded(significantDigits: 10))" } ?? "none")
                        + ", computed from the embeddings"))
        }
        let discrepancy = embedded.kernelDiscrepancy(seed: manifest.settings.seed)
        let discrepancies = partitions.map { $0.flatMap(discrepancy.squared(between:)) }
        let greatest = discrepancies.compactMap { $0 }.map(abs).max() ?? 0
        let positions = try positions(over: embedded)
        for (index, level) in manifest.levels.enumerated() {
            report(index, manifest.levels.count)
            guard let partition = partitions[index],
                Side.allCases.allSatisfy({ vectorCount(on: $0, of: partition) >= 2 })
            else { continue }
            let distance = try embedded.distance(of: partition)
            let whole = distance.squared
            if let position = positions[index] {
                let scale = max(abs(position.value), abs(position.nullMean ?? 0))
                compare("\(level.id), axis, value", level.axis?.value, position.value, scale: scale)
                compare("\(level.id), axis, null_mean", level.axis?.nullMean, position.nullMean, scale: scale)
                compare("\(level.id), axis, null_sd", level.axis?.nullSd, position.nullSd, scale: scale)
            }
            compare("\(level.id), fid", level.fid, whole, scale: whole)
            compare("\(level.id), fid_mean_part", level.fidMeanPart, distance.meanPart, scale: whole)
            compare("\(level.id), fid_covariance_part", level.fidCovariancePart, distance.covariancePart, scale: whole)
            compare(
                "\(level.id), kernel_discrepancy", level.kernelDiscrepancy, discrepancies[index], scale: greatest)
        }
        return violations
    }
}

extension SplitValidation {
    /// Where each level of an ordered series is along its axis, and its random sides are; nil for levels that are no partitions,
    /// and for all of other series, and where the column is not to be ordered.
    private func positions(over embedded: EmbeddedDataset) throws -> [AxisPosition?] {
        let none = [AxisPosition?](repeating: nil, count: manifest.levels.count)
        let measure: AxisMeasure
        switch manifest.settings.madeBy?.order?.axis {
        case nil: return none
        case .nearest:
            guard embedded.units.count == dataset.classLabels.count else { return none }
            measure = .novelty(try NearestClasses(of: embedded.vectors))
        case .column(let name, let moment):
            guard embedded.units.map(\.classes) == units.map(\.classes),
                let order = try? UnitOrder(of: units, in: dataset, by: name, of: moment)
            else { return none }
            measure = .separation(order)
        }
        let known = partitions.indices.filter { partitions[$0] != nil }
        let ofUnits = known.compactMap { partitions[$0] }.map { partition in
            ClassPartition(sides: embedded.units.map { partition.sides[$0.classes[0]] })
        }
        let found = AxisPosition.positions(
            of: ofUnits, along: measure, over: embedded, drawCount: manifest.settings.nullDraws,
            seed: manifest.settings.seed)
        var positions = none
        for (index, position) in zip(known, found) { positions[index] = position }
        return positions
    }
}
