import DenseLinearAlgebra
import HeadTraining
import Statistics
import Testing
import TestSupport

@Suite struct PolicyAdaptedTests {
    /// Where the metric is the chance of some bins, the policy learns to raise it.
    @Test func thePolicyLearnsWhatIsRewarded() {
        for wanted in [3..<8, 20..<25] {
            let distances = PolicyAdaptedDistances(seed: 1, learningRate: 1e-2)
            func chance() -> Double { distances.probabilities[wanted].reduce(0, +) }
            let before = chance()
            for step in 0..<300 { distances.adapt(to: chance(), progress: Double(step) / 300) }
            #expect(abs(distances.probabilities.reduce(0, +) - 1) < 1e-9)
            #expect(distances.probabilities.allSatisfy { $0 >= 0 })
            #expect(chance() > 2 * before, "\(wanted) from \(before) to \(chance())")
        }
    }

    @Test func aSeedGivesTheSameChances() {
        func chances(_ seed: UInt64) -> [Double] {
            let distances = PolicyAdaptedDistances(seed: seed)
            for step in 0..<5 { distances.adapt(to: Double(step % 3), progress: 0.1) }
            return distances.probabilities
        }
        #expect(chances(1) == chances(1) && chances(1) != chances(2))
    }

    /// A bin is drawn with its chance, and each of its negatives equally often.
    @Test func negativesAreDrawnByTheirBins() {
        let distances = [0.05, 0.12, 0.5, 0.51, 0.52, 1.2, 1.9]
        let classes = [0, 0] + distances.indices.map { $0 + 1 }
        var squared = [Double](repeating: 1, count: classes.count * classes.count)
        for (index, distance) in distances.enumerated() { squared[index + 2] = distance * distance }
        var chances = [Double](repeating: 0.01, count: 30)
        (chances[0], chances[9], chances[25], chances[29]) = (0.2, 0.3, 0.1, 0.15)
        // 0.05 and 0.12 are in bin 0, the next three in bin 9, and 1.9 in the last one.
        let weights = [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.15]
        var generator = SeededGenerator(seed: 2, stream: "test")
        var counts = [Int](repeating: 0, count: distances.count)
        let draws = 20_000
        for _ in 0..<draws {
            let (a, _, n) = TripletSampler.policyAdapted.triplets(
                squaredDistances: squared, classes: classes, dimension: 5, margin: 0.2, chancesOfDistances: chances,
                using: &generator)
            for (anchor, negative) in zip(a, n) where anchor == 0 { counts[negative - 2] += 1 }
        }
        for (count, weight) in zip(counts, weights) {
            let part = weight / weights.reduce(0, +)
            let deviation = (part * (1 - part) / Double(draws)).squareRoot()
            #expect(abs(Double(count) / Double(draws) - part) <= 5 * deviation)
        }
    }

    /// Training by PADS learns, gives the same bytes again, and works where there are too few samples to set any apart.
    @Test func headsAreTrainedByIt() throws {
        let (features, labels) = clusteredEmbeddings(n: 300, d: 12, classCount: 10, spread: 1.2, seed: 5)
        let objective = try KnownObjectives.objective(named: "margin")
        var settings = HeadTrainingSettings(
            objective: objective, parameters: try ObjectiveParameters(of: objective, parsing: ["sampler=pads"]))
        (settings.classesPerBatch, settings.samplesPerClass, settings.stepCount) = (6, 4, 100)
        settings.architecture = HeadArchitecture(dimension: 6)
        let first = try trainHead(features: features, labels: labels, settings: settings)
        #expect(try trainHead(features: features, labels: labels, settings: settings) == first)
        var other = settings
        other.parameters = try ObjectiveParameters(of: objective, parsing: ["sampler=distance-weighted"])
        #expect(try trainHead(features: features, labels: labels, settings: other) != first)
        let few = [0, 1, 2, 3, 4, 5, 6, 7].flatMap { number in labels.indices.filter { labels[$0] == number }.prefix(3)
        }
        let trained = try trainHead(
            features: features, rows: few, labels: few.map { labels[$0] }, settings: settings)
        #expect(trained.losses.count == 2)
    }
}
