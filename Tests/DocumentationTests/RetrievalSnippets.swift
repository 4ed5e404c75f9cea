import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

/// Snippets of ranks, metrics, clusters and their errors.
@Suite struct RetrievalSnippets {
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

    @Test func verification() throws {
        let embeddings = Matrix<Float>(rows: [[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]])
        let lines = try printed {
            // snippet
            let set = VerificationSet(embeddings, classNumbers: [0, 0, 1, 1])
            let scores = try set.scores()
            print(scores.genuineCount, scores.impostorCount)  // 2 4
            print(scores[.equalErrorRate] ?? 1)  // 0.0: each genuine pair is more similar than each impostor
            // end
        }
        #expect(lines == ["2 4", "0.0"])
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

    @Test func metrics() {
        let lines = printed {
            // snippet
            let metric = RetrievalMetric.averagePrecision(10)
            print(metric.name, "or", metric.title)  // map@10 or mAP@10
            print(metric.score(ranks: [1, 4] as [Int32]))  // 0.75 = (1/1 + 2/4) / 2
            print(RetrievalMetric(name: "map@10") == metric)  // true
            // end
        }
        #expect(lines == ["map@10 or mAP@10", "0.75", "true"])
    }

    @Test func queryScores() throws {
        let lines = try printed {
            // snippet
            let line = Matrix<Float>(rows: [[0], [4], [5], [6], [20]])
            let set = RetrievalSet(line, classNumbers: [0, 0, 7, 1, 1])
            let scores = try set.scores(by: RankingRules(similarity: .euclidean))
            print(scores.queries, scores.loneQueries)  // [0, 1, 3, 4] [2]: the class of row 2 has no other sample
            print(scores[.recall(1)] ?? [])  // [1.0, 0.0, 0.0, 1.0]: from 4 and from 6 it is 5 that comes first
            print(try scores.mean()[.recall(1)] ?? 0)  // 0.5
            // end
        }
        #expect(lines == ["[0, 1, 3, 4] [2]", "[1.0, 0.0, 0.0, 1.0]", "0.5"])
    }

    @Test func meanScores() {
        let lines = printed {
            // snippet
            let easy = RetrievalScores(
                metrics: [.recall(1), .rPrecision], values: [1, 0.75], queryCount: 8, loneQueryCount: 0)
            let hard = RetrievalScores(metrics: [.recall(1)], values: [0.5], queryCount: 2, loneQueryCount: 1)
            let mean = RetrievalScores.mean(of: [easy, hard])
            print(mean[.recall(1)] ?? 0, mean.queryCount)  // 0.75 10
            print(mean[.rPrecision] == nil)  // true: not all of them have it
            // end
        }
        #expect(lines == ["0.75 10", "true"])
    }

    @Test func estimates() {
        let lines = printed {
            // snippet
            let first = Estimate(value: 0.75, contributions: [0.03, -0.04], degreesOfFreedom: 1)
            let second = Estimate(value: 0.5, contributions: [0.03, -0.04], degreesOfFreedom: 1)
            print(first.standardError ?? 0)  // about 0.05 = √(0.03² + 0.04²)
            let lead = first - second
            print(lead.value, lead.standardError ?? 1)  // 0.25 0.0: both err alike
            // end
        }
        #expect(abs((Double(lines[0]) ?? 0) - 0.05) < 1e-8 && lines[1] == "0.25 0.0")
    }

    @Test func confidenceMethods() {
        let lines = printed {
            // snippet
            let method = ConfidenceMethod.classJackknife(groupCount: 3, seed: 1)
            print(method.groups(ofClasses: 6).sorted())  // [0, 0, 1, 1, 2, 2]: two classes in each group
            print(method.groups(ofFamilies: [[0, 1], [2, 3], [4, 5]]).sorted())  // the same: a family in each group
            print(method == .classJackknife())  // false: that has 20 groups of the seed 0
            // end
        }
        #expect(lines == ["[0, 0, 1, 1, 2, 2]", "[0, 0, 1, 1, 2, 2]", "false"])
    }

    @Test func jackknifeFamilies() {
        let lines = printed {
            // snippet
            var method = ConfidenceMethod.classJackknife(groupCount: 20)
            method.families = JackknifeFamilies(of: "superclass", fewestCount: 2, areWhole: true)
            print(Set(method.groups(ofFamilies: [[0, 3], [1, 2]])).count)  // 2: each family is a group
            // end
        }
        #expect(lines == ["2"])
    }

    @Test func classGroups() {
        let lines = printed {
            // snippet
            let groups = ClassGroups([7: 0, 8: 1, 9: 0], count: 2)
            print(groups.group(ofClass: 7), groups.group(ofClass: 8))  // 0 1
            // end
        }
        #expect(lines == ["0 1"])
    }

    @Test func rivals() throws {
        let lines = try printed {
            // snippet
            let line = Matrix<Float>(rows: [[0], [1], [2.5], [8], [20], [21], [30], [31]])
            let set = RetrievalSet(line, classNumbers: [0, 0, 1, 1, 2, 2, 3, 3])
            let rivals = try set.rivals(by: .euclidean)
            print(rivals.counts)  // [0, 0, 1, 0, 0, 0, 0, 0]: 1, of class 0, is nearer to 2.5 than 8 is
            // end
        }
        #expect(lines == ["[0, 0, 1, 0, 0, 0, 0, 0]"])
    }

    @Test func growth() throws {
        let lines = try printed {
            // snippet
            let line = Matrix<Float>(rows: [[0], [1], [2.5], [8], [20], [21], [30], [31]])
            let rivals = try RetrievalSet(line, classNumbers: [0, 0, 1, 1, 2, 2, 3, 3]).rivals(by: .euclidean)
            let growth = GalleryGrowth(rivals)
            print(growth.recall(ofClasses: 4).value, growth.recall(ofClasses: 1).value)  // 0.875 1.0
            // end
        }
        #expect(lines == ["0.875 1.0"])
    }

    @Test func firstRanks() throws {
        let lines = try printed {
            // snippet
            let line = Matrix<Float>(rows: [[0], [1], [2.5], [8], [20]])
            let set = RetrievalSet(line, classNumbers: [0, 0, 0, 1, 1])
            let relevant: [[Int32]] = [[1], [0], [3], [2], []]
            let ranks = try set.firstRanks(by: .euclidean) { relevant[$0] }
            print(ranks.ranks.map { $0 ?? 0 })  // [1, 1, 3, 1, 0]: from 2.5 both 1 and 0 come before 8
            print(ranks.recall(at: 1).value)  // 0.6, where nothing relevant is a miss
            print(ranks.recall(at: 1, loneQueries: .excluded).value)  // 0.75
            // end
        }
        #expect(lines == ["[1, 1, 3, 1, 0]", "0.6", "0.75"])
    }

    @Test func jackknife() throws {
        let lines = try printed {
            // snippet
            let line = Matrix<Float>(rows: [[0], [1], [2.5], [8], [20], [21], [30], [31]])
            let set = RetrievalSet(line, classNumbers: [0, 0, 1, 1, 2, 2, 3, 3])
            let rules = RankingRules(similarity: .euclidean)
            let scores = try set.scores(by: rules, withoutEach: ClassGroups([0, 1, 2, 3], count: 4))
            let recall = try scores.estimates()[.recall(1)]
            print(recall?.value ?? 0)  // 0.875: from 2.5 the nearest is 1, of another class
            print(recall?.margin ?? 0)  // half of the 95 % interval, by Student's t with 3 degrees of freedom
            // end
            #expect(recall?.degreesOfFreedom == 3)
        }
        #expect(lines[0] == "0.875" && Double(lines[1]) ?? 0 > 0.1)
    }

    @Test func structure() throws {
        let lines = try printed {
            // snippet
            let rows = Matrix<Float>(rows: [[1, 0], [0, 2], [-3, 0]])  // east, north and west on the unit circle
            let structure = try EmbeddingStructure(of: rows, classNumbers: [8, 8, 5])
            print(structure.intraClassDistance ?? 0)  // about 1.414 = √2, from east to north
            print(structure.alignment ?? 0)  // about 2, its square
            // end
        }
        let values = lines.compactMap { Double($0) }
        #expect(values.count == 2 && abs(values[0] * values[0] - 2) < 1e-12 && abs(values[1] - 2) < 1e-12)
    }

    @Test func clusters() throws {
        let lines = try printed {
            // snippet
            let line = Matrix<Float>(rows: [[0], [10], [1], [12], [2]])
            let clustering = try kMeansClustering(of: line, clusterCount: 2)
            print(clustering.centres.elements.sorted())  // [1.0, 11.0]
            print(clustering.clusterNumbers[0] == clustering.clusterNumbers[4])  // true: 0 and 2 are near 1
            print(clustering.inertia)  // 4.0 = (1 + 0 + 1) + (1 + 1)
            // end
        }
        #expect(lines == ["[1.0, 11.0]", "true", "4.0"])
    }

    @Test func tricks() throws {
        let (test, training) = (embeddings.selectingRows(0..<100), embeddings.selectingRows(100..<240))
        let lines = try printed {
            // snippet
            let tricks = TestTimeTricks(dimension: 2, reranking: ReciprocalReranking())
            print(tricks.names)  // ["embedding-dim 2", "rerank"]
            let reduced = try tricks.applied(to: test, training: training, similarity: .cosine)
            print(reduced.columnCount)  // 2; re-ranking is for RankingRules
            // end
        }
        #expect(lines == [#"["embedding-dim 2", "rerank"]"#, "2"])
    }

    @Test func reranking() throws {
        let lines = try printed {
            // snippet
            let rows = (0..<240).map { [Float($0 % 60) / 2, 4 * Float($0 / 60)] }  // four lines, each a class
            let set = RetrievalSet(Matrix(rows: rows), classNumbers: (0..<240).map { $0 / 60 })
            var rules = RankingRules(similarity: .euclidean)
            print(try set.scores(by: rules).mean()[.averagePrecisionAtR] ?? 0)  // about 0.34
            rules.reranking = ReciprocalReranking()
            print(try set.scores(by: rules).mean()[.averagePrecisionAtR] ?? 0)  // about 0.49: neighbours share a line
            // end
        }
        let values = lines.compactMap { Double($0) }
        #expect(values.count == 2 && abs(values[0] - 0.340) < 0.001 && abs(values[1] - 0.493) < 0.005, "\(values)")
    }

    @Test func examples() throws {
        let lines = try printed {
            // snippet
            let line = Matrix<Float>(rows: [[0], [1], [10], [11.5], [20], [5], [30], [33]])
            let set = RetrievalSet(line, classNumbers: [0, 0, 1, 1, 2, 2, 3, 3])
            let scores = try set.scores(by: RankingRules(similarity: .euclidean))
            let examples = retrievalExamples(
                from: scores, by: .recall(1), in: line, countPerPlace: 1, neighbourCount: 3, similarity: .euclidean)
            for example in examples { print(example.place, example.query, example.neighbours.map(\.row)) }
            // best 7 [6, 4, 3]: row 7 is at 33, and row 6 of its class comes first
            // median 1 [0, 5, 2]
            // worst 4 [3, 2, 6]: row 4 is at 20, and row 5 of its class at 5
            // end
        }
        #expect(lines == ["best 7 [6, 4, 3]", "median 1 [0, 5, 2]", "worst 4 [3, 2, 6]"])
    }
}
