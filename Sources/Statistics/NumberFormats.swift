internal import Foundation

/// A number with a fixed number of decimals and a decimal point, whatever the locale.
package func fixed(_ value: Double, _ decimals: Int) -> String {
    let text = String(format: "%.\(decimals)f", value)
    // A small negative value would print as −0.000.
    return text.utf8.first == UInt8(ascii: "-")
        && !text.utf8.contains { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }
        ? String(text.dropFirst()) : text
}

/// A distance with a sensible number of decimals for a table: two below 1000, fewer above, more below 1; with an
/// exponent from 1e15 on.
package func distanceText(_ value: Double) -> String {
    switch abs(value) {
    case 1e15...: String(format: "%.3e", value)
    case 1000...: fixed(value, 0)
    case 1...: fixed(value, 2)
    default: fixed(value, 4)
    }
}
