internal import Files
package import Retrieval
internal import Statistics

/// A number with its sign, of which 0 has none.
package func signed(_ value: Double, _ decimals: Int) -> String {
    let text = fixed(value, decimals)
    return text.begins(with: "-") || value == 0 ? text : "+" + text
}

/// An estimate with half the width of its 95 % interval, as in `0.164 ± 0.015`; without an interval the value alone.
///
/// - Parameter isSigned: whether a positive value has its sign, as differences have.
package func withMargin(_ estimate: Estimate, _ decimals: Int = 3, signed isSigned: Bool = false) -> String {
    (isSigned ? signed(estimate.value, decimals) : fixed(estimate.value, decimals))
        + (estimate.margin.map { " ± \(fixed($0, decimals))" } ?? "")
}
