internal import Differentiation
internal import Foundation

/// ProxyGML: labels propagate from several proxies of each class over a graph of the most similar ones.
///
/// Of all C·N proxies each sample x of class y keeps the k = ⌈r C N⌉ most similar ones, those of its own class first. Then
///
///     Z_c = Σ over kept proxies p of class c of cos(x, p)
///     loss = −log ( exp(Z_y) / Σ over classes c with kept proxies of exp(Z_c) )
///
/// To this comes λ times the mean cross-entropy of the proxies themselves, each with Z_c its summed cosines with all
/// proxies of class c.
///
/// Zhu, Yang, Deng and Liu, "Fewer is More: A Deep Graph Metric Learning Perspective Using Fewer
/// Proxies", NeurIPS 2020, section 3, with N = 12, r = 0.05 and λ = 0.3.
/// With λ > 0 a step takes N C² d multiplications, minutes for tens of thousands of classes; the memory is that of the proxies.
/// With 11,318 classes the authors' script has N = 1 and λ = 0.
/// Here k is at least 2N, or with fewer than 2/r classes hardly another class would be kept.
struct ProxyGML: Objective {
    let name = "proxy-gml"
    let title = "ProxyGML"
    let paper = Paper(
        "Zhu, Yang, Deng, Liu", "Fewer is More: A Deep Graph Metric Learning Perspective Using Fewer Proxies",
        "NeurIPS", 2020)
    let parameters: [ObjectiveParameter] = [
        .number("proxies", 12, allowed: 1...100, searched: 2...12, scale: .whole, "N: the proxies of a class"),
        .number(
            "kept", 0.05, allowed: 1e-3...1, searched: 0.02...0.5, scale: .logarithmic,
            "r: the part of all proxies that a sample keeps"),
        .number("lambda", 0.3, allowed: 0...100, searched: 0...1, "how much the proxies' own classification counts"),
    ]

    func learnables(_ shape: ObjectiveShape, _ values: ObjectiveParameters) -> [Learnable] {
        [.proxies(shape, perClass: Int(values["proxies"]))]
    }

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let (tape, count) = (batch.tape, Int(batch["proxies"]))
        let proxies = batch.learnable("proxies").normalizedRows()
        let classOfProxy = (0..<proxies.rowCount).map { $0 / count }
        let cosine = innerProducts(batch.embeddings, proxies)
        let ownFirst = cosine.detached() + 1000 * tape.constant(tape.equality(batch.classes, classOfProxy))
        let part = Int((batch["kept"] * Double(proxies.rowCount)).rounded(.up))
        let kept = ownFirst.largest(max(part, 2 * count))
        // The sums over the proxies of each class, which are neighbours.
        func classSums(_ values: Variable<Scalar>) -> Variable<Scalar> {
            values.reshaped(rowCount: values.rowCount * batch.classCount, columnCount: count).rowSums()
                .reshaped(rowCount: values.rowCount, columnCount: batch.classCount)
        }
        let propagated = classSums(cosine.filled(where: .!kept, with: 0))
        let reached = classSums(tape.constant(kept)) .> 0.5
        let own = propagated.elements(atColumns: batch.classes)
        let entropy = (propagated.rowLogSumExp(where: reached) - own).mean()
        guard batch["lambda"] > 0 else { return entropy }
        // Σ over proxies q of class c of cos(p, q) is p · Σ q.
        let sums = classSums(proxies.transposed()).transposed()
        let ownSums = (proxies * sums.rows(at: classOfProxy)).rowSums()
        return entropy + batch["lambda"] * (logSumExpOfInnerProducts(proxies, sums) - ownSums).mean()
    }
}
