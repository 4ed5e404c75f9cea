import Experiments
import Evaluation
import Files
import Foundation
import Reports
import Retrieval
import Splits
import Statistics

/// What was found about an axis, in the sentences that a person would say.
extension AxisReport {
    var sentences: [String] {
        var sentences = axis.embeddings.indices.flatMap { [orderSentence($0), randomSentence($0)].compactMap(\.self) }
        sentences += (1..<max(axis.embeddings.count, 1)).compactMap(otherSentence)
        if let verdict = verdictSentence { sentences.append(verdict) }
        return sentences + models.flatMap(modelSentences)
    }

    private func name(_ embeddings: Int) -> String { onOneLine(axis.embeddings[embeddings].name) }

    private var countOfLevels: String { "the \(counted(levels.count)) levels" }

    /// How the other measures order the levels, by the same embeddings.
    private func orderSentence(_ number: Int) -> String? {
        guard levels.count > 1 else {
            return number > 0
                ? nil
                : "With one level there is no order to compare; what remains is whether it stands out of random sides."
        }
        let others = agreements(ShiftMeasure.allCases.filter { $0 != .frechet }) { measure in
            axis.agreement(of: .init(.frechet, by: number), with: .init(measure, by: number))
        }
        guard !others.isEmpty else { return nil }
        let different = others.filter { !$0.1.exchanged.isEmpty || ($0.1.kendall ?? 1) < 1 - 1e-9 }
        guard !different.isEmpty else {
            return "By \(name(number)), all \(counted(others.count + 1)) measures order \(countOfLevels) alike."
        }
        let alike = others.count - different.count
        var parts: [String] = []
        if alike > 0 {
            parts.append(
                "\(counted(alike)) of \(counted(others.count)) other measures order \(countOfLevels) as the Fréchet distance does"
            )
        }
        for (measure, agreement) in different {
            let tau = tauText(agreement.kendall ?? 0)
            parts.append(
                "\(measure.name) orders them \(closeness(agreement)) (Kendall's τ \(tau))" + exchangedWords(agreement))
        }
        return "By \(name(number)), \(parts.joined(separator: "; "))."
    }

    private func agreements(
        _ measures: [ShiftMeasure], _ agreement: (ShiftMeasure) -> SplitAxis.Agreement?
    ) -> [(measure: ShiftMeasure, agreement: SplitAxis.Agreement)] {
        measures.compactMap { measure in
            guard let found = agreement(measure), found.kendall != nil else { return nil }
            return (measure, found)
        }
    }

    /// "nearly alike", "partly alike" or "otherwise", by Kendall's τ.
    private func closeness(_ agreement: SplitAxis.Agreement) -> String {
        let tau = agreement.kendall ?? 0
        return tau > 1 - 1e-9 ? "alike" : tau >= 0.8 ? "nearly alike" : tau >= 0.4 ? "partly alike" : "otherwise"
    }

    private func exchangedWords(_ agreement: SplitAxis.Agreement) -> String {
        guard (1...2).contains(agreement.exchanged.count) else { return "" }
        return ", but for "
            + agreement.exchanged.map { "\(onOneLine(levels[$0.0].id)) and \(onOneLine(levels[$0.1].id))" }.joined(
                separator: ", and ")
    }

    /// At which levels the measures are above random sides.
    private func randomSentence(_ number: Int) -> String? {
        let found = axis.embeddings[number].measurements.levels
        let above = found.map { level in
            ShiftMeasure.allCases.filter { level.values[$0]?.position == .above }
        }
        let known = found.map { $0.values.values.count { $0.position != nil } }
        guard known.contains(where: { $0 > 0 }) else { return nil }
        let all = levels.indices.filter { known[$0] > 0 && above[$0].count == known[$0] }
        let none = levels.indices.filter { known[$0] > 0 && above[$0].isEmpty }
        let some = levels.indices.filter { known[$0] > 0 && !all.contains($0) && !none.contains($0) }
        var parts: [String] = []
        if !all.isEmpty {
            parts.append("\(levelWords(all)) \(all.count == 1 ? "is" : "are") above random sides by every measure")
        }
        for index in some.prefix(3) {
            parts.append(
                "\(onOneLine(levels[index].id)) by \(above[index].map(\.title).joined(separator: ", ")) only")
        }
        if some.count > 3 { parts.append("\(some.count - 3) more by some measures only") }
        if !none.isEmpty { parts.append("\(levelWords(none)) by none") }
        let text = parts.joined(separator: "; ")
        return "By \(name(number)), \(all.isEmpty ? "above random sides: " : "")\(text)."
    }

