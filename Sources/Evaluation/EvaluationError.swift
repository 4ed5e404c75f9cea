/// What can be wrong with the input of an evaluation; each description is one sentence.
public enum EvaluationError: Error, Equatable {
    /// No class has two different samples in the support that a model should adapt to.
    case uniformSupport(sampleCount: Int, classCount: Int)
    /// A results file has another schema version.
    case schemaVersion(found: Int, expected: Int)
    /// Results are for other levels than those they are compared with, or by other rules.
    case incomparable(name: String, found: String, expected: String)
}

extension EvaluationError: CustomStringConvertible {
    /// The error as one sentence.
    public var description: String {
        switch self {
        case .uniformSupport(let sampleCount, let classCount):
            "none of the \(classCount) classes of the \(sampleCount) support samples has two that differ; "
                + "expected at least one, since an adaptation learns how samples of a class vary"
        case .schemaVersion(let found, let expected):
            "the results have schema version \(found); expected \(EvaluationResults.earliestSchemaVersion) to \(expected)"
        case .incomparable(let name, let found, let expected):
            "\(name) cannot be compared: found \(found); expected \(expected)"
        }
    }
}
