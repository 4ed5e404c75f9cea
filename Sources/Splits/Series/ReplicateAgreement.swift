internal import Datasets
internal import Files
public import Foundation
internal import Frechet
internal import Statistics

/// How alike the levels of several series over the same dataset are: whether conclusions depend on one partition.
public struct ReplicateAgreement: Sendable, Equatable, Codable {
    /// One series.
    public struct Series: Sendable, Equatable, Codable {
        /// The split that it starts from.
        public let start: SplitStart
        /// Its seed.
        public let seed: UInt64
        /// The squared distances of its levels.
        public let fids: [Double]
    }

    /// Two series compared.
    public struct Pair: Sendable, Equatable, Codable {
        /// The number of the first series, from 1.
        public let first: Int
        /// The number of the second series.
        public let second: Int
        /// For each level that both have, by position, the adjusted Rand index of the two partitions over the classes
        /// that both keep: 1 for the same sides (either may be the train side), 0 on average for random ones.
        public let adjustedRandIndices: [Double]
        /// The share of the classes that both put on the same side at their hardest level with all classes, whichever side is
        /// called the train side: 1 for the same sides, about a half for unrelated halves; nil in files of older versions.
        public let sameSideShare: Double?

        private enum CodingKeys: String, CodingKey {
            case first, second
            case sameSideShare = "same_side_share"
            case adjustedRandIndices = "adjusted_rand_indices"
        }
    }

    /// How the series differ; nil in files of older versions, where all but the first have random starts.
    public let rule: ReplicateRule?
    /// The series, in the order given.
    public let series: [Series]
    /// All pairs of series.
    public let pairs: [Pair]

    /// Compares series.
    ///
    /// - Complexity: O(R²·L·C) for R series of L levels over C classes.
    public init(of all: [SplitSeries], differingBy rule: ReplicateRule = .start) {
        self.rule = rule
        series = all.map { one in
            Series(
                start: one.settings.start, seed: one.settings.seed,
                fids: one.levels.map { $0.distance.squared.rounded(significantDigits: 10) })
        }
        pairs = all.indices.flatMap { first in
            all.indices.filter { $0 > first }.map { second in
                Pair(
                    first: first + 1, second: second + 1,
                    adjustedRandIndices: zip(all[first].levels, all[second].levels).map { a, b in
                        adjustedRandIndex(a.partition, b.partition).rounded(significantDigits: 6)
                    },
                    sameSideShare: all[first].hardestWholeLevel.flatMap { a in
                        all[second].hardestWholeLevel.map { Splits.sameSideShare(a.partition, $0.partition) }
                    }?.rounded(significantDigits: 6))
            }
        }
    }
}

extension ReplicateAgreement {
    private enum CodingKeys: String, CodingKey {
        case series, pairs
        case rule = "differing_by"
    }

    /// Reads the `replicates.json` of a folder of several series.
    ///
    /// - Throws: ``/Files/FileError/unreadable(path:as:reason:)``.
    public init(readingFrom url: URL) throws {
        self = try readJSON(ReplicateAgreement.self, from: url, as: "the summary of several series")
    }
}

/// The share of the classes that two partitions put on the same side, over those that both keep, with either side of the second
/// as the train side.
func sameSideShare(_ a: ClassPartition, _ b: ClassPartition) -> Double {
    var (same, all) = (0, 0)
    for (first, second) in zip(a.sides, b.sides) {
        guard let first, let second else { continue }
        all += 1
        if first == second { same += 1 }
    }
    return all == 0 ? 1 : Double(max(same, all - same)) / Double(all)
}

/// The adjusted Rand index of two partitions, over the classes that both keep (Hubert and Arabie, 1985).
func adjustedRandIndex(_ a: ClassPartition, _ b: ClassPartition) -> Double {
    var counts: [[Double]] = [[0, 0], [0, 0]]
    for (first, second) in zip(a.sides, b.sides) {
        guard let first, let second else { continue }
        counts[first == .train ? 0 : 1][second == .train ? 0 : 1] += 1
    }
    func pairs(_ n: Double) -> Double { n * (n - 1) / 2 }
    let together = counts.joined().reduce(0) { $0 + pairs($1) }
    let rows = counts.reduce(0) { $0 + pairs($1[0] + $1[1]) }
    let columns = (0..<2).reduce(0) { $0 + pairs(counts[0][$1] + counts[1][$1]) }
    let all = pairs(counts.joined().reduce(0, +))
    guard all > 0 else { return 1 }
    let expected = rows * columns / all
    let greatest = (rows + columns) / 2
    return greatest == expected ? 1 : (together - expected) / (greatest - expected)
}
