internal import DenseLinearAlgebra
internal import Differentiation
internal import Statistics

/// The distances at which negatives are sampled, adapted while a head is trained by a policy that learns what helps: PADS.
///
/// Distances from 0.1 to 1.4 are divided into 30 bins, and a negative is drawn from a bin with its probability p_k, which are
/// equal at first. From time to time a policy sees the state of the training and chooses for each bin to multiply p_k by
/// 1.25, by 1 or by 0.8. It is rewarded by the sign of the change of a validation metric that follows (REINFORCE, with
/// a running mean of rewards as the baseline). The state has the probabilities, running means of the metric over the last
/// 2, 8, 16 and 32 values, and how much of the training is done; the policy is a network with one hidden layer of 128.
///
/// Roth, Milbich and Ommer, "PADS: Policy-Adapted Sampling for Visual Similarity Learning", CVPR 2020.
package final class PolicyAdaptedDistances {
    /// The number of bins.
    package static let binCount = 30
    private static let (lowest, highest) = (0.1, 1.4)
    private static let factors = [1.25, 1, 0.8]
    private static let runs = [2, 8, 16, 32]

    /// The probability of each bin.
    package private(set) var probabilities: [Double]
    private var generator: SeededGenerator
    private let tape = Tape<Float>()
    private let layers: [(weights: Parameter<Float>, bias: Parameter<Float>)]
    private let optimizers: [AdamW]
    private var metrics: [Double] = []
    private var baseline = 0.0
    private var taken: (state: Matrix<Float>, actions: [Int])?

    /// Begins with equal probabilities and a policy that has learned nothing.
    ///
    /// - Parameter learningRate: the policy's.
    package init(seed: UInt64, learningRate: Double = 1e-3) {
        let count = Self.binCount
        probabilities = Array(repeating: 1 / Double(count), count: count)
        generator = SeededGenerator(seed: seed, stream: "head/policy")
        let widths = [count + Self.runs.count + 1, 128, Self.factors.count * count]
        var generator = generator
        layers = zip(widths, widths.dropFirst()).map { inputs, outputs in
            let values = (0..<inputs * outputs).map { _ in Float(generator.bell() / Double(3 * inputs).squareRoot()) }
            return (
                Parameter(Matrix(rowCount: inputs, columnCount: outputs, elements: values)),
                Parameter(Matrix(rowCount: 1, columnCount: outputs))
            )
        }
        optimizers = layers.flatMap { layer in
            [layer.weights, layer.bias].map { AdamW($0, learningRate: learningRate, weightDecay: 0) }
        }
        self.generator = generator
    }

    /// The bin of a squared distance; those beyond the ends are in the first or the last.
    static func bin(ofSquared squared: Double) -> Int {
        let part = (max(squared, 0).squareRoot() - lowest) / (highest - lowest)
        return min(max(Int(part * Double(binCount)), 0), binCount - 1)
    }

    /// Rewards the last change of the probabilities, and makes the next.
    ///
    /// - Parameters:
    ///   - metric: how good the head is now; larger is better.
    ///   - progress: the part of the training that is done.
    package func adapt(to metric: Double, progress: Double) {
        if let last = metrics.last, let taken {
            let reward: Double = metric > last ? 1 : metric < last ? -1 : 0
            learn(taken.state, taken.actions, advantage: reward - baseline)
            baseline += 0.1 * (reward - baseline)
        }
        metrics.append(metric)
        let means = Self.runs.map { run in
            let recent = metrics.suffix(run)
            return recent.reduce(0, +) / Double(recent.count)
        }
        let state = Matrix<Float>(rows: [(probabilities + means + [progress]).map { Float($0) }])
        tape.reset()
        let chances = logits(state).rowSoftmax().matrix
        let actions = (0..<Self.binCount).map { bin in
            let drawn = Float(generator.part())
            return drawn < chances[bin, 0] ? 0 : drawn < chances[bin, 0] + chances[bin, 1] ? 1 : 2
        }
        for (bin, action) in actions.enumerated() { probabilities[bin] *= Self.factors[action] }
        let total = probabilities.reduce(0, +)
        for bin in probabilities.indices { probabilities[bin] /= total }
        taken = (state, actions)
    }

    /// One row of three logits for each bin.
    private func logits(_ state: Matrix<Float>) -> Variable<Float> {
        var x = tape.constant(state)
        for (number, layer) in layers.enumerated() {
            x = product(x, tape.leaf(layer.weights)) + tape.leaf(layer.bias)
            if number < layers.count - 1 { x = x.rectified() }
        }
        return x.reshaped(rowCount: Self.binCount, columnCount: Self.factors.count)
    }

    private func learn(_ state: Matrix<Float>, _ actions: [Int], advantage: Double) {
        tape.reset()
        tape.differentiate(advantage * crossEntropy(logits(state), actions))
        for optimizer in optimizers { optimizer.advance() }
    }
}
