import DenseLinearAlgebra
import Evaluation
import Foundation
import Retrieval
import Testing
import TestSupport

@Suite struct FewShotScoresTests {
    /// Two classes that differ by 1 in y, and vary by much more in x.
    private let rows: Matrix<Float> = Matrix(rows: [
        [0, 0], [10, 0], [0, 1], [10, 1],  // The support.
        [0, 0], [2, 0], [0, 1], [2, 1],
        [1, 0.5], [1, 0.5],  // A class without support.
    ])
    private let classes = [0, 0, 1, 1, 0, 0, 1, 1, 2, 2]

    /// Before, (0, 1) is nearer to (0, 0) than (2, 0) is; by the map of `LinearAdaptationTests` its squared distance becomes
    /// 93/700 = 0.133, and that of (2, 0) 12/125 = 0.096.
    @Test func theMapPutsAPlainCaseRight() throws {
        let scores = try fewShotEpisodeScores(
            of: rows, classNumbers: classes, supportRows: [3, 0, 2, 1], rules: RankingRules(similarity: .euclidean))
        #expect(scores.baseline[.recall(1)] == 0)
        #expect(scores.adapted[.recall(1)] == 1)
        #expect(scores.adapted[.averagePrecisionAtR] == 1)
        #expect(scores.baseline.queryCount == 4 && scores.adapted.queryCount == 4)
        #expect(scores.classCount == 2 && scores.leftOutClassCount == 1)
    }

    @Test func queriesAreTheComplementOfTheClassesWithSupport() throws {
        let (rows, classes) = clusteredEmbeddings(n: 150, d: 8, classCount: 6, spread: 1.3, seed: 81)
        // Three of each class but the last.
        let support = (0..<5).flatMap { number in classes.indices.filter { classes[$0] == number }.suffix(3) }
        let complement = classes.indices.filter { classes[$0] < 5 && !support.contains($0) }
        var generator = SplitMix64(seed: 82)
        for similarity in [Similarity.cosine, .euclidean] {
            let scores = try fewShotEpisodeScores(
                of: rows, classNumbers: classes, supportRows: support.shuffled(using: &generator),
                rules: RankingRules(similarity: similarity))
            let numbers = complement.map { classes[$0] }
            let before = try RetrievalSet(rows.selectingRows(complement), classNumbers: numbers).scores(
                by: RankingRules(similarity: similarity)
            ).mean()
            #expect(scores.baseline == before)
            let ascending = support.sorted()
            let adaptation = try LinearAdaptation(
                support: rows.selectingRows(ascending), classNumbers: ascending.map { classes[$0] },
                similarity: similarity)
            let after = try RetrievalSet(adaptation.adapting(rows.selectingRows(complement)), classNumbers: numbers)
                .scores(by: RankingRules(similarity: similarity)).mean()
            #expect(scores.adapted == after)
            #expect(before != after)
            #expect(scores.classCount == 5 && scores.leftOutClassCount == 1)
        }
    }

    /// Whoever shares a group with the support is neither a query nor an item.
    @Test func groupsOfTheSupportAreLeftOut() throws {
        let (rows, classes) = clusteredEmbeddings(n: 120, d: 6, classCount: 5, spread: 1.3, seed: 83)
        let support = (0..<5).flatMap { number in classes.indices.filter { classes[$0] == number }.prefix(3) }
        let groups: [Int?] = classes.indices.map { $0 % 4 == 0 ? nil : $0 / 10 }
        let seen = Set(support.compactMap { groups[$0] })
        let kept = classes.indices.filter { row in
            support.contains(row) || groups[row].map { !seen.contains($0) } ?? true
        }
        let place = Dictionary(uniqueKeysWithValues: zip(kept, kept.indices))
        let all = try fewShotEpisodeScores(of: rows, classNumbers: classes, supportRows: support, groups: groups)
        let without = try fewShotEpisodeScores(
            of: rows.selectingRows(kept), classNumbers: kept.map { classes[$0] },
            supportRows: support.compactMap { place[$0] })
        #expect(all == without && kept.count < 120)
        let across = try fewShotEpisodeScores(
            of: rows, classNumbers: classes, supportRows: support, groups: groups, isAcrossGroups: true)
        #expect(across.baseline != all.baseline)
    }

    @Test func loneQueriesOfTheComplement() throws {
        // Class 0 has one sample beside its support, class 1 two.
        let rows: Matrix<Float> = Matrix(rows: [[0, 0], [1, 3], [2, 1], [9, 9], [8, 6], [9, 7], [7, 9]])
        let classes = [0, 0, 0, 1, 1, 1, 1]
        let excluded = try fewShotEpisodeScores(
            of: rows, classNumbers: classes, supportRows: [0, 1, 3, 4], rules: RankingRules(similarity: .euclidean))
        #expect(excluded.baseline.queryCount == 2 && excluded.baseline.loneQueryCount == 1)
        #expect(excluded.adapted.loneQueryCount == 1)
        #expect(excluded.baseline[.recall(1)] == 1)
        let zero = try fewShotEpisodeScores(
            of: rows, classNumbers: classes, supportRows: [0, 1, 3, 4], rules: RankingRules(similarity: .euclidean),
            loneQueries: .zero)
        #expect(zero.baseline[.recall(1)] == 2.0 / 3)
    }

