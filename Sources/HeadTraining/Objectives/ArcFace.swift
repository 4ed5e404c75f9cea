internal import Differentiation
internal import Foundation

/// ArcFace: the angle to the own class, widened by a margin, must be smaller than the others.
///
/// The loss of a sample x of class y is that of ``CosFace`` with cos(θ + m) in place of cos θ − m, where θ is the angle
/// between x and its proxy. Where θ + m exceeds π, cos θ − m sin m stands for it, so that the loss still grows with the
/// angle, as in the authors' code.
///
/// Deng and others, "ArcFace: Additive Angular Margin Loss for Deep Face Recognition", CVPR 2019; s = 64
/// and m = 0.5.
struct ArcFace: Objective {
    let name = "arcface"
    let title = "ArcFace"
    let paper = Paper(
        "Deng and others", "ArcFace: Additive Angular Margin Loss for Deep Face Recognition", "CVPR", 2019)
    let parameters: [ObjectiveParameter] = [
        .number("margin", 0.5, allowed: 0...1.5, searched: 0...0.7, "by how much the own angle is widened, in radians"),
        .number(
            "scale", 64, allowed: 1e-2...1e4, searched: 4...64, scale: .logarithmic, "what cosines are multiplied by"),
    ]

    func learnables(_ shape: ObjectiveShape, _ values: ObjectiveParameters) -> [Learnable] {
        [.proxies(shape)]
    }

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let margin = batch["margin"]
        let cosine = innerProducts(batch.embeddings, batch.learnable("proxies").normalizedRows())
        let own = cosine.elements(atColumns: batch.classes)
        // The angle's derivative is infinite where the cosine is 1.
        let angle = own.clamped(to: -1 + 1e-6...1 - 1e-6).arccosine()
        let widened = select(
            angle .> .pi - margin, own - margin * sin(margin), (angle + margin).cosine())
        let logits = cosine + batch.tape.constant(batch.ownClass()) * (widened - own)
        return crossEntropy(logits * batch["scale"], batch.classes)
    }
}
