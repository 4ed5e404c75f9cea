public import DenseLinearAlgebra
internal import Datasets
internal import Frechet

/// The splits of the ooDML paper as its published code makes them, step by step.
///
/// (Milbich, Roth, Sinha, Schmidt, Ghassemi and Ommer, NeurIPS 2021, arXiv 2107.09562.) Use this type to compare with
/// published splits, which depend on details that the paper leaves out. For new splits use ``Progression``; the defects
/// here are kept on purpose.
///
/// Each side is a list of classes, represented by their means. Every iteration first records the state; then the
/// classes of each side are ranked by how much nearer they are to the other side's mean than to their own, and one
/// *batch* of exchanges follows the ranking. The *harder* arm exchanges the classes nearest the other side, the
/// *easier* arm those farthest from it. *Removal* continues from the end of the harder arm: it makes a batch, and
/// unless that lowered the distance, it undoes the batch and deletes the classes that the batch chose.
///
/// Known defects, which are reproduced:
/// - The distance is that of class means alone, all with equal weight. The scatter of a class's samples and their
///   number do not count.
/// - With a ridge (``Settings/ridge``), identical sides have the distance −2dε, and sides with fewer classes than
///   dimensions come out too near.
/// - All exchanges of a batch follow the ranking made before the first of them. The k-th exchange (from 0) starts at
///   rank k, whether or not the ranks before it were used.
/// - What may not move again for a while is a *position* in a list, not a class. The two amount to the same while
///   classes are only exchanged; after deletions, the positions held are those of classes that never moved.
/// - Ranks beyond the number of classes of the smaller side are never looked at.
/// - If every position within reach is held, the one chosen last is exchanged again, which may undo that exchange.
/// - The best state is not kept. Arms run for a fixed number of iterations, even through worse states.
/// - One more batch is made than is recorded.
/// - Removal keeps a batch that made the split *easier*, and deletes without looking at the distance afterwards. It
///   deletes each chosen position once, so the sides can lose different numbers of classes. The positions held are not
///   renumbered.
/// - Removal gets the class means of one batch after the last record, but the names in that record. From there on a
///   name need not belong to the mean that moves under it (``Settings/removalFedAsPublished``).
/// - On small sides removal fails (``RemovalEnd``).
///
/// Two things are not reproduced: single precision, and the order of classes with equal gaps, which the published code
/// leaves to an unstable sort and which goes by position here. Two gaps count as equal if they differ by less than 1e-9
/// of the distances that they are computed from. A distance counts as lowered if it falls by more than 1e-9 of itself.
/// The published code also refuses one-dimensional vectors; they are accepted here.
public struct Milbich2021: Sendable, Equatable {
    /// One state of the two sides.
    public struct Record: Sendable, Equatable {
        /// The number of exchanges tried so far on the arm; zero or negative on the easier one.
        public let key: Int
        /// The train classes, in the order of the list.
        public let train: [Int]
        /// The test classes, in the order of the list.
        public let test: [Int]
        /// The squared distance between the sides, over class means.
        ///
        /// In a removal that is fed as published, it is the distance of the means that the code had in its lists, not
        /// that of ``train`` and ``test``.
        public let squared: Double
    }

    /// The arms, named after what they do.
    public enum Arm: String, Sendable, Codable, CaseIterable {
        /// Exchanges that make the sides less alike.
        case harder
        /// Exchanges that make the sides more alike.
        case easier
        /// Exchanges and deletions after the last record of the harder arm.
        case removal
    }

    /// How a removal ended; iterations count from 0.
    public enum RemovalEnd: Sendable, Equatable {
        /// All iterations were made.
        case completed
        /// The published code raises an error in this iteration, and its record is lost with it.
        ///
        /// After a deletion, no position is known as the last one chosen. On small sides, all positions within reach
        /// may then be held, and there is none to fall back on.
        case noPosition(iteration: Int)
        /// Deletions before this iteration left a side with fewer than two classes, so there is no distance to record.
        case tooFewClasses(iteration: Int)
    }

    /// The records of the harder arm, beginning with the start.
    public let harder: [Record]
    /// The records of the easier arm, beginning with the start.
    public let easier: [Record]
    /// The records of removal, beginning with the last state of the harder arm.
    public let removal: [Record]
    /// Whether removal made all its iterations, and if not, why.
    public let removalEnd: RemovalEnd

