import DenseLinearAlgebra
import HeadTraining
import Testing
import TestSupport

@Suite struct HeadTrainerTests {
    /// 12 classes that differ in 6 of 20 dimensions, among larger noise in the others.
    private let data = classes(seed: 1)
    private var features: Matrix<Float> { data.0 }
    private var labels: [Int] { data.1 }

    private static func classes(seed: UInt64) -> (Matrix<Float>, [Int]) {
        var (features, labels) = clusteredEmbeddings(n: 240, d: 20, classCount: 12, spread: 0.3, seed: seed)
        var generator = SplitMix64(seed: seed + 1)
        for i in 0..<features.rowCount {
            for j in 6..<20 { features[i, j] = 4 * generator.nextFloat() + 100 }
        }
        return (features, labels)
    }

    private func quick(_ name: String, steps: Int = 150) throws -> HeadTrainingSettings {
        var settings = HeadTrainingSettings(objective: try KnownObjectives.objective(named: name))
        settings.architecture = HeadArchitecture(dimension: 8)
        settings.stepCount = steps
        settings.classesPerBatch = 6
        settings.samplesPerClass = 4
        settings.learningRate = 5e-3
        return settings
    }

    /// Recall@1 by plain search.
    private func recall(_ embeddings: Matrix<Float>, _ labels: [Int]) -> Double {
        var hits = 0
        for i in labels.indices {
            let best = labels.indices.filter { $0 != i }.max {
                innerProduct(embeddings, i, $0) < innerProduct(embeddings, i, $1)
            }
            if let best, labels[best] == labels[i] { hits += 1 }
        }
        return Double(hits) / Double(labels.count)
    }

    @Test(arguments: KnownObjectives.all.map(\.name)) func everyObjectiveLearns(_ name: String) throws {
        let standardised = Head(
            mean: [Float](repeating: 0, count: 20), scale: [Float](repeating: 1, count: 20),
            layers: [Head.Layer(weights: identity(20), bias: [Float](repeating: 0, count: 20))]
        )
        let before = recall(standardised.embeddings(of: features), labels)
        let trained = try trainHead(features: features, labels: labels, settings: quick(name, steps: 300))
        let after = recall(trained.head.embeddings(of: features), labels)
        #expect(after > max(before + 0.2, name == "bier" ? 0.6 : 0.75), "\(name) from \(before) to \(after)")
        #expect(trained.losses.count == 6 && trained.losses.allSatisfy(\.isFinite))
        #expect(trained.sampleCount == 240 && trained.classCount == 12 && trained.constantFeatureCount == 0)
    }

    private func identity(_ n: Int) -> Matrix<Float> {
        var result = Matrix<Float>(rowCount: n, columnCount: n)
        for i in 0..<n { result[i, i] = 1 }
        return result
    }

    @Test func hiddenLayersLearnToo() throws {
        var settings = try quick("normalized-softmax", steps: 300)
        settings.architecture = HeadArchitecture(dimension: 8, hidden: [32, 16])
        let trained = try trainHead(features: features, labels: labels, settings: settings)
        #expect(trained.head.layers.map(\.weights.columnCount) == [32, 16, 8] && trained.head.dimension == 8)
        #expect(recall(trained.head.embeddings(of: features), labels) > 0.9)
    }

    /// The same bytes on a rerun, and for labels of other numbers in the same order.
    @Test func aSeedGivesTheSameBytes() throws {
        for name in ["triplet", "margin", "proxy-anchor"] {
            let settings = try quick(name, steps: 60)
            let first = try trainHead(features: features, labels: labels, settings: settings)
            #expect(try trainHead(features: features, labels: labels, settings: settings) == first)
            #expect(try trainHead(features: features, labels: labels.map { 3 * $0 - 50 }, settings: settings) == first)
            var other = settings
            other.seed = 1
            #expect(try trainHead(features: features, labels: labels, settings: other).head != first.head)
            #expect(first.losses.count == 2)
        }
    }

