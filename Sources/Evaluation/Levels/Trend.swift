internal import DenseLinearAlgebra
public import Retrieval
internal import Statistics

/// How a metric, or a difference of two, changes from the easiest to the hardest level, with the two errors that such a
/// change has.
///
/// ``change`` is the slope of the least-squares line over the scaled shift: the line's value at the hardest level less
/// that at the easiest. Two things other than shift move it:
///
/// - **the classes**: others of the same kind would have given another slope. That is the error of the ``change``, by the
///   jackknife, and it is of *these* trained models.
/// - **the training**: each level has models of its own, and another seed would have given others. Levels then scatter
///   about the line, and the scatter gives the error of the slope by ordinary least squares, s/√Σ(xᵢ − x̄)² with
///   s² = Σ eᵢ²/(L − 2) for the L residuals e. A curve that bends scatters too, so this error is rather too large.
///
/// Neither contains the other, so both must show a change before one is called shown: ``pValue`` is the larger of the
/// two. For models that are drawn anew at each level, with no effect of shift, it is below .05 in at most 5 % of cases
/// as far as the draws are independent and nearly normal; models whose training varies little between levels but whose
/// classes vary much are guarded by the other error.
///
/// ```swift
/// let shifts = [10.0, 20, 30, 60]
/// func trend(_ values: [Double]) -> Trend? {
///     DifficultyCurve(
///         points: zip(shifts, values).map { shift, value in
///             .init(
///                 level: "at \(shift)", shift: shift,
///                 estimate: Estimate(
///                     value: value, contributions: [0.01, -0.01, 0.01, 0, -0.01, 0], degreesOfFreedom: 5))
///         }
///     ).trend
/// }
/// print(trend([0.9, 0.88, 0.86, 0.81])?.shownSign ?? 0)  // -1: it falls nearly along a line
/// print(trend([0.9, 0.8, 0.9, 0.8])?.shownSign ?? 0)  // 0: it falls, but no more than it scatters
/// ```
public struct Trend: Sendable, Equatable {
    /// The slope, with its error over classes.
    public let change: Estimate
    /// The number of levels.
    public let levelCount: Int
    /// The standard error of the slope by the scatter of the levels about the line; nil for fewer than three levels.
    public let errorOverLevels: Double?

    /// Half the width of the 95 % interval of the slope by the scatter of the levels, with L − 2 degrees of freedom.
    public var marginOverLevels: Double? {
        errorOverLevels.map { $0 * studentTQuantile(0.975, degreesOfFreedom: Double(levelCount - 2)) }
    }

    /// The two-sided p-value of no change: the larger of that over classes and that over levels, or nil if either is
    /// unknown.
    public var pValue: Double? {
        // Numbers from files may be so large that their differences are not finite.
        guard let error = errorOverLevels, change.value.isFinite, let overClasses = change.pValue else { return nil }
        // Levels on a line to the last bit have no scatter, and then it is for the classes to decide.
        guard error > 0 else { return change.value == 0 ? 1 : overClasses }
        return max(
            overClasses, 2 * studentTSurvival(abs(change.value) / error, degreesOfFreedom: Double(levelCount - 2)))
    }

    /// The sign of the change if it is shown, which takes a p-value of at most .05; otherwise 0, and nil if nothing can be
    /// concluded because an error is unknown.
    public var shownSign: Int? {
        pValue.map { p in p > 0.05 || change.value == 0 ? 0 : change.value > 0 ? 1 : -1 }
    }
}

extension DifficultyCurve {
    /// The change from the easiest to the hardest level, with its errors over classes and over levels.
    ///
    /// Nil if there is no range of shifts to scale by.
    public var trend: Trend? {
        guard let x = scaledShifts, let slope else { return nil }
        let y = points.map(\.estimate.value)
        let (meanX, meanY) = (x.reduce(0, +) / Double(x.count), y.map { $0 - y[0] }.reduce(0, +) / Double(y.count))
        let spread = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
        let residuals = zip(x, y).map { ($1 - y[0]) - meanY - slope.value * ($0 - meanX) }
        let degrees = Double(x.count - 2)
        let error =
            degrees > 0 ? (residuals.reduce(0) { $0 + $1 * $1 } / degrees / spread).squareRoot() : nil
        return Trend(
            change: slope, levelCount: x.count, errorOverLevels: error.flatMap { $0.isFinite ? $0 : nil })
    }
}
