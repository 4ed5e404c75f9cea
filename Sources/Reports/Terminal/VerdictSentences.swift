public import Evaluation
internal import Files
internal import Foundation
internal import Retrieval
internal import Statistics
public import Splits

/// What a study found, in the sentences that a person would say: what the shift is, what becomes of what training adds, and who is
/// ahead where it is largest.
///
/// The comparison has the frozen features as one of its models, in the gallery of all classes; the verdict on the change
/// of a gain is that of ``/Evaluation/ModelComparison/Pair/shownSign``, that on a gain is whether its 95 % interval over classes
/// leaves out 0.
///
/// - Parameters:
///   - comparison: the models, with gains.
///   - frozen: the name of the frozen features among them.
///   - manifest: the splits; nil where only the results are known.
/// - Returns: up to three sentences, fewer where the comparison has no gains, and a last one where sides have few classes.
public func verdictSentences(_ comparison: ModelComparison, frozen: String, manifest: SplitManifest?) -> [String] {
    var sentences = manifest.map(shiftSentences) ?? []
    let trained = comparison.models.indices.filter {
        comparison.models[$0].name != frozen && comparison.models[$0].gains.count == comparison.levels.count
    }
    guard let reference = comparison.models.firstIndex(where: { $0.name == frozen }), comparison.levels.count > 1,
        let best = trained.max(by: { comparison.gain($0, at: 0) < comparison.gain($1, at: 0) })
    else { return sentences }
    sentences.append(fadingSentence(comparison, best, trained, reference))
    guard !comparison.models[best].isSameEverywhere else { return sentences + caution(of: manifest) }
    let last = comparison.levels.count - 1
    if let ahead = trained.max(by: { comparison.gain($0, at: last) < comparison.gain($1, at: last) }) {
        sentences.append(
            lastSentence(comparison.models[ahead], ofSeveral: trained.count > 1)
                + harmSentence(trained.filter { $0 != ahead }.map { comparison.models[$0] }))
    }
    return sentences + caution(of: manifest)
}

/// What an evaluation of some models found, in sentences: as of ``verdictSentences(_:frozen:manifest:)`` where the backbone was
/// scored among all classes too, else what their scores are at the ends of the series.
///
/// - Parameters:
///   - runs: the results; runs with the same ``/Evaluation/EvaluationResults/model`` or, of heads, the same objectives are of one
///     model.
///   - manifest: the splits.
/// - Returns: up to three sentences, and a last one where sides have few classes.
public func verdictSentences(of runs: [EvaluationResults], manifest: SplitManifest) -> [String] {
    guard let first = runs.first, first.levels.count > 1 else { return shiftSentences(manifest) }
    let reference = first.provenance?.training == nil ? "backbone" : "frozen features"
    var entries: [ModelComparison.Entry] = []
    for run in runs {
        let name = run.provenance?.training?.objectives.map(\.title).joined(separator: " and ") ?? run.model
        if let place = entries.firstIndex(where: { $0.name == name }) {
            entries[place] = .init(name: name, runs: entries[place].runs + [run])
        } else {
            entries.append(.init(name: name, runs: [run]))
        }
    }
    let names = shortNames(entries.map(\.name))
    entries = zip(entries, names).map { .init(name: $1, runs: $0.runs) }
    let metric = first.headlineMetric ?? .recall(1)
    let beside = entries + [.init(name: reference, runs: [first], subject: .backbone)]
    if let comparison = try? ModelComparison(beside, metric: metric, gallery: .catalogue) {
        return verdictSentences(comparison, frozen: reference, manifest: manifest)
    }
    for gallery in [GalleryKind.catalogue, .full] {
        guard let comparison = try? ModelComparison(entries, metric: metric, gallery: gallery) else { continue }
        return shiftSentences(manifest) + [scoreSentence(comparison)] + caution(of: manifest)
    }
    return shiftSentences(manifest) + caution(of: manifest)
}

/// What models are called in a sentence: what tells their paths apart, and a single one the name of its file, or "the model" if that
/// is a template.
private func shortNames(_ names: [String]) -> [String] {
    let parts = names.map { $0.parts(between: "/", keepingEmpty: true) }
    guard names.count > 1, let shortest = parts.map(\.count).min() else {
        return parts.map { ($0.last ?? "").holds("{") ? "the model" : $0.last ?? "" }
    }
    let before = (0..<shortest - 1).prefix { place in parts.allSatisfy { $0[place] == parts[0][place] } }.count
    let after = (0..<shortest - before - 1).prefix { place in
        parts.allSatisfy { $0[$0.count - 1 - place] == parts[0][parts[0].count - 1 - place] }
    }.count
    let short = parts.map { $0.dropFirst(before).dropLast(after).joined(separator: "/") }
    return Set(short).count == names.count ? short : names
}

