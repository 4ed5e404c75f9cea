internal import Differentiation

/// Margin loss: distances within classes must stay below a boundary β, those between classes above it.
///
///     ( Σ over triplets (a, p, n) of [d(a, p) − β + m]₊ + [β − d(a, n) + m]₊ ) / violations + ν β̄
///
/// with d the Euclidean distance of embeddings of length 1, [·]₊ the hinge, and the number of hinges above zero below
/// the bar. β is learned, one for each class or one for all, or stays; ν holds it down, where β̄ is its sum over the
/// triplets' anchors divided as the rest, or β itself if there is one.
///
/// Wu, Manmatha, Smola and Krähenbühl, "Sampling Matters in Deep Embedding Learning", ICCV 2017;
/// m = 0.2, β = 1.2 at first, and distance-weighted sampling.
struct MarginLoss: Objective {
    let name = "margin"
    let title = "Margin"
    let paper = Paper(
        "Wu, Manmatha, Smola, Krähenbühl", "Sampling Matters in Deep Embedding Learning", "ICCV", 2017)
    let parameters: [ObjectiveParameter] = [
        .number("margin", 0.2, allowed: 0...2, searched: 0.05...0.4, "how far distances must be from β"),
        .number("beta", 1.2, allowed: 0...2, searched: 0.6...1.4, "the boundary β at first"),
        .choice("learned-beta", ["per-class", "shared", "none"], "whether β is learned, and for what"),
        .number(
            "beta-rate", 1, allowed: 0...1e4, searched: 0.1...10, scale: .logarithmic,
            "the learning rate of β, as a multiple of the head's"),
        .number("nu", 0, allowed: 0...10, searched: 0...0.1, "ν: how strongly β is held down"),
        TripletSampler.parameter(.distanceWeighted),
    ]

    func learnables(_ shape: ObjectiveShape, _ values: ObjectiveParameters) -> [Learnable] {
        let kind = values.choice("learned-beta")
        guard kind != "none" else { return [] }
        return [
            Learnable(
                "beta", rowCount: kind == "shared" ? 1 : shape.classCount, columnCount: 1,
                start: .constant(values["beta"]), learningRateFactor: values["beta-rate"])
        ]
    }

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let distance = distances(batch.embeddings, batch.embeddings)
        let (a, p, n) = batch.triplets(distance.squared(), margin: batch["margin"])
        let isLearned = batch.values.choice("learned-beta") != "none"
        let boundary = isLearned ? batch.learnable("beta") : batch.tape.constant(batch["beta"])
        let beta = boundary.rowCount == 1 ? boundary : boundary.rows(at: a.map { batch.classes[$0] })
        let pull = (distance.elements(atRows: a, columns: p) - beta + batch["margin"]).rectified()
        let push = (beta - distance.elements(atRows: a, columns: n) + batch["margin"]).rectified()
        let violations = Double(max((pull .> 0).count + (push .> 0).count, 1))
        let hinges = (pull + push).sum() / violations
        guard isLearned, batch["nu"] > 0 else { return hinges }
        return hinges + batch["nu"] * (boundary.rowCount == 1 ? beta : beta.sum() / violations)
    }
}
