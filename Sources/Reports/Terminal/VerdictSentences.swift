public import Evaluation
internal import Files
internal import Foundation
internal import Retrieval
internal import Statistics
public import Splits

/// What a study found, in the sentences that a person would say: what becomes of what training adds, who is ahead where the shift
/// is largest, and what the shift is.
///
/// The comparison has the frozen features as one of its models, in the gallery of all classes; the verdict on the change
/// of a gain is that of ``/Evaluation/ModelComparison/shownChange(ofModel:)``, that on a gain is whether its 95 % interval over
/// classes leaves out 0. Models that score the same at every level, as those that were not trained along the levels do, have a
/// sentence of their own each.
///
/// - Parameters:
///   - comparison: the models, with gains.
///   - manifest: the splits; nil where only the results are known.
/// - Returns: up to two sentences about the models, and up to three about those that are the same everywhere, none where the
///   comparison has no gains; up to two about the shift; and a last one where sides have few classes.
public func verdictSentences(_ comparison: ModelComparison, manifest: SplitManifest?) -> [String] {
    let shift = (manifest.map(shiftSentences) ?? []) + caution(of: manifest)
    guard let reference = comparison.models.first(where: { $0.subject == .backbone }), comparison.levels.count > 1
    else { return shift }
    let gaining = comparison.models.indices.filter { comparison.models[$0].gains.count == comparison.levels.count }
    let isSame = gaining.map { comparison.models[$0].isSameEverywhere }
    let trained = zip(gaining, isSame).filter { !$0.1 }.map(\.0)
    var sentences: [String] = []
    let byFirst = trained.sorted { comparison.gain($0, at: 0) > comparison.gain($1, at: 0) }
    // Whose gain is beyond noise is told of, though another's may be larger and uncertain.
    let sure = byFirst.first {
        comparison.gain($0, at: 0) > 0 && isBeyondNoise(comparison.models[$0].gains[0]) == true
    }
    if let best = sure ?? byFirst.first {
        sentences.append(fadingSentence(comparison, best, trained, over: reference.name))
        let last = comparison.levels.count - 1
        let byLast = trained.sorted { comparison.gain($0, at: last) > comparison.gain($1, at: last) }
        sentences +=
            lastSentence(byLast.map { comparison.models[$0] }, at: LevelWords(comparison).last).map { [$0] } ?? []
    }
    sentences += zip(gaining, isSame).filter(\.1).prefix(3).map {
        sameSentence(comparison.models[$0.0], over: reference.name, of: comparison.metric)
    }
    return sentences + shift
}

/// What an evaluation of some models found, in sentences: as of ``verdictSentences(_:manifest:)`` where the backbone was
/// scored among all classes too, else what their scores are at the ends of the series.
///
/// - Parameters:
///   - runs: the results; runs with the same ``/Evaluation/EvaluationResults/model`` or, of heads, the same objectives are of one
///     model.
///   - manifest: the splits.
/// - Returns: up to two sentences about the models, up to two about the shift, and a last one where sides have few classes.
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
        return verdictSentences(comparison, manifest: manifest)
    }
    for gallery in [GalleryKind.catalogue, .full] {
        guard let comparison = try? ModelComparison(entries, metric: metric, gallery: gallery) else { continue }
        return [scoreSentence(comparison)] + shiftSentences(manifest) + caution(of: manifest)
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
    let words = LevelWords(comparison)
    let scores = comparison.models.map { $0.curve.points.map(\.estimate) }
    let last = comparison.levels.count - 1
    let best = scores.indices.max { scores[$0][0].value < scores[$1][0].value } ?? 0
    let what =
        "\(comparison.metric.title) \(withMargin(scores[best][0])) at the \(words.first) level and \(withMargin(scores[best][last])) at the \(words.last)"
    let who =
        asSubject(comparison.models[best].name) + (scores.count > 1 ? ", the best at the \(words.first) level," : "")
    return comparison.gallery == .catalogue
        ? "\(who) has \(what), among all classes and with the same queries; how much of that is shift, only a comparison with the "
            + "backbone tells."
        : "\(who) has \(what), within the \(comparison.split == "test" ? "test classes" : "classes of the \(comparison.split)"), which "
            + "differ from level to level; nothing is concluded about shift."
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
    let names = order.prefix(2).map { comparison.models[$0].name }
    // The one name that is no singular.
    let subjects = names.map { $0 == "frozen features" ? ("the frozen features", "are") : ($0, "is") }
    let what =
        "\(subjects[0].0) \(subjects[0].1) ahead over all levels, AGS \(fixed(best.value, 3)) of \(comparison.metric.title)"
    let lead = pair.first == order[0] ? difference : .combination([(-1, difference)])
    let next = "the next, \(subjects[1].0), \(subjects[1].1) \(withMargin(lead)) behind"
    guard let p = pair.agsAdjustedP else { return "\(what); \(next)." }
    return "\(what); \(next), \(p <= 0.05 ? "beyond noise" : "which is not beyond noise") (p = \(fixed(p, 3))"
        + (comparison.pairs.count > 1 ? ", adjusted for all pairs)." : ").")
}

