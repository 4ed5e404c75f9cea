/// Counts, for one query after the other, how many items rank before each of its relevant items.
protocol RowCounter {
    /// The numeric type of similarities.
    associatedtype Value

    init()

    /// Writes the 1-based ranks of the query's relevant items, ascending.
    ///
    /// - Parameters:
    ///   - row: the query's similarity to each item; all finite.
    ///   - skipped: the items that do not count, ascending: the query itself among them.
    ///   - relevant: the items of the query's class that count, ascending; at least one.
    ///   - ties: how items of equal similarity are ordered; by row if there are groups.
    ///   - groups: the items' groups, or nil.
    ///   - ranks: room for as many ranks as there are relevant items.
    ///   - ranksWithout: room for as many ranks for each group. It receives the ranks in the gallery without the
    ///     group's items; the ranks without the query's own group have no meaning.
    mutating func count(
        row: UnsafeBufferPointer<Value>, skipped: [Int32], relevant: [Int32], ties: TieOrder, groups: ItemGroups?,
        ranks: UnsafeMutableBufferPointer<Int32>, ranksWithout: UnsafeMutableBufferPointer<Int32>)
}

/// Turns counts into ranks; each count is the number of items that rank before the k-th relevant item, but not before
/// the previous one.
///
/// Each relevant item was counted at its own place, so the sum up to k includes the k-th item: a 1-based rank.
///
/// - Parameter counts: the counts of group g begin at `g · stride`.
func sumUp(
    _ counts: UnsafeBufferPointer<Int32>, stride: Int, groups: ItemGroups?,
    ranks: UnsafeMutableBufferPointer<Int32>, ranksWithout: UnsafeMutableBufferPointer<Int32>
) {
    let groupCount = groups?.count ?? 1
    var rank: Int32 = 0
    for k in ranks.indices {
        for group in 0..<groupCount { rank += counts[group * stride + k] }
        ranks[k] = rank
    }
    guard groups != nil else { return }
    for group in 0..<groupCount {
        var before: Int32 = 0
        for k in ranks.indices {
            before += counts[group * stride + k]
            ranksWithout[group * ranks.count + k] = ranks[k] - before
        }
    }
}
