import Datasets
import DenseLinearAlgebra
import Evaluation
import Files
import Retrieval
import Testing
import TestSupport

/// A made-up dataset with a graded series of sides, and scores of tasks along it as `evaluate` combines them.
private struct Series {
    let dataset: Dataset
    let rows: [[Double]]
    /// For each level, the classes of the forward and of the reverse task.
    let levels: [[[Int]]]
    let scorer: TaskScorer
    let catalogue: Catalogue

    init(
        seed: UInt64, classCount: Int = 30, samplesPerClass: Int = 4, levelCount: Int = 6, forwardOnly: Bool = false,
        removing: Int = 2
    ) throws {
        var rng = SplitMix64(seed: seed)
        dataset = try Dataset(
            name: "made up",
            samples: (0..<classCount * samplesPerClass).map { number in
                Sample(id: "\(number)", classLabel: "class \(100 + number / samplesPerClass)")
            })
        let centres = (0..<classCount).map { _ in (0..<8).map { _ in rng.bell() } }
        rows = (0..<classCount * samplesPerClass).map { number in
            centres[number / samplesPerClass].map { $0 + rng.bell() }
        }
        // From sides by number to sides by the first coordinate, and then without the classes in the middle.
        let byNumber = Array(0..<classCount)
        let byPlace = byNumber.sorted { centres[$0][0] < centres[$1][0] }
        levels = (0..<levelCount).map { level in
            var sides = [[Int]](repeating: [], count: 2)
            for (position, number) in byPlace.enumerated() {
                let hard = position < classCount / 2 ? 0 : 1
                let isMoved = number * levelCount < level * classCount
                let side = isMoved ? hard : number % 2
                let isRemoved = level == levelCount - 1 && abs(2 * position + 1 - classCount) < removing
                if !isRemoved { sides[side].append(number) }
            }
            return (forwardOnly ? [sides[0]] : sides).map { $0.sorted() }
        }
        scorer = TaskScorer(dataset: dataset)
        catalogue = Catalogue(of: dataset, testClasses: levels)
    }

    /// The results of embeddings by level and direction.
    func results(_ embeddings: (_ level: Int, _ direction: Int) -> [[Double]]) throws -> EvaluationResults {
        func matrix(_ rows: [[Double]]) -> Matrix<Float> { Matrix(rows: rows.map { $0.map { Float($0) } }) }
        let frozen = try #require(try scorer.scores(of: matrix(rows), in: catalogue, ofClasses: catalogue.classes))
        return EvaluationResults(
            tool: "oodml test", dataset: dataset.name, model: "m", settings: .init(catalogue: catalogue),
            levels: try levels.enumerated().map { level, directions in
                let tasks = try directions.enumerated().map { direction, classes in
                    let all = matrix(embeddings(level, direction))
                    let samples = dataset.samples(ofClasses: classes)
                    let within = try scorer.scores(of: all.selectingRows(samples), samples: samples)
                    return (
                        TaskEvaluation(scores: [.full: [.model: within]]),
                        try scorer.scores(of: all, in: catalogue, ofClasses: classes)
                    )
                }
                return LevelEvaluation(
                    id: "level-\(level + 1)", origin: "swap", step: level, fid: Double(10 * level * level + 5),
                    forward: tasks[0].0, reverse: tasks.count > 1 ? tasks[1].0 : nil,
                    catalogue: [
                        .model: try scorer.scores(pooling: tasks.compactMap(\.1)),
                        .backbone: try scorer.scores(pooling: [frozen]),
                    ])
            })
    }

    func noisy(_ scale: Double, seed: UInt64) -> [[Double]] {
        var rng = SplitMix64(seed: seed)
        return rows.map { $0.map { $0 + scale * rng.bell() } }
    }

