internal import Differentiation

/// BIER: the dimensions are divided among several learners, each of which is trained on what the ones before it got wrong.
///
/// Learner m of M has some of the embedding's dimensions, and s_m is the cosine of two samples in them. A pair has the loss
///
///     ℓ(s) = log (1 + exp(−β₁ (s − β₂) c)), with c = 1 for positives and −β₃ for negatives,
///
/// weighted so that positives and negatives count alike. Gradient boosting combines the learners one after another,
/// S_m = (1 − η_m) S_{m−1} + η_m s_m with η_m = 2/(m + 1), and weighs the pairs of learner m by −ℓ′(S_{m−1}) of those before
/// it, through which nothing is differentiated. The loss is the sum over learners.
///
/// Learners become larger, as in the paper: learner m has m parts of M(M + 1)/2. The head scales the whole embedding to length
/// 1, not each learner's part.
///
/// Opitz, Waltner, Possegger and Bischof, "BIER – Boosting Independent Embeddings Robustly", ICCV 2017; M = 3, β₁ = 2,
/// β₂ = 0.5 and β₃ = 25.
struct BIER: Objective {
    let name = "bier"
    let title = "BIER"
    let paper = Paper(
        "Opitz, Waltner, Possegger, Bischof", "BIER – Boosting Independent Embeddings Robustly", "ICCV", 2017)
    let parameters: [ObjectiveParameter] = [
        .number(
            "learners", 3, allowed: 1...16, searched: 2...4, scale: .whole, "M: among how many dimensions are divided"),
        .number("slope", 2, allowed: 1e-2...1e3, searched: 1...10, scale: .logarithmic, "β₁: how steep the loss is"),
        .number("boundary", 0.5, allowed: -1...1, searched: 0...0.8, "β₂: the cosine between positives and negatives"),
        .number(
            "negative-weight", 25, allowed: 1e-2...1e3, searched: 5...50, scale: .logarithmic,
            "β₃: how steep the loss of negatives is"),
    ]

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let (tape, positives, negatives) = (batch.tape, batch.positives(), batch.negatives())
        let d = batch.outputs.columnCount
        let count = min(Int(batch["learners"]), d)
        let signs = tape.constant(positives) - batch["negative-weight"] * tape.constant(negatives)
        let balance =
            tape.constant(positives) / Double(max(positives.count, 1))
            + tape.constant(negatives) / Double(max(negatives.count, 1))
        var boosted = tape.constant(rowCount: batch.classes.count, columnCount: batch.classes.count) { _, _ in 0 }
        var (total, first) = (tape.constant(0), 0)
        for learner in 1...count {
            // At least one dimension for each.
            let rest = count - learner
            let end =
                learner == count
                ? d : max(min(d * learner * (learner + 1) / (count * (count + 1)), d - rest), first + 1)
            let part = batch.outputs.columns(first..<end).normalizedRows()
            let cosine = innerProducts(part, part)
            // −ℓ′(S) = β₁ |c| σ(−β₁ (S − β₂) c); the first learner has no one before it, and weights of 1.
            let exponent = -batch["slope"] * (boosted - batch["boundary"]) * signs
            let slope = (exponent - exponent.softplus()).exp() * signs.absoluteValue() * batch["slope"]
            let weights = learner == 1 ? balance : slope.detached() * balance
            let pairs = (-batch["slope"] * (cosine - batch["boundary"]) * signs).softplus()
            total = total + (weights * pairs).sum()
            let rate = 2 / Double(learner + 1)
            boosted = ((1 - rate) * boosted + rate * cosine).detached()
            first = end
        }
        return total
    }
}
