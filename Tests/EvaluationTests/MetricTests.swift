import DenseLinearAlgebra
import Evaluation
import Testing

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
    }

    @Test(arguments: [1, 2, 5, 1500])
    func aPerfectRankingScoresOne(r: Int) {
        let perfect = (1...r).map(Int32.init)
        for metric in RetrievalMetric.standard + [.averagePrecision(3)] { #expect(metric.score(ranks: perfect) == 1) }
    }

    @Test func relationsBetweenMetrics() throws {
        let (embeddings, classes) = clusteredEmbeddings(n: 400, d: 6, classCount: 12, spread: 1, seed: 3)
        let all = try retrievalRanks(of: embeddings, classNumbers: classes)
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

    @Test func namesRoundTrip() {
        #expect(
            RetrievalMetric.standard.map(\.name) == [
                "recall@1", "recall@2", "recall@4", "recall@8", "r_precision", "map@r", "map@1000", "map", "mrr",
            ])
        for metric in RetrievalMetric.standard + [.recall(16), .averagePrecision(7)] {
            #expect(RetrievalMetric(name: metric.name) == metric)
        }
        for bad in [
            "", "recall", "recall@", "recall@0", "recall@-1", "recall@01", "recall@+1", "map@x", "mrr@1", "MAP",
        ] {
            #expect(RetrievalMetric(name: bad) == nil)
        }
    }
}
