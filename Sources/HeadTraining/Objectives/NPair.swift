internal import Differentiation

/// N-pair: one pair of each class, and the pairs of all other classes as negatives.
///
///     1/N Σ_i log ( 1 + Σ_{j≠i} exp(f_i·f⁺_j − f_i·f⁺_i) ) + λ · mean ‖f‖²
///
/// with f_i and f⁺_i the first two samples of class i in the batch, as the head gives them: their lengths count, and λ
/// holds them down.
///
/// Sohn, "Improved Deep Metric Learning with Multi-class N-pair Loss Objective", NeurIPS 2016;
/// λ = 0.002, since the paper names no value. TensorFlow's implementation has the same λ, but weighs the lengths by half as much.
struct NPair: Objective {
    let name = "n-pair"
    let title = "N-pair"
    let paper = Paper(
        "Sohn", "Improved Deep Metric Learning with Multi-class N-pair Loss Objective", "NeurIPS", 2016)
    let parameters: [ObjectiveParameter] = [
        .number("regularization", 0.002, allowed: 0...10, searched: 0...0.05, "λ: how strongly lengths are held down")
    ]

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        var (anchors, positives): ([Int], [Int]) = ([], [])
        var firstOfClass: [Int: Int] = [:]
        var isPaired: Set<Int> = []
        for (row, number) in batch.classes.enumerated() where !isPaired.contains(number) {
            if let anchor = firstOfClass[number] {
                anchors.append(anchor)
                positives.append(row)
                isPaired.insert(number)
            } else {
                firstOfClass[number] = row
            }
        }
        guard !anchors.isEmpty else { return batch.tape.constant(0) }
        let (f, g) = (batch.outputs.rows(at: anchors), batch.outputs.rows(at: positives))
        let lengths = (f.squared().rowSums().mean() + g.squared().rowSums().mean()) / 2
        return crossEntropy(innerProducts(f, g), Array(anchors.indices)) + batch["regularization"] * lengths
    }
}
