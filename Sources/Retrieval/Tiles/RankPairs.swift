internal import Ranks

/// The pairs of different tiles that one of several ranks works on, in the order in which it does.
///
/// Rank r of R has the tiles r, r + R, r + 2R, …, and takes all pairs of its own. Then the tiles of the ranks after it, up to half
/// of all, visit it one after the other, a window of them at a time; the tiles of the rank half-way round visit and are visited, so
/// the two take half of these pairs each. So every pair is taken by one rank, all have about as many, and each needs only its own
/// tiles and a window of others at a time.
package struct RankPairs {
    /// The pairs.
    ///
    /// Pairs that follow one another have no tile in common as far as that is possible, since threads that count for the same
    /// tile would wait for one another.
    package let pairs: [(Int, Int)]

    /// How many tiles visit at a time.
    static let window = 16

    package init(of rank: Int, among rankCount: Int, tileCount: Int) {
        func tiles(of rank: Int) -> [Int] { Array(stride(from: rank, to: tileCount, by: rankCount)) }
        let own = tiles(of: rank)
        var pairs = (1..<max(own.count, 1)).flatMap { distance in
            (0..<own.count - distance).map { (own[$0], own[$0 + distance]) }
        }
        for distance in 1..<max(rankCount / 2 + 1, 1) {
            let visitor = (rank + distance) % rankCount
            let all = tiles(of: visitor)
            for start in stride(from: 0, to: all.count, by: Self.window) {
                let visiting = start..<min(start + Self.window, all.count)
                for shift in 0..<visiting.count {
                    for (place, tile) in own.enumerated() {
                        let other = visiting.lowerBound + (place + shift) % visiting.count
                        // Half-way round, both ranks visit each other.
                        let isMutual = 2 * distance == rankCount
                        guard !isMutual || ((place + other) % 2 == 0) == (rank < visitor) else { continue }
                        pairs.append((tile, all[other]))
                    }
                }
            }
        }
        self.pairs = pairs
    }
}

extension RowShare {
    /// The share of one of several ranks, and room for visitors besides.
    init(of group: RankGroup, queryEnds: [Int], itemEnds: [Int]) {
        func pieces(_ ends: [Int]) -> Pieces {
            let sizes = zip(ends, [0] + ends).map { $0 - $1 }
            return Pieces(
                ends: ends, limit: (ends.last ?? 0) / group.count + 3 * RankPairs.window * (sizes.max() ?? 0))
        }
        (queries, items) = (pieces(queryEnds), pieces(itemEnds))
    }
}
