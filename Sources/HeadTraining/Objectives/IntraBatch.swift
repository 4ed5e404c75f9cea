internal import Differentiation

/// Intra-batch connections: the samples of a batch refine each other by attention before they are classified.
///
/// With f the outputs of the head, each head h of attention sends messages
///
///     M_h = softmax(Q_h K_hᵀ / √d_h) V_h, where Q, K and V are linear in f,
///
/// and f' = norm(f + [M_1 … M_H]), f″ = norm(f' + relu(f' A) B), with rows normalised to mean 0 and variance 1. The loss
/// is the cross-entropy of the classes by f″, plus that by f alone, both with smoothed labels and the cosine with a proxy
/// of each class over a temperature. Only the head is kept: messages are sent while training.
///
/// Seidenschwarz, Elezi and Leal-Taixé, "Learning Intra-Batch Connections for Deep Metric Learning", ICML 2021, section
/// 3, with one step of messages and two heads.
struct IntraBatch: Objective {
    let name = "intra-batch"
    let title = "Intra-batch connections"
    let paper = Paper(
        "Seidenschwarz, Elezi, Leal-Taixé", "Learning Intra-Batch Connections for Deep Metric Learning", "ICML", 2021)
    let parameters: [ObjectiveParameter] = [
        .number("heads", 2, allowed: 1...16, searched: 1...4, scale: .whole, "H: the heads of attention"),
        .number(
            "temperature", 0.05, allowed: 1e-4...100, searched: 0.02...0.5, scale: .logarithmic,
            "what cosines are divided by"),
        .number("smoothing", 0.1, allowed: 0...0.9, searched: 0...0.2, "the part of a label given to all classes"),
        .number("auxiliary", 1, allowed: 0...100, searched: 0...2, "how much the loss without messages counts"),
    ]

    func learnables(_ shape: ObjectiveShape, _ values: ObjectiveParameters) -> [Learnable] {
        let d = shape.dimension
        let start = Learnable.Start.random(standardDeviation: 1 / Double(d).squareRoot())
        return ["queries", "keys", "values", "inner", "outer"].map {
            Learnable($0, rowCount: d, columnCount: d, start: start, learningRateFactor: 1)
        }
            + ["proxies", "refined-proxies"].map {
                Learnable($0, rowCount: shape.classCount, columnCount: d, start: start)
            }
    }

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let (d, heads) = (batch.outputs.columnCount, min(Int(batch["heads"]), batch.outputs.columnCount))
        let f = batch.outputs
        let (q, k, v) = (
            product(f, batch.learnable("queries")), product(f, batch.learnable("keys")),
            product(f, batch.learnable("values"))
        )
        var messages: Variable<Scalar>?
        for head in 0..<heads {
            let part = d * head / heads..<d * (head + 1) / heads
            let affinity = innerProducts(q.columns(part), k.columns(part)) / Double(part.count).squareRoot()
            let sent = product(affinity.rowSoftmax(), v.columns(part))
            messages = messages?.appendingColumns(sent) ?? sent
        }
        guard let messages else { return batch.tape.constant(0) }
        let attended = standardizedRows(f + messages)
        let inner = product(attended, batch.learnable("inner")).rectified()
        let refined = standardizedRows(attended + product(inner, batch.learnable("outer")))
        return entropy(refined.normalizedRows(), batch.learnable("refined-proxies"), batch)
            + batch["auxiliary"] * entropy(batch.embeddings, batch.learnable("proxies"), batch)
    }

    /// Cross-entropy with smoothed labels, which leave a part for all classes in equal measure.
    private func entropy<Scalar>(
        _ embeddings: Variable<Scalar>, _ proxies: Variable<Scalar>, _ batch: Batch<Scalar>
    ) -> Variable<Scalar> {
        let logits = innerProducts(embeddings, proxies.normalizedRows()) / batch["temperature"]
        let smoothing = batch["smoothing"]
        let target = (1 - smoothing) * logits.elements(atColumns: batch.classes) + smoothing * logits.rowMeans()
        return (logits.rowLogSumExp() - target).mean()
    }

    /// Rows of mean 0 and variance 1, as in layer normalisation.
    private func standardizedRows<Scalar>(_ x: Variable<Scalar>) -> Variable<Scalar> {
        let centred = x - x.rowMeans()
        return centred / (centred.squared().rowMeans() + 1e-5).squareRoot()
    }
}
