import Evaluation
import Foundation
import Retrieval
import TestSupport
import Testing

/// `Fixtures/novelty_regression.json`, of `Scripts/fixtures/shift_measures.py`.
private struct Reference: Decodable {
    let `class`: [Int]
    let group: [Int]
    let novelty: [Double]
    let score: [Double]
    let weight: [Double]
    let slope: Double
    let intercept: Double
    let within: Double
    let slopeError: Double
    let withinError: Double

    static func stored() throws -> [Reference] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(
            [Reference].self, from: Data(contentsOf: testFile("EvaluationTests/Fixtures/novelty_regression.json")))
    }

    var observations: [NoveltyCurve.Observation] {
        score.indices.map {
            .init(
                classNumber: self.class[$0], group: group[$0], novelty: novelty[$0], weight: weight[$0],
                score: score[$0])
        }
    }
}

@Suite struct NoveltyCurveTests {
    private typealias Observation = NoveltyCurve.Observation

    @Test func slopesAreNumPys() throws {
        let references = try Reference.stored()
        #expect(references.count == 2)
        for reference in references {
            let curve = try #require(NoveltyCurve(reference.observations))
            #expect(abs(curve.slope.value - reference.slope) < 1e-12)
            #expect(abs(curve.intercept - reference.intercept) < 1e-12)
            let within = try #require(curve.slopeWithinClasses)
            #expect(abs(within.value - reference.within) < 1e-12)
            // Contributions have the precision of a Float.
            #expect(abs(try #require(curve.slope.standardError) / reference.slopeError - 1) < 1e-5)
            #expect(abs(try #require(within.standardError) / reference.withinError - 1) < 1e-5)
            #expect(curve.slope.degreesOfFreedom == Double(Set(reference.group).count - 1))
            let reversed = try #require(NoveltyCurve(reference.observations.reversed()))
            #expect(reversed.bins.map(\.observationCount) == curve.bins.map(\.observationCount))
        }
    }

    /// Easy classes that are far away for a reason of their own: success rises over classes, and falls within each.
    @Test func classesAreTheirOwnControls() throws {
        let observations = (0..<20).flatMap { number in
            (0..<3).map { level in
                Observation(
                    classNumber: number, group: number, novelty: Double(number) + Double(level) / 10, weight: 2,
                    score: 0.03 * Double(number) - 0.02 * Double(level))
            }
        }
        let curve = try #require(NoveltyCurve(observations))
        #expect(curve.slope.value > 0.02)
        #expect(abs(try #require(curve.slopeWithinClasses).value + 0.2) < 1e-9)
    }

    /// The same observations once more say nothing new: errors are over classes.
    @Test func copiesOfObservationsDoNotShrinkErrors() throws {
        let reference = try Reference.stored()[0].observations
        let (once, twice) = (try #require(NoveltyCurve(reference)), try #require(NoveltyCurve(reference + reference)))
        #expect(abs(try #require(once.slope.standardError) - #require(twice.slope.standardError)) < 1e-7)
        #expect(abs(once.slope.value - twice.slope.value) < 1e-12)
    }

    @Test func binsCoverAllByGrowingNovelty() throws {
        var observations: [Observation] = []
        for number in 0..<41 {
            let (novelty, weight, score) = (Double(number / 2), Double(1 + number % 3), Double(number % 5) / 5)
            observations.append(
                Observation(classNumber: number, group: number, novelty: novelty, weight: weight, score: score))
        }
        let bins = try #require(NoveltyCurve(observations, binCount: 4)).bins
        let counts = bins.map(\.observationCount)
        #expect(bins.count == 4 && counts.reduce(0, +) == 41)
        for (bin, next) in zip(bins, bins.dropFirst()) { #expect(bin.range.upperBound < next.range.lowerBound) }
        var (weight, score, novelty) = (0.0, 0.0, 0.0)
        for observation in observations where bins[0].range.contains(observation.novelty) {
            weight += observation.weight
            score += observation.weight * observation.score
            novelty += observation.weight * observation.novelty
        }
        #expect(abs(bins[0].score.value - score / weight) < 1e-12)
        #expect(abs(bins[0].novelty - novelty / weight) < 1e-12)
    }

    @Test func littleIsSaidOfLittle() throws {
        #expect(NoveltyCurve([]) == nil)
        let same = (0..<9).map { Observation(classNumber: $0, group: $0, novelty: 1, weight: 1, score: 0.5) }
        #expect(NoveltyCurve(same) == nil)
        let few = try #require(
            NoveltyCurve(
                (0..<4).map { Observation(classNumber: $0, group: $0, novelty: Double($0), weight: 1, score: 0.5) }))
        #expect(few.slope.value == 0 && few.slope.standardError == nil && few.slopeWithinClasses == nil)
        #expect(few.bins.count == 1)
    }
}
