import Datasets
import DenseLinearAlgebra
import Foundation
import Frechet
import Splits
import TestSupport
import Testing

/// One sequence that the published code made; `Scripts/fixtures/milbich2021_reference.py` says what the fields mean.
struct Milbich2021Case: Decodable, Sendable, CustomTestStringConvertible {
    struct Record: Decodable, Sendable {
        let key: Int
        let train: [Int]
        let test: [Int]
        let fid: Double
    }

    struct Crash: Decodable, Sendable {
        let iteration: Int
    }

    let name: String
    let kind: Milbich2021.Arm
    let seed: UInt64
    let trainCount: Int
    let testCount: Int
    let d: Int
    let clusters: Int
    let history: Int
    let swaps: Int
    let iterations: Int
    let leadIterations: Int?
    let feed: String?
    let crash: Crash?
    let fidError: Double
    let records: [Record]

    var testDescription: String { name }

    static let all: [Milbich2021Case] = {
        guard let url = Bundle.module.url(forResource: "milbich2021", withExtension: "json", subdirectory: "Fixtures"),
            let data = try? Data(contentsOf: url)
        else { return [] }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return (try? decoder.decode([Milbich2021Case].self, from: data)) ?? []
    }()

    var means: Matrix<Double> {
        func draws(seed: UInt64, rows: Int) -> Matrix<Double> {
            var generator = SplitMix64(seed: seed)
            let values = (0..<rows * d).map { _ in (generator.uniform() * 0x1p12).rounded(.down) * 0x1p-12 }
            return Matrix(rowCount: rows, columnCount: d, elements: values)
        }
        var means = draws(seed: seed, rows: trainCount + testCount)
        let centres = draws(seed: seed + 1, rows: clusters)
        for i in 0..<means.rowCount {
            for j in 0..<d {
                if clusters > 0 { means[i, j] = 0.5 * means[i, j] + centres[i % clusters, j] }
                means[i, j] *= pow(0.5, Double(j / 4))
            }
        }
        return means
    }

    var train: [Int] { Array(0..<trainCount) }
    var test: [Int] { Array(trainCount..<trainCount + testCount) }

    func settings(ridge: Double?) -> Milbich2021.Settings {
        switch kind {
        case .harder:
            Milbich2021.Settings(
                swapsPerIteration: swaps, iterations: iterations, easierIterations: 0, removalIterations: 0,
                history: history, ridge: ridge)
        case .easier:
            Milbich2021.Settings(
                swapsPerIteration: swaps, iterations: 1, easierIterations: iterations, removalIterations: 0,
                easierHistory: history, ridge: ridge)
        case .removal:
            Milbich2021.Settings(
                swapsPerIteration: swaps, iterations: leadIterations ?? 0, easierIterations: 0,
                removalIterations: iterations, history: history, ridge: ridge,
                removalFedAsPublished: feed == "published")
        }
    }

    func run(ridge: Double?) throws -> Milbich2021 {
        try Milbich2021(means: means, train: train, test: test, by: settings(ridge: ridge))
    }

    func computed(by run: Milbich2021) -> [Milbich2021.Record] {
        switch kind {
        case .harder: run.harder
        case .easier: run.easier
        case .removal: run.removal
        }
    }
}

@Suite struct Milbich2021Tests {
    @Test func theFixtureIsThere() {
        #expect(Milbich2021Case.all.count == 18)
    }

    /// With the ridge of the published code, everything that it recorded comes again.
    @Test(arguments: Milbich2021Case.all)
    func followsThePublishedCode(_ reference: Milbich2021Case) throws {
        let run = try reference.run(ridge: 1e-8)
        let records = reference.computed(by: run)
        #expect(records.map(\.key) == reference.records.map(\.key))
        #expect(records.map(\.train) == reference.records.map(\.train))
        #expect(records.map(\.test) == reference.records.map(\.test))
        for (record, expected) in zip(records, reference.records) {
            // `fidError` is how far the stored value is from the exact one; ours differs by up to 4e-14.
            let tolerance = (reference.fidError + 2e-13) * abs(expected.fid)
            #expect(abs(record.squared - expected.fid) <= tolerance, "at key \(expected.key)")
        }
        let end = reference.crash.map { Milbich2021.RemovalEnd.noPosition(iteration: $0.iteration) } ?? .completed
        #expect(run.removalEnd == end)
    }

