internal import Differentiation

/// Supervised contrastive loss: each positive must be told from all other samples of the batch.
///
///     1/|A| Σ_{a ∈ A} −1/|P_a| Σ_{p ∈ P_a} log ( exp(s_ap / T) / Σ_{x ≠ a} exp(s_ax / T) )
///
/// with s the cosine, P_a the positives of a, A the samples that have one, and T the temperature.
///
/// Khosla and others, "Supervised Contrastive Learning", NeurIPS 2020; T = 0.1.
struct SupervisedContrastive: Objective {
    let name = "supervised-contrastive"
    let title = "Supervised contrastive"
    let paper = Paper("Khosla and others", "Supervised Contrastive Learning", "NeurIPS", 2020)
    let parameters: [ObjectiveParameter] = [
        .number(
            "temperature", 0.1, allowed: 1e-4...100, searched: 0.02...0.5, scale: .logarithmic,
            "what cosines are divided by")
    ]

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let logits = innerProducts(batch.embeddings, batch.embeddings) / batch["temperature"]
        let positives = batch.positives()
        let others = .!batch.tape.diagonal(batch.classes.count)
        let counts = batch.tape.constant(positives).rowSums()
        let meanOfPositives = logits.rowSums(where: positives) / maximum(counts, batch.tape.constant(1))
        return (logits.rowLogSumExp(where: others) - meanOfPositives).mean(where: positives.rowsWithAny)
    }
}
