import DenseLinearAlgebra
import Foundation
import Retrieval
import Testing
import TestSupport

/// Compares rates with scikit-learn and with insightface's formulas; `Scripts/fixtures/verification.py` made the values.
@Suite struct VerificationReferenceTests {
    struct Case: Decodable {
        let n: Int
        let d: Int
        let classCount: Int
        let spread: Float
        let seed: UInt64
        let genuine: Int
        let impostors: Int
        let tar: [Double]
        let nearestFar: [Double]
        let nearestTar: [Double]
        let auroc: Double
        let eer: Double
        let foldSize: Int?
        let foldAccuracies: [Double]?
        let meanAccuracy: Double?
        let accuracyDeviation: Double?
        let bestAccuracy: Double?
        let queryCount: Int?
        let knownCount: Int?
        let known: Int?
        let dir: [Double?]?
        let rank1: Double?
        let rejectionAuroc: Double?
        let fpr95: Double?

        func samples() -> (Matrix<Float>, [Int]) {
            clusteredEmbeddings(n: n, d: d, classCount: classCount, spread: spread, seed: seed)
        }

        func expectEqual(_ scores: VerificationScores) {
            #expect(scores.genuineCount == genuine)
            #expect(scores.impostorCount == impostors)
            #expect(scores.operations.map { $0?.acceptRate } == tar)
            for (place, operation) in scores.operations.enumerated() {
                let rate = operation?.acceptRate ?? 0
                // The nearest rate may be above the wanted one, where more is accepted.
                #expect(nearestFar[place] > rates[place] ? rate <= nearestTar[place] : rate == nearestTar[place])
            }
            #expect(abs(scores.area - auroc) <= 1e-12 + scores.areaError)
            #expect(abs(scores.equalErrorRate - eer) < 1e-9)
        }
    }

    static let cases: [String: [Case]] = {
        let file = testFile("RetrievalTests/Fixtures/verification.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return (try? decoder.decode([String: [Case]].self, from: Data(contentsOf: file))) ?? [:]
    }()

    @Test(arguments: [0, 1 << 24])
    func ratesOfScikitLearn(limit: Int) throws {
        let cases = Self.cases["all_pairs"] ?? []
        #expect(cases.count == 2)
        for reference in cases {
            let (points, classes) = reference.samples()
            reference.expectEqual(
                try VerificationSet(points, classNumbers: classes)
                    .scores(falseAcceptRates: rates, withoutEach: nil, sortingUpTo: limit))
        }
    }

    @Test func accuraciesOfInsightface() throws {
        let reference = try #require(Self.cases["listed"]?.first)
        let (points, classes) = reference.samples()
        var kinds: [[(first: Int, second: Int)]] = [[], []]
        for i in 0..<reference.n {
            for k in 0..<40 {
                let pair = (first: i, second: (i + 1 + k) % reference.n)
                kinds[classes[pair.first] == classes[pair.second] ? 0 : 1].append(pair)
            }
        }
        let size = try #require(reference.foldSize)
        let folds = (0..<10).map { fold in kinds.flatMap { $0[fold * size..<(fold + 1) * size] } }
        let scores = try VerificationSet(points, classNumbers: classes).scores(
            ofPairs: folds.flatMap(\.self), folds: (0..<10).flatMap { Array(repeating: $0, count: 2 * size) },
            falseAcceptRates: rates)
        reference.expectEqual(scores.scores)
        let accuracy = try #require(scores.foldAccuracy)
        for (ours, theirs) in zip(accuracy.accuracies, try #require(reference.foldAccuracies)) {
            #expect(abs(ours - theirs) < 1e-12)
        }
        #expect(abs(accuracy.mean - (reference.meanAccuracy ?? 0)) < 1e-12)
        #expect(abs(accuracy.standardDeviation - (reference.accuracyDeviation ?? 0)) < 1e-12)
        #expect(abs(scores.bestAccuracy - (reference.bestAccuracy ?? 0)) < 1e-12)
    }

    @Test func openSetsOfScikitLearn() throws {
        let reference = try #require(Self.cases["open_set"]?.first)
        let (points, classes) = reference.samples()
        let (queryCount, knownCount) = (reference.queryCount ?? 0, reference.knownCount ?? 0)
        let items = (queryCount..<reference.n).filter { classes[$0] < knownCount }
        let set = VerificationSet(
            queries: points.selectingRows(0..<queryCount), classNumbers: Array(classes[..<queryCount]),
            gallery: points.selectingRows(items), galleryClassNumbers: items.map { classes[$0] })
        reference.expectEqual(try set.scores(falseAcceptRates: rates))
        let scores = try #require(try set.openSetScores(falseAcceptRates: rates))
        #expect(scores.knownCount == reference.known)
        #expect(scores.operations.map { $0?.identificationRate } == reference.dir)
        #expect(scores.rankOneRate == reference.rank1)
        #expect(abs(scores.rejectionArea - (reference.rejectionAuroc ?? 0)) < 1e-12)
        #expect(scores.acceptedUnknownRate == reference.fpr95)
    }
}

/// The false accept rates of the script.
private let rates = [0.1, 0.01, 0.001]
