internal import Differentiation

/// CosFace: the cosine with the own class must exceed the others by a margin.
///
/// The loss of a sample x of class y is
///
///     −log ( exp(s (cos(x, p_y) − m)) / ( exp(s (cos(x, p_y) − m)) + Σ_{c≠y} exp(s cos(x, p_c)) ) )
///
/// with p_c the proxy of class c, s the scale and m the margin.
///
/// Wang and others, "CosFace: Large Margin Cosine Loss for Deep Face Recognition", CVPR 2018; s = 64 and
/// m = 0.35.
struct CosFace: Objective {
    let name = "cosface"
    let title = "CosFace"
    let paper = Paper(
        "Wang and others", "CosFace: Large Margin Cosine Loss for Deep Face Recognition", "CVPR", 2018)
    let parameters: [ObjectiveParameter] = [
        .number("margin", 0.35, allowed: 0...2, searched: 0...0.5, "by how much the own cosine must be larger"),
        .number(
            "scale", 64, allowed: 1e-2...1e4, searched: 4...64, scale: .logarithmic, "what cosines are multiplied by"),
    ]

    func learnables(_ shape: ObjectiveShape, _ values: ObjectiveParameters) -> [Learnable] {
        [.proxies(shape)]
    }

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let cosine = innerProducts(batch.embeddings, batch.learnable("proxies").normalizedRows())
        let withMargin = select(batch.ownClass(), cosine - batch["margin"], cosine)
        return crossEntropy(withMargin * batch["scale"], batch.classes)
    }
}
