internal import Foundation

/// The probability P(T > t) that a Student's t variable exceeds `t`; its double at |t| is the two-sided p-value.
///
/// The relative error is below 1e-12 up to a million degrees of freedom, in the tails too, as long as the result is a
/// normal floating-point number.
///
/// - Complexity: O(√`degreesOfFreedom`) at worst.
/// - Precondition: `degreesOfFreedom` is positive and finite, and `t` is not NaN.
package func studentTSurvival(_ t: Double, degreesOfFreedom: Double) -> Double {
    requireDegreesOfFreedom(degreesOfFreedom)
    precondition(!t.isNaN, "NaN exceeds nothing")
    guard t != 0 else { return 0.5 }
    guard t.isFinite else { return t > 0 ? 0 : 1 }
    let upper = exp(StudentTPoint(abs(t), degreesOfFreedom: degreesOfFreedom).logUpper)
    return t > 0 ? upper : 1 - upper
}

/// The t with P(T ≤ t) = `p` for a Student's t variable: `studentTQuantile(0.975, degreesOfFreedom: n - 1)` standard
/// errors on each side of a mean of n values are its 95 % interval.
///
/// The relative error is below 1e-12 up to a million degrees of freedom. Near 1, `p` itself holds few digits of 1 − p;
/// for full precision there, pass the small 1 − p instead and negate the quantile.
///
/// - Returns: an infinity where the quantile overflows.
/// - Complexity: O(√`degreesOfFreedom`), about five times that of ``studentTSurvival(_:degreesOfFreedom:)``.
/// - Precondition: 0 < `p` < 1, and `degreesOfFreedom` is positive and finite.
package func studentTQuantile(_ p: Double, degreesOfFreedom: Double) -> Double {
    requireDegreesOfFreedom(degreesOfFreedom)
    precondition(p > 0 && p < 1, "a quantile needs 0 < p < 1, not \(p)")
    if p > 0.5 { return quantile(upper: 1 - p, degreesOfFreedom) }
    return p < 0.5 ? -quantile(upper: p, degreesOfFreedom) : 0
}

private func requireDegreesOfFreedom(_ count: Double) {
    precondition(count > 0 && count.isFinite, "Student's t needs a positive number of degrees of freedom, not \(count)")
}

/// The positive t with P(T > t) = `upper` < ½, by Newton's method from the side where it cannot overshoot.
private func quantile(upper: Double, _ degreesOfFreedom: Double) -> Double {
    let smallestStep = 1e-15
    if upper > 0.25 {
        // P(0 < T < t) is concave in t, so from the left every step ends left of the root.
        var t = 0.0
        var step = (0.5 - upper) * degreesOfFreedom.squareRoot() * exp(logBeta(half: degreesOfFreedom / 2))
        while step > smallestStep * t {
            t += step
            let point = StudentTPoint(t, degreesOfFreedom: degreesOfFreedom)
            step = (0.5 - upper - point.centre) * t / exp(point.logWeight)
        }
        return t
    }
    // As a function of log t, log P(T > t) is concave and decreasing, since ∫ f(tv)/f(t) dv over v > 1 decreases with
    // t. So from the right every step ends right of the root.
    let logUpper = log(upper)
    var t = 1.0
    var point = StudentTPoint(t, degreesOfFreedom: degreesOfFreedom)
    while point.logUpper > logUpper {
        t *= 2
        guard t.isFinite else { return t }
        point = StudentTPoint(t, degreesOfFreedom: degreesOfFreedom)
    }
    while true {
        let step = (logUpper - point.logUpper) * exp(point.logUpper - point.logWeight)
        guard step > smallestStep else { return t }
        t *= exp(-step)
        point = StudentTPoint(t, degreesOfFreedom: degreesOfFreedom)
    }
}

/// Student's distribution at a positive t, with ν degrees of freedom.
///
/// With x = ν/(ν + t²), P(|T| > t) is the regularised incomplete beta function Iₓ(ν/2, ½). For small t its complement
/// is summed as a series; elsewhere it is a continued fraction. Whichever is computed is never close to 1, so its
/// complement loses no digits.
private struct StudentTPoint {
    /// log (t·f(t)), where f is the density: `log (xᵃ√(1 − x) / B(a, ½))` with a = ν/2.
    let logWeight: Double
    /// P(0 < T < t).
    let centre: Double
    /// log P(T > t), which is finite where the probability itself underflows.
    let logUpper: Double

