internal import Differentiation

/// SoftTriple: several centres for each class, the nearest of which count most.
///
/// The loss of a sample x of class y is the cross-entropy of the logits λ (S_c − δ if c = y, else S_c), where
///
///     S_c = Σ_k q_k cos(x, w_ck), q_k = exp(cos(x, w_ck) / γ) / Σ_l exp(cos(x, w_cl) / γ)
///
/// is the similarity with class c, w_ck its centre k of K. To this comes τ/(C K (K − 1)) Σ_c Σ_{k<l} √(2 − 2 w_ck·w_cl),
/// which lets centres merge that are not needed.
///
/// Qian, Shang, Sun, Hu, Li and Jin, "SoftTriple Loss: Deep Metric Learning Without Triplet Sampling", ICCV 2019; K = 10, λ = 20, γ = 0.1, δ = 0.01 and τ = 0.2.
struct SoftTriple: Objective {
    let name = "soft-triple"
    let title = "SoftTriple"
    let paper = Paper(
        "Qian, Shang, Sun, Hu, Li, Jin", "SoftTriple Loss: Deep Metric Learning Without Triplet Sampling", "ICCV", 2019)
    let parameters: [ObjectiveParameter] = [
        .number("centers", 10, allowed: 1...100, searched: 2...12, scale: .whole, "K: the centres of a class"),
        .number(
            "lambda", 20, allowed: 1e-2...1e4, searched: 5...40, scale: .logarithmic,
            "what similarities are multiplied by"),
        .number(
            "gamma", 0.1, allowed: 1e-3...100, searched: 0.03...0.5, scale: .logarithmic, "how evenly centres count"),
        .number("margin", 0.01, allowed: 0...2, searched: 0...0.1, "δ: by how much the own class must be nearer"),
        .number("tau", 0.2, allowed: 0...100, searched: 0...0.4, "how strongly centres of a class merge"),
    ]

    func learnables(_ shape: ObjectiveShape, _ values: ObjectiveParameters) -> [Learnable] {
        [.proxies(shape, perClass: Int(values["centers"]))]
    }

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let (b, count) = (batch.classes.count, Int(batch["centers"]))
        let centers = batch.learnable("proxies").normalizedRows()
        // One row for each sample and class, with the cosines of its centres.
        let cosine = innerProducts(batch.embeddings, centers)
            .reshaped(rowCount: b * batch.classCount, columnCount: count)
        let similarity = ((cosine / batch["gamma"]).rowSoftmax() * cosine).rowSums()
            .reshaped(rowCount: b, columnCount: batch.classCount)
        let withMargin = similarity - batch["margin"] * batch.tape.constant(batch.ownClass())
        let entropy = crossEntropy(batch["lambda"] * withMargin, batch.classes)
        guard count > 1, batch["tau"] > 0 else { return entropy }
        let pairs = groupedInnerProducts(centers, groupsOf: count)
        let above = batch.tape.mask(rowCount: centers.rowCount, columnCount: count) { $1 > $0 % count }
        // As in the authors' code, the root never has an infinite derivative.
        let spread = (2 + 1e-5 - 2 * pairs).rectified().squareRoot().sum(where: above)
        return entropy + batch["tau"] / Double(batch.classCount * count * (count - 1)) * spread
    }
}