    /// A bias that no difference of outputs depends on stays what it is.
    @Test func shiftsThatDoNotMatterAreNotLearnt() throws {
        let lifted = try trainHead(features: features, labels: labels, settings: quick("lifted-structure", steps: 20))
        #expect(lifted.head.layers[0].bias.allSatisfy { $0 == 0 })
        let pairs = try trainHead(features: features, labels: labels, settings: quick("n-pair", steps: 20))
        #expect(pairs.head.layers[0].bias.contains { $0 != 0 })
    }

    /// A step of a learner moves its own dimensions alone; training of the whole embedding alone is the margin loss.
    @Test func learnersAreTrainedInTheirOwnDimensions() throws {
        var settings = try quick("divide-and-conquer", steps: 0)
        settings.weightDecay = 0
        settings.parameters = try ObjectiveParameters(of: settings.objective, parsing: ["learners=3", "whole=0"])
        var slices: Set<[Int]> = []
        for seed in 0..<12 {
            settings.seed = UInt64(seed)
            settings.stepCount = 0
            let before = try trainHead(features: features, labels: labels, settings: settings).head.layers[0].weights
            settings.stepCount = 1
            let after = try trainHead(features: features, labels: labels, settings: settings).head.layers[0].weights
            slices.insert((0..<8).filter { k in (0..<20).contains { before[$0, k] != after[$0, k] } })
        }
        #expect(slices == [[0, 1], [2, 3, 4], [5, 6, 7]])
        settings = try quick("divide-and-conquer", steps: 30)
        settings.parameters = try ObjectiveParameters(of: settings.objective, parsing: ["whole=1"])
        let whole = try trainHead(features: features, labels: labels, settings: settings)
        #expect(try trainHead(features: features, labels: labels, settings: quick("margin", steps: 30)) == whole)
        settings.parameters = settings.objective.defaults
        #expect(try trainHead(features: features, labels: labels, settings: settings) != whole)
    }

    /// Divisions of few samples and of many learners, and with a sampler that sets samples apart.
    @Test func fewSamplesAreDividedToo() throws {
        for (parsing, rows) in [
            (["learners=64", "interval=0.01"], 240), (["learners=8"], 60), (["learners=1"], 240),
            (["sampler=pads", "learners=2"], 240),
        ] {
            var settings = try quick("divide-and-conquer", steps: 40)
            settings.parameters = try ObjectiveParameters(of: settings.objective, parsing: parsing)
            let some = Array(0..<rows)
            let own = some.map { labels[$0] }
            let trained = try trainHead(features: features, rows: some, labels: own, settings: settings)
            #expect(trained.losses.count == 1 && trained.losses.allSatisfy(\.isFinite))
            let again = try trainHead(features: features, rows: some, labels: own, settings: settings)
            #expect(again == trained)
        }
    }

