/// In which precision retrieval computes similarities.
public enum RetrievalPrecision: String, Sendable, Hashable, CaseIterable {
    /// Double precision as long as that takes no more than a second or so: up to 2²⁶ pairs, which is 8,192 samples ranked for
    /// themselves. Single precision beyond, where a pair of similarities that differ by less than some 1e-7 may come in
    /// either order.
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
