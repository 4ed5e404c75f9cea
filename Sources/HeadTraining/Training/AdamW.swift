internal import CHeadTraining
package import Differentiation

/// Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019), for one parameter.
///
/// With g the gradient at step t: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²,
/// w ← w − η·λ·w − η · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε), where β₁ = 0.9, β₂ = 0.999 and ε = 1e-8.
package final class AdamW {
    let parameter: Parameter<Float>
    private let learningRate: Double
    private let weightDecay: Double
    private let moments: UnsafeMutableBufferPointer<Float>
    private var step = 0

    /// Begins with moments of zero.
    package init(_ parameter: Parameter<Float>, learningRate: Double, weightDecay: Double) {
        self.parameter = parameter
        (self.learningRate, self.weightDecay) = (learningRate, weightDecay)
        moments = .allocate(capacity: 2 * parameter.values.count)
        moments.initialize(repeating: 0)
    }

    deinit { moments.deallocate() }

    /// Moves the parameter by its gradient.
    package func advance() {
        step += 1
        let (beta1, beta2) = (0.9, 0.999)
        let correction1 = 1 - pow(beta1, Double(step))
        let correction2 = 1 - pow(beta2, Double(step))
        update(
            rate: Float(learningRate / correction1), root: Float(1 / correction2.squareRoot()),
            shrinking: Float(1 - learningRate * weightDecay))
    }

    /// One pass over all values.
    private func update(rate: Float, root: Float, shrinking: Float) {
        let count = parameter.values.count
        guard let values = parameter.values.baseAddress, let gradient = parameter.gradient.baseAddress,
            let first = moments.baseAddress
        else { return }
        adam_advance(values, gradient, first, first + count, count, rate, root, shrinking)
    }
}
