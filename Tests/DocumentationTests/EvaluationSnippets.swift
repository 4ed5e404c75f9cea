import Datasets
import DenseLinearAlgebra
import Evaluation
import Retrieval
import Testing

/// Snippets of the scores of tasks and of curves along the levels.
@Suite struct EvaluationSnippets {
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

    @Test func tasks() throws {
        let lines = try printed {
            // snippet
            let places: [Float] = [0, 1, 2.5, 8, 20, 21, 30, 31, 40, 41, 50, 51]
            let dataset = try Dataset(
                name: "line", samples: places.indices.map { Sample(id: "\($0)", classLabel: "class \($0 / 2)") })
            let scorer = TaskScorer(dataset: dataset, rules: RankingRules(similarity: .euclidean))
            let scores = try scorer.scores(of: Matrix(rows: places.map { [$0] }), samples: Array(places.indices))
            print(scores.scores[.recall(1)] ?? 0)  // 11/12: from 2.5 the nearest is 1, of another class
            print(scores.classCount, scores.estimates[.recall(1)]?.margin ?? 0)  // 6, and ± over other classes
            // end
        }
        #expect(Double(lines[0]) == 11 / 12.0 && lines[1].hasPrefix("6 0.") && lines.count == 2)
    }

    @Test func catalogues() throws {
        let lines = try printed {
            // snippet
            let dataset = try Dataset(
                name: "five classes", samples: (0..<20).map { Sample(id: "\($0)", classLabel: "class \($0 / 4)") })
            // Two levels of two directions each; the second removes class 4.
            let catalogue = Catalogue(of: dataset, testClasses: [[[2, 3, 4], [0, 1]], [[1, 3], [0, 2]]])
            print(catalogue.classes)  // [0, 1, 2, 3]
            print(catalogue.queries(ofClasses: [1, 3, 4]).count)  // 8 of classes 1 and 3, each among 19 others
            // end
        }
        #expect(lines == ["[0, 1, 2, 3]", "8"])
    }

    @Test func trends() throws {
        let lines = printed {
            // snippet
            let shifts = [10.0, 20, 30, 60]
            func trend(_ values: [Double]) -> Trend? {
                DifficultyCurve(
                    points: zip(shifts, values).map { shift, value in
                        .init(
                            level: "at \(shift)", shift: shift,
                            estimate: Estimate(
                                value: value, contributions: [0.01, -0.01, 0.01, 0, -0.01, 0], degreesOfFreedom: 5))
                    }
                ).trend
            }
            print(trend([0.9, 0.88, 0.86, 0.81])?.shownSign ?? 0)  // -1: it falls nearly along a line
            print(trend([0.9, 0.8, 0.9, 0.8])?.shownSign ?? 0)  // 0: it falls, but no more than it scatters
            // end
        }
        #expect(lines == ["-1", "0"])
    }

    @Test func jackknifeGroups() throws {
        let lines = try printed {
            // snippet
            let samples = (0..<48).map {
                Sample(id: "\($0)", classLabel: "class \($0 / 2)", superclass: "family \($0 / 4)")
            }
            let groups = try JackknifeGroups(
                .classJackknife(), of: Dataset(name: "pairs", samples: samples), tasks: [Array(0..<24)])
            print(groups.families?.count ?? 0)  // 12: each of two classes
            print(groups.confidence.families?.areWhole ?? false)  // true
            // end
        }
        #expect(lines == ["12", "true"])
    }

    @Test func matchedGalleries() throws {
        let lines = try printed {
            // snippet
            let dataset = try Dataset(
                name: "four classes", samples: (0..<20).map { Sample(id: "\($0)", classLabel: "class \($0 / 5)") })
            let gallery = MatchedGallery(of: dataset, testClasses: [[0, 1, 2], [2, 3]])
            print(gallery.classCount, gallery.samplesPerClass)  // 2 5: two classes at the second level
            print(gallery.samples(ofClasses: [0, 1, 2], draw: 0).count)  // 10, though three classes have 15
            // end
        }
        #expect(lines == ["2 5", "10"])
    }

    /// Results over three levels, with all of the error in one of three groups.
    private func results(_ values: [Double]) -> EvaluationResults {
        EvaluationResults(
            tool: "oodml", dataset: "lines", model: "m",
            levels: values.enumerated().map { number, value in
                let scores = TaskScores(
                    scores: RetrievalScores(
                        metrics: [.recall(1)], values: [value], queryCount: 10, loneQueryCount: 0), classCount: 3,
                    estimates: [.recall(1): Estimate(value: value, contributions: [0.01, 0, 0], degreesOfFreedom: 2)])
                return LevelEvaluation(
                    id: "level-\(number + 1)", origin: "swap", step: number, fid: [10, 20, 60][number],
                    forward: TaskEvaluation(scores: [.full: [.model: scores]]))
            })
    }

    @Test func comparisons() throws {
        let (margin, triplet) = (results([0.9, 0.8, 0.5]), results([0.8, 0.7, 0.5]))
        let lines = try printed {
            // snippet
            let comparison = try ModelComparison([
                .init(name: "margin", runs: [margin]), .init(name: "triplet", runs: [triplet]),
            ])
            for model in comparison.models { print(model.name, model.ranks, model.ags?.value ?? 0) }
            for pair in comparison.pairs {
                print("the first leads by", pair.ags?.value ?? 0, "with p =", pair.agsAdjustedP ?? 1)
            }
            // end
        }
        #expect(lines.count == 3 && lines[0].hasPrefix("margin [1, 1, 1] 0.69"), "\(lines)")
        #expect(lines[2].hasPrefix("the first leads by 0.0") && lines[2].hasSuffix("with p = 0.0"), "\(lines)")
    }

    @Test func roles() {
        let lines = printed {
            // snippet
            let division = RoleDivision([.query, .gallery, nil])
            print(division.queries, division.gallery)  // [0, 2] [1, 2]: a sample without a role is both
            print(division.ownItems)  // [nil, Optional(1)]: the second query is item 1, which does not count for it
            // end
        }
        #expect(lines == ["[0, 2] [1, 2]", "[nil, Optional(1)]"])
    }

    @Test func novelty() throws {
        let lines = printed {
            // snippet
            let observations = (0..<40).map { number in
                let novelty = Double(number % 8) / 4
                return NoveltyCurve.Observation(
                    classNumber: number / 2, group: number / 2, novelty: novelty, weight: 5, score: 0.9 - 0.1 * novelty)
            }
            print(NoveltyCurve(observations)?.slope.value ?? 0)  // about -0.1
            // end
        }
        #expect(abs(try #require(Double(lines[0])) + 0.1) < 1e-12)
    }

    @Test func adaptation() throws {
        let lines = try printed {
            // snippet
            // Two classes that vary in x and differ in y; then one step in x, and one in y.
            let support = Matrix<Float>(rows: [[0, 0], [10, 0], [0, 1], [10, 1]])
            let map = try LinearAdaptation(support: support, classNumbers: [7, 7, 3, 3], similarity: .euclidean)
            let adapted = try map.adapting(Matrix(rows: [[5, 0.5], [6, 0.5], [5, 1.5]]))
            for row in 1...2 {
                print(zip(adapted.row(0), adapted.row(row)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) })
            }
            // About 0.024 and 0.133: y tells the classes apart, and counts more.
            // end
        }
        let values = lines.compactMap { Double($0) }
        #expect(values.count == 2 && abs(values[0] - 3 / 125.0) < 1e-6 && abs(values[1] - 93 / 700.0) < 1e-6)
    }
}
