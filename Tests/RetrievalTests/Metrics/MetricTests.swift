import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

@Suite struct MetricTests {
    /// R = 4: the relevant items are at 1, 3, 4 and 10.
    let ranks: [Int32] = [1, 3, 4, 10]

    @Test func valuesByHand() {
        #expect(recall(at: 1, ranks: ranks) == 1)
        let precisions: [Double] = [1, 2.0 / 3, 3.0 / 4, 4.0 / 10]
        let sums: [Double] = precisions.indices.map { precisions[...$0].reduce(0, +) }
        #expect(rPrecision(ranks: ranks) == 0.75)
        #expect(averagePrecisionAtR(ranks: ranks) == sums[2] / 4)
        #expect(averagePrecision(at: 3, ranks: ranks) == sums[1] / 3)
        #expect(averagePrecision(at: 1000, ranks: ranks) == sums[3] / 4)
        #expect(averagePrecision(ranks: ranks) == averagePrecision(at: 1000, ranks: ranks))
        #expect(reciprocalRank(ranks: ranks) == 1)
        #expect([1, 2, 3, 4, 10, 20].map { precision(at: $0, ranks: ranks) } == [1, 0.5, 2.0 / 3, 0.75, 0.4, 0.2])
    }

    @Test func aLateFirstHit() {
        let late: [Int32] = [5, 1001]
        #expect([1, 4, 5, 8].map { recall(at: $0, ranks: late) } == [0, 0, 1, 1])
        #expect(rPrecision(ranks: late) == 0)
        #expect(averagePrecisionAtR(ranks: late) == 0)
        #expect(averagePrecision(at: 1000, ranks: late) == 0.1)
        let full: Double = (0.2 + 2.0 / 1001) / 2
        #expect(averagePrecision(ranks: late) == full)
        #expect(reciprocalRank(ranks: late) == 0.2)
        #expect([1, 4, 5, 2000].map { reciprocalRank(at: $0, ranks: late) } == [0, 0, 0.2, 0.2])
        #expect([4, 5, 1001].map { precision(at: $0, ranks: late) } == [0, 0.2, 2.0 / 1001])
    }

    /// R = 4, so the class with the query in it has 5.
    @Test func theDivisorOfMilbich2021ByHand() {
        let early: Double = 1 + 2.0 / 3 + 3.0 / 4
        let score = { (metric: RetrievalMetric, ranks: [Int32]) in metric.score(ranks: ranks) }
        #expect(abs(score(.milbich2021AveragePrecision(1000), ranks) - (early + 4.0 / 10) / 5) < 1e-15)
        #expect(abs(score(.milbich2021AveragePrecision(3), ranks) - (1 + 2.0 / 3) / 5) < 1e-15)
        #expect(abs(score(.milbich2021AveragePrecisionAtClassSize, ranks) - early / 5) < 1e-15)
        // The fifth place counts, which is beyond R.
        let fifth: [Int32] = [2, 3, 4, 5]
        let sum: Double = 1.0 / 2 + 2.0 / 3 + 3.0 / 4 + 4.0 / 5
        #expect(abs(score(.milbich2021AveragePrecisionAtClassSize, fifth) - sum / 5) < 1e-15)
        #expect(score(.milbich2021AveragePrecisionAtClassSize, [2]) == 0.25)
        #expect(score(.milbich2021AveragePrecisionAtClassSize, [3]) == 0)
    }

    @Test(arguments: [1, 2, 5, 1500])
    func aPerfectRankingIsBelowOneForMilbich2021(r: Int) {
        let perfect = (1...r).map(Int32.init)
        let size = Double(r + 1)
        #expect(RetrievalMetric.milbich2021AveragePrecisionAtClassSize.score(ranks: perfect) == Double(r) / size)
        #expect(RetrievalMetric.milbich2021AveragePrecision(1000).score(ranks: perfect) == Double(min(r, 1000)) / size)
    }

