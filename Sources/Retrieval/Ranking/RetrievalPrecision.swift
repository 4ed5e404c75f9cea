/// The precision in which retrieval computes similarities.
public enum RetrievalPrecision: String, Sendable, Hashable, CaseIterable {
    /// Double precision as long as it takes no more than about a second: up to 2²⁶ pairs, that is, 8,192 samples in
    /// one-vs-rest retrieval. Beyond that, single precision, where two similarities that differ by less than about 1e-7
    /// may come in either order.
    case automatic
    /// Single precision.
    case single
    /// Double precision: several times the time and twice the memory.
    case double

    func isDouble(queryCount n: Int, itemCount m: Int, dimension d: Int) -> Bool {
        switch self {
        case .automatic: n * m <= 1 << 26 && (n + m) * d <= 1 << 25
        case .single: false
        case .double: true
        }
    }
}
