internal import DenseLinearAlgebra
internal import Statistics

/// The mean of a number over repetitions, training runs or few-shot episodes, with a 95 % interval.
///
/// The interval is mean ± t·s/√m for m repetitions, where s is the sample standard deviation (divisor m − 1) and t is
/// the 97.5 % quantile of Student's t with m − 1 degrees of freedom. It tells how far the mean over other repetitions,
/// on the *same* classes, may be from this one. It tells nothing about other classes, and is no substitute for an
/// interval over classes. It may leave the metric's range.
public struct StudentInterval: Sendable, Equatable, Codable {
    /// The mean over the repetitions.
    public let mean: Double
    /// The sample standard deviation over the repetitions, or nil for a single one.
    public let standardDeviation: Double?
    /// The lower bound, or nil for a single repetition.
    public let low: Double?
    /// The upper bound, or nil for a single repetition.
    public let high: Double?

    /// Half the width of the interval, or nil for a single repetition.
    public var margin: Double? { high.map { $0 - mean } }

    private enum CodingKeys: String, CodingKey {
        case mean, low, high
        case standardDeviation = "standard_deviation"
    }

    /// Takes the mean of some values.
    ///
    /// - Precondition: there is at least one value.
    /// - Complexity: O(number of values).
    public init(over values: [Double]) {
        precondition(!values.isEmpty, "a mean needs at least one value")
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        self.mean = mean
        guard values.count > 1 else {
            (standardDeviation, low, high) = (nil, nil, nil)
            return
        }
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)).squareRoot()
        let margin = studentTQuantile(0.975, degreesOfFreedom: count - 1) * deviation / count.squareRoot()
        (standardDeviation, low, high) = (deviation, mean - margin, mean + margin)
    }
}
