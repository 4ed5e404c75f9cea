internal import DenseLinearAlgebra
internal import Foundation
package import Ranks
internal import Statistics

/// A number with its sampling error, stored as the contributions of groups of the data to the error.
///
/// The error of an estimate is the sum over groups of independent contributions c₁ … c_G, whose squares are known well
/// enough: the variance is Σ c². Two estimates over the same groups add group by group, so the variance of their sum is
/// Σ (c + c′)², which includes all covariances; the same holds for differences, and for areas under several estimates.
/// This makes paired differences of models sharp, and keeps the error of an aggregate over levels that share classes
/// from being understated.
///
/// The effect of a pair of groups is in the contributions of both, and so counts twice in Σ c². It is therefore stored
/// as well: with the pairs' contributions p, the variance is Σ c² − Σ p², but at least Σ c²/2, since no more than all
/// of it can be due to pairs. Pairs add like groups.
///
/// ```swift
/// let first = Estimate(value: 0.75, contributions: [0.03, -0.04], degreesOfFreedom: 1)
/// let second = Estimate(value: 0.5, contributions: [0.03, -0.04], degreesOfFreedom: 1)
/// print(first.standardError ?? 0)  // about 0.05 = √(0.03² + 0.04²)
/// let lead = first - second
/// print(lead.value, lead.standardError ?? 1)  // 0.25 0.0: both err alike
/// ```
public struct Estimate: Sendable, Equatable {
    /// The number itself.
    public let value: Double
    /// What each group contributes to the error; empty if the error is unknown.
    ///
    /// The values have the precision of a Float, which is far more than an error is known to and takes half the space
    /// in a file.
    public let contributions: [Double]
    /// What each pair of groups contributes beyond the two groups on their own, included in the contributions of both;
    /// empty if there are no pair contributions.
    public let pairContributions: [Double]
    /// The degrees of freedom of the t-distribution of (value − truth) / standard error; no whole number where groups are of
    /// unequal size.
    public let degreesOfFreedom: Double

    /// Combines a number and its contributions.
    ///
    /// - Precondition: there are contributions if and only if there is at least one degree of freedom.
    public init(
        value: Double, contributions: [Double] = [], pairContributions: [Double] = [], degreesOfFreedom: Double = 0
    ) {
        precondition(
            contributions.isEmpty == (degreesOfFreedom < 1),
            "\(contributions.count) contributions for \(degreesOfFreedom) degrees of freedom")
        self.value = value
        self.contributions = contributions.map { Double(Float($0)) }
        self.pairContributions = pairContributions.map { Double(Float($0)) }
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// The standard error, the square root of the variance, or nil if it is unknown.
    public var standardError: Double? {
        guard !contributions.isEmpty else { return nil }
        let groups = contributions.reduce(0) { $0 + $1 * $1 }
        let pairs = pairContributions.reduce(0) { $0 + $1 * $1 }
        return max(groups - pairs, groups / 2).squareRoot()
    }

    /// Half the width of the 95 % interval: the standard error times the 97.5 % quantile of Student's t.
    public var margin: Double? {
        standardError.map { $0 * studentTQuantile(0.975, degreesOfFreedom: degreesOfFreedom) }
    }

    /// The bounds of the 95 % interval, which is symmetric about the value and may leave the metric's range.
    public var interval: (low: Double, high: Double)? {
        margin.map { (value - $0, value + $0) }
    }

    /// The sign of the true value as far as the 95 % interval shows it: 1 if all of it is above 0, −1 if all is below, and 0 if
    /// it contains 0; nil if the error is unknown.
    public var shownSign: Int? {
        interval.map { $0.low > 0 ? 1 : $0.high < 0 ? -1 : 0 }
    }

    /// The two-sided p-value of the true value being 0, or nil if the error is unknown.
    ///
    /// If the error is 0, it is 0, or 1 for the value 0.
    public var pValue: Double? {
        standardError.map { error in
            guard error > 0 else { return value == 0 ? 1 : 0 }
            return 2 * studentTSurvival(abs(value) / error, degreesOfFreedom: degreesOfFreedom)
        }
    }

    /// The weighted sum of estimates over the same groups; its error is unknown if that of any of them is.
    ///
    /// - Precondition: all estimates with contributions have the same number of them.
    public static func combination(_ terms: some Collection<(weight: Double, estimate: Estimate)>) -> Estimate {
        let value = terms.reduce(0) { $0 + $1.weight * $1.estimate.value }
        guard let first = terms.first, terms.allSatisfy({ !$0.estimate.contributions.isEmpty }) else {
            return Estimate(value: value)
        }
        var contributions = [Double](repeating: 0, count: first.estimate.contributions.count)
        var pairs = [Double](repeating: 0, count: first.estimate.pairContributions.count)
        for (weight, estimate) in terms {
            precondition(
                estimate.contributions.count == contributions.count && estimate.pairContributions.count == pairs.count,
                "\(estimate.contributions.count) groups do not add to \(contributions.count)")
            for group in contributions.indices { contributions[group] += weight * estimate.contributions[group] }
            for pair in pairs.indices { pairs[pair] += weight * estimate.pairContributions[pair] }
        }
        // Groups that are empty at one level may not be at another; together the estimates cover at least as many as
        // the best of them.
        let degrees = terms.map(\.estimate.degreesOfFreedom).max() ?? 0
        return Estimate(
            value: value, contributions: contributions, pairContributions: pairs, degreesOfFreedom: degrees)
    }

    /// The unweighted mean of estimates over the same groups.
    ///
    /// - Precondition: there is at least one estimate.
    public static func mean(of estimates: [Estimate]) -> Estimate {
        precondition(!estimates.isEmpty, "a mean needs at least one estimate")
        return combination(estimates.map { (1 / Double(estimates.count), $0) })
    }

    /// The difference of two estimates over the same groups.
    public static func - (a: Estimate, b: Estimate) -> Estimate {
        combination([(1, a), (-1, b)])
    }
}

extension Estimate {
    /// The estimate as files store it, with contributions to five significant digits, and those of pairs to three.
    ///
    /// An error is not known to one part in a hundred, and files hold thousands of contributions.
    package var roundedForStorage: Estimate {
        func rounded(_ values: [Double], digits: Int) -> [Double] {
            values.map { value in
                guard value != 0 else { return 0 }
                let scale = pow(10, Double(digits - 1) - log10(abs(value)).rounded(.down))
                return scale.isFinite ? (value * scale).rounded() / scale : 0
            }
        }
        return Estimate(
            value: value, contributions: rounded(contributions, digits: 5),
            pairContributions: rounded(pairContributions, digits: 3), degreesOfFreedom: degreesOfFreedom)
    }
}

extension Estimate: Codable {
    enum CodingKeys: String, CodingKey {
        case value, low, high, contributions
        case pairContributions = "pair_contributions"
        case standardError = "standard_error"
        case degreesOfFreedom = "degrees_of_freedom"
    }

