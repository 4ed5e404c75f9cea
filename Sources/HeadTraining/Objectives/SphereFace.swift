internal import Differentiation
internal import Foundation

/// SphereFace, also A-softmax: the angle to the own class, multiplied by a margin, must be smaller than the others.
///
/// The loss of a sample x of class y is the cross-entropy of the logits s‖x‖ cos θ_c, with
/// (λ cos θ + ψ(θ)) / (λ + 1) in place of cos θ for c = y, where
///
///     ψ(θ) = (−1)ᵏ cos(mθ) − 2k for θ in [kπ/m, (k + 1)π/m]
///
/// goes on falling where cos(mθ) would rise again. θ_c is the angle between x and the proxy of class c, and ‖x‖ the
/// length that the head gives it.
///
/// Liu and others, "SphereFace: Deep Hypersphere Embedding for Face Recognition", CVPR 2017; m = 4, and
/// λ = 5, where the authors' annealing ends.
struct SphereFace: Objective {
    let name = "sphereface"
    let title = "SphereFace"
    let paper = Paper(
        "Liu and others", "SphereFace: Deep Hypersphere Embedding for Face Recognition", "CVPR", 2017)
    let parameters: [ObjectiveParameter] = [
        .number(
            "margin", 4, allowed: 1...10, searched: 1...4, scale: .whole, "m: what the own angle is multiplied by"),
        .number("lambda", 5, allowed: 0...1e4, searched: 0...10, "λ: how much of the plain softmax is mixed in"),
        .number(
            "scale", 1, allowed: 1e-2...1e4, searched: 0.5...8, scale: .logarithmic, "s: what logits are multiplied by"),
    ]

    func learnables(_ shape: ObjectiveShape, _ values: ObjectiveParameters) -> [Learnable] {
        [.proxies(shape)]
    }

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let (margin, lambda) = (batch["margin"], batch["lambda"])
        let cosine = innerProducts(batch.embeddings, batch.learnable("proxies").normalizedRows())
        let own = cosine.elements(atColumns: batch.classes)
        // The angle's derivative is infinite where the cosine is 1.
        let angle = own.clamped(to: -1 + 1e-6...1 - 1e-6).arccosine()
        func turns(_ row: Int) -> Double { floor(Double(angle.elements[row]) * margin / .pi) }
        let signs = batch.tape.constant(rowCount: own.rowCount, columnCount: 1) { row, _ in
            turns(row).truncatingRemainder(dividingBy: 2) == 0 ? 1 : -1
        }
        let steps = batch.tape.constant(rowCount: own.rowCount, columnCount: 1) { row, _ in 2 * turns(row) }
        let widened = signs * (margin * angle).cosine() - steps
        let mixed = (lambda * own + widened) / (lambda + 1)
        let lengths = batch.outputs.squared().rowSums().squareRoot()
        let logits = (cosine + batch.tape.constant(batch.ownClass()) * (mixed - own)) * lengths
        return crossEntropy(logits * batch["scale"], batch.classes)
    }
}
