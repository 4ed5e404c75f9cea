public import Datasets
internal import Foundation
internal import Frechet
internal import Statistics

/// One level: a split of the classes, the distance between its two sides, and what keeps that from being misread.
public struct SplitLevel: Sendable, Equatable, Codable {
    /// The level's name within its manifest, such as `level-3`; it replaces `{level}` in the paths of models.
    public let id: String
    /// The arm of the progression that the level is on.
    public let arm: Arm
    /// The number of its step on that arm; for an imported level, its published number.
    public let step: Int
    /// How many pairs were exchanged after that step to come nearer to a target; nil for none.
    public let adjustedPairCount: Int?
    /// The squared Fréchet distance between the train and the test side; for an imported level, the published one.
    public let fid: Double
    /// The means' part of `fid`; nil if the level is imported.
    public let fidMeanPart: Double?
    /// The covariances' part of `fid`; nil if the level is imported.
    public let fidCovariancePart: Double?
    /// The reference code's own distance for the step, under its protocol; nil under the protocol of oodml.
    public let referenceFid: Double?
    /// The distances of random exchanges of the same classes.
    public let null: NullBand?
    /// `fid` minus the mean of `null`.
    public let excess: Double?
    /// Where `fid` lies relative to `null`.
    public let position: BandPosition?
    /// The same procedure with half of the samples, measured on the other half.
    public let holdout: HoldoutRecord?
    /// Whether a shift is shown: above `null`, and confirmed by other samples, p ≤ 0.05; nil if that could not be tested,
    /// or was not asked for.
    public let isShift: Bool?
    /// The unbiased squared MMD with the KID kernel, a second opinion on the shift.
    public let kernelDiscrepancy: Double?
    /// Where the level is along the axis of an ordered series; nil in others.
    public let axis: AxisPosition?
    /// What distinguishes the sides; nil in manifests of older versions.
    public let composition: ShiftComposition?
    /// The number of samples on the train side.
    public let trainSampleCount: Int
    /// The number of samples on the test side.
    public let testSampleCount: Int
    /// The labels of the classes to train on, sorted.
    public let train: [String]
    /// The labels of the classes to test on, sorted.
    public let test: [String]
    /// The labels of the classes that the level leaves out, sorted.
    public let removed: [String]
    /// A part of the training set that is equally large at every level.
    public let trainMatched: MatchedRecord
    /// Class-disjoint validation folds of the train classes: their labels, sorted.
    ///
    /// An imported level has two, its validation classes and those to train on meanwhile; they need not cover all train
    /// classes.
    public let folds: [[String]]

    /// ``isShift`` in words: "yes", "not shown" or "not tested".
    ///
    /// There is no "no": a test that shows nothing does not show that there is nothing.
    public var shiftWords: String { isShift.map { $0 ? "yes" : "not shown" } ?? "not tested" }

    /// The labels of the classes on one side, sorted.
    public func classes(on side: Side) -> [String] { side == .train ? train : test }

    /// The size and the classes of a matched training set; `train-matched.csv` lists its samples.
    public struct MatchedRecord: Sendable, Equatable, Codable {
        /// The labels of the classes, sorted.
        public let classes: [String]
        /// The number of samples.
        public let sampleCount: Int

        private enum CodingKeys: String, CodingKey {
            case classes
            case sampleCount = "sample_count"
        }
    }

    /// The held-out repetition of a level.
    public struct HoldoutRecord: Sendable, Equatable, Codable {
        /// The distance on the samples that had no part in choosing the sides.
        public let fid: Double
        /// The mean distance of random exchanges on the same samples.
        public let nullMean: Double
        /// Their standard deviation.
        public let nullSd: Double
        /// (1 + number of random deals whose sides differ as much again) / (N + 1); see
        /// ``SplitManifest/ControlsRecord/dealCount``.
        public let p: Double
        /// The labels of the classes on the train side, sorted.
        public let train: [String]
        /// The labels of the classes on the test side, sorted.
        public let test: [String]

        private enum CodingKeys: String, CodingKey {
            case fid, p, train, test
            case nullMean = "null_mean"
            case nullSd = "null_sd"
        }
    }

    enum CodingKeys: String, CodingKey {
        case axis
        case id, step, fid, null, excess, position, holdout, composition, train, test, removed, folds
        case arm = "origin"
        case adjustedPairCount = "adjusted_pair_count"
        case fidMeanPart = "fid_mean_part"
        case fidCovariancePart = "fid_covariance_part"
        case referenceFid = "reference_fid"
        case isShift = "is_shift"
        case kernelDiscrepancy = "kernel_discrepancy"
        case trainSampleCount = "train_sample_count"
        case testSampleCount = "test_sample_count"
        case trainMatched = "train_matched"
    }