    /// Reads the value and the contributions, and recomputes what follows from them.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let contributions = try container.decodeIfPresent([Float].self, forKey: .contributions) ?? []
        self.init(
            value: try container.decode(Double.self, forKey: .value), contributions: contributions.map { Double($0) },
            pairContributions: (try container.decodeIfPresent([Float].self, forKey: .pairContributions) ?? [])
                .map { Double($0) },
            degreesOfFreedom: contributions.isEmpty
                ? 0 : max(1, try container.decode(Double.self, forKey: .degreesOfFreedom)))
    }

    /// Writes the value, its error and 95 % interval, and the contributions that they follow from.
    public func encode(to encoder: any Encoder) throws {
        try EstimateRecord(self).encode(to: encoder)
        guard !contributions.isEmpty else { return }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(contributions.map { Float($0) }, forKey: .contributions)
        if !pairContributions.isEmpty {
            try container.encode(pairContributions.map { Float($0) }, forKey: .pairContributions)
        }
        try container.encode(degreesOfFreedom, forKey: .degreesOfFreedom)
    }
}

/// An estimate as shown to readers: its value, error and 95 % interval, without the contributions.
package struct EstimateRecord: Encodable {
    let value: Double
    let standardError: Double?
    let low: Double?
    let high: Double?

    package init(_ estimate: Estimate) { self.init(estimate, significantDigits: nil) }

    /// - Parameter digits: how many digits the error and the interval keep; nil for all.
    package init(_ estimate: Estimate, significantDigits digits: Int?) {
        func rounded(_ value: Double?) -> Double? {
            digits.map { digits in value?.rounded(significantDigits: digits) } ?? value
        }
        value = estimate.value
        standardError = rounded(estimate.standardError)
        low = rounded(estimate.interval?.low)
        high = rounded(estimate.interval?.high)
    }

    enum CodingKeys: String, CodingKey {
        case value, low, high
        case standardError = "standard_error"
    }
}

extension Estimate: Portable {
    package func put(into bytes: inout PortableBytes) {
        bytes.put(value, contributions, pairContributions, degreesOfFreedom)
    }

    package init(from bytes: inout PortableBytes) throws {
        self.init(
            value: try bytes.get(), contributions: try bytes.get(), pairContributions: try bytes.get(),
            degreesOfFreedom: try bytes.get())
    }
}