    func projected(to count: Int, seed: UInt64) -> [[Double]] {
        var rng = SplitMix64(seed: seed)
        let map = (0..<8).map { _ in (0..<count).map { _ in rng.bell() } }
        return rows.map { row in
            (0..<count).map { column in zip(row, map).reduce(0) { $0 + $1.0 * $1.1[column] } }
        }
    }
}

@Suite struct CatalogueTests {
    @Test func queriesAreThoseOfClassesThatEveryLevelTests() throws {
        let series = try Series(seed: 1)
        let removed = Set(0..<30).subtracting(series.levels[5].joined())
        #expect(removed.count == 2)
        #expect(series.catalogue.classes == (0..<30).filter { !removed.contains($0) })
        #expect(series.catalogue.itemCount == 120)
        for level in series.levels {
            let asked = level.map { series.catalogue.queries(ofClasses: $0) }
            #expect(asked.joined().sorted() == series.catalogue.queries(ofClasses: series.catalogue.classes))
            #expect(asked.joined().count == 4 * 28)
        }
        // Forward alone: only classes that are never on the other side.
        let forward = try Series(seed: 1, forwardOnly: true)
        let always = forward.levels.reduce(Set(0..<30)) { $0.intersection($1[0]) }
        #expect(Set(forward.catalogue.classes) == always && always.count < 15)
    }

    @Test func scoresAgreeWithBruteForce() throws {
        let series = try Series(seed: 2, classCount: 9)
        let (a, b) = (series.noisy(0.5, seed: 3), series.projected(to: 5, seed: 4))
        func cosine(_ x: [Double], _ y: [Double]) -> Double {
            func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
            return dot(x, y) / (dot(x, x) * dot(y, y)).squareRoot()
        }
        let results = try series.results { _, direction in direction == 0 ? a : b }
        for (level, found) in zip(series.levels, results.levels) {
            var (hits, count) = (0, 0)
            for (rows, classes) in zip([a, b], level) {
                for query in rows.indices where classes.contains(query / 4) {
                    guard series.catalogue.classes.contains(query / 4) else { continue }
                    let nearest = rows.indices.filter { $0 != query }.max {
                        cosine(rows[query], rows[$0]) < cosine(rows[query], rows[$1])
                    }
                    hits += nearest.map { $0 / 4 } == query / 4 ? 1 : 0
                    count += 1
                }
            }
            let scores = try #require(found.scores(of: .model, gallery: .catalogue))
            #expect(scores.forward == nil && scores.reverse == nil)
            #expect(scores.mean.scores.queryCount == count)
            #expect(abs((scores.mean.scores[.recall(1)] ?? 0) - Double(hits) / Double(count)) < 1e-12)
        }
    }