    private func levelWords(_ indices: [Int]) -> String {
        if indices.count == levels.count { return levels.count == 1 ? onOneLine(levels[0].id) : "all levels" }
        if indices.count > 2, let first = indices.first, let last = indices.last, last - first + 1 == indices.count {
            return "\(onOneLine(levels[first].id)) to \(onOneLine(levels[last].id))"
        }
        return indices.map { onOneLine(levels[$0].id) }.joined(separator: ", ")
    }

    /// How other embeddings order the levels, measure by measure.
    private func otherSentence(_ number: Int) -> String? {
        let pairs = agreements(ShiftMeasure.allCases) { measure in
            axis.agreement(of: .init(measure, by: 0), with: .init(measure, by: number))
        }
        guard levels.count > 1, let frechet = pairs.first(where: { $0.measure == .frechet })?.agreement else {
            return nil
        }
        let rest = pairs.filter { $0.measure != .frechet }.compactMap { $0.agreement.kendall }
        let order = ["alike": "as \(name(0)) does", "otherwise": "otherwise than \(name(0))"]
        let words = closeness(frechet)
        return
            "By the Fréchet distance \(name(number)) orders \(countOfLevels) \(order[words] ?? "\(words) to \(name(0))") "
            + "(Kendall's τ \(tauText(frechet.kendall ?? 0)))\(exchangedWords(frechet))"
            + (rest.isEmpty ? "" : "; by the other measures τ is \(rangeWords(rest))") + "."
    }

    private func tauText(_ value: Double) -> String { fixed(value, 2).replacing(bytes: ["-": "−"]) }

    private func rangeWords(_ values: [Double]) -> String {
        let (low, high) = (tauText(values.min() ?? 0), tauText(values.max() ?? 0))
        return low == high ? low : "\(low) to \(high)"
    }

    /// Whether the axis is one of the first embeddings alone.
    private var verdictSentence: String? {
        guard levels.count > 1 else { return nil }
        guard axis.embeddings.count > 1 else {
            return "Whether the axis is one of \(name(0)) alone takes other embeddings of the same samples (--also)."
        }
        let last = levels.count - 1
        let carried = (1..<axis.embeddings.count).filter { number in
            let tau = axis.agreement(
                of: .init(.frechet, by: 0), with: .init(.frechet, by: number))?.kendall
            let values = axis.embeddings[number].measurements.levels[last].values.values
            let (known, above) = (values.count { $0.position != nil }, values.count { $0.position == .above })
            return (tau ?? 0) >= 0.6 && 2 * above >= known
        }
        let others = (1..<axis.embeddings.count).map(name)
        if carried.count == others.count {
            return
                "The axis is not one of \(name(0)) alone: by \(others.joined(separator: ", ")) too, the levels rise and the hardest "
                + "stands out of random sides."
        }
        if carried.isEmpty {
            return
                "The axis is one of \(name(0)) as far as these embeddings tell: by \(others.joined(separator: ", ")) the levels do not "
                + "rise alike, or the hardest does not stand out of random sides."
        }
        return
            "The axis is one that \(carried.map(name).joined(separator: ", ")) share\(carried.count == 1 ? "s" : "") with "
            + "\(name(0)), and \((1..<axis.embeddings.count).filter { !carried.contains($0) }.map(name).joined(separator: ", ")) not."
    }

    /// How a model's success hangs on the novelty by the first embeddings.
    private func modelSentences(_ model: NoveltyOfResults) -> [String] {
        guard let curve = model.curve(of: .model, by: 0) else {
            return ["The test classes of \(onOneLine(model.name)) all have one novelty, so nothing hangs on it."]
        }
        let unit = axis.embeddings[0].measurements.spread.typical == nil ? "unit of distance" : "spread"
        var text =
            "The \(model.metric.title) of \(onOneLine(model.name)) \(change(curve.slope)) for each \(unit) by which a test class is "
            + "farther from its nearest training class (\(curve.observationCount) scores of \(curve.classCount) classes)"
        if let within = curve.slopeWithinClasses {
            text += "; of a class against itself at other levels it \(change(within))"
        }
        var found = [text + "."]
        if let lead = model.curve(of: .lead, by: 0), let within = lead.slopeWithinClasses {
            found.append(
                "Its lead over the backbone, which was trained on no level and searched the same galleries, \(change(within)) for "
                    + "each \(unit) within classes.")
        }
        return found
    }

    private func change(_ estimate: Estimate) -> String {
        let size = "\(fixed(abs(estimate.value), 3))\(estimate.margin.map { " ± \(fixed($0, 3))" } ?? "")"
        if estimate.shownSign == 0 {
            return "does not change beyond noise (\(estimate.value < 0 ? "−" : "+")\(size))"
        }
        return "\(estimate.value < 0 ? "falls" : "rises") by \(size)"
    }
}

/// A small number in words.
private func counted(_ count: Int) -> String {
    let words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    return words.indices.contains(count) ? words[count] : "\(count)"
}