/// A model's name at the beginning of a sentence.
private func asSubject(_ name: String) -> String { name == "the model" ? "The model" : name }

/// How far the levels lead, and what the shift of the hardest is, where the manifest says so.
public func shiftSentences(_ manifest: SplitManifest) -> [String] {
    [shiftSentence(manifest)] + (hardestCompositionSentence(manifest).map { [$0] } ?? [])
}

/// The scores of the model that is best at the easiest level, where there is no backbone to compare with.
private func scoreSentence(_ comparison: ModelComparison) -> String {
    let scores = comparison.models.map { $0.curve.points.map(\.estimate) }
    let last = comparison.levels.count - 1
    let best = scores.indices.max { scores[$0][0].value < scores[$1][0].value } ?? 0
    let what =
        "\(comparison.metric.title) \(withMargin(scores[best][0])) at the easiest level and \(withMargin(scores[best][last])) at the hardest"
    let who = asSubject(comparison.models[best].name) + (scores.count > 1 ? ", the best at the easiest level," : "")
    return comparison.gallery == .catalogue
        ? "\(who) has \(what), among all classes and with the same queries; how much of that is shift, only a comparison with the "
            + "backbone tells."
        : "\(who) has \(what), within the test classes, which differ from level to level; nothing is concluded about shift."
}

/// Who is ahead over all levels, and whether that is beyond noise; nil for a single model.
///
/// It is by the area under the curve, with p adjusted for all pairs of models.
public func leaderSentence(_ comparison: ModelComparison) -> String? {
    let areas = comparison.models.map { $0.ags?.value ?? -.infinity }
    let order = areas.indices.sorted { areas[$0] == areas[$1] ? $0 < $1 : areas[$0] > areas[$1] }
    guard order.count > 1, let best = comparison.models[order[0]].ags, areas[order[1]] > -.infinity,
        let pair = comparison.pairs.first(where: { Set([$0.first, $0.second]) == Set(order.prefix(2)) }),
        let difference = pair.ags
    else { return nil }
    let (first, second) = (comparison.models[order[0]].name, comparison.models[order[1]].name)
    let what = "\(first) is ahead over all levels, AGS \(fixed(best.value, 3)) of \(comparison.metric.title)"
    let lead = pair.first == order[0] ? difference : .combination([(-1, difference)])
    guard let p = pair.agsAdjustedP else { return "\(what); the next is \(second), \(fixed(lead.value, 3)) behind." }
    return
        "\(what); the next, \(second), is \(withMargin(lead)) behind, "
        + (p <= 0.05 ? "beyond noise" : "which is not beyond noise") + " (p = \(fixed(p, 3)))."
}

/// How far the levels lead, and at how many the shift is shown.
public func shiftSentence(_ manifest: SplitManifest) -> String {
    let distances = manifest.levels.map(\.fid)
    let range = "from fid \(fixed(distances.min() ?? 0, 1)) to \(fixed(distances.max() ?? 0, 1))"
    let tested = manifest.levels.filter { $0.isShift != nil }
    let shown = tested.count(where: { $0.isShift == true })
    let levels = manifest.levels.count == 1 ? "1 level" : "\(manifest.levels.count) levels"
    return "\(levels) lead the test classes of \(manifest.dataset.name) away from the training classes, \(range); "
        + (tested.isEmpty
            ? "whether that is more than chance was not tested." : "at \(shown) of them the shift is beyond chance.")
}

