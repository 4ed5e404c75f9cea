internal import Differentiation

/// Normalised softmax: classification by the cosine with a proxy per class, at a temperature.
///
/// The loss of a sample x of class y is
///
///     −log ( exp(cos(x, p_y) / T) / Σ_c exp(cos(x, p_c) / T) )
///
/// with p_c the proxy of class c and T the temperature. A low temperature lets the nearest wrong class decide and
/// allows classes to spread; a high one pulls every class together.
///
/// Zhai and Wu, "Classification is a Strong Baseline for Deep Metric Learning", BMVC 2019; T = 0.05.
struct NormalizedSoftmax: Objective {
    let name = "normalized-softmax"
    let title = "Normalised softmax"
    let paper = Paper("Zhai, Wu", "Classification is a Strong Baseline for Deep Metric Learning", "BMVC", 2019)
    let parameters: [ObjectiveParameter] = [
        .number(
            "temperature", 0.05, allowed: 1e-4...100, searched: 0.02...0.5, scale: .logarithmic,
            "what cosines are divided by")
    ]

    func learnables(_ shape: ObjectiveShape, _ values: ObjectiveParameters) -> [Learnable] {
        [.proxies(shape)]
    }

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let cosine = innerProducts(batch.embeddings, batch.learnable("proxies").normalizedRows())
        return crossEntropy(cosine / batch["temperature"], batch.classes)
    }
}
