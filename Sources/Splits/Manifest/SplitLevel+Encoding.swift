extension SplitLevel {
    /// Writes what is known; `is_shift` is null, rather than absent, where a level has a null band and could not be tested.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(arm, forKey: .arm)
        try container.encode(step, forKey: .step)
        try container.encodeIfPresent(adjustedPairCount, forKey: .adjustedPairCount)
        try container.encode(fid, forKey: .fid)
        try container.encodeIfPresent(fidMeanPart, forKey: .fidMeanPart)
        try container.encodeIfPresent(fidCovariancePart, forKey: .fidCovariancePart)
        try container.encodeIfPresent(referenceFid, forKey: .referenceFid)
        try container.encodeIfPresent(axis, forKey: .axis)
        try container.encodeIfPresent(null, forKey: .null)
        try container.encodeIfPresent(excess, forKey: .excess)
        try container.encodeIfPresent(position, forKey: .position)
        try container.encodeIfPresent(holdout, forKey: .holdout)
        try container.encodeIfPresent(kernelDiscrepancy, forKey: .kernelDiscrepancy)
        try container.encodeIfPresent(composition, forKey: .composition)
        try container.encode(trainSampleCount, forKey: .trainSampleCount)
        try container.encode(testSampleCount, forKey: .testSampleCount)
        try container.encode(train, forKey: .train)
        try container.encode(test, forKey: .test)
        try container.encode(removed, forKey: .removed)
        try container.encode(trainMatched, forKey: .trainMatched)
        try container.encode(folds, forKey: .folds)
        if null == nil {
            try container.encodeIfPresent(isShift, forKey: .isShift)
        } else {
            try container.encode(isShift, forKey: .isShift)
        }
    }
}