/// How far the levels lead, and at how many the shift is shown.
public func shiftSentence(_ manifest: SplitManifest) -> String {
    let distances = manifest.levels.map(\.fid)
    let tested = manifest.levels.filter { $0.isShift != nil }
    let shown = tested.count(where: { $0.isShift == true })
    let name = manifest.dataset.name
    guard manifest.levels.count > 1 else {
        return
            "The test classes of \(name) are at a distance (fid) of \(fixed(distances.first ?? 0, 1)) from the training classes; "
            + (tested.isEmpty
                ? "whether that is more than chance was not tested."
                : shown > 0 ? "that is beyond chance." : "that this is more than chance is not shown.")
    }
    let beyond =
        tested.isEmpty
        ? "whether that is more than chance was not tested." : "at \(shown) of them the shift is beyond chance."
    if let axis = manifest.settings.madeBy?.order?.axis, let words = axisWords(axis, in: manifest) {
        return "\(words); \(beyond)"
    }
    let range = "at a distance (fid) of \(fixed(distances.min() ?? 0, 1)) to \(fixed(distances.max() ?? 0, 1))"
    return
        "\(manifest.levels.count) levels lead the test classes of \(name) away from the training classes, \(range); \(beyond)"
}

/// What becomes of the gain of the model that gains most at the easiest level.
private func fadingSentence(
    _ comparison: ModelComparison, _ best: Int, _ trained: [Int], over reference: String
) -> String {
    let model = comparison.models[best]
    let words = LevelWords(comparison)
    let ends =
        "\(withMargin(model.gains[0], signed: true)) of \(comparison.metric.title) over the \(reference) at the \(words.first) level, "
        + "\(withMargin(model.gains[model.gains.count - 1], signed: true)) at the \(words.last)"
    guard let isBeyond = isBeyondNoise(model.gains[0]) else {
        return
            "With \(model.name) training adds \(ends); whether that is beyond noise cannot be told without intervals."
    }
    if isBeyond, model.gains[0].value < 0 {
        return
            "Training harms even \(words.likeness): with \(model.name)\(trained.count > 1 ? ", the best there," : "") \(ends)."
    }
    guard isBeyond else {
        return
            "Training adds nothing beyond noise even \(words.likeness): with \(model.name) \(ends)."
    }
    let signs = trained.map { comparison.fading($0) }
    let others = trained.count - 1
    func alike(_ sign: Int) -> String {
        guard others > 0 else { return "" }
        let count = zip(trained, signs).count { $0 != best && $1 == sign }
        return switch count {
        case others: others == 1 ? " So it does for the other." : " So it does for the \(others) others."
        case 0: others == 1 ? " For the other that is not shown." : " For none of the \(others) others is that shown."
        default: " So it does for \(count) of the \(others) others."
        }
    }
    return switch comparison.fading(best) {
    case 1?: "What training adds fades as \(words.movement): with \(model.name) \(ends)." + alike(1)
    case .some(-1): "What training adds grows as \(words.movement): with \(model.name) \(ends)." + alike(-1)
    case 0?: "It is not shown that what training adds changes as \(words.movement): with \(model.name) \(ends)."
    default:
        "Whether what training adds changes cannot be told from so few classes or levels: with \(model.name) \(ends)."
    }
}

