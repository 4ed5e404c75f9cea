internal import Differentiation

/// Contrastive loss: samples of a class are pulled together, others pushed beyond a margin.
///
///     mean over positive pairs of [d(a, p) − m⁺]₊ + mean over negative pairs of [m⁻ − d(a, n)]₊
///
/// with d the Euclidean distance of embeddings of length 1 and [·]₊ the hinge. Each mean is over the pairs that violate
/// their margin, as the field has it (pytorch-metric-learning); the paper sums squared hinges.
///
/// Hadsell, Chopra and LeCun, "Dimensionality Reduction by Learning an Invariant Mapping", CVPR 2006; m⁺ = 0 and
/// m⁻ = 1.
struct Contrastive: Objective {
    let name = "contrastive"
    let title = "Contrastive"
    let paper = Paper(
        "Hadsell, Chopra, LeCun", "Dimensionality Reduction by Learning an Invariant Mapping", "CVPR", 2006)
    let parameters: [ObjectiveParameter] = [
        .number(
            "positive-margin", 0, allowed: 0...2, searched: 0...0.5,
            "the distance up to which positives are near enough"),
        .number(
            "negative-margin", 1, allowed: 0...2, searched: 0.3...1.4,
            "the distance from which negatives are far enough"),
    ]

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let distance = distances(batch.embeddings, batch.embeddings)
        let pull = (distance - batch["positive-margin"]).rectified()
        let push = (batch["negative-margin"] - distance).rectified()
        return pull.meanAboveZero(where: batch.positives()) + push.meanAboveZero(where: batch.negatives())
    }
}
