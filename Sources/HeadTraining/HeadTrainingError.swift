internal import Files

/// What can be wrong with the input or the course of a training; each description is one sentence.
public enum HeadTrainingError: Error, Equatable {
    /// There is no objective of a name.
    case unknownObjective(name: String, nearest: String?, known: [String])
    /// An objective has no parameter of a name.
    case unknownParameter(objective: String, name: String, nearest: String?, known: [String])
    /// A value that an objective's parameter cannot have.
    case invalidValue(objective: String, parameter: String, found: String, expected: String)
    /// A setting that is not a name, an equals sign and a value.
    case malformedSetting(found: String)
    /// There are fewer classes than a batch holds.
    case tooFewClasses(found: Int, expected: Int)
    /// A batch is to hold more samples of a class than any class has, and more than usual.
    case tooLargeBatch(samplesPerClass: Int, largestClass: Int)
    /// No class has two samples, so no embedding has another to be near to.
    case noPairs(sampleCount: Int, classCount: Int)
    /// A feature is NaN or infinite; the row is one of the matrix of features.
    case nonFiniteFeature(row: Int, column: Int)
    /// All training samples have the same features, as far as floats tell.
    case constantFeatures(sampleCount: Int)
    /// The loss or the head ceased to be finite.
    case diverged(objective: String, step: Int, settings: String)
}

extension HeadTrainingError: CustomStringConvertible {
    /// The error as one sentence.
    public var description: String {
        switch self {
        case .unknownObjective(let name, let nearest, let known):
            "there is no objective \"\(excerpt(name))\"; "
                + (nearest.map { "did you mean \($0)?" } ?? "expected one of " + known.joined(separator: ", "))
        case .unknownParameter(let objective, let name, let nearest, let known):
            "\(objective) has no parameter \"\(excerpt(name))\"; "
                + (nearest.map { "did you mean \($0)?" }
                    ?? (known.isEmpty ? "it has none" : "expected one of " + known.joined(separator: ", ")))
        case .invalidValue(let objective, let parameter, let found, let expected):
            "\(parameter) of \(objective) is \"\(excerpt(found))\"; expected \(expected)"
        case .malformedSetting(let found):
            "the setting \"\(excerpt(found))\" has no equals sign; expected a name and a value, as in margin=0.2"
        case .tooFewClasses(let found, let expected):
            "there are \(found) training classes; expected \(expected) or more, as many as a batch holds"
        case .tooLargeBatch(let found, let largest):
            "a batch is to hold \(found) samples of each class; expected \(largest) or fewer, as many as the largest "
                + "training class has"
        case .noPairs(let sampleCount, let classCount):
            "each of the \(classCount) training classes has one sample (\(sampleCount) in all); expected at least one "
                + "class of two samples"
        case .nonFiniteFeature(let row, let column):
            "the feature in row \(row), column \(column) is not finite; expected finite numbers only"
        case .constantFeatures(let sampleCount):
            "all \(sampleCount) training samples have the same features in single precision; expected features that differ"
        case .diverged(let objective, let step, let settings):
            "training by \(objective) diverged at step \(step) (\(settings)); expected a finite loss, as with a smaller "
                + "learning rate"
        }
    }
}
