internal import Differentiation

/// Proxy-Anchor: each proxy pulls the samples of its class and pushes all others, the hardest most.
///
///     1/|P⁺| Σ_{p ∈ P⁺} log (1 + Σ_{x of p} exp(−α (cos(x, p) − δ)))
///     + 1/|P| Σ_p log (1 + Σ_{x not of p} exp(α (cos(x, p) + δ)))
///
/// with P all proxies, P⁺ those of classes in the batch, α the scale and δ the margin.
///
/// Kim, Kim, Cho and Kwak, "Proxy Anchor Loss for Deep Metric Learning", CVPR 2020; α = 32, δ = 0.1,
/// and proxies trained 100 times as fast as the rest.
struct ProxyAnchor: Objective {
    let name = "proxy-anchor"
    let title = "Proxy-Anchor"
    let paper = Paper("Kim, Kim, Cho, Kwak", "Proxy Anchor Loss for Deep Metric Learning", "CVPR", 2020)
    let parameters: [ObjectiveParameter] = [
        .number("margin", 0.1, allowed: 0...2, searched: 0...0.5, "δ: how far cosines must be beyond zero"),
        .number(
            "scale", 32, allowed: 1e-2...1e4, searched: 4...64, scale: .logarithmic, "α: how much the hardest count"),
    ]

    func learnables(_ shape: ObjectiveShape, _ values: ObjectiveParameters) -> [Learnable] {
        [.proxies(shape, learningRateFactor: 100)]
    }

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let (scale, margin) = (batch["scale"], batch["margin"])
        let cosine = innerProducts(batch.learnable("proxies").normalizedRows(), batch.embeddings)
        let own = batch.tape.equality(Array(0..<batch.classCount), batch.classes)
        let pull = (-scale * (cosine - margin)).rowLogSumExp(where: own, addingOne: true)
        let push = (scale * (cosine + margin)).rowLogSumExp(where: .!own, addingOne: true)
        return pull.mean(where: own.rowsWithAny) + push.mean()
    }
}
