internal import Differentiation

/// A control: nothing is minimised, so the head stays the random map that it begins as.
///
/// Its features are standardised by the training samples like those of all heads, which alone makes a difference.
struct Untrained: Objective {
    let name = "untrained"
    let title = "No training, a control"
    let paper = Paper(
        "Johnson, Lindenstrauss", "Extensions of Lipschitz Mappings into a Hilbert Space", "Contemporary Mathematics",
        1984)
    let parameters: [ObjectiveParameter] = []

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> { 0 * batch.embeddings.mean() }
}
