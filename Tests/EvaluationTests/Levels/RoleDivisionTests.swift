import Datasets
import DenseLinearAlgebra
import Evaluation
import Retrieval
import Testing
import TestSupport

@Suite struct RoleDivisionTests {
    /// Thirty noisy classes of five samples, of which the first two thirds have roles: two queries and three items, or in
    /// every seventh class two items and three samples without a role.
    private func noisy(seed: UInt64) throws -> (dataset: Dataset, matrix: Matrix<Float>) {
        var rng = SplitMix64(seed: seed)
        var (samples, rows): ([Sample], [[Float]]) = ([], [])
        for number in 0..<30 {
            let centre = (0..<5).map { _ in rng.bell() }
            for i in 0..<5 {
                let role: SampleRole? =
                    number >= 20 ? nil : number % 7 == 3 ? (i < 2 ? .gallery : nil) : i < 2 ? .query : .gallery
                samples.append(Sample(id: "\(number)-\(i)", classLabel: "class \(10 + number)", role: role))
                rows.append(centre.map { Float($0 + rng.bell()) })
            }
        }
        return (try Dataset(name: "noisy", samples: samples), Matrix(rows: rows))
    }

    @Test func byHand() {
        let division = RoleDivision([nil, .query, .gallery, .query, nil])
        #expect(division.queries == [0, 1, 3, 4])
        #expect(division.gallery == [0, 2, 4])
        #expect(division.ownItems == [0, nil, nil, 2])
        #expect(!division.isOneAgainstRest)
        let plain = RoleDivision([nil, nil, nil])
        #expect(plain.queries == [0, 1, 2] && plain.gallery == [0, 1, 2] && plain.ownItems == [0, 1, 2])
        #expect(plain.isOneAgainstRest)
        // As many queries as items, but not the same samples.
        #expect(!RoleDivision([.query, .gallery]).isOneAgainstRest)
        #expect(!RoleDivision([.query, nil]).isOneAgainstRest && !RoleDivision([.gallery, nil]).isOneAgainstRest)
        #expect(RoleDivision([]).isOneAgainstRest)
    }

    /// Places on a line: the query of a at 0, its item at 1, the query of b at 2.1 with its item at 9, and c without roles
    /// at 3 and 9.5.
    @Test func scoresByHand() throws {
        let dataset = try Dataset(
            name: "line",
            samples: [
                Sample(id: "1", classLabel: "a", role: .query), Sample(id: "2", classLabel: "a", role: .gallery),
                Sample(id: "3", classLabel: "b", role: .query), Sample(id: "4", classLabel: "b", role: .gallery),
                Sample(id: "5", classLabel: "c"), Sample(id: "6", classLabel: "c"),
            ])
        let scorer = TaskScorer(
            dataset: dataset, rules: RankingRules(similarity: .euclidean),
            metrics: [.recall(1), .recall(2), .reciprocalRank], confidence: .none)
        let scores = try scorer.scores(of: Matrix(rows: [[0], [1], [2.1], [9], [3], [9.5]]), samples: Array(0..<6))
        // The gallery is 1 (a), 9 (b), 3 and 9.5 (c). From 0: a, the first of all. From 2.1: c at 3, a at 1, then b. From 3,
        // itself left out: a at 1, b at 9, then c. From 9.5: b at 9, then c at 3.
        #expect(scores.scores.queryCount == 4 && scores.scores.loneQueryCount == 0 && scores.classCount == 3)
        #expect(scores.scores[.recall(1)] == 0.25)
        #expect(scores.scores[.recall(2)] == 0.5)
        #expect(abs((scores.scores[.reciprocalRank] ?? 0) - (1 + 1 / 3.0 + 1 / 3 + 1 / 2) / 4) < 1e-15)
    }

