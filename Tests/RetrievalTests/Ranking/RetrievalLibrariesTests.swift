import DenseLinearAlgebra
import Foundation
import Retrieval
import Testing
import TestSupport

/// Compares whole evaluations with pytorch-metric-learning, faiss and scikit-learn;
/// `Scripts/fixtures/retrieval_libraries.py` made the values.
@Suite struct RetrievalLibrariesTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let name: String
        let n: Int
        let d: Int
        let classCount: Int
        let spread: Float
        let seed: UInt64
        let similarity: Similarity
        let queryCount: Int
        let checksum: Double
        let pytorchMetricLearning: [String: Double]
        let classAveraged: [String: Double]
        let faissRecall: [String: Double]
        let milbich2021: [String: Double]
        let sklearnAveragePrecision: [Double]

        var testDescription: String { name }
        var isGallery: Bool { queryCount > 0 }

        /// The rows and their classes; the lone ones have classes of their own.
        func samples() -> (Matrix<Float>, [Int]) {
            var (points, classes) = clusteredEmbeddings(
                n: n, d: d, classCount: classCount, spread: spread, seed: seed)
            classes[n - 1] = classCount
            if isGallery { classes[queryCount - 1] = classCount + 1 }
            return (points, classes)
        }

        func scores() throws -> QueryScores {
            let (points, classes) = samples()
            let metrics = RetrievalMetric.standard + RetrievalMetric.milbich2021 + [.milbich2021AveragePrecision(3)]
            guard isGallery else {
                return try RetrievalSet(points, classNumbers: classes).scores(
                    metrics, by: RankingRules(similarity: similarity))
            }
            return try RetrievalSet(
                queries: points.selectingRows(0..<queryCount), classNumbers: Array(classes[..<queryCount]),
                gallery: points.selectingRows(queryCount..<n), galleryClassNumbers: Array(classes[queryCount...])
            ).scores(metrics, by: RankingRules(similarity: similarity))
        }
    }

    static let cases: [Case] = {
        let file = testFile("RetrievalTests/Fixtures/retrieval_libraries.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return (try? decoder.decode([Case].self, from: Data(contentsOf: file))) ?? []
    }()

    @Test func bothSidesDrawTheSameEmbeddings() {
        #expect(Self.cases.count == 4)
        for reference in Self.cases {
            let sum = reference.samples().0.elements.reduce(0) { $0 + Double($1) }
            #expect(abs(sum - reference.checksum) < 1e-9)
        }
    }

    /// MRR is a float32 over there, hence its tolerance.
    @Test(arguments: cases)
    func theWholeEvaluationOfPytorchMetricLearning(reference: Case) throws {
        let scores = try reference.scores()
        for (means, expected) in [
            (try scores.mean(), reference.pytorchMetricLearning), (scores.classAveraged(), reference.classAveraged),
        ] {
            let metrics = expected.keys.compactMap { RetrievalMetric(name: $0) }
            #expect(metrics.count == 5)
            for metric in metrics {
                let difference = abs(try #require(means[metric]) - (expected[metric.name] ?? .nan))
                #expect(difference < (metric == .reciprocalRank ? 1e-6 : 1e-12), "\(metric.name): \(difference)")
            }
        }
        #expect(scores.loneQueries == [(reference.isGallery ? reference.queryCount : reference.n) - 1])
    }

    @Test(arguments: cases)
    func agreementOfClusters(reference: Case) throws {
        let classes =
            reference.isGallery ? Array(reference.samples().1[..<reference.queryCount]) : reference.samples().1
        let clusters = classes.enumerated().map { ($0.element + ($0.offset % 3 == 0 ? 1 : 0)) % 5 }
        let agreement = ClusteringAgreement(classNumbers: classes, clusterNumbers: clusters)
        let expected = reference.pytorchMetricLearning
        #expect(abs(agreement.normalizedMutualInformation - (expected["nmi"] ?? .nan)) < 1e-9)
        #expect(abs(agreement.adjustedMutualInformation - (expected["ami"] ?? .nan)) < 1e-9)
    }

    @Test(arguments: cases)
    func recallOfExactSearchByFaiss(reference: Case) throws {
        let means = try reference.scores().mean()
        #expect(reference.faissRecall.count == 4)
        for (name, expected) in reference.faissRecall {
            let metric = try #require(RetrievalMetric(name: name))
            #expect(abs(try #require(means[metric]) - expected) < 1e-12, "\(name)")
        }
    }

    @Test(arguments: cases)
    func theDivisorOfMilbich2021(reference: Case) throws {
        let means = try reference.scores().mean()
        #expect(reference.milbich2021.count == 3)
        for (name, expected) in reference.milbich2021 {
            let metric = try #require(RetrievalMetric(name: name))
            #expect(abs(try #require(means[metric]) - expected) < 1e-12, "\(name)")
        }
    }

    @Test(arguments: cases)
    func averagePrecisionOfEachQueryByScikitLearn(reference: Case) throws {
        let values = try #require(try reference.scores()[.fullAveragePrecision])
        #expect(values.count == reference.sklearnAveragePrecision.count && !values.isEmpty)
        for (value, expected) in zip(values, reference.sklearnAveragePrecision) {
            #expect(abs(value - expected) < 1e-12)
        }
    }
}
