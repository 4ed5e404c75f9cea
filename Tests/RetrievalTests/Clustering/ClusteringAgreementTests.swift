import Foundation
import Retrieval
import Testing
import TestSupport

@Suite struct ClusteringAgreementTests {
    @Test func aTableByHand() {
        // Two classes of three; the first cluster has two of the first class, the second cluster the rest.
        let agreement = ClusteringAgreement(classNumbers: [0, 0, 0, 1, 1, 1], clusterNumbers: [5, 5, 9, 9, 9, 9])
        #expect(agreement.itemCount == 6 && agreement.classCount == 2 && agreement.clusterCount == 2)
        // 2/6·ln(6·2/(3·2)) + 1/6·ln(6·1/(3·4)) + 3/6·ln(6·3/(3·4))
        let information = log(2) / 3 - log(2) / 6 + log(1.5) / 2
        let meanEntropy = (log(2) + log(3) / 3 + log(1.5) * 2 / 3) / 2
        #expect(abs(agreement.mutualInformation - information) < 1e-15)
        #expect(abs(agreement.normalizedMutualInformation - information / meanEntropy) < 1e-15)
        // Of the 15 pairs of items that could be the first cluster, 6 are of one class, which gives the same
        // information; with 9 the clusters tell nothing.
        let chance = information * 6 / 15
        let adjusted = (information - chance) / (meanEntropy - chance)
        #expect(abs(agreement.adjustedMutualInformation - adjusted) < 1e-14)
        // Pairs of one class: 3 + 3; of one cluster: 1 + 6; of both: 1 + 3.
        #expect(agreement.pairwisePrecision == 4.0 / 7)
        #expect(agreement.pairwiseRecall == 4.0 / 6)
        #expect(agreement.pairwiseF1 == 8.0 / 13)
    }

    @Test func chanceIsTheMeanOverAllOrders() {
        let classes = [0, 0, 0, 1, 1, 2, 2]
        for clusters in [[0, 0, 1, 1, 1, 1, 2], [0, 1, 1, 1, 1, 1, 1], [0, 0, 1, 1, 2, 3, 4]] {
            var (sum, count) = (0.0, 0)
            permute(clusters) { order in
                sum += ClusteringAgreement(classNumbers: classes, clusterNumbers: order).mutualInformation
                count += 1
            }
            #expect(count == 5040)
            let chance = sum / 5040
            let agreement = ClusteringAgreement(classNumbers: classes, clusterNumbers: clusters)
            let meanEntropy = (entropy(classes) + entropy(clusters)) / 2
            let expected = (agreement.mutualInformation - chance) / (meanEntropy - chance)
            #expect(abs(agreement.adjustedMutualInformation - expected) < 1e-12)
        }
    }

    /// The information that an assignment has on itself.
    private func entropy(_ numbers: [Int]) -> Double {
        ClusteringAgreement(classNumbers: numbers, clusterNumbers: numbers).mutualInformation
    }

    /// Visits all orders of some values, equal ones told apart.
    private func permute(_ values: [Int], _ fixed: Int = 0, _ visit: ([Int]) -> Void) {
        guard fixed < values.count else { return visit(values) }
        for i in fixed..<values.count {
            var swapped = values
            swapped.swapAt(fixed, i)
            permute(swapped, fixed + 1, visit)
        }
    }