    /// Trainings that run at once do not affect each other.
    @Test func manyAtOnceGiveTheSameBytes() async throws {
        let settings = try ["triplet", "cosface", "soft-triple", "margin"].map { try quick($0, steps: 40) }
        let (features, labels) = data
        let alone = try settings.map { try trainHead(features: features, labels: labels, settings: $0) }
        try await withThrowingTaskGroup(of: (Int, TrainedHead).self) { group in
            for (number, settings) in (settings + settings).enumerated() {
                group.addTask { (number, try trainHead(features: features, labels: labels, settings: settings)) }
            }
            for try await (number, trained) in group { #expect(trained == alone[number % alone.count]) }
        }
    }

    /// Rows that are not trained on do not matter, and rows may come in any part of the features.
    @Test func onlyTheGivenRowsAreUsed() throws {
        let settings = try quick("normalized-softmax", steps: 30)
        let rows = Array(stride(from: 239, through: 0, by: -2))
        let some = rows.map { labels[$0] }
        let direct = try trainHead(features: features.selectingRows(rows), labels: some, settings: settings)
        var spoiled = features
        for i in 0..<240 where i % 2 == 0 { spoiled[i, 3] = .nan }
        #expect(try trainHead(features: spoiled, rows: rows, labels: some, settings: settings) == direct)
    }

    @Test func featuresAreStandardised() throws {
        let settings = try quick("normalized-softmax", steps: 20)
        let first = try trainHead(features: features, labels: labels, settings: settings)
        // Powers of two change no bit but exponents.
        var scaled = features
        for i in 0..<240 { for j in 0..<20 { scaled[i, j] *= j % 2 == 0 ? 1024 : 0.25 } }
        let second = try trainHead(features: scaled, labels: labels, settings: settings)
        #expect(second.head.layers == first.head.layers && second.losses == first.losses)
        #expect(second.head.embeddings(of: scaled) == first.head.embeddings(of: features))
    }

    @Test func constantFeaturesAreIgnored() throws {
        var constant = features
        for i in 0..<240 { (constant[i, 4], constant[i, 9]) = (7, 1e-30) }
        let trained = try trainHead(
            features: constant, labels: labels, settings: quick("normalized-softmax", steps: 20))
        #expect(trained.constantFeatureCount == 2 && trained.head.scale[4] == 0 && trained.head.scale[9] == 0)
        var other = constant
        for i in 0..<240 { other[i, 4] = Float(i) }
        #expect(trained.head.embeddings(of: other) == trained.head.embeddings(of: constant))
    }

    @Test func badInputIsOneSentence() throws {
        let settings = try quick("normalized-softmax", steps: 5)
        func message(_ features: Matrix<Float>, _ labels: [Int], _ settings: HeadTrainingSettings) -> String {
            do {
                _ = try trainHead(features: features, labels: labels, settings: settings)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(
            message(features, labels.map { $0 % 5 }, settings)
                == "there are 5 training classes; expected 6 or more, as many as a batch holds")
        var greedy = settings
        greedy.samplesPerClass = 1000
        let largest = Dictionary(grouping: labels) { $0 }.values.map(\.count).max() ?? 0
        #expect(
            message(features, labels, greedy)
                == "a batch is to hold 1000 samples of each class; expected \(largest) or fewer, as many as the largest "
                + "training class has")
        #expect(
            message(features, Array(0..<240), settings)
                == "each of the 240 training classes has one sample (240 in all); expected at least one class of two "
                + "samples")
        #expect(
            message(Matrix(rowCount: 0, columnCount: 3), [], settings)
                == "each of the 0 training classes has one sample (0 in all); expected at least one class of two samples"
        )
        var broken = features
        broken[17, 3] = -.infinity
        #expect(
            message(broken, labels, settings)
                == "the feature in row 17, column 3 is not finite; expected finite numbers only")
        #expect(
            message(Matrix(rowCount: 240, columnCount: 20, repeating: 3), labels, settings)
                == "all 240 training samples have the same features in single precision; expected features that differ")
        var wild = settings
        wild.objective = Diverging()
        wild.parameters = wild.objective.defaults
        #expect(
            message(features, labels, wild)
                == "training by diverging diverged at step 2 (\(wild.summary)); expected a finite loss, as with a smaller "
                + "learning rate")
    }

    @Test func progressIsReportedAndEndsTraining() throws {
        struct Stop: Error {}
        var steps: [Int] = []
        let settings = try quick("contrastive", steps: 120)
        _ = try trainHead(features: features, labels: labels, settings: settings) { steps.append($0) }
        #expect(steps == [0, 50, 100, 120])
        #expect(throws: Stop.self) {
            try trainHead(features: features, labels: labels, settings: settings) { if $0 == 50 { throw Stop() } }
        }
    }

    @Test func noStepsGiveTheHeadOfTheBeginning() throws {
        let trained = try trainHead(features: features, labels: labels, settings: quick("contrastive", steps: 0))
        #expect(trained.losses.isEmpty && trained.head.layers[0].bias.allSatisfy { $0 == 0 })
    }
}