    @Test(arguments: [1, 2, 5, 1500])
    func aPerfectRankingScoresOne(r: Int) {
        let perfect = (1...r).map(Int32.init)
        for metric in RetrievalMetric.standard + [.averagePrecision(3)] { #expect(metric.score(ranks: perfect) == 1) }
    }

    @Test func relationsBetweenMetrics() throws {
        let (embeddings, classes) = clusteredEmbeddings(n: 400, d: 6, classCount: 12, spread: 1, seed: 3)
        let all = try RetrievalSet(embeddings, classNumbers: classes).ranks()
        for position in all.queries.indices {
            let ranks = all[position]
            let r = ranks.count
            #expect(averagePrecisionAtR(ranks: ranks) <= rPrecision(ranks: ranks))
            #expect(averagePrecisionAtR(ranks: ranks) == averagePrecision(at: r, ranks: ranks))
            #expect(averagePrecisionAtR(ranks: ranks) <= averagePrecision(ranks: ranks))
            #expect(recall(at: 1, ranks: ranks) <= reciprocalRank(ranks: ranks))
            #expect(recall(at: r, ranks: ranks) >= rPrecision(ranks: ranks))
        }
    }

    /// What a metric must keep, whichever it is.
    @Test(arguments: RetrievalMetric.ofEveryFamily)
    func everyMetricIsANameAndAValueThatBetterRanksRaise(metric: RetrievalMetric) {
        #expect(RetrievalMetric(name: metric.name) == metric && metric.description == metric.name)
        #expect(!metric.title.isEmpty && metric.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        var generator = SplitMix64(seed: 17)
        for _ in 0..<200 {
            let ranks = (0..<1 + Int(generator.next() % 8)).map { _ in Int32(1 + generator.next() % 60) }
            let worse = Array(Set(ranks)).sorted()
            // Each relevant item moves up, but none past the one before it.
            var better: [Int32] = []
            for rank in worse {
                let free = rank - (better.last ?? 0)
                better.append(rank - Int32(generator.next() % UInt64(free)))
            }
            let perfect = (1...Int32(worse.count)).map { $0 }
            let values = [worse, better, perfect].map { metric.score(ranks: $0) }
            #expect(values[0] >= 0 && values[2] <= 1 && values == values.sorted(), "\(worse), \(better)")
            #expect(metric.score(ranks: worse.lazy.map { $0 }) == values[0])
        }
    }

    @Test func standardMetricsWithOtherNeighbours() {
        #expect(RetrievalMetric.standard(recallAt: [8, 1, 4, 2, 8]) == RetrievalMetric.standard)
        #expect(
            RetrievalMetric.standard(recallAt: [100, 10]).map(\.name) == [
                "recall@10", "recall@100", "r_precision", "map@r", "map@1000", "map", "mrr",
            ])
    }

    @Test func namesRoundTrip() {
        #expect(
            RetrievalMetric.standard.map(\.name) == [
                "recall@1", "recall@2", "recall@4", "recall@8", "r_precision", "map@r", "map@1000", "map", "mrr",
            ])
        #expect(RetrievalMetric.milbich2021.map(\.name) == ["map@c_milbich2021", "map@1000_milbich2021"])
        let all = RetrievalMetric.standard + RetrievalMetric.milbich2021
        for metric in all + [
            .recall(16), .averagePrecision(7), .precision(3), .reciprocalRank(9), .milbich2021AveragePrecision(7),
        ] {
            #expect(RetrievalMetric(name: metric.name) == metric)
        }
        #expect(all.reversed().sorted() == all)
        #expect(RetrievalMetric.ofEveryFamily.sorted() == RetrievalMetric.ofEveryFamily)
        #expect(Set(all.map(\.title)).count == all.count)
        for bad in [
            "", "recall", "recall@", "recall@0", "recall@-1", "recall@01", "recall@+1", "map@x", "mrr@0", "precision",
            "MAP",
            "recall@99999999999999999999", "recall@1x", "recall@\u{661}", "map@1000@", "MAP@R", " map", "r_precision@1",
            "recall@1_milbich2021", "map@0_milbich2021", "map@_milbich2021", "map@1_milbich", "map_milbich2021",
        ] {
            #expect(RetrievalMetric(name: bad) == nil)
        }
    }
}