/// What becomes of the gain of the model that gains most at the easiest level.
private func fadingSentence(_ comparison: ModelComparison, _ best: Int, _ trained: [Int], _ reference: Int) -> String {
    let model = comparison.models[best]
    let ends =
        "\(withMargin(model.gains[0], signed: true)) of \(comparison.metric.title) over the \(comparison.models[reference].name) at the easiest level, "
        + "\(withMargin(model.gains[model.gains.count - 1], signed: true)) at the hardest"
    if model.isSameEverywhere {
        let isBehind = model.gains[0].value < 0
        let lead = Estimate.combination([(isBehind ? -1 : 1, model.gains[0])])
        if lead.value == 0 {
            return
                "\(asSubject(model.name)) scores as the \(comparison.models[reference].name) does, the same at every level."
        }
        return
            "\(asSubject(model.name)) is the same at every level, and \(isBehind ? "behind" : "ahead of") the "
            + "\(comparison.models[reference].name) by \(withMargin(lead)) of \(comparison.metric.title) among all classes"
            + (isBeyondNoise(model.gains[0]) ? "." : ", which is not beyond noise.")
    }
    if isBeyondNoise(model.gains[0]), model.gains[0].value < 0 {
        return
            "Training harms even where the classes are like the training classes: with \(model.name)\(trained.count > 1 ? ", the best there," : "") \(ends)."
    }
    guard isBeyondNoise(model.gains[0]) else {
        return
            "Training adds nothing beyond noise even where the classes are like the training classes: with \(model.name) \(ends)."
    }
    let signs = trained.map { comparison.fading($0, against: reference) }
    let others = trained.count - 1
    func alike(_ sign: Int) -> String {
        guard others > 0 else { return "" }
        let count = zip(trained, signs).count { $0 != best && $1 == sign }
        return count == others
            ? others == 1 ? " So it does for the other objective." : " So it does for the \(others) other objectives."
            : " So it does for \(count) of the \(others) other objectives."
    }
    return switch comparison.fading(best, against: reference) {
    case 1?: "What training adds fades as the classes move away: with \(model.name) \(ends)." + alike(1)
    case .some(-1): "What training adds grows as the classes move away: with \(model.name) \(ends)." + alike(-1)
    case 0?: "It is not shown that what training adds changes as the classes move away: with \(model.name) \(ends)."
    default:
        "Whether what training adds changes cannot be told from so few classes or levels: with \(model.name) \(ends)."
    }
}

/// What the model that gains most at the hardest level gains there.
private func lastSentence(_ model: ModelComparison.Model, ofSeveral isOfSeveral: Bool) -> String {
    let gain = model.gains[model.gains.count - 1]
    let who = isOfSeveral ? "\(model.name), the best there," : model.name
    return switch (isBeyondNoise(gain), gain.value > 0) {
    case (true, true): "At the hardest level \(who) still adds \(withMargin(gain, signed: true)), beyond noise."
    case (true, false):
        "At the hardest level training harms: \(who) adds \(withMargin(gain, signed: true)), beyond noise."
    case (false, _): "At the hardest level \(who) adds \(withMargin(gain, signed: true)), which is not beyond noise."
    }
}

extension ModelComparison.Model {
    /// Whether the model is no other at any level: an embedding that was not trained along the levels gains the same at all.
    fileprivate var isSameEverywhere: Bool { gains.allSatisfy { $0.value == gains[0].value } }
}

/// Which of the other models harm at the hardest level, beyond noise; empty for none.
private func harmSentence(_ others: [ModelComparison.Model]) -> String {
    let harm = others.compactMap { model -> String? in
        let gain = model.gains[model.gains.count - 1]
        return isBeyondNoise(gain) && gain.value < 0 ? "\(model.name) (\(withMargin(gain, signed: true)))" : nil
    }
    return harm.isEmpty ? "" : " Beyond noise, \(enumeration(harm)) \(harm.count == 1 ? "harms" : "harm") there."
}

/// That scores of so few classes say little; nothing where there are enough.
private func caution(of manifest: SplitManifest?) -> [String] {
    let smallest = manifest?.levels.map { min($0.train.count, $0.test.count) }.min() ?? .max
    return smallest < TaskScorer.fewestClasses
        ? ["Of the smallest side there are only \(smallest) classes, and scores of so few say little."] : []
}

private func isBeyondNoise(_ gain: Estimate) -> Bool {
    gain.margin.map { abs(gain.value) > $0 } ?? false
}

extension ModelComparison {
    fileprivate func gain(_ model: Int, at level: Int) -> Double { models[model].gains[level].value }

    /// Whether a model's gain over another falls (1), rises (−1) or neither is shown (0); nil if nothing can be concluded.
    fileprivate func fading(_ model: Int, against reference: Int) -> Int? {
        let both = [model, reference].sorted()
        guard let pair = pairs.first(where: { [$0.first, $0.second].sorted() == both }), let sign = pair.shownSign
        else {
            return nil
        }
        // The sign of a pair is 1 where its second model loses more.
        return pair.second == model ? sign : -sign
    }
}