    /// Records a level of a series.
    init(id: String, number: Int, of series: SplitSeries) {
        let dataset = series.embedded.dataset
        func labels(_ classes: [Int]) -> [String] { classes.map { dataset.classLabels[$0] } }
        let step = series.levels[number]
        let (train, test) = (step.partition.classes(on: .train), step.partition.classes(on: .test))
        let controls = series.controls?.levels[number]
        self.id = id
        arm = step.arm
        self.step = step.step
        adjustedPairCount = step.adjustedPairCount == 0 ? nil : step.adjustedPairCount
        fid = step.distance.squared.rounded(significantDigits: 10)
        fidMeanPart = step.distance.meanPart.rounded(significantDigits: 10)
        fidCovariancePart = step.distance.covariancePart.rounded(significantDigits: 10)
        referenceFid = step.referenceSquared?.rounded(significantDigits: 10)
        null = controls?.null
        excess = controls?.excess
        position = controls?.position
        holdout = controls?.holdout.map { holdout in
            HoldoutRecord(
                fid: holdout.fid, nullMean: holdout.null.mean, nullSd: holdout.null.sd, p: holdout.p,
                train: labels(holdout.partition.classes(on: .train)),
                test: labels(holdout.partition.classes(on: .test)))
        }
        isShift = controls?.isShift
        kernelDiscrepancy = series.discrepancies[number]?.rounded(significantDigits: 10)
        axis = series.positions.isEmpty ? nil : series.positions[number]
        composition = series.compositions[number]
        trainSampleCount = train.reduce(0) { $0 + dataset.samplesOfClass[$1].count }
        testSampleCount = test.reduce(0) { $0 + dataset.samplesOfClass[$1].count }
        self.train = labels(train)
        self.test = labels(test)
        removed = labels(step.partition.removedClasses)
        trainMatched = MatchedRecord(
            classes: labels(series.matched.subsets[number].classes), sampleCount: series.matched.sampleCount)
        folds = series.folds[number].map(labels)
    }

    /// The id of the only level of a hold-out.
    static let holdOutID = "holdout"

    /// Records a hold-out.
    ///
    /// Its folds are the validation part and the classes to train on meanwhile, as those of imported levels.
    init(id: String, of holdOut: HoldOut) {
        let dataset = holdOut.embedded.dataset
        func labels(_ classes: [Int]) -> [String] { classes.map { dataset.classLabels[$0] } }
        let (train, test) = (holdOut.partition.classes(on: .train), holdOut.classes(in: .test))
        let controls = holdOut.controls?.levels[0]
        self.id = id
        arm = .holdOut
        step = 0
        adjustedPairCount = nil
        fid = holdOut.distance.squared.rounded(significantDigits: 10)
        fidMeanPart = holdOut.distance.meanPart.rounded(significantDigits: 10)
        fidCovariancePart = holdOut.distance.covariancePart.rounded(significantDigits: 10)
        referenceFid = nil
        null = controls?.null
        excess = controls?.excess
        position = controls?.position
        holdout = controls?.holdout.map { holdout in
            HoldoutRecord(
                fid: holdout.fid, nullMean: holdout.null.mean, nullSd: holdout.null.sd, p: holdout.p,
                train: labels(holdout.partition.classes(on: .train)),
                test: labels(holdout.partition.classes(on: .test)))
        }
        isShift = controls?.isShift
        kernelDiscrepancy = holdOut.discrepancy?.rounded(significantDigits: 10)
        axis = nil
        composition = holdOut.composition
        trainSampleCount = dataset.samples(ofClasses: train).count
        testSampleCount = dataset.samples(ofClasses: test).count
        self.train = labels(train)
        self.test = labels(test)
        removed = []
        trainMatched = MatchedRecord(classes: labels(train), sampleCount: trainSampleCount)
        let validation = holdOut.classes(in: .validation)
        folds = validation.isEmpty ? [] : [labels(validation), labels(holdOut.classes(in: .train))]
    }

    /// Records an imported level.
    ///
    /// - Parameters:
    ///   - partition: which side its classes are on.
    ///   - folds: the numbers of the classes of each fold, ascending.
    ///   - matched: the numbers of the classes of its matched training set, ascending, and the set's size.
    ///   - composition: what distinguishes its sides.
    init(
        id: String, step: Int, fid: Double, partition: ClassPartition, folds: [[Int]],
        matched: (classes: [Int], sampleCount: Int), composition: ShiftComposition, in dataset: Dataset
    ) {
        func labels(_ classes: [Int]) -> [String] { classes.map { dataset.classLabels[$0] } }
        let (train, test) = (partition.classes(on: .train), partition.classes(on: .test))
        self.id = id
        arm = .imported
        self.step = step
        self.fid = fid
        adjustedPairCount = nil
        (fidMeanPart, fidCovariancePart, referenceFid, kernelDiscrepancy) = (nil, nil, nil, nil)
        (null, excess, position, holdout, isShift, axis) = (nil, nil, nil, nil, nil, nil)
        self.composition = composition.isEmpty ? nil : composition
        trainSampleCount = dataset.samples(ofClasses: train).count
        testSampleCount = dataset.samples(ofClasses: test).count
        self.train = labels(train)
        self.test = labels(test)
        removed = labels(partition.removedClasses)
        trainMatched = MatchedRecord(classes: labels(matched.classes), sampleCount: matched.sampleCount)
        self.folds = folds.map(labels)
    }
}
