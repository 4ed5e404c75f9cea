/// Spearman's ρ of two lists of values: the correlation of their ranks, from −1 (opposite order) to 1 (same order).
///
/// Equal values share the average of their ranks. It is here because both `Splits` and `Evaluation` need it.
///
/// - Returns: nil for fewer than 3 values, or if all values of either list are equal.
/// - Complexity: O(n log n) for n values.
/// - Precondition: the lists are equally long and hold no NaN.
package func spearmanCorrelation(_ x: [Double], _ y: [Double]) -> Double? {
    precondition(x.count == y.count, "\(x.count) values against \(y.count)")
    guard x.count >= 3 else { return nil }
    let (a, b) = (centredRanks(x), centredRanks(y))
    let (aa, bb) = (innerProduct(a, a), innerProduct(b, b))
    guard aa > 0, bb > 0 else { return nil }
    return innerProduct(a, b) / (aa * bb).squareRoot()
}

/// Twice the deviation of each value's rank from the mean rank: whole numbers, so no sum of them is rounded.
private func centredRanks(_ values: [Double]) -> [Double] {
    precondition(!values.contains(where: \.isNaN), "NaN has no rank")
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
        var end = first + 1
        while end < order.count, values[order[end]] == values[order[first]] { end += 1 }
        // Positions first… end − 1 have the average rank (first + end + 1) / 2; the mean of all is (n + 1) / 2.
        for position in first..<end { ranks[order[position]] = Double(first + end - values.count) }
        first = end
    }
    return ranks
}

private func innerProduct(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}

/// Kendall's τ-b of two lists of values: of the pairs that both tell apart, the part that they order alike less the part
/// that they order otherwise, from −1 to 1.
///
/// Pairs with equal values in a list do not count for it.
///
/// - Returns: nil for fewer than 2 values, or if all values of either list are equal.
/// - Complexity: O(n²) for n values.
/// - Precondition: the lists are equally long and hold no NaN.
package func kendallCorrelation(_ x: [Double], _ y: [Double]) -> Double? {
    precondition(x.count == y.count, "\(x.count) values against \(y.count)")
    precondition(!(x + y).contains(where: \.isNaN), "NaN has no rank")
    var (alike, ofX, ofY) = (0.0, 0.0, 0.0)
    for i in x.indices {
        for j in x.indices where j > i {
            let (a, b) = (sign(x[j] - x[i]), sign(y[j] - y[i]))
            alike += a * b
            ofX += a * a
            ofY += b * b
        }
    }
    return ofX > 0 && ofY > 0 ? alike / (ofX * ofY).squareRoot() : nil
}

private func sign(_ value: Double) -> Double { value > 0 ? 1 : value < 0 ? -1 : 0 }