    /// The ridge changes values a little and, in these cases, no choice; how much depends on the ranks.
    @Test(arguments: Milbich2021Case.all)
    func followsThePublishedCodeWithoutRidge(_ reference: Milbich2021Case) throws {
        let run = try reference.run(ridge: nil)
        let records = reference.computed(by: run)
        #expect(records.map(\.train) == reference.records.map(\.train))
        #expect(records.map(\.test) == reference.records.map(\.test))
        for (record, expected) in zip(records, reference.records) {
            let hasFullRank = min(expected.train.count, expected.test.count) > reference.d
            // A ridge ε lowers the value by 2dε at least, and by √ε where the ranks are short.
            #expect(record.squared > expected.fid)
            #expect(record.squared - expected.fid < (hasFullRank ? 1e-5 : 1e-3) * expected.fid)
        }
    }

    /// Six classes on a line, followed by hand.
    ///
    /// On a line all classes outside the two means have the same gap, and go by position. Train 0, 1, 7 has its mean at 8/3,
    /// test 3, 10, 11 at 8; so 7 and 3 change places. The means are then 4/3 and 28/3, and 3 and 7 are still those of
    /// largest gap, but their positions are held for one exchange; the first of the others are 0 and 10. Now the means are
    /// 14/3 and 6; 10 and 0 are held, and 1 and 7 are the first of the others.
    @Test func harderArmByHand() throws {
        let means = Matrix(rows: [[0.0], [1], [7], [3], [10], [11]])
        let run = try Milbich2021(
            means: means, train: [0, 1, 2], test: [3, 4, 5],
            by: Milbich2021.Settings(swapsPerIteration: 1, iterations: 4, removalIterations: 0, history: 1))
        #expect(run.harder.map(\.key) == [0, 1, 2, 3])
        #expect(run.harder.map(\.train) == [[0, 1, 2], [0, 1, 3], [4, 1, 3], [4, 2, 3]])
        #expect(run.harder.map(\.test) == [[3, 4, 5], [2, 4, 5], [2, 0, 5], [1, 0, 5]])
        // Means 8/3 and 8; variances 43/3 and 19.
        let covariancePart = pow((43.0 / 3).squareRoot() - 19.0.squareRoot(), 2)
        #expect(abs(run.harder[0].squared - (pow(16.0 / 3, 2) + covariancePart)) < 1e-12)
    }

    /// Four classes on a line: removal keeps the batch that takes 100 to 1, and undoes the one that takes 1 to 100.
    ///
    /// For it, it deletes the positions chosen, which leaves one class a side.
    @Test func removalByHand() throws {
        let means = Matrix(rows: [[0.0], [1], [10], [11]])
        let run = try Milbich2021(
            means: means, train: [0, 1], test: [2, 3],
            by: Milbich2021.Settings(
                swapsPerIteration: 1, iterations: 1, removalIterations: 9, removalFedAsPublished: false))
        #expect(run.removal.map(\.key) == [0, 1])
        #expect(run.removal.map(\.train) == [[0, 1], [0, 2]])
        #expect(run.removal.map(\.test) == [[2, 3], [1, 3]])
        #expect(zip(run.removal, [100.0, 1]).allSatisfy { abs($0.squared - $1) < 1e-12 })
        #expect(run.removalEnd == .tooFewClasses(iteration: 2))
    }

    /// Equal gaps go by position, on both arms.
    @Test func tiesGoByPosition() throws {
        let means = Matrix(rows: [[0.0, 0], [0, 0], [0, 1], [4, 0], [4, 0], [4, 1]])
        let run = try Milbich2021(
            means: means, train: [1, 0, 2], test: [4, 3, 5],
            by: Milbich2021.Settings(swapsPerIteration: 1, iterations: 2, easierIterations: 2, removalIterations: 0))
        #expect(run.harder[1].train == [1, 0, 5])
        #expect(run.easier[1].train == [4, 0, 2])
    }

