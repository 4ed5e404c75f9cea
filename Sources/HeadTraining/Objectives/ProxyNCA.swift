internal import Differentiation

/// ProxyNCA: the own proxy must be nearer than the proxies of the other classes.
///
/// The loss of a sample x of class y is
///
///     −log ( exp(−‖x − p_y‖² / T) / Σ_{c≠y} exp(−‖x − p_c‖² / T) )
///
/// with embeddings and the proxies p_c of length 1; unlike in ``ProxyNCAPlusPlus``, the own class is not in the sum.
///
/// Movshovitz-Attias, Toshev, Leung, Ioffe and Singh, "No Fuss Distance Metric Learning using Proxies", ICCV 2017;
/// T = 1.
struct ProxyNCA: Objective {
    let name = "proxy-nca"
    let title = "ProxyNCA"
    let paper = Paper(
        "Movshovitz-Attias, Toshev, Leung, Ioffe, Singh", "No Fuss Distance Metric Learning using Proxies", "ICCV", 2017
    )
    let parameters: [ObjectiveParameter] = [
        .number(
            "temperature", 1, allowed: 1e-4...100, searched: 0.03...1, scale: .logarithmic,
            "what squared distances are divided by")
    ]

    func learnables(_ shape: ObjectiveShape, _ values: ObjectiveParameters) -> [Learnable] {
        [.proxies(shape)]
    }

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let distance =
            squaredDistances(batch.embeddings, batch.learnable("proxies").normalizedRows()) / batch["temperature"]
        let others = (-distance).rowLogSumExp(where: .!batch.ownClass())
        return (distance.elements(atColumns: batch.classes) + others).mean()
    }
}
