internal import Differentiation

/// ProxyNCA++: the probability of the own proxy by distance, at a low temperature.
///
/// The loss of a sample x of class y is
///
///     −log ( exp(−‖x − p_y‖² / T) / Σ_c exp(−‖x − p_c‖² / T) )
///
/// with embeddings and the proxies p_c of length 1, and T the temperature.
///
/// Teh, DeVries and Taylor, "ProxyNCA++: Revisiting and Revitalizing Proxy Neighborhood Component Analysis", ECCV 2020;
/// T = 1/9.
struct ProxyNCAPlusPlus: Objective {
    let name = "proxy-nca++"
    let title = "ProxyNCA++"
    let paper = Paper(
        "Teh, DeVries, Taylor",
        "ProxyNCA++: Revisiting and Revitalizing Proxy Neighborhood Component Analysis", "ECCV", 2020)
    let parameters: [ObjectiveParameter] = [
        .number(
            "temperature", 1.0 / 9, allowed: 1e-4...100, searched: 0.03...1, scale: .logarithmic,
            "what squared distances are divided by")
    ]

    func learnables(_ shape: ObjectiveShape, _ values: ObjectiveParameters) -> [Learnable] {
        [.proxies(shape)]
    }

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let distance = squaredDistances(batch.embeddings, batch.learnable("proxies").normalizedRows())
        return crossEntropy(-distance / batch["temperature"], batch.classes)
    }
}
