public import Datasets
internal import Foundation

/// Why splits cannot be made, read or written; each description is one sentence.
public enum SplitError: Error, Equatable {
    /// An embedding holds NaN or an infinity.
    case nonFiniteEmbedding(sample: String, column: Int)
    /// All embeddings are the same.
    case constantEmbeddings(count: Int)
    /// A unit has classes on both sides of the split to start from.
    case dividedUnit(label: String)
    /// There are too few units for a progression.
    case tooFewUnits(count: Int)
    /// A wanted distance cannot be reached.
    case unattainableTarget(Double, range: ClosedRange<Double>)
    /// No partition was found close enough to a wanted distance.
    case missedTarget(Double, nearest: Double, tolerance: Double)
    /// A side has too few vectors for a covariance.
    case tooFewVectors(side: Side, count: Int, statistic: ShiftStatistic)
    /// Random exchanges of the classes leave a side with too few vectors for a null band.
    case tooFewForBands(statistic: ShiftStatistic)
    /// A setting is outside its range.
    case invalidSetting(name: String, found: String, expected: String)
    /// A manifest has no level with this id.
    case unknownLevel(id: String, known: [String])
    /// A level has no validation fold with this number.
    case missingFold(level: String, fold: Int, count: Int)
    /// A level names a class that the dataset does not have.
    case unknownClass(level: String, label: String)
    /// A sample's id is not a path below the image folder.
    case unsafeSample(id: String)
    /// The embeddings differ along no direction but those that a series is to leave out.
    case noDirectionLeft
}

extension SplitError: CustomStringConvertible {
    /// The error as one sentence.
    public var description: String {
        switch self {
        case .nonFiniteEmbedding(let sample, let column):
            "the embedding of sample \"\(sample)\" is not finite in column \(column); "
                + "expected numbers without NaN and infinity"
        case .constantEmbeddings(let count):
            "all \(count) embeddings are the same; expected at least two different ones"
        case .dividedUnit(let label):
            "\"\(label)\" has classes on both sides of the official split; expected each on one side, or another start"
        case .tooFewUnits(let count):
            "there are \(count) classes or groups of classes to divide; expected at least 4, two for each side"
        case .unattainableTarget(let target, let range):
            "the target \(short(target)) is out of reach; expected one from \(short(range.lowerBound)) to "
                + "\(short(range.upperBound)), which is what the splits of this dataset attain"
        case .missedTarget(let target, let nearest, let tolerance):
            "the target \(short(target)) was missed: the nearest split found is at \(short(nearest)); expected one within "
                + "\(short(100 * tolerance)) %"
        case .tooFewVectors(let side, let count, let statistic):
            "the \(side.rawValue) side has \(count) \(statistic == .samples ? "samples" : "classes"); "
                + "expected at least 2 for a Fréchet distance"
        case .tooFewForBands(let statistic):
            "a random exchange of the classes leaves a side with fewer than 2 \(statistic == .samples ? "samples" : "classes"); "
                + "expected more for a null band, or none"
        case .invalidSetting(let name, let found, let expected):
            "\(name) is \(found); expected \(expected)"
        case .unknownLevel(let id, let known):
            "the level \"\(id)\" is not in the manifest; expected one of \(known.joined(separator: ", "))"
        case .missingFold(let level, let fold, let count):
            "\(level) of the manifest has \(count) validation folds; expected a fold \(fold), counted from 0"
        case .unknownClass(let level, let label):
            "\(level) of the manifest names the class \"\(label)\"; expected classes of the dataset"
        case .noDirectionLeft:
            "the embeddings differ along no direction but those of the series before; expected fewer series"
        case .unsafeSample(let id):
            "the sample id \"\(id)\" is not a path below the folder of the images; expected one without \"..\" and empty "
                + "parts"
        }
    }
}

/// Four significant digits, for messages.
private func short(_ value: Double) -> String {
    String(format: "%.4g", value)
}