    /// As published, the names lag one batch behind the means, and only there.
    @Test func removalIsFedOneBatchAhead() throws {
        let reference = try #require(Milbich2021Case.all.first { $0.feed == "published" })
        let published = try reference.run(ridge: nil)
        var settings = reference.settings(ridge: nil)
        settings.removalFedAsPublished = false
        let consistent = try Milbich2021(
            means: reference.means, train: reference.train, test: reference.test, by: settings)
        #expect(published.harder == consistent.harder)
        let last = try #require(published.harder.last)
        for run in [published, consistent] {
            #expect(run.removal[0].train == last.train && run.removal[0].test == last.test)
        }
        #expect(consistent.removal[0].squared == last.squared)
        settings.iterations += 1
        let longer = try Milbich2021(
            means: reference.means, train: reference.train, test: reference.test, by: settings)
        #expect(published.removal[0].squared == longer.harder.last?.squared)
    }

    @Test(arguments: [1, 2], [true, false])
    func extremePartitionIsTheBestRecord(swaps: Int, harder: Bool) throws {
        let reference = Milbich2021Case.all[harder ? 0 : 7]
        let means = reference.means
        let run = try Milbich2021(
            means: means, train: reference.train, test: reference.test,
            by: Milbich2021.Settings(
                swapsPerIteration: swaps, iterations: 31, easierIterations: 31, removalIterations: 0))
        var calls = 0
        let extreme = try Milbich2021.extremePartition(
            means: means, train: reference.train, test: reference.test, harder: harder, swapsPerIteration: swaps,
            iterations: 30, history: harder ? 5 : 30
        ) { train, test in
            calls += 1
            return try frechetDistance(
                GaussianStatistics(means.selectingRows(train)), GaussianStatistics(means.selectingRows(test))
            ).squared
        }
        #expect(calls == 31)
        let records = harder ? run.harder : run.easier
        let best = try #require(
            harder ? records.max { $0.squared < $1.squared } : records.min { $0.squared < $1.squared })
        #expect(best.key != 0 && best.key != records.last?.key)
        #expect(extreme.train == best.train && extreme.test == best.test)
    }

    @Test func reportsEveryIteration() throws {
        let reference = Milbich2021Case.all[0]
        var reports: [String] = []
        _ = try Milbich2021(
            means: reference.means, train: reference.train, test: reference.test,
            by: Milbich2021.Settings(iterations: 2, easierIterations: 1, removalIterations: 2)
        ) { reports.append("\($0) \($1)") }
        #expect(reports == ["harder 1", "harder 2", "easier 1", "removal 1", "removal 2"])
    }

    @Test func publishedSettings() throws {
        let settings = Milbich2021.Settings()
        #expect(settings.easierIterations == 15 && settings.removalIterations == 35)
        let copy = try JSONDecoder().decode(
            Milbich2021.Settings.self, from: JSONEncoder().encode(Milbich2021.Settings(ridge: 1e-8)))
        #expect(copy == Milbich2021.Settings(ridge: 1e-8))
    }

    @Test func refusals() throws {
        let means = Matrix(rows: [[0.0, 0], [1, 5], [2, 4], [3, .nan]])
        #expect(throws: SplitError.tooFewVectors(side: .test, count: 1, statistic: .classMeans)) {
            try Milbich2021(means: means, train: [0, 1], test: [2])
        }
        #expect(throws: FrechetError.nonFinite(row: 3, column: 1)) {
            try Milbich2021(means: means, train: [0, 1], test: [2, 3])
        }
        let wrong: [Milbich2021.Settings] = [
            .init(swapsPerIteration: 0), .init(iterations: 0), .init(easierIterations: -1),
            .init(removalIterations: -1), .init(history: 0), .init(easierHistory: 0), .init(ridge: 0),
            .init(ridge: .nan),
        ]
        for settings in wrong {
            #expect(throws: SplitError.self) {
                try Milbich2021(means: means, train: [0, 1], test: [2, 3], by: settings)
            }
        }
    }
}