    /// Makes the three arms from given sides.
    ///
    /// The published code lists the classes of each side by name. Another order makes other splits, because positions
    /// decide what may move.
    ///
    /// - Parameter means: the class means (C × d), one row per class.
    /// - Parameter train: the numbers of the train classes, in the order of the list.
    /// - Parameter test: the numbers of the test classes, in the order of the list.
    /// - Parameter report: called before each iteration with the arm and the number of the iteration from 1, for progress.
    /// - Complexity: one distance per iteration, two in removal. Without a ridge, each is O(n²·d) for n ≤ d classes.
    /// - Throws: ``SplitError/invalidSetting(name:found:expected:)``; ``SplitError/tooFewVectors(side:count:statistic:)`` for
    ///   fewer than two classes on a side; `FrechetError.nonFinite`, whose row is the number of the class;
    ///   `LinearAlgebraError`.
    /// - Precondition: no class is listed twice, and each has a row.
    public init(
        means: Matrix<Double>, train: [Int], test: [Int], by settings: Settings = Settings(),
        report: (Arm, Int) -> Void = { _, _ in }
    ) throws {
        try settings.validate()
        for (side, classes) in [(Side.train, train), (.test, test)] where classes.count < 2 {
            throw SplitError.tooFewVectors(side: side, count: classes.count, statistic: .classMeans)
        }
        if let (row, column) = means.firstNonFinite { throw FrechetError.nonFinite(row: row, column: column) }

        let start = Milbich2021Walk(means: means, train: train, test: test, history: settings.history)
        var walk = start
        harder = try walk.records(count: settings.iterations, by: settings, towards: .harder) { report(.harder, $0) }
        var easierWalk = start
        easierWalk.history = settings.easierHistory
        easier = try easierWalk.records(count: settings.easierIterations, by: settings, towards: .easier) {
            report(.easier, $0)
        }
        let last = harder[harder.count - 1]
        let fed = settings.removalFedAsPublished ? (walk.train.classes, walk.test.classes) : (last.train, last.test)
        walk = Milbich2021Walk(means: means, train: fed.0, test: fed.1, history: settings.history)
        walk.rename(train: last.train, test: last.test)
        (removal, removalEnd) = try walk.recordsOfRemoval(by: settings) { report(.removal, $0) }
    }
}

extension Milbich2021Walk {
    /// Records the state before each of `count` batches of exchanges.
    fileprivate mutating func records(
        count: Int, by settings: Milbich2021.Settings, towards direction: Direction, report: (Int) -> Void
    ) throws -> [Milbich2021.Record] {
        var records: [Milbich2021.Record] = []
        for iteration in 0..<count {
            report(iteration + 1)
            let key = (direction == .easier ? -iteration : iteration) * settings.swapsPerIteration
            records.append(record(key: key, squared: try distance(ridge: settings.ridge)))
            exchangeBatch(of: settings.swapsPerIteration, towards: direction)
        }
        return records
    }

    /// Records the state before each batch; a batch is kept if it lowers the distance, and otherwise undone for a
    /// deletion.
    fileprivate mutating func recordsOfRemoval(
        by settings: Milbich2021.Settings, report: (Int) -> Void
    ) throws -> ([Milbich2021.Record], Milbich2021.RemovalEnd) {
        var records: [Milbich2021.Record] = []
        for iteration in 0..<settings.removalIterations {
            guard min(train.classes.count, test.classes.count) >= 2 else {
                return (records, .tooFewClasses(iteration: iteration))
            }
            report(iteration + 1)
            let before = self
            let squared = try distance(ridge: settings.ridge)
            guard let chosen = exchangeBatch(of: settings.swapsPerIteration, towards: .harder) else {
                return (records, .noPosition(iteration: iteration))
            }
            records.append(before.record(key: iteration * settings.swapsPerIteration, squared: squared))
            let isLowered = try distance(ridge: settings.ridge) < squared - Tie.tolerance * abs(squared)
            if !isLowered { undo(to: before, deleting: chosen) }
        }
        return (records, .completed)
    }

    private func record(key: Int, squared: Double) -> Milbich2021.Record {
        Milbich2021.Record(key: key, train: train.names, test: test.names, squared: squared)
    }

    private func distance(ridge: Double?) throws -> Double {
        let (a, b) = (means.selectingRows(train.classes), means.selectingRows(test.classes))
        if let ridge { return try ridgedFrechetDistance(a, b, ridge: ridge) }
        return try frechetDistance(GaussianStatistics(a), GaussianStatistics(b)).squared
    }
}
