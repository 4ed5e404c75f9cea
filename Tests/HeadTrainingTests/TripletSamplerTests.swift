import Foundation
import HeadTraining
import Statistics
import Testing
import TestSupport

@Suite struct TripletSamplerTests {
    private let classes = [0, 0, 1, 2, 1, 0, 3, 2, 2, 1, 1]
    /// Squared distances of random rows of length 1.
    private let squared: [Double] = {
        var generator = SplitMix64(seed: 5)
        let rows = (0..<11).map { _ in
            let row = (0..<6).map { _ in generator.bell() }
            let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return row.map { $0 / length }
        }
        return rows.flatMap { a in rows.map { b in zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } } }
    }()

    private func triplets(_ sampler: TripletSampler, margin: Double = 0.2, seed: UInt64 = 1) -> [[Int]] {
        var generator = SeededGenerator(seed: seed, stream: "test")
        let (a, p, n) = sampler.triplets(
            squaredDistances: squared, classes: classes, dimension: 6, margin: margin, using: &generator)
        #expect(a.count == p.count && a.count == n.count)
        return zip(a, zip(p, n)).map { [$0, $1.0, $1.1] }
    }

    private func distance(_ i: Int, _ j: Int) -> Double { squared[i * classes.count + j] }

    /// All triplets by three loops.
    private var all: [[Int]] {
        let rows = Array(classes.indices)
        return rows.flatMap { a in
            rows.flatMap { p in
                rows.compactMap { n in
                    a != p && classes[a] == classes[p] && classes[a] != classes[n] ? [a, p, n] : nil
                }
            }
        }
    }

    @Test func samplersFollowTheirDefinitions() {
        #expect(triplets(.all) == all)
        for margin in [0.1, 0.5, 4] {
            #expect(
                triplets(.semiHard, margin: margin)
                    == all.filter {
                        distance($0[0], $0[2]) > distance($0[0], $0[1])
                            && distance($0[0], $0[2]) - distance($0[0], $0[1]) <= margin
                    })
        }
        let anchors = Set(all.map { $0[0] }).sorted()
        let hard = anchors.map { a in
            let own = all.filter { $0[0] == a }
            let p = own.max { distance(a, $0[1]) < distance(a, $1[1]) }.map { $0[1] } ?? 0
            let n = own.min { distance(a, $0[2]) < distance(a, $1[2]) }.map { $0[2] } ?? 0
            return [a, p, n]
        }
        #expect(triplets(.batchHard) == hard)
        let easy = anchors.compactMap { a -> [Int]? in
            let own = all.filter { $0[0] == a }
            guard let p = own.min(by: { distance(a, $0[1]) < distance(a, $1[1]) })?[1] else { return nil }
            let beyond = own.filter { distance(a, $0[2]) > distance(a, p) }
            return beyond.min { distance(a, $0[2]) < distance(a, $1[2]) }.map { [a, p, $0[2]] }
        }
        #expect(triplets(.easyPositive) == easy)
    }

    /// One negative for each pair of a class in both orders, drawn by the seed.
    @Test func randomSamplersDrawOnePerPair() {
        let pairs = Set(all.map { [$0[0], $0[1]] })
        for sampler in [TripletSampler.random, .distanceWeighted, .policyAdapted] {
            let drawn = triplets(sampler)
            #expect(drawn.allSatisfy { all.contains($0) })
            #expect(Set(drawn.map { [$0[0], $0[1]] }).count == drawn.count)
            #expect(drawn.count == pairs.count)
            #expect(drawn == triplets(sampler) && drawn != triplets(sampler, seed: 2))
        }
    }

    /// Negatives are drawn as often as the inverse density of their distance says, from the paper's formula.
    @Test func distancesAreDrawnByTheirInverseDensity() {
        let distances = [0.2, 0.5, 0.8, 1.1, 1.3, 1.5]
        let classes = [0, 0] + distances.indices.map { $0 + 1 }
        var squared = [Double](repeating: 1, count: classes.count * classes.count)
        for (index, distance) in distances.enumerated() { squared[index + 2] = distance * distance }
        let dimension = 5
        let weights = distances.map { distance -> Double in
            let d = max(distance, 0.5)
            let density = pow(d, Double(dimension - 2)) * pow(1 - d * d / 4, Double(dimension - 3) / 2)
            return distance < 1.4 ? 1 / density : 0
        }
        var generator = SeededGenerator(seed: 4, stream: "test")
        var counts = [Int](repeating: 0, count: distances.count)
        let draws = 20_000
        for _ in 0..<draws {
            let (a, _, n) = TripletSampler.distanceWeighted.triplets(
                squaredDistances: squared, classes: classes, dimension: dimension, margin: 0.2, using: &generator)
            for (anchor, negative) in zip(a, n) where anchor == 0 { counts[negative - 2] += 1 }
        }
        for (count, weight) in zip(counts, weights) {
            let part = weight / weights.reduce(0, +)
            let deviation = (part * (1 - part) / Double(draws)).squareRoot()
            #expect(abs(Double(count) / Double(draws) - part) <= 5 * deviation)
        }
        #expect(counts[5] == 0)
    }

    /// An anchor whose negatives are all too far keeps its pairs, with any of them.
    @Test func anchorsWithoutNearNegativesKeepTheirPairs() {
        let classes = [0, 0, 1, 2, 3]
        var squared = [Double](repeating: 3, count: 25)
        (squared[1], squared[5]) = (0.5, 0.5)
        var generator = SeededGenerator(seed: 6, stream: "test")
        var counts = [Int](repeating: 0, count: 5)
        for _ in 0..<3000 {
            let (a, p, n) = TripletSampler.distanceWeighted.triplets(
                squaredDistances: squared, classes: classes, dimension: 5, margin: 0.2, using: &generator)
            #expect(a == [0, 1] && p == [1, 0])
            for negative in n { counts[negative] += 1 }
        }
        // Each of three with a chance of a third, of 6,000 draws: 2,000 ± 5 standard deviations.
        #expect(counts[0] == 0 && counts[1] == 0 && counts[2...].allSatisfy { abs($0 - 2000) < 183 })
    }
}
