import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

/// What must not change a ranking does not, and what a ranking is made of.
@Suite struct InvarianceTests {
    /// A turn by the angle with cosine 3/5 in each plane of two neighbouring columns, of multiples of 5: no rounding.
    private func turned(_ a: Matrix<Float>) -> Matrix<Float> {
        var result = a
        for i in 0..<a.rowCount {
            for j in stride(from: 0, to: a.columnCount - 1, by: 2) {
                let (x, y) = (a[i, j], a[i, j + 1])
                result[i, j] = (3 * x - 4 * y) / 5
                result[i, j + 1] = (4 * x + 3 * y) / 5
            }
        }
        return result
    }

    private func rounded(_ a: Matrix<Float>, toMultiplesOf unit: Float, per one: Float) -> Matrix<Float> {
        Matrix(
            rowCount: a.rowCount, columnCount: a.columnCount,
            elements: a.elements.map { ($0 * one).rounded() * unit })
    }

    @Test func rotationKeepsEveryDistanceAndEveryTie() throws {
        for seed in UInt64(1)...3 {
            // Coarse, so that many distances tie.
            let (random, classes) = clusteredEmbeddings(n: 120, d: 6, classCount: 7, spread: 1, seed: seed)
            let points = rounded(random, toMultiplesOf: 5, per: 3)
            for ties in TieOrder.allCases {
                let ranks = try RetrievalSet(points, classNumbers: classes).ranks(
                    by: RankingRules(similarity: .euclidean, ties: ties))
                #expect(
                    try RetrievalSet(turned(points), classNumbers: classes).ranks(
                        by: RankingRules(similarity: .euclidean, ties: ties))
                        == ranks)
            }
        }
    }

    @Test(arguments: UInt64(11)...14)
    func rotationScaleAndLengthKeepTheCosine(seed: UInt64) throws {
        let (points, classes) = clusteredEmbeddings(n: 60, d: 8, classCount: 6, spread: 1, seed: seed)
        let ranks = try RetrievalSet(points, classNumbers: classes).ranks()
        #expect(try RetrievalSet(turned(points), classNumbers: classes).ranks() == ranks)
        var generator = SplitMix64(seed: seed)
        let lengths = (0..<60).map { _ in Float(1 + generator.uniform() * 0.9) }
        let scaled = Matrix(
            rowCount: 60, columnCount: 8, elements: points.elements.enumerated().map { $1 * lengths[$0 / 8] })
        #expect(try RetrievalSet(scaled, classNumbers: classes).ranks() == ranks)
        // Lengths do matter to distances.
        let distances = try RetrievalSet(points, classNumbers: classes).ranks(by: RankingRules(similarity: .euclidean))
        #expect(
            try RetrievalSet(scaled, classNumbers: classes).ranks(by: RankingRules(similarity: .euclidean)) != distances
        )
    }

    @Test(arguments: [Similarity.cosine, .euclidean])
    func theOrderOfRowsOnlyDecidesTies(similarity: Similarity) throws {
        let (points, classes) = clusteredEmbeddings(n: 150, d: 10, classCount: 11, spread: 1, seed: 21)
        var generator = SplitMix64(seed: 22)
        let order = Array(0..<150).shuffled(using: &generator)
        let ranks = try RetrievalSet(points, classNumbers: classes).ranks(by: RankingRules(similarity: similarity))
        let moved = try RetrievalSet(points.selectingRows(order), classNumbers: order.map { classes[$0] }).ranks(
            by: RankingRules(similarity: similarity))
        let positions = Dictionary(uniqueKeysWithValues: ranks.queries.enumerated().map { ($1, $0) })
        #expect(moved.queries.count == ranks.queries.count)
        for (position, row) in moved.queries.enumerated() {
            #expect(moved[position] == ranks[try #require(positions[order[row]])])
        }
    }

    @Test func namesOfClassesDoNotMatter() throws {
        let (points, classes) = clusteredEmbeddings(n: 200, d: 5, classCount: 9, spread: 1, seed: 31)
        let names = [Int.min, .max, -1, 0, 1 << 53, 1 << 53 + 1, 16_777_216, 16_777_217, 3]
        let scores = try RetrievalSet(points, classNumbers: classes).scores()
        let renamed = try RetrievalSet(points, classNumbers: classes.map { names[$0] }).scores()
        for metric in RetrievalMetric.standard { #expect(renamed[metric] == scores[metric]) }
        #expect(renamed.classNumbers == scores.classNumbers.map { names[$0] })
    }

    /// Where every class has two samples, R is 1, and all metrics at R are Recall@1.
    @Test func classesOfTwo() throws {
        let (points, _) = clusteredEmbeddings(n: 180, d: 4, classCount: 90, spread: 1, seed: 41)
        let scores = try RetrievalSet(points, classNumbers: (0..<180).map { $0 % 90 }).scores()
        #expect(scores.queries.count == 180)
        let recall = try #require(scores[.recall(1)])
        #expect(scores[.rPrecision] == recall && scores[.averagePrecisionAtR] == recall)
        #expect(scores[.fullAveragePrecision] == scores[.reciprocalRank])
    }

    /// Adding samples of classes of their own moves ranks, never the number of queries.
    @Test func classesOfOneAreDistractors() throws {
        let (points, classes) = clusteredEmbeddings(n: 120, d: 4, classCount: 4, spread: 1, seed: 51)
        let mixed = classes.enumerated().map { $0.offset < 60 ? $0.element : 100 + $0.offset }
        let alone = try RetrievalSet(points.selectingRows(0..<60), classNumbers: Array(mixed[..<60])).scores()
        let crowded = try RetrievalSet(points, classNumbers: mixed).scores()
        #expect(crowded.queries == alone.queries && crowded.loneQueries == Array(60..<120))
        for metric in RetrievalMetric.standard {
            let pairs = zip(try #require(crowded[metric]), try #require(alone[metric]))
            #expect(pairs.allSatisfy { $0 <= $1 })
        }
        #expect(crowded[.fullAveragePrecision] != alone[.fullAveragePrecision])
    }
}

/// Musgrave, Belongie, Lim, "A Metric Learning Reality Check" (ECCV 2020), say of their figure 2 that Recall@1, NMI and F1
/// can agree on embeddings of plainly different quality; these points are our own.
@Suite struct MetricInsensitivityTests {
    /// Two groups far apart, the one of three pairs of the first class and one of the second, the other vice versa.
    ///
    /// Pairs of the class with one pair lie at `minority`, the others at `majority`, about each group's centre.
    private func embeddings(majority: [SIMD2<Float>], minority: SIMD2<Float>) -> (Matrix<Float>, [Int]) {
        var rows: [[Float]] = []
        var classes: [Int] = []
        for group in 0..<2 {
            for (place, number) in majority.map({ ($0, group) }) + [(minority, 1 - group)] {
                for side in [Float(-0.5), 0.5] {
                    rows.append([Float(group * 1000) + place.x, place.y + side])
                    classes.append(number)
                }
            }
        }
        return (Matrix(rows: rows), classes)
    }

    @Test func recallAndClustersAgreeWhereAveragePrecisionDoesNot() throws {
        let tidy = embeddings(majority: [[0, 0], [10, 0], [20, 0]], minority: [100, 0])
        let mixed = embeddings(majority: [[-10, 0], [10, 0], [0, 12]], minority: [0, 0])
        var averagePrecisions: [Double] = []
        var clusterings: [ClusteringAgreement] = []
        for (points, classes) in [tidy, mixed] {
            let scores = try RetrievalSet(points, classNumbers: classes).scores(
                by: RankingRules(similarity: .euclidean)
            ).mean()
            #expect(scores[.recall(1)] == 1)
            averagePrecisions.append(try #require(scores[.averagePrecisionAtR]))
            let clusters = try kMeansClustering(of: points, clusterCount: 2, seed: 1, startCount: 3)
            clusterings.append(ClusteringAgreement(classNumbers: classes, clusterNumbers: clusters.clusterNumbers))
        }
        #expect(clusterings[0] == clusterings[1])
        #expect(clusterings[0].normalizedMutualInformation > 0.1)
        // R is 7. Of eight samples two have their partner only. The other six have their class at 1 … 5 in the tidy
        // embeddings, and in the mixed ones the strange pair comes between: 1, 4, 5, 6, 7.
        let few = 1 / 7.0
        let tidyValue = 5 / 7.0
        let mixedValue = (1 + 2 / 4.0 + 3 / 5.0 + 4 / 6.0 + 5 / 7.0) / 7
        #expect(abs(averagePrecisions[0] - (6 * tidyValue + 2 * few) / 8) < 1e-12)
        #expect(abs(averagePrecisions[1] - (6 * mixedValue + 2 * few) / 8) < 1e-12)
    }
}
