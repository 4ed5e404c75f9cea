/// Why a network's output looks like classifier scores, which make a poor embedding.
public struct ClassifierSign: Sendable, Equatable {
    /// What was seen, as in "an output "logits" of 1000 components".
    public let found: String
    /// The tensor that the last layer reads, which is likely the embedding; nil if the file does not say.
    public let alternative: String?

    /// The class counts of ImageNet-1k, without and with a background class, and of larger ImageNet sets.
    private static let classCounts: Set = [1000, 1001, 11_221, 11_821, 21_841, 21_843]
    private static let words = ["logit", "softmax", "prob", "predict", "classif", "score"]

    init?(of output: String, dimension: Int, graph: ONNXGraph?) {
        let head = graph?.head(of: output)
        let name = output.lowercased()
        let isNamedSo = Self.words.contains(where: name.contains)
        guard isNamedSo || Self.classCounts.contains(dimension) || head?.isDistribution == true else { return nil }
        found =
            "an output \"\(output)\" of \(dimension) components"
            + (head?.isDistribution == true ? ", which a softmax makes" : "")
        alternative = head?.input
    }
}
