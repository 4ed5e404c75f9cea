public import Datasets
internal import Statistics

/// What distinguishes the two sides of a partition: of which values each consists, and the direction that separates them.
///
/// The distance says how far apart the sides are; this says in what. See <doc:WhatTheShiftIs>.
public struct ShiftComposition: Sendable, Equatable, Codable {
    /// What the sides consist of by each column that describes samples, most telling first; empty if no column does.
    ///
    /// The order is that of the excess of ``ColumnShares/difference`` over ``ColumnShares/randomMean``.
    public let columns: [ColumnShares]
    /// The direction from the mean of the train side to that of the test side; nil if the means are equal, or the
    /// embeddings are not known.
    public let direction: MeansDirection?

    /// What both sides consist of by the values of a column.
    public struct ColumnShares: Sendable, Equatable, Codable {
        /// The column's name.
        public let column: String
        /// The total variation distance between the values of the train and of the test samples, ½ Σ |pᵥ − qᵥ|: the part of
        /// either side that would have to be replaced for both to consist of the same; from 0 to 1.
        public let difference: Double
        /// The mean of the same over random sides.
        public let randomMean: Double
        /// (1 + number of random sides that differ at least as much) / (N + 1); N is 199, or 40 for each column less one if that is
        /// more, or the number of all others if the units can be dealt to the sides in at most 256 ways.
        public let p: Double
        /// The number of values of the kept samples, one of which may be to have none.
        public let valueCount: Int
        /// At most ``ShiftComposition/valueLimit`` values whose shares differ, most different first.
        public let values: [ValueShares]

        enum CodingKeys: String, CodingKey {
            case column, difference, p, values
            case randomMean = "random_mean"
            case valueCount = "value_count"
        }

        /// Whether the sides differ more than random sides do, p ≤ 0.05; of several columns see
        /// ``ShiftComposition/columnsBeyondRandom``.
        public var isBeyondRandom: Bool { p <= 0.05 }
    }

    /// The shares of one value.
    public struct ValueShares: Sendable, Equatable, Codable {
        /// The value; nil for samples that have none.
        public let value: String?
        /// The part of the train samples that have it.
        public let train: Double
        /// The part of the test samples that have it.
        public let test: Double
    }

    /// The direction from the mean of the train side to that of the test side, and what is at its ends.
    public struct MeansDirection: Sendable, Equatable, Codable {
        /// The probability that a test sample lies farther along it than a train sample, ties counting half.
        ///
        /// This is the area under the ROC curve: 0.5 for no difference, 1 for complete separation.
        public let separation: Double
        /// What is typical of the train side.
        public let train: End
        /// What is typical of the test side.
        public let test: End

        /// An end of the direction.
        public struct End: Sendable, Equatable, Codable {
            /// The side's classes whose means are farthest towards this end, farthest first.
            public let classes: [TypicalClass]
            /// The ids of the side's samples that are farthest towards this end, of each class the farthest one, farthest first.
            public let samples: [String]
        }

        /// What is typical of a side.
        public func end(of side: Side) -> End { side == .train ? train : test }
    }

    /// A class at an end of the direction.
    public struct TypicalClass: Sendable, Equatable, Codable {
        /// The class's label.
        public let label: String
        /// Where its mean lies along the direction, in units of the embeddings: 0 is half-way between the sides' means, and test
        /// is positive.
        public let position: Double
        /// The id of its sample nearest to its mean.
        public let sample: String

        enum CodingKeys: String, CodingKey {
            case position, sample
            case label = "class"
        }
    }

    /// The columns by which the sides differ more than random sides do, p ≤ 0.05 by Holm's method over all columns, so that one of
    /// many is not named by chance.
    public var columnsBeyondRandom: [ColumnShares] {
        zip(columns, holmAdjusted(columns.map(\.p))).filter { $0.1 <= 0.05 }.map(\.0)
    }

    /// Whether nothing is known of the sides.
    var isEmpty: Bool { columns.isEmpty && direction == nil }

    /// The largest number of values of a column.
    public static let valueLimit = 8
    /// The largest number of classes and of samples at an end.
    public static let endLimit = 5
}

extension ShiftComposition {
    /// Describes the sides of several partitions of an embedded dataset.
    ///
    /// The description depends on the samples and their embeddings only, not on the order of rows, the number of threads or the
    /// processor.
    ///
    /// - Parameter seed: the seed of the random sides.
    /// - Returns: one description for each partition.
    /// - Complexity: O(n·d + L·n·(d + log n)) for n samples and L partitions, and O(c) for each random side of c classes.
    /// - Precondition: both sides of every partition have a class.
    public static func compositions(
        of partitions: [ClassPartition], over embedded: EmbeddedDataset, seed: UInt64
    ) -> [ShiftComposition] {
        let columns = ColumnComparison(of: embedded.dataset, units: embedded.units)
        return zip(columns.shares(of: partitions, seed: seed), embedded.meansDirections(of: partitions)).map {
            ShiftComposition(columns: $0, direction: $1)
        }
    }

    /// Describes the sides of several partitions of a dataset without embeddings: their columns only.
    static func compositions(of partitions: [ClassPartition], in dataset: Dataset, seed: UInt64) -> [ShiftComposition] {
        let units = dataset.classLabels.enumerated().map { ClassUnit(label: $1, classes: [$0]) }
        return ColumnComparison(of: dataset, units: units).shares(of: partitions, seed: seed).map {
            ShiftComposition(columns: $0, direction: nil)
        }
    }
}
