import Datasets
import DenseLinearAlgebra
import Evaluation
import Retrieval
import Testing
import TestSupport

@Suite struct TestTimeTricksTests {
    private let dataset: Dataset
    private let matrix: Matrix<Float>

    init() throws {
        var rng = SplitMix64(seed: 21)
        dataset = try Dataset(
            name: "noise", samples: (0..<80).map { Sample(id: "\($0)", classLabel: "\(100 + $0 / 4)") })
        let centres = (0..<20).map { _ in (0..<6).map { _ in rng.bell() } }
        matrix = Matrix(rows: (0..<80).map { i in centres[i / 4].map { Float($0 + rng.bell()) } })
    }

    @Test func namesInTheOrderOfApplication() {
        let all = TestTimeTricks(flip: true, dimension: 16, rawWeight: 0.5, reranking: .init())
        #expect(all.names == ["flip", "embedding-dim 16", "mix-raw 0.5", "rerank"])
        #expect(TestTimeTricks().isEmpty && !all.isEmpty)
    }

    @Test func noTrickChangesNothing() throws {
        let scorer = TaskScorer(dataset: dataset)
        let rows = try TestTimeTricks().applied(to: matrix, training: nil, similarity: .cosine)
        #expect(rows == matrix)
        let samples = Array(0..<80)
        let ranked = scorer.ranking(by: TestTimeTricks())
        #expect(try ranked.scores(of: rows, samples: samples) == (try scorer.scores(of: matrix, samples: samples)))
    }

    @Test func mixingRanksByDistance() throws {
        let tricks = TestTimeTricks(rawWeight: 0.25)
        let rows = try tricks.applied(to: matrix, training: nil, similarity: .cosine)
        #expect(rows == mixingNormalizedWithRaw(matrix, weight: 0.25))
        let scorer = TaskScorer(dataset: dataset, confidence: .none)
        let expected = try RetrievalSet(rows, classNumbers: dataset.classOfSample).scores(
            by: RankingRules(similarity: .euclidean)
        ).mean()
        let found = try scorer.ranking(by: tricks).scores(of: rows, samples: Array(0..<80))
        #expect(found.scores == expected)
        #expect(found.scores != (try scorer.scores(of: rows, samples: Array(0..<80)).scores))
    }

    @Test func componentsAreThoseOfTheTrainingRows() throws {
        let (test, training) = (matrix.selectingRows(Array(0..<40)), matrix.selectingRows(Array(40..<80)))
        let tricks = TestTimeTricks(dimension: 3)
        let reduced = try tricks.applied(to: test, training: training, similarity: .cosine)
        let components = try PrincipalComponents(of: normalizedRows(of: training), count: 3)
        #expect(reduced == components.projection(of: normalizedRows(of: test)))
        let raw = try tricks.applied(to: test, training: training, similarity: .euclidean)
        #expect(raw == (try PrincipalComponents(of: training, count: 3)).projection(of: test))
    }

    @Test(arguments: [ConfidenceMethod.classJackknife(), .fixedGalleryBootstrap(), .none])
    func rerankingReachesEveryKindOfError(confidence: ConfidenceMethod) throws {
        let scorer = TaskScorer(dataset: dataset, confidence: confidence)
        let settings = ReciprocalReranking(k1: 6, k2: 2)
        let found = try scorer.ranking(by: TestTimeTricks(reranking: settings))
            .scores(of: matrix, samples: Array(0..<80))
        let expected = try RetrievalSet(matrix, classNumbers: dataset.classOfSample).scores(
            by: RankingRules(reranking: settings)
        ).mean()
        #expect(found.scores == expected)
        #expect((found.estimates[.recall(1)]?.margin == nil) == (confidence == .none))
    }
}