    @Test func degenerateAssignments() {
        func values(_ classes: [Int], _ clusters: [Int]) -> [Double] {
            let agreement = ClusteringAgreement(classNumbers: classes, clusterNumbers: clusters)
            return [
                agreement.normalizedMutualInformation, agreement.adjustedMutualInformation,
                agreement.pairwisePrecision, agreement.pairwiseRecall, agreement.pairwiseF1,
            ]
        }
        #expect(values([], []) == [1, 1, 1, 1, 1])
        #expect(values([4], [7]) == [1, 1, 1, 1, 1])
        // Two items: together or apart.
        #expect(values([1, 1], [2, 2]) == [1, 1, 1, 1, 1])
        #expect(values([1, 2], [2, 1]) == [1, 1, 1, 1, 1])
        #expect(values([1, 1], [1, 2]) == [0, 0, 0, 0, 0])
        #expect(values([1, 2], [1, 1]) == [0, 0, 0, 0, 0])
        // One cluster finds every pair: 2 of its 6 are right, and 2 · 2 / (2 + 6) is a half.
        let third = 1.0 / 3
        #expect(values([0, 0, 1, 1], [3, 3, 3, 3]) == [0, 0, third, 1, 0.5])
        // Clusters of one item find none, yet they have all the information: ln 2 over the mean of ln 2 and ln 4.
        let lone = values([0, 0, 1, 1], [0, 1, 2, 3])
        #expect(abs(lone[0] - 2.0 / 3) < 1e-15)
        #expect(lone[1...] == [0, 0, 0, 0])
        // Independent: half of each class in each cluster. Of three ways to halve, one is the classes' own.
        let independent = values([0, 0, 1, 1], [0, 1, 0, 1])
        #expect(independent[0] == 0)
        // E is a third of ln 2, so that (0 − ln 2/3) / (ln 2 − ln 2/3) = −1/2.
        #expect(abs(independent[1] + 0.5) < 1e-15)
        #expect(independent[2...] == [0, 0, 0])
    }

    @Test func namesOrderAndSidesDoNotMatter() {
        var generator = SplitMix64(seed: 31)
        let classes = (0..<500).map { _ in Int(generator.next() % 17) }
        let clusters = classes.map { generator.next() % 3 == 0 ? Int(generator.next() % 23) : $0 / 2 }
        let agreement = ClusteringAgreement(classNumbers: classes, clusterNumbers: clusters)
        #expect(agreement.adjustedMutualInformation > 0.2 && agreement.adjustedMutualInformation < 0.8)
        let renamed = ClusteringAgreement(
            classNumbers: classes.map { 1_000_003 * (16 - $0) - 7 }, clusterNumbers: clusters.map { ($0 * 7) % 23 })
        #expect(renamed == agreement)
        let order = (0..<500).shuffled(using: &generator)
        let shuffled = ClusteringAgreement(
            classNumbers: order.map { classes[$0] }, clusterNumbers: order.map { clusters[$0] })
        #expect(shuffled == agreement)
        let swapped = ClusteringAgreement(classNumbers: clusters, clusterNumbers: classes)
        #expect(abs(swapped.normalizedMutualInformation - agreement.normalizedMutualInformation) < 1e-13)
        #expect(abs(swapped.adjustedMutualInformation - agreement.adjustedMutualInformation) < 1e-13)
        #expect(swapped.pairwisePrecision == agreement.pairwiseRecall)
        #expect(swapped.pairwiseRecall == agreement.pairwisePrecision)
        #expect(swapped.pairwiseF1 == agreement.pairwiseF1)
    }

    @Test func oneMistakeIsNotPerfect() {
        let classes = (0..<300).map { $0 / 3 }
        var clusters = classes.map { 99 - $0 }
        let perfect = ClusteringAgreement(classNumbers: classes, clusterNumbers: clusters)
        #expect(perfect.normalizedMutualInformation == 1 && perfect.adjustedMutualInformation == 1)
        #expect(perfect.pairwiseF1 == 1)
        clusters[0] = 5
        let flawed = ClusteringAgreement(classNumbers: classes, clusterNumbers: clusters)
        #expect(flawed.normalizedMutualInformation < 1 - 1e-6)
        #expect(flawed.adjustedMutualInformation < flawed.normalizedMutualInformation - 1e-6)
        #expect(flawed.pairwiseF1 < 1)
    }