/// What the model that gains most at the last level gains there, and which harm; nil where no error is known.
///
/// - Parameters:
///   - models: the models, by falling gain there.
///   - last: what the level is called.
private func lastSentence(_ models: [ModelComparison.Model], at last: String) -> String? {
    func words(_ model: ModelComparison.Model, isFirst: Bool = false) -> String {
        let gain = model.gains[model.gains.count - 1]
        return model.name + (isFirst && models.count > 1 ? ", the best there," : "")
            + " by \(withMargin(Estimate.combination([(-1, gain)])))"
    }
    let gains = models.map { $0.gains[$0.gains.count - 1] }
    guard let isBeyond = isBeyondNoise(gains[0]) else { return nil }
    let harm = models.indices.filter { isBeyondNoise(gains[$0]) == true && gains[$0].value < 0 }
    if harm.first == 0 {
        return "At the \(last) level training harms, beyond noise: "
            + enumeration(harm.map { words(models[$0], isFirst: $0 == 0) }) + "."
    }
    let who = models.count > 1 ? "\(models[0].name), the best there," : models[0].name
    let own = withMargin(gains[0], signed: true)
    return
        (isBeyond
        ? "At the \(last) level \(who) adds \(own), beyond noise."
        : "At the \(last) level \(who) adds \(own), which is not beyond noise.")
        + (harm.isEmpty
            ? ""
            : " \(enumeration(harm.map { "\(models[$0].name) (\(withMargin(gains[$0], signed: true)))" })) "
                + "\(harm.count == 1 ? "harms" : "harm") there, beyond noise.")
}

/// What a model that scores the same at every level adds.
private func sameSentence(_ model: ModelComparison.Model, over reference: String, of metric: RetrievalMetric) -> String
{
    let gain = model.gains[0]
    guard gain.value != 0 else {
        return "\(asSubject(model.name)) scores as the \(reference) does, the same at every level."
    }
    let lead = Estimate.combination([(gain.value < 0 ? -1 : 1, gain)])
    let noise =
        switch isBeyondNoise(gain) {
        case true?: "."
        case false?: ", which is not beyond noise."
        case nil: "; whether that is beyond noise cannot be told without intervals."
        }
    return
        "\(asSubject(model.name)) scores the same at every level, \(gain.value < 0 ? "behind" : "ahead of") the \(reference) "
        + "by \(withMargin(lead)) of \(metric.title) among all classes\(noise)"
}

extension ModelComparison.Model {
    /// Whether the gain is the same at all levels, as that of an embedding that was not trained along them is.
    fileprivate var isSameEverywhere: Bool { gains.allSatisfy { $0.value == gains[0].value } }
}

/// That scores of so few classes say little; nothing where there are enough.
private func caution(of manifest: SplitManifest?) -> [String] {
    let smallest = manifest?.levels.map { min($0.train.count, $0.test.count) }.min() ?? .max
    return smallest < TaskScorer.fewestClasses
        ? ["The smallest side has only \(smallest) classes; scores of so few say little."] : []
}

/// Whether the interval of a gain leaves out 0; nil without one.
private func isBeyondNoise(_ gain: Estimate) -> Bool? {
    gain.shownSign.map { $0 != 0 }
}

extension ModelComparison {
    fileprivate func gain(_ model: Int, at level: Int) -> Double { models[model].gains[level].value }

    /// Whether a model's gain falls (1), rises (−1) or neither is shown (0); nil if nothing can be concluded.
    fileprivate func fading(_ model: Int) -> Int? { shownChange(ofModel: model).map { -$0 } }
}