    /// Not about 0, but 0: each level's scores, their errors and the parts of these are the same to the last bit, however
    /// the queries are divided among the directions.
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func anEmbeddingThatNeverChangesHasNoCost(seed: UInt64) throws {
        let series = try Series(seed: seed)
        let placebos = [
            series.rows, series.noisy(0.5, seed: seed), series.noisy(1, seed: seed), series.noisy(3, seed: seed),
            series.projected(to: 2, seed: seed), series.projected(to: 4, seed: seed),
            series.rows.map { Array($0.prefix(3)) },
        ]
        for (number, placebo) in placebos.enumerated() {
            let results = try series.results { _, _ in placebo }
            let first = try #require(results.levels[0].scores(of: .model, gallery: .catalogue)?.mean)
            #expect(first.estimates[.averagePrecisionAtR]?.contributions.count == 20)
            for level in results.levels {
                #expect(level.scores(of: .model, gallery: .catalogue)?.mean == first, "placebo \(number), \(level.id)")
                #expect(level.gain() == results.levels[0].gain())
                if number == 0 { #expect(level.gain()?.values.allSatisfy { $0.value == 0 && $0.margin == 0 } == true) }
            }
            for metric in results.metrics {
                let cost = try #require(results.costOfShift(of: metric))
                #expect(cost.cost.value == 0 && cost.cost.margin == 0 && cost.trend.errorOverLevels == 0)
                #expect(cost.verdict == .notShown && cost.trend.pValue == 1)
            }
        }
    }

    /// The embeddings of each task are drawn anew, so that scores differ from level to level by chance alone.
    @Test func placebosRedrawnAtEachLevelRarelyGetAVerdict() throws {
        typealias Placebo = (Series, UInt64) -> [[Double]]
        let kinds: [(String, Placebo)] = [
            ("noise", { $0.noisy(1, seed: $1) }), ("projections", { $0.projected(to: 4, seed: $1) }),
        ]
        for (name, make) in kinds {
            var verdicts = 0
            for seed in 0..<80 as Range<UInt64> {
                let series = try Series(seed: 1000 + seed)
                let results = try series.results { level, direction in
                    make(series, seed &* 1000 + UInt64(level * 2 + direction))
                }
                let cost = try #require(results.costOfShift(of: .averagePrecisionAtR))
                #expect(cost.verdict != .none)
                if cost.verdict != .notShown { verdicts += 1 }
            }
            // Of 80 at 5 % there are more than 8 in 2 % of cases.
            #expect(verdicts <= 8, "\(name): \(verdicts) of 80")
        }
    }

    @Test func aModelThatShiftCostsSomethingIsFound() throws {
        var (found, wrong) = (0, 0)
        for seed in 0..<30 as Range<UInt64> {
            let series = try Series(seed: 2000 + seed)
            let results = try series.results { level, direction in
                // The levels are at distances like the squares of their numbers, and so is the damage.
                series.noisy(
                    0.3 + 1.2 * Double(level * level) / 25, seed: seed &* 100 + UInt64(level * 2 + direction))
            }
            let cost = try #require(results.costOfShift(of: .averagePrecisionAtR))
            if cost.verdict == .costs { found += 1 }
            if cost.verdict == .pays { wrong += 1 }
            #expect(cost.cost.value > 0)
        }
        #expect(found >= 27 && wrong == 0, "\(found) of 30")
    }

    @Test func theErrorIsThatOfLeavingClassesOut() throws {
        let series = try Series(seed: 5)
        let (a, b) = (series.noisy(1, seed: 6), series.noisy(1, seed: 7))
        func matrix(_ rows: [[Double]]) -> Matrix<Float> { Matrix(rows: rows.map { $0.map { Float($0) } }) }
        let method = ConfidenceMethod.classJackknife()
        let groups = method.groups(ofClasses: 30)
        /// MAP@R of the level's queries without a group, with the number of queries.
        func score(without group: Int?) throws -> (mean: Double, count: Int) {
            var (sum, count) = (0.0, 0)
            for (rows, classes) in zip([a, b], series.levels[2]) {
                let kept = rows.indices.filter { groups[$0 / 4] != group }
                let queries = series.catalogue.queries(ofClasses: classes).filter { groups[$0 / 4] != group }
                guard !queries.isEmpty else { continue }
                let places = Dictionary(uniqueKeysWithValues: zip(kept, kept.indices))
                let scores = try RetrievalSet(
                    queries: matrix(queries.map { rows[$0] }), classNumbers: queries.map { $0 / 4 },
                    gallery: matrix(kept.map { rows[$0] }), galleryClassNumbers: kept.map { $0 / 4 },
                    ownItems: queries.map { places[$0] }
                ).scores([.averagePrecisionAtR])
                sum += scores[.averagePrecisionAtR]?.reduce(0, +) ?? .nan
                count += queries.count
            }
            return (sum / Double(count), count)
        }
        let whole = try score(without: nil)
        let estimate = try #require(
            try series.results { _, direction in direction == 0 ? a : b }.levels[2]
                .scores(of: .model, gallery: .catalogue)?.mean.estimates[.averagePrecisionAtR])
        #expect(abs(estimate.value - whole.mean) < 1e-12)
        let parts = try (0..<20).map { group in
            let rest = try score(without: group)
            let share = Double(whole.count - rest.count) / Double(whole.count)
            return (share, (1 - share) * (whole.mean - rest.mean))
        }
        let sum = parts.reduce(0) { $0 + $1.1 }
        let filledCount = Double(parts.count { $0.0 > 0 })
        let scale = ((filledCount - 1) / filledCount).squareRoot()
        for (found, part) in zip(estimate.contributions, parts) {
            let expected = (part.1 - part.0 * sum) / (1 - part.0) * scale
            #expect(abs(found - expected) < 5e-5 * abs(expected) + 1e-8)
        }
    }

