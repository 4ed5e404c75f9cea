internal import Datasets
internal import DenseLinearAlgebra
internal import Frechet
internal import Splits

extension EmbeddedDataset {
    /// Warnings about distances that are less reliable than they look: unequal class counts, and fewer vectors than
    /// dimensions.
    func sizeWarnings(startingFrom start: SplitStart) -> [String] {
        let official = ClassPartition(sides: dataset.officialSides)
        let sides = [official.classes(on: .train), official.classes(on: .test)]
        var warnings: [String] = []
        if start == .official, abs(sides[0].count - sides[1].count) > 1 {
            warnings.append(
                "the official split has \(sides[0].count) train and \(sides[1].count) test classes; every level keeps that "
                    + "balance")
        }
        let isOverMeans = statistic == .classMeans
        let smallest = sides.map { isOverMeans ? $0.count : dataset.samples(ofClasses: $0).count }.min() ?? 0
        let d = embeddings.columnCount
        if hasSingularCovariance(rowCount: smallest, columnCount: d) {
            warnings.append(
                "a side has \(smallest) \(isOverMeans ? "classes" : "samples") in \(d) dimensions; so few make every "
                    + "distance too large, and only levels of equal size comparable")
        }
        return warnings
    }
}

extension SplitSeries {
    /// Warnings about settings that could not be met and classes that the controls leave out.
    var warnings: [String] {
        var warnings: [String] = []
        if case .evenly(let count, _) = settings.levels, levels.count < count {
            warnings.append(
                settings.order == nil
                    ? "the distances reached allow \(levels.count) levels that differ by 1 %, not \(count)"
                    : "the order has only \(levels.count) steps, so that there are fewer levels than the \(count) asked for"
            )
        }
        let leavingOut = settings.order == nil ? controls?.leavingOutWarnings ?? [] : []
        let confoundedCount = positions.count(where: \.isConfounded)
        if confoundedCount > 0, let order = settings.order {
            warnings.append(
                "the numbers of samples follow \(order.axis.name): random orders, in which only classes of similar size change "
                    + "places, leave \(confoundedCount) levels about where they are, and these are not tested")
        }
        let foldCount = folds.lazy.map(\.count).min() ?? 0
        if foldCount < settings.foldCount, embedded.dataset.groups != nil {
            warnings.append(
                "groups of samples join classes, so that a level has \(foldCount == 0 ? "no" : "only \(foldCount)") validation "
                    + "folds, not \(settings.foldCount)")
        }
        return warnings + leavingOut
    }
}

extension ShiftControls {
    /// Warnings about what the held-out repetition leaves out or keeps together.
    var leavingOutWarnings: [String] {
        var warnings: [String] = []
        if singletonClassCount > 0 {
            let count = singletonClassCount
            warnings.append(
                "\(count) \(count == 1 ? "class has" : "classes have") one sample only; the held-out repetition leaves "
                    + "\(count == 1 ? "it" : "them") out")
        }
        if dependentSamples.sampleCount > 0, dependentSamples.source == .nearCopies {
            let found = dependentSamples
            warnings.append(
                "\(found.sampleCount) samples are near-copies of others of their class, in \(found.clusterCount == 1 ? "1 cluster" : "\(found.clusterCount) clusters"), which the "
                    + "check on held-out samples keeps together; a column group in the table of samples would say what belongs together"
            )
        }
        let count = undividedClasses.count
        if count > 0 {
            warnings.append(
                "\(count) \(count == 1 ? "class has" : "classes have") only samples that stay together; the held-out repetition "
                    + "leaves \(count == 1 ? "it" : "them") out")
        }
        return warnings
    }
}