    init(_ t: Double, degreesOfFreedom: Double) {
        let half = degreesOfFreedom / 2
        let ratio = t / degreesOfFreedom.squareRoot()
        // Where the square would overflow, adding 1 makes no difference.
        let logOfSum = ratio < 1e100 ? log1p(ratio * ratio) : 2 * log(ratio)
        logWeight = log(ratio) - (half + 0.5) * logOfSum - logBeta(half: half)
        if t * t < 3 * half / (half + 1) {
            let complement = ratio * ratio / (1 + ratio * ratio)
            centre = exp(logWeight) * centralSeries(complement, half: half)
            logUpper = log(0.5 - centre)
        } else {
            logUpper = logWeight - log(degreesOfFreedom) - log(tailFraction(ratio: ratio, half: half))
            centre = 0.5 - exp(logUpper)
        }
    }
}

/// The sum S with `I_y(½, a) = 2·yᵇ(1 − y)ᵃ / B(½, a) · S`, where b = ½; all its terms are positive.
///
/// `S = Σ (a + ½)ₙ / (3/2)ₙ · yⁿ`; about fifty terms are enough for y < 3/(2a + 5).
private func centralSeries(_ y: Double, half a: Double) -> Double {
    var (sum, term, n) = (1.0, 1.0, 0.0)
    while term > 1e-17 * sum {
        term *= (a + 0.5 + n) / (1.5 + n) * y
        sum += term
        n += 1
    }
    return sum
}

/// The continued fraction K with `Iₓ(a, ½) = xᵃ√(1 − x) / (a·B(a, ½)) / K` for x = 1/(1 + r²), by Lentz's method.
///
/// It is the even part of the usual one (Abramowitz, Stegun, "Handbook of Mathematical Functions", 26.5.8), whose
/// coefficients d₁, d₂, … make the denominators 1 + d₂ₘ + d₂ₘ₊₁. For large a these are small sums of 1 and a number
/// near −1, so they are written out as positive terms in 1 − x. It converges after O(√a) steps for t² > 3a/(a + 1).
private func tailFraction(ratio: Double, half a: Double) -> Double {
    let x = 1 / (1 + ratio * ratio)
    let complement = ratio < 1 ? ratio * ratio * x : 1 - x
    func numerator(_ m: Double) -> Double {
        (2 * a * m + 3 * m * m + (a + 3 * m) / 2 + (a + m) * (a + m + 0.5) * complement)
    }
    var fraction = numerator(0) / (a * (a + 1))
    var (forward, backward) = (fraction, 0.0)
    var m = 1.0
    while true {
        let last = a + 2 * m
        let even = m * (m - 0.5) * x / ((last - 1) * last)
        let odd = (a + m - 1) * (a + m - 0.5) * x / ((last - 2) * (last - 1))
        let denominator = numerator(m) / (last * (last + 1)) - even
        backward = 1 / (denominator - odd * even * backward)
        forward = denominator - odd * even / forward
        let change = forward * backward
        fraction *= change
        guard abs(change - 1) > 1e-15 else { return fraction }
        m += 1
    }
}

/// log B(a, ½) = log √π − log (Γ(a + ½) / Γ(a)).
///
/// The difference of two values of `lgamma` would lose digits to cancellation, since they are large and nearly equal.
/// Instead a is first raised to where the ratio's asymptotic series is exact; the ratio at a is a/(a + ½) times that at
/// a + 1 (Tricomi, Erdélyi, "The asymptotic expansion of a ratio of gamma functions", 1951).
private func logBeta(half a: Double) -> Double {
    var (a, factor) = (a, 1.0)
    while a < 16 {
        factor *= a / (a + 0.5)
        a += 1
    }
    let square = a * a
    let coefficients: [Double] = [-31.0 / 18432, 17.0 / 14336, -1.0 / 640, 1.0 / 192, -1.0 / 8]
    let series = coefficients.reduce(0) { $0 / square + $1 } / a
    return log(Double.pi.squareRoot() / (factor * a.squareRoot())) - series
}
