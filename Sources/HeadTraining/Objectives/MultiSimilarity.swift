internal import Differentiation

/// Multi-similarity loss: of each anchor, the pairs that are hard relative to its others, weighted by all of them.
///
///     1/b Σ_a ( 1/α log (1 + Σ_{p ∈ P_a} exp(−α (s_ap − λ))) + 1/β log (1 + Σ_{n ∈ N_a} exp(β (s_an − λ))) )
///
/// with s the cosine. Mining keeps in P_a the positives less similar than the most similar negative plus ε, and in N_a
/// the negatives more similar than the least similar positive less ε.
///
/// Wang and others, "Multi-Similarity Loss with General Pair Weighting for Deep Metric Learning", CVPR 2019;
/// α = 2, β = 50 and ε = 0.1 as in the paper, and λ = 0.5 as in the authors' code.
struct MultiSimilarity: Objective {
    let name = "multi-similarity"
    let title = "Multi-similarity"
    let paper = Paper(
        "Wang and others", "Multi-Similarity Loss with General Pair Weighting for Deep Metric Learning", "CVPR", 2019)
    let parameters: [ObjectiveParameter] = [
        .number(
            "alpha", 2, allowed: 1e-2...1e4, searched: 0.5...20, scale: .logarithmic, "how much hard positives count"),
        .number(
            "beta", 50, allowed: 1e-2...1e4, searched: 10...100, scale: .logarithmic, "how much hard negatives count"),
        .number("lambda", 0.5, allowed: -1...1, searched: 0...1, "the similarity between positives and negatives"),
        .number(
            "epsilon", 0.1, allowed: 0...2, searched: 0...0.3, "how much easier pairs are mined; 2 keeps all"),
    ]

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let (alpha, beta, lambda, epsilon) = (batch["alpha"], batch["beta"], batch["lambda"], batch["epsilon"])
        let similarity = innerProducts(batch.embeddings, batch.embeddings)
        let (positives, negatives) = (batch.positives(), batch.negatives())
        let hardestPositive = similarity.rowMinima(where: positives, otherwise: .infinity)
        let hardestNegative = similarity.rowMaxima(where: negatives, otherwise: -.infinity)
        let minedPositives = positives .& (similarity .< hardestNegative + epsilon)
        let minedNegatives = negatives .& (similarity .> hardestPositive - epsilon)
        let pull = (-alpha * (similarity - lambda)).rowLogSumExp(where: minedPositives, addingOne: true)
        let push = (beta * (similarity - lambda)).rowLogSumExp(where: minedNegatives, addingOne: true)
        return (pull / alpha + push / beta).mean()
    }
}
