/// What carries bytes between the ranks of a run.
///
/// All ranks call the same methods in the same order.
package protocol RankTransport: Sendable {
    /// The number of this rank, from 0.
    var rank: Int { get }
    /// How many ranks there are.
    var count: Int { get }
    /// What people call the machine that this rank runs on.
    var host: String { get }

    /// The bytes of all ranks, in the order of ranks, at every rank; each may give another number of bytes.
    func gather(_ bytes: [UInt8]) -> [[UInt8]]

    /// Replaces numbers by their sums over all ranks; each gives as many.
    func sum(_ values: inout [Int32])
}
