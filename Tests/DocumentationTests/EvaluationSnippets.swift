import DenseLinearAlgebra
import Evaluation
import Retrieval
import Testing
import TestSupport

/// Snippets of metrics, confidence and curves.
@Suite struct EvaluationSnippets {
    private let embeddings: Matrix<Float>
    private let classNumbers: [Int]
    private let classCount = 40

    init() {
        var generator = SplitMix64(seed: 9)
        let centres = (0..<40).map { _ in (0..<4).map { _ in 2 * generator.bell() } }
        classNumbers = (0..<240).map { $0 % 40 }
        embeddings = Matrix(rows: classNumbers.map { centres[$0].map { Float($0 + generator.bell()) } })
    }

    @Test func scores() throws {
        let lines = try printed {
            // snippet
            let embeddings = Matrix<Float>(rows: [[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9], [0.7, 0.7]])
            let scores = try RetrievalSet(embeddings, classNumbers: [0, 0, 1, 1, 2]).scores().mean()
            print(scores[.recall(1)] ?? 0)  // 1.0: all four queries find their class
            print(scores.loneQueryCount)  // 1: class 2 has no other sample
            // end
        }
        #expect(lines == ["1.0", "1"])
    }

    @Test func metricsOfRanks() {
        let lines = printed {
            // snippet
            let ranks: [Int32] = [1, 4]  // R = 2: one of the two relevant items is found first, the other fourth
            print(recall(at: 1, ranks: ranks))  // 1.0
            print(rPrecision(ranks: ranks))  // 0.5
            print(averagePrecisionAtR(ranks: ranks))  // 0.5
            print(averagePrecision(ranks: ranks))  // 0.75 = (1/1 + 2/4) / 2
            // end
        }
        #expect(lines == ["1.0", "0.5", "0.5", "0.75"])
    }

    @Test func ranks() throws {
        let embeddings = Matrix<Float>(rows: [[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9], [0.7, 0.7]])
        let lines = try printed {
            // snippet
            let ranks = try RetrievalSet(embeddings, classNumbers: [0, 0, 1, 1, 2]).ranks()
            for position in ranks.queries.indices {
                print("row", ranks.queries[position], "finds its class at", Array(ranks[position]))
            }
            // end
        }
        #expect(lines == (0..<4).map { "row \($0) finds its class at [1]" })
    }

    @Test func rules() throws {
        let classes = classNumbers
        // snippet
        let rules = RankingRules(similarity: .euclidean, ties: .relevantLast)
        let lowest = try RetrievalSet(embeddings, classNumbers: classes).scores(by: rules).mean()
        // end
        let usual = try RetrievalSet(embeddings, classNumbers: classes).scores().mean()
        #expect((0.1...1).contains(lowest[.recall(1)] ?? 0) && lowest != usual)
    }

    @Test func sets() throws {
        let embeddings = Matrix<Float>(rows: [[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9], [0.7, 0.7]])
        let lines = try printed {
            // snippet
            let set = RetrievalSet(embeddings, classNumbers: [0, 0, 1, 1, 2])
            print(try set.scores().mean()[.recall(1)] ?? 0)
            // end
        }
        #expect(lines == ["1.0"])
    }

    @Test func agreements() {
        let lines = printed {
            do {
                // snippet
                let agreement = ClusteringAgreement(classNumbers: [0, 0, 1, 1], clusterNumbers: [5, 5, 5, 9])
                print(agreement.pairwiseF1)  // 0.4: one pair is right of two in a class and three in a cluster
                // end
            }
            // snippet
            let agreement = ClusteringAgreement(classNumbers: [7, 7, 7, 9], clusterNumbers: [0, 0, 1, 1])
            print(agreement.pairwiseF1)  // 0.4: of 3 pairs of a class, 1 is found; of 2 pairs found, 1 is right
            // end
        }
        #expect(lines == ["0.4", "0.4"])
    }

    @Test func components() throws {
        var generator = SplitMix64(seed: 10)
        let embeddings = Matrix<Float>(rows: (0..<90).map { _ in (0..<70).map { _ in Float(generator.bell()) } })
        // snippet
        let components = try PrincipalComponents(of: normalizedRows(of: embeddings), count: 64)
        let reduced = components.projection(of: normalizedRows(of: embeddings))
        // end
        #expect(reduced.rowCount == 90 && reduced.columnCount == 64)
    }

    @Test func confidence() throws {
        let lines = try printed {
            // snippet
            let groups = ConfidenceMethod.classJackknife().groups(ofClasses: classCount)
            let scores = try RetrievalSet(embeddings, classNumbers: classNumbers)
                .scores(withoutEach: ClassGroups(groups, count: 20))
            let recall = try scores.estimates()[.recall(1)]
            print(recall?.value ?? 0, "±", recall?.margin ?? 0)
            // end
            #expect(recall?.value ?? 1 < 1 && recall?.margin ?? 0 > 0)
        }
        #expect(lines.count == 1)
    }

    @Test func curve() {
        let lines = printed {
            // snippet
            let curve = DifficultyCurve(
                points: [
                    .init(level: "level-1", shift: 10, estimate: Estimate(value: 0.9)),
                    .init(level: "level-2", shift: 20, estimate: Estimate(value: 0.8)),
                    .init(level: "level-3", shift: 60, estimate: Estimate(value: 0.5)),
                ])
            print(curve.aggregatedGeneralizationScore?.value ?? 0)  // 0.69 = 0.2 · 0.85 + 0.8 · 0.65
            print(curve.slope?.value ?? 0)  // about −0.4 from the easiest to the hardest
            // end
        }
        #expect(abs((Double(lines[0]) ?? 0) - 0.69) < 1e-12 && abs((Double(lines[1]) ?? 0) + 0.22 / 0.56) < 1e-12)
    }
}