    /// Below six groups there is a cost, but no error and no verdict.
    @Test func fewClassesGiveNoVerdict() throws {
        for (classCount, isJudged) in [(5, false), (7, true)] {
            let series = try Series(seed: 8, classCount: classCount, removing: 1)
            let results = try series.results { level, direction in
                series.noisy(Double(level), seed: UInt64(level * 2 + direction))
            }
            let cost = try #require(results.costOfShift(of: .averagePrecisionAtR))
            let asked = series.catalogue.classes.count
            #expect((asked >= TaskScorer.fewestGroups) == isJudged)
            #expect((cost.cost.margin != nil) == isJudged && (cost.verdict != .none) == isJudged)
            let mean = try #require(results.levels[0].scores(of: .model)?.mean)
            #expect(mean.estimates.values.allSatisfy { $0.margin == nil }, "two or three classes a side")
        }
    }

    @Test func rolesAndCamerasHoldInTheCatalogue() throws {
        let roles: [SampleRole?] = [.query, .gallery, nil, nil, .query, .gallery]
        let dataset = try Dataset(
            name: "roles",
            samples: (0..<6).map { Sample(id: "\($0)", classLabel: "\($0 / 2)", role: roles[$0]) })
        let catalogue = Catalogue(of: dataset, testClasses: [[[0, 1], [2]], [[1, 2], [0]]])
        #expect(catalogue.classes == [0, 1, 2] && catalogue.itemCount == 4)
        #expect(catalogue.queries(ofClasses: [0, 1]) == [0, 2, 3])
        let scorer = TaskScorer(
            dataset: dataset, rules: RankingRules(similarity: .euclidean), metrics: [.recall(1)], confidence: .none)
        // The gallery is at 1, 3, 3.5 and 9. From 0 it is 1 that is nearest, of the same class; from 2.2 it is 3, of another.
        let matrix = Matrix<Float>(rows: [[0], [1], [3], [3.5], [2.2], [9]])
        let parts = try [[0, 1], [2]].compactMap { try scorer.scores(of: matrix, in: catalogue, ofClasses: $0) }
        let scores = try scorer.scores(pooling: parts)
        #expect(scores.scores.queryCount == 4 && scores.scores[.recall(1)] == 0.75)
        #expect(try scorer.scores(of: matrix, in: catalogue, ofClasses: []) == nil)
    }

    @Test func resultsKeepTheCatalogue() throws {
        let series = try Series(seed: 9)
        let results = try series.results { level, direction in
            series.noisy(0.5, seed: UInt64(level * 2 + direction))
        }
        let text = try JSONCoding.text(of: results)
        #expect(try JSONCoding.results(from: text) == results)
        let object = try JSONCoding.object(in: text)
        #expect((object["gains"] as? [[String: Any]])?.count == results.levels.count * results.metrics.count)
        let costs = try #require(object["costs_of_shift"] as? [[String: Any]])
        #expect(costs.count == results.metrics.count)
        #expect(costs.compactMap { $0["verdict"] as? String }.count == 1)
        #expect(resultsTable(results).rows.contains { $0[5] == "catalogue" && $0[7] == "mean" })
        #expect(!resultsTable(results).rows.contains { $0[5] == "catalogue" && $0[7] != "mean" })
    }
}