    @Test func whatCannotBeScored() {
        #expect(throws: RetrievalError.noQueries(loneQueryCount: 0)) {
            try fewShotEpisodeScores(
                of: rows, classNumbers: classes, supportRows: Array(0..<8), rules: RankingRules(similarity: .euclidean))
        }
        #expect(throws: EvaluationError.uniformSupport(sampleCount: 2, classCount: 2)) {
            try fewShotEpisodeScores(
                of: rows, classNumbers: classes, supportRows: [0, 2], rules: RankingRules(similarity: .euclidean))
        }
        #expect(throws: EvaluationError.uniformSupport(sampleCount: 0, classCount: 0)) {
            try fewShotEpisodeScores(of: rows, classNumbers: classes, supportRows: [])
        }
        // Rows are counted as given, not within the support.
        #expect(throws: RetrievalError.nonFiniteEmbedding(row: 2, column: 1)) {
            try fewShotEpisodeScores(
                of: Matrix(rows: [[1, 2], [3, 4], [5, .nan]]), classNumbers: [0, 0, 0], supportRows: [0, 1])
        }
    }

    private func episode(_ before: Double, _ after: Double, queryCount: Int = 8) -> FewShotEpisodeScores {
        func scores(_ value: Double) -> RetrievalScores {
            RetrievalScores(
                metrics: [.recall(1), .averagePrecisionAtR], values: [value, value / 2], queryCount: queryCount,
                loneQueryCount: 1)
        }
        return FewShotEpisodeScores(
            baseline: scores(before), adapted: scores(after), classCount: 3, leftOutClassCount: 2)
    }

    /// Gains ¼, ¼ and ½ have the mean ⅓ and the variance (2/144 + 4/144) / 2 = 1/48.
    @Test func gainsArePairedByEpisode() throws {
        let scores = FewShotScores(
            shots: 2, episodes: [episode(0.25, 0.5), episode(0.5, 0.75), episode(0.375, 0.875, queryCount: 9)])
        #expect(scores.shots == 2 && scores.episodeCount == 3)
        #expect(scores.classCount == 3 && scores.leftOutClassCount == 2)
        #expect(abs(scores.queryCount - 25.0 / 3) < 1e-12 && scores.loneQueryCount == 1)
        #expect(scores.baseline[.recall(1)]?.mean == 0.375)
        #expect(scores.baseline[.recall(1)]?.standardDeviation == 0.125)
        let gain = try #require(scores.gain[.recall(1)])
        #expect(abs(gain.mean - 1.0 / 3) < 1e-15)
        let deviation = (1.0 / 48).squareRoot()
        #expect(try abs(#require(gain.standardDeviation) - deviation) < 1e-15)
        // With 2 degrees of freedom the quantile of p is (2p − 1) / √(2p(1 − p)).
        let margin = 0.95 / 0.04875.squareRoot() * deviation / 3.0.squareRoot()
        #expect(try abs(#require(gain.low) - (gain.mean - margin)) < 1e-14)
        #expect(try abs(#require(gain.high) - (gain.mean + margin)) < 1e-14)
        #expect(abs((scores.gain[.averagePrecisionAtR]?.mean ?? 0) - 1.0 / 6) < 1e-15)
    }

    @Test func oneEpisodeHasNoInterval() {
        let gain = FewShotScores(shots: 5, episodes: [episode(0.25, 0.5)]).gain[.recall(1)]
        #expect(gain == StudentInterval(over: [0.25]))
        #expect(gain?.mean == 0.25 && gain?.low == nil && gain?.high == nil && gain?.standardDeviation == nil)
        #expect(StudentInterval(over: [0.5, 0.5, 0.5]).low == 0.5)
    }

    @Test func directionsAreAveragedWithinEpisodes() {
        let mean = FewShotEpisodeScores.mean(of: [episode(0.25, 0.5), episode(0.75, 0.5)])
        #expect(mean.baseline[.recall(1)] == 0.5 && mean.adapted[.recall(1)] == 0.5)
        #expect(mean.classCount == 6 && mean.leftOutClassCount == 4 && mean.baseline.queryCount == 16)
    }

    private struct Reference: Decodable {
        struct Interval: Decodable {
            let values: [Double]
            let mean: Double
            let standardDeviation: Double
            let low: Double
            let high: Double
        }
        let intervals: [Interval]
    }

    /// Compares with scipy; `Scripts/fixtures/few_shot_reference.py` made the values.
    @Test func intervalsEqualThoseOfScipy() throws {
        let file = testFile("EvaluationTests/Fixtures/few_shot.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let intervals = try decoder.decode(Reference.self, from: Data(contentsOf: file)).intervals
        #expect(intervals.count == 4)
        for reference in intervals {
            let interval = StudentInterval(over: reference.values)
            #expect(abs(interval.mean - reference.mean) < 1e-14)
            #expect(try abs(#require(interval.standardDeviation) - reference.standardDeviation) < 1e-14)
            #expect(try abs(#require(interval.low) - reference.low) < 1e-13)
            #expect(try abs(#require(interval.high) - reference.high) < 1e-13)
        }
    }

    @Test func jsonIsKeyedByMetric() throws {
        let scores = FewShotScores(shots: 2, episodes: [episode(0.25, 0.5), episode(0.5, 0.5)])
        let data = try JSONEncoder().encode(scores)
        let json = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(
            json.keys.sorted() == [
                "adapted", "baseline", "class_count", "episode_count", "gain", "left_out_class_count",
                "lone_query_count", "query_count", "shots",
            ])
        let gain = try #require(json["gain"] as? [String: [String: Any]])
        #expect(gain.keys.sorted() == ["map@r", "recall@1"])
        #expect(gain["recall@1"]?.keys.sorted() == ["high", "low", "mean", "standard_deviation"])
        #expect(gain["recall@1"]?["mean"] as? Double == 0.125)
        #expect(try JSONDecoder().decode(FewShotScores.self, from: data) == scores)
    }
}
