/// The p-values of several tests, adjusted so that all those of at most α can be called significant together.
///
/// The probability of rejecting any true null hypothesis is then at most α, however the tests depend on one another.
/// With the m values in ascending order, the i-th one (from 0) becomes the largest of `(m − j)·pⱼ` over j ≤ i, and at
/// most 1 (Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics, 1979).
/// Equal values stay equal.
///
/// - Parameter p: the p-values, in any order; the result has the same order. An empty list or a single value stays as
///   it is.
/// - Complexity: O(m log m).
/// - Precondition: every value lies in [0, 1].
package func holmAdjusted(_ p: [Double]) -> [Double] {
    for value in p { precondition(value >= 0 && value <= 1, "a p-value lies in [0, 1], not \(value)") }
    var adjusted = p
    var largest = 0.0
    for (rank, index) in p.indices.sorted(by: { p[$0] < p[$1] }).enumerated() {
        largest = max(largest, min(1, Double(p.count - rank) * p[index]))
        adjusted[index] = largest
    }
    return adjusted
}
