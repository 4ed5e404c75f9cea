internal import Differentiation

/// Divide and conquer: the samples are divided into groups and the dimensions among as many learners, each of which is trained
/// on the samples of its group; at the end the whole embedding is trained on all samples.
///
/// The groups are clusters of the training samples by k-means, as the whole embedding has them, and found anew in the course of
/// training. A step draws one of the K learners, and a batch of its group; the loss is the margin loss of ``MarginLoss`` in the
/// learner's dimensions, scaled to length 1.
///
/// Sanakoyeu, Tschernezki, Büchler and Ommer, "Divide and Conquer the Embedding Space for Metric Learning", CVPR 2019, with the
/// margin loss and distance-weighted sampling. From the paper are the learners and their clusters, the choice of a learner a
/// step, and training of the whole embedding at the end. Otherwise than there, the network below the learners does not change,
/// unless there are hidden layers; intervals are parts of all steps, not epochs (0.1 and, for the end, 0.25, with K = 4); and a
/// new clustering begins from the earlier one, where the paper matches independent ones by their overlap. A group with fewer than
/// two classes of two samples is not trained on. The weights of learners that are not drawn move on by the optimiser's momentum.
struct DivideAndConquer: Objective {
    private let base = MarginLoss()
    let name = "divide-and-conquer"
    let title = "Divide and conquer"
    let paper = Paper(
        "Sanakoyeu, Tschernezki, Büchler, Ommer", "Divide and Conquer the Embedding Space for Metric Learning", "CVPR",
        2019)
    var parameters: [ObjectiveParameter] {
        [
            .number(
                "learners", 4, allowed: 1...64, searched: 2...8, scale: .whole, "K: among how many samples are divided"),
            .number(
                "interval", 0.1, allowed: 1e-3...1, searched: 0.05...0.5, scale: .logarithmic,
                "after which part of all steps groups are found anew"),
            .number(
                "whole", 0.25, allowed: 0...1, searched: 0.1...0.6,
                "which part of all steps trains the whole at the end"),
        ] + base.parameters
    }

    func learnables(_ shape: ObjectiveShape, _ values: ObjectiveParameters) -> [Learnable] {
        base.learnables(shape, values)
    }

    func division(_ values: ObjectiveParameters) -> EmbeddingDivision? {
        EmbeddingDivision(
            learnerCount: Int(values["learners"]), interval: values["interval"], wholePart: values["whole"])
    }

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> { base.loss(of: batch) }
}
