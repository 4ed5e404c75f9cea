/// How well the similarities of listed pairs tell genuine pairs from impostors.
public struct PairListScores: Sendable, Equatable {
    /// The rates and the area; every pair counts as often as it is listed.
    public let scores: VerificationScores
    /// The largest part of the pairs that any threshold decides rightly.
    public let bestAccuracy: Double
    /// The highest such threshold: pairs of this similarity or a higher one are accepted.
    public let bestThreshold: Double
    /// The accuracy in each fold, with the threshold of the others; nil without folds.
    public let foldAccuracy: FoldAccuracy?
}

/// The accuracy in each fold of a list of pairs, with the threshold that is best in all others, as LFW's protocol has it.
///
/// Thresholds are squared distances of rows of length 1, from 0 up to but not including 4 in steps of 1/100; of several that are
/// best the smallest is taken, and a pair is accepted below it. These are the rules of insightface's `verification.py`, by which
/// most published accuracies were computed.
public struct FoldAccuracy: Sendable, Equatable {
    /// The part of each fold's pairs that is decided rightly.
    public let accuracies: [Double]
    /// The squared distance below which pairs of each fold are accepted.
    public let thresholds: [Double]

    /// The mean over the folds.
    public var mean: Double { accuracies.reduce(0, +) / Double(accuracies.count) }

    /// The standard deviation over the folds, with the divisor n as published values have it.
    public var standardDeviation: Double {
        let mean = mean
        return (accuracies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(accuracies.count)).squareRoot()
    }

    /// - Parameters:
    ///   - keys: the similarity of each pair.
    ///   - areGenuine: whether each pair is of one class.
    ///   - folds: the fold of each pair, from 0.
    init(keys: [Int32], areGenuine: [Bool], folds: [Int]) {
        let foldCount = (folds.max() ?? 0) + 1
        let steps = (0..<400).map { Double($0) * 0.01 }
        // How many pairs of each fold each threshold decides rightly.
        var right = [[Int]](repeating: [Int](repeating: 0, count: steps.count), count: foldCount)
        var sizes = [Int](repeating: 0, count: foldCount)
        for (place, key) in keys.enumerated() {
            let distance = 2 - 2 * SimilarityGrid.similarity(key)
            let accepted = steps.partitioningIndex { distance < $0 }
            for step in areGenuine[place] ? accepted..<steps.count : 0..<accepted { right[folds[place]][step] += 1 }
            sizes[folds[place]] += 1
        }
        let total = steps.indices.map { step in right.reduce(0) { $0 + $1[step] } }
        let chosen = (0..<foldCount).map { fold -> Int in
            let others = steps.indices.map { total[$0] - right[fold][$0] }
            return others.firstIndex(of: others.max() ?? 0) ?? 0
        }
        accuracies = chosen.enumerated().map { Double(right[$0][$1]) / Double(sizes[$0]) }
        thresholds = chosen.map { steps[$0] }
    }
}

extension VerificationSet {
    /// Measures how well the similarities of listed pairs tell genuine pairs from impostors.
    ///
    /// - Parameters:
    ///   - pairs: rows of the queries and of the items, or two rows of one set.
    ///   - folds: the fold of each pair, from 0; nil without folds.
    ///   - rates: the false accept rates to find thresholds for, above 0 and below 1; one that is given twice counts once.
    ///   - groups: the group of each class, which a jackknife leaves out in turn; nil for no errors.
    /// - Complexity: O(p·d + p log p) for p pairs.
    /// - Precondition: there is a fold for each pair, and none without pairs.
    /// - Throws: as ``scores(falseAcceptRates:withoutEach:)``.
    public func scores(
        ofPairs pairs: [(first: Int, second: Int)], folds: [Int]? = nil,
        falseAcceptRates rates: [Double] = VerificationMetric.standardRates, withoutEach groups: ClassGroups? = nil
    ) throws -> PairListScores {
        if let folds {
            precondition(
                folds.count == pairs.count && Set(folds) == Set(0..<(folds.max() ?? -1) + 1),
                "folds of \(folds.count) pairs for \(pairs.count); expected one for each, and pairs in all")
        }
        let rates = VerificationMetric.wantedRates(rates)
        try requireFiniteRows()
        let areGenuine = pairs.map { queryClasses[$0.first] == itemClasses[$0.second] }
        let keys = keys(ofPairs: pairs)
        let counts = PairCounts(
            genuine: zip(keys, areGenuine).compactMap { $1 ? $0 : nil },
            impostors: zip(keys, areGenuine).compactMap { $1 ? nil : $0 })
        guard counts.genuineCount > 0, counts.impostorCount > 0 else {
            throw RetrievalError.noPairs(genuineCount: counts.genuineCount, impostorCount: counts.impostorCount)
        }
        let levels = groups.map { groups in
            let table = LevelTable(counts, refining: [])
            var levels = GroupLevels(groupCount: groups.count, levelCount: table.levelCount)
            for (pair, key) in zip(pairs, keys) {
                levels.count(
                    queryGroup: groups.group(ofClass: queryClasses[pair.first]),
                    itemGroup: groups.group(ofClass: itemClasses[pair.second]),
                    level: Int(table.codes[SimilarityGrid.bin(of: key)]),
                    isGenuine: queryClasses[pair.first] == itemClasses[pair.second])
            }
            return levels
        }
        let accepted = AcceptedPairs(counts)
        let right = accepted.genuine.indices.map {
            accepted.genuine[$0] + counts.impostorCount - accepted.impostors[$0]
        }
        let best = right.firstIndex(of: right.max() ?? 0) ?? 0
        return PairListScores(
            scores: VerificationScores(counts: counts, rates: rates, levels: levels),
            bestAccuracy: Double(right[best]) / Double(pairs.count),
            bestThreshold: SimilarityGrid.similarity(
                best > 0 ? counts.runs[best - 1].low : (counts.runs.first?.high ?? 0) + 1),
            foldAccuracy: folds.map { FoldAccuracy(keys: keys, areGenuine: areGenuine, folds: $0) })
    }
}