    @Test func classesWithoutItemsOrQueriesCount() throws {
        let dataset = try Dataset(
            name: "odd",
            samples: [
                Sample(id: "1", classLabel: "a", role: .query), Sample(id: "2", classLabel: "b", role: .gallery),
                Sample(id: "3", classLabel: "c"), Sample(id: "4", classLabel: "c"),
            ])
        for confidence in [ConfidenceMethod.none, .classJackknife(), .fixedGalleryBootstrap()] {
            let scorer = TaskScorer(
                dataset: dataset, rules: RankingRules(similarity: .euclidean), confidence: confidence)
            let scores = try scorer.scores(of: Matrix(rows: [[0], [1], [2], [3]]), samples: [0, 1, 2, 3])
            // The query of a is alone, b is only in the way, and of c one finds the other but behind b.
            #expect(scores.scores.queryCount == 2 && scores.scores.loneQueryCount == 1 && scores.classCount == 3)
            #expect(scores.scores[.recall(1)] == 0.5)
            #expect(throws: RetrievalError.noQueries(loneQueryCount: 1)) {
                try scorer.scores(of: Matrix(rows: [[0], [1]]), samples: [0, 1])
            }
            #expect(throws: RetrievalError.noQueries(loneQueryCount: 0)) {
                try scorer.scores(of: Matrix(rows: [[1]]), samples: [1])
            }
        }
    }

    @Test(arguments: [LoneQueryPolicy.excluded, .zero], [Similarity.cosine, .euclidean])
    func jackknifeAgreesWithLeavingClassesOut(policy: LoneQueryPolicy, similarity: Similarity) throws {
        let (dataset, matrix) = try noisy(seed: 3)
        let samples = dataset.samples(ofClasses: 4..<29)
        let method = ConfidenceMethod.classJackknife(groupCount: 6)
        func scorer(_ method: ConfidenceMethod) -> TaskScorer {
            TaskScorer(
                dataset: dataset, rules: RankingRules(similarity: similarity), loneQueries: policy, confidence: method)
        }
        let scores = try scorer(method).scores(of: matrix.selectingRows(samples), samples: samples)
        let plain = scorer(.none)
        let whole = try plain.scores(of: matrix.selectingRows(samples), samples: samples)
        #expect(scores.scores == whole.scores)
        let groups = method.groups(ofClasses: dataset.classLabels.count)
        let queries = samples.filter { dataset.samples[$0].role != .gallery }
        for metric in RetrievalMetric.standard {
            let value = try #require(whole.scores[metric])
            var (shares, raw): ([Double], [Double]) = ([], [])
            for group in 0..<6 {
                let rest = samples.filter { groups[dataset.classOfSample[$0]] != group }
                let without = try plain.scores(of: matrix.selectingRows(rest), samples: rest)
                let own = queries.count { groups[dataset.classOfSample[$0]] == group }
                shares.append(Double(own) / Double(queries.count))
                raw.append((1 - shares[group]) * (value - (without.scores[metric] ?? .nan)))
            }
            let sum = raw.reduce(0, +)
            let filledCount = Double(shares.count { $0 > 0 })
            let scale = ((filledCount - 1) / filledCount).squareRoot()
            let estimate = try #require(scores.estimates[metric])
            for group in 0..<6 {
                // Contributions are rounded to five digits, as in files.
                let expected = (raw[group] - shares[group] * sum) / (1 - shares[group]) * scale
                #expect(
                    abs(estimate.contributions[group] - expected) < 5e-5 * abs(expected) + 1e-8,
                    "\(metric.name), group \(group)")
            }
        }
    }

    @Test func rerankingIsThatOfQueriesAndGallery() throws {
        let (dataset, matrix) = try noisy(seed: 5)
        let samples = Array(dataset.samples.indices)
        let division = RoleDivision(dataset.samples.map(\.role))
        let settings = ReciprocalReranking(k1: 5, k2: 2, lambda: 0.3)
        let expected = try RetrievalSet(
            queries: matrix.selectingRows(division.queries),
            classNumbers: division.queries.map { dataset.classOfSample[$0] },
            gallery: matrix.selectingRows(division.gallery),
            galleryClassNumbers: division.gallery.map { dataset.classOfSample[$0] }, ownItems: division.ownItems
        ).scores(by: RankingRules(reranking: settings)).mean()
        for confidence in [ConfidenceMethod.none, .classJackknife()] {
            let scorer = TaskScorer(dataset: dataset, rules: RankingRules(reranking: settings), confidence: confidence)
            #expect(try scorer.scores(of: matrix, samples: samples).scores == expected)
        }
    }

    @Test func rowsThatAreNotFiniteAreCountedAsGiven() throws {
        let (dataset, matrix) = try noisy(seed: 1)
        var rows = (0..<10).map { Array(matrix.row($0)) }
        rows[7][2] = .nan
        #expect(throws: RetrievalError.nonFiniteEmbedding(row: 7, column: 2)) {
            try TaskScorer(dataset: dataset).scores(of: Matrix(rows: rows), samples: Array(0..<10))
        }
    }

    @Test func matchedGalleriesHaveEquallyManyItems() throws {
        let (dataset, matrix) = try noisy(seed: 2)
        // The first level's classes have three items and two queries, the second's five samples that are both.
        let tasks = [[0, 1, 2, 4, 5, 6], [20, 21, 22, 23]]
        let gallery = MatchedGallery(of: dataset, testClasses: tasks, drawCount: 5)
        #expect(gallery.classCount == 4 && gallery.samplesPerClass == 3)
        for draw in 0..<5 {
            for (task, queryCount) in zip(tasks, [8, 12]) {
                let division = RoleDivision(
                    gallery.samples(ofClasses: task, draw: draw).map { dataset.samples[$0].role })
                #expect(division.gallery.count == 12 && division.queries.count == queryCount)
            }
        }
        let samples = dataset.samples(ofClasses: tasks[0])
        let scores = try TaskScorer(dataset: dataset).scores(
            of: matrix.selectingRows(samples), samples: samples, classes: tasks[0], in: gallery)
        #expect(scores.scores.queryCount == 8 && scores.classCount == 4)
    }

    /// Where samples have roles, queries keep their rows among all samples, and only the gallery is found.
    @Test func rolesAreFollowed() throws {
        let points = Matrix<Float>(rows: [[0], [1], [10], [11.5], [20], [5], [30], [33]])
        let dataset = try Dataset(
            name: "roles",
            samples: (0..<8).map {
                Sample(id: "\($0)", classLabel: "\($0 / 2)", role: $0.isMultiple(of: 2) ? .query : .gallery)
            })
        let scorer = TaskScorer(
            dataset: dataset, rules: RankingRules(similarity: .euclidean), metrics: [.recall(1)], confidence: .none)
        let scores = try scorer.scoresWithQueries(of: points, samples: Array(0..<8)).queries
        #expect(scores.queries == [0, 2, 4, 6])
        // The gallery is at 1, 11.5, 5 and 33; only the query at 20 is nearer to another class.
        #expect(scores[.recall(1)] == [1, 1, 0, 1])
        let examples = retrievalExamples(
            from: scores, by: .recall(1), in: points, gallery: [1, 3, 5, 7], countPerPlace: 1, neighbourCount: 9,
            similarity: .euclidean)
        #expect(examples.map(\.query) == [6, 0, 4])
        #expect(examples[2].neighbours.map(\.row) == [3, 7, 5, 1])
    }
}
