internal import Differentiation

/// Triplet loss: a sample must be nearer to those of its class than to others, by a margin.
///
///     mean over triplets (a, p, n) of [‖a − p‖² − ‖a − n‖² + m]₊
///
/// with embeddings of length 1 and [·]₊ the hinge; the mean is over the triplets that violate the margin. Which triplets
/// of a batch count is the ``TripletSampler``'s choice.
///
/// Schroff, Kalenichenko and Philbin, "FaceNet: A Unified Embedding for Face Recognition and Clustering", CVPR 2015;
/// m = 0.2 and semi-hard triplets.
struct Triplet: Objective {
    let name = "triplet"
    let title = "Triplet"
    let paper = Paper(
        "Schroff, Kalenichenko, Philbin", "FaceNet: A Unified Embedding for Face Recognition and Clustering", "CVPR",
        2015)
    let parameters: [ObjectiveParameter] = [
        .number("margin", 0.2, allowed: 0...4, searched: 0.05...0.6, "by how much negatives must be farther, squared"),
        TripletSampler.parameter(.semiHard),
    ]

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let distance = squaredDistances(batch.embeddings, batch.embeddings)
        let (a, p, n) = batch.triplets(distance, margin: batch["margin"])
        let violation =
            distance.elements(atRows: a, columns: p) - distance.elements(atRows: a, columns: n) + batch["margin"]
        return violation.rectified().meanAboveZero()
    }
}
