internal import Differentiation

/// Group Loss: the samples of a batch agree on their classes, by how similar they are.
///
/// A classifier gives each sample probabilities X of the classes, X = softmax(V f / T), but the first samples of each class
/// in the batch, the anchors, have their own class with probability 1. Replicator dynamics then refine them,
///
///     X ← (X ∘ W X), each row divided by its sum,
///
/// some times, where W has the correlations of the samples' embeddings, negative ones as 0. The loss is the mean
/// cross-entropy of the result over the samples that are no anchors, plus that of the classifier by itself.
///
/// Elezi, Vascon, Torcinovich, Pelillo and Leal-Taixé, "The Group Loss for Deep Metric Learning", ECCV 2020; with 3 iterations, one anchor of each class and T = 10, and the classifier's own loss as in the authors' code.
struct GroupLoss: Objective {
    let name = "group-loss"
    let title = "Group Loss"
    let paper = Paper(
        "Elezi, Vascon, Torcinovich, Pelillo, Leal-Taixé", "The Group Loss for Deep Metric Learning", "ECCV", 2020)
    let parameters: [ObjectiveParameter] = [
        .number(
            "iterations", 3, allowed: 1...20, searched: 1...4, scale: .whole, "how often probabilities are refined"),
        .number(
            "anchors", 1, allowed: 0...100, searched: 1...2, scale: .whole, "the samples of a class that are known"),
        .number(
            "temperature", 10, allowed: 1e-2...1e3, searched: 1...20, scale: .logarithmic,
            "T: what logits are divided by"),
        .number("classifier", 1, allowed: 0...100, searched: 0...2, "how much the classifier's own loss counts"),
    ]

    func learnables(_ shape: ObjectiveShape, _ values: ObjectiveParameters) -> [Learnable] {
        [
            Learnable(
                "classifier", rowCount: shape.classCount, columnCount: shape.dimension,
                start: .random(standardDeviation: 1))
        ]
    }

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let (tape, classes) = (batch.tape, batch.classes)
        let logits = innerProducts(batch.outputs, batch.learnable("classifier"))
        var seen = [Int](repeating: 0, count: batch.classCount)
        let isAnchor = classes.map { number in
            seen[number] += 1
            return seen[number] <= Int(batch["anchors"])
        }
        let anchors = tape.mask(rowCount: classes.count, columnCount: batch.classCount) { row, _ in isAnchor[row] }
        let known = tape.constant(batch.ownClass())
        var probabilities = select(anchors, known, (logits / batch["temperature"]).rowSoftmax())
        let centred = (batch.outputs - batch.outputs.rowMeans()).normalizedRows()
        let weights = innerProducts(centred, centred).rectified()
        for _ in 0..<Int(batch["iterations"]) {
            let supported = probabilities * product(weights, probabilities)
            probabilities = supported / (supported.rowSums() + 1e-6)
        }
        let others = tape.mask(rowCount: classes.count, columnCount: 1) { row, _ in !isAnchor[row] }
        let refined = -(probabilities.elements(atColumns: classes) + 1e-6).log().mean(where: others)
        return refined + batch["classifier"] * crossEntropy(logits, classes)
    }
}
