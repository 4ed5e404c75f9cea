internal import Embeddings
internal import Files

extension SplitManifest {
    /// Refuses ids of levels that cannot be names of files, and numbers that nothing can be computed or drawn with.
    ///
    /// Ids that occur twice are for ``requireDistinctLevels(path:)``, and numbers that do not fit one another for
    /// ``SplitValidation``.
    ///
    /// - Throws: ``/Files/ImplausibleValue``.
    package func requirePlausibleValues() throws {
        try requireLevelIDs(levels.map(\.id), allowsTwins: true)
        let (count, distance, part) = (NumberRange.count, NumberRange.distance, NumberRange.part)
        try requireNumber(dataset.sampleCount, in: count, "dataset.sample_count")
        try requireNumber(dataset.classCount, in: count, "dataset.class_count")
        try requireNumber(dataset.areas?.grid, in: 1...1e7, "dataset.areas.grid")
        try requireNumber(dataset.areas?.gap, in: 0...1e7, "dataset.areas.gap")
        try requireNumber(dataset.areas?.leftOutCount, in: count, "dataset.areas.left_out_count")
        try requireNumber(embeddings?.dimension, in: count, "embeddings.dimension")
        try requireNumber(controls?.drawCount, in: count, "controls.draw_count")
        try requireNumber(controls?.dealCount, in: count, "controls.deal_count")
        try requireNumber(controls?.halvingCount, in: count, "controls.halving_count")
        try requireNumber(controls?.p, in: part, "controls.p")
        try requireNumber(controls?.singletonClassCount, in: count, "controls.singleton_class_count")
        try requireNumber(controls?.together?.sampleCount, in: count, "controls.together.sample_count")
        try requireNumber(controls?.together?.clusterCount, in: count, "controls.together.cluster_count")
        try requireNumber(rankAgreement, in: -part.upperBound...part.upperBound, "rank_agreement")
        for (number, level) in levels.enumerated() {
            func require<Value: Comparable>(_ value: Value?, _ range: ClosedRange<Value>, _ name: String) throws {
                try requireNumber(value, in: range, "levels.\(number).\(name)")
            }
            try require(level.step, count, "step")
            try require(level.adjustedPairCount, count, "adjusted_pair_count")
            try require(level.trainSampleCount, count, "train_sample_count")
            try require(level.testSampleCount, count, "test_sample_count")
            try require(level.trainMatched.sampleCount, count, "train_matched.sample_count")
            try require(level.fid, distance, "fid")
            try require(level.fidMeanPart, NumberRange.signed, "fid_mean_part")
            try require(level.fidCovariancePart, NumberRange.signed, "fid_covariance_part")
            try require(level.referenceFid, NumberRange.signed, "reference_fid")
            try require(level.excess, NumberRange.signed, "excess")
            // It grows with the sixth power of the embeddings.
            try require(level.kernelDiscrepancy, -1e300...1e300, "kernel_discrepancy")
            try require(level.null?.mean, distance, "null.mean")
            try require(level.null?.sd, distance, "null.sd")
            try require(level.null?.q95, distance, "null.q95")
            try require(level.null?.p, part, "null.p")
            try require(level.null?.drawCount, count, "null.draw_count")
            try require(level.holdout?.fid, distance, "holdout.fid")
            try require(level.holdout?.nullMean, distance, "holdout.null_mean")
            try require(level.holdout?.nullSd, distance, "holdout.null_sd")
            try require(level.holdout?.p, part, "holdout.p")
            try require(level.axis?.value, NumberRange.signed, "axis.value")
            try require(level.axis?.nullMean, NumberRange.signed, "axis.null_mean")
            try require(level.axis?.nullSd, distance, "axis.null_sd")
            try level.composition?.requirePlausibleValues(at: "levels.\(number).composition")
        }
    }

    /// The same manifest with the levels of these ids alone.
    ///
    /// What it says of the series as a whole stays as it was.
    package func keeping(levels ids: Set<String>) -> SplitManifest {
        var manifest = self
        manifest.levels = levels.filter { ids.contains($0.id) }
        return manifest
    }

    /// Refuses levels that cannot be told apart or that count a class twice, since their scores would be of something
    /// else.
    ///
    /// - Parameter path: the manifest's path, for the error.
    /// - Throws: ``/Files/FileError/unreadable(path:as:reason:)``.
    func requireDistinctLevels(path: String) throws {
        var ids: Set<String> = []
        for level in levels {
            guard ids.insert(level.id).inserted else {
                throw FileError.unreadable(
                    path: path, as: "a split manifest",
                    reason: "it has two levels \"\(level.id)\"; expected an id of its own for each")
            }
            for classes in [level.train + level.test + level.removed] + [level.folds.flatMap { $0 }] {
                var labels: Set<String> = []
                guard let twice = classes.first(where: { !labels.insert($0).inserted }) else { continue }
                throw FileError.unreadable(
                    path: path, as: "a split manifest",
                    reason:
                        "\(level.id) has the class \"\(twice)\" twice; expected each in one of train, test and removed")
            }
        }
    }
}