    @Test func lotsScoreZeroOnAverage() {
        var generator = SplitMix64(seed: 77)
        let classes = (0..<120).map { $0 / 6 }
        let draws = 200
        var (adjusted, normalized) = (0.0, 0.0)
        for _ in 0..<draws {
            let agreement = ClusteringAgreement(
                classNumbers: classes, clusterNumbers: classes.shuffled(using: &generator))
            adjusted += agreement.adjustedMutualInformation / Double(draws)
            normalized += agreement.normalizedMutualInformation / Double(draws)
        }
        #expect(abs(adjusted) < 0.01)
        #expect(normalized > 0.4)
    }

    @Test func tableIsSparse() {
        // 50,000 classes by 50,001 clusters: each class of two is torn apart, so no cell has more than one item.
        let n = 100_000
        let agreement = ClusteringAgreement(
            classNumbers: (0..<n).map { $0 / 2 }, clusterNumbers: (0..<n).map { ($0 + 1) / 2 })
        #expect(agreement.classCount == 50_000 && agreement.clusterCount == 50_001)
        let size = Double(n)
        let information = (size - 2) / size * log(size / 4) + 2 / size * log(size / 2)
        #expect(abs(agreement.mutualInformation - information) < 1e-10)
        #expect(agreement.adjustedMutualInformation < 0)
        #expect(agreement.pairwiseF1 == 0)
    }
}

/// Compares with scikit-learn; `Scripts/fixtures/clustering_reference.py` made the values and says what the fields
/// mean.
@Suite struct ClusteringReferenceTests {
    private struct Case: Decodable {
        let name: String
        let n: Int
        let classCount: Int
        let clusterCount: Int
        let keptPercent: Int
        let seed: UInt64
        let checksum: Int
        let normalizedMutualInformation: Double
        let adjustedMutualInformation: Double
        let preciseAdjustedMutualInformation: Double?
        let pairwisePrecision: Double?
        let pairwiseRecall: Double?
        let pairwiseF1: Double?

        var assignments: (classes: [Int], clusters: [Int]) {
            var generator = SplitMix64(seed: seed)
            func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }
            var (classes, clusters) = ([Int](), [Int]())
            for i in 0..<n {
                let number = classCount > 0 ? below(classCount) : i
                classes.append(number)
                if clusterCount == 0 {
                    clusters.append(i)
                } else {
                    clusters.append(below(100) < keptPercent ? number % clusterCount : below(clusterCount))
                }
            }
            return (classes, clusters)
        }
    }

    @Test func valuesEqualThoseOfScikitLearn() throws {
        let file = testFile("RetrievalTests/Fixtures/clustering.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let cases = try decoder.decode([Case].self, from: Data(contentsOf: file))
        #expect(cases.count == 13)
        for reference in cases {
            let (classes, clusters) = reference.assignments
            let checksum = zip(1..., zip(classes, clusters)).reduce(0) { $0 + $1.0 * ($1.1.0 + 3 * $1.1.1) }
            try #require(checksum == reference.checksum, "\(reference.name)")
            let agreement = ClusteringAgreement(classNumbers: classes, clusterNumbers: clusters)
            func check(_ value: Double, _ expected: Double?, _ tolerance: Double = 1e-14) {
                guard let expected else { return }
                #expect(abs(value - expected) <= tolerance, "\(reference.name): \(value), not \(expected)")
            }
            check(agreement.normalizedMutualInformation, reference.normalizedMutualInformation, 1e-12)
            check(agreement.adjustedMutualInformation, reference.adjustedMutualInformation, 1e-11)
            check(agreement.adjustedMutualInformation, reference.preciseAdjustedMutualInformation, 1e-14)
            check(agreement.pairwisePrecision, reference.pairwisePrecision)
            check(agreement.pairwiseRecall, reference.pairwiseRecall)
            check(agreement.pairwiseF1, reference.pairwiseF1)
        }
        #expect(cases.count { $0.preciseAdjustedMutualInformation != nil } == 1)
    }
}
