internal import Datasets
public import Splits
internal import Statistics

/// What the shift of a level is, in sentences that a person would say: what its sides consist of, where a column tells them
/// apart better than random sides, and which classes lie at the ends of the direction that separates them.
///
/// - Parameters:
///   - level: the level.
///   - manifest: the splits that it belongs to.
/// - Returns: at most two sentences, the first with the level's name; none if the manifest does not say.
public func compositionSentences(_ level: SplitLevel, in manifest: SplitManifest) -> [String] {
    guard let composition = level.composition else { return [] }
    let isHardest = manifest.levels.count > 1 && level.id == manifest.levels.last?.id
    let beginning = "At \(level.id)\(isHardest ? ", the \(LevelWords(manifest).last)," : "") "
    let found = [
        composition.tellingColumns(for: manifest).first.map { columnSentence($0, in: manifest) },
        directionSentence(composition, level),
    ].compactMap { $0 }
    return found.enumerated().map { $0.offset == 0 ? beginning + $0.element : $0.element.capitalizedFirst }
}

/// What the shift of the hardest level is, or of the last of an order, in one sentence; nil if the manifest does not say.
public func hardestCompositionSentence(_ manifest: SplitManifest) -> String? {
    // Published levels need not rise in distance.
    let level = manifest.levels.last.flatMap { last in
        manifest.levelOrder != nil
            ? last : manifest.levels.max { $0.fid < $1.fid }.map { $0.fid > last.fid ? $0 : last }
    }
    return level.flatMap { compositionSentences($0, in: manifest).first }
}

extension ShiftComposition {
    /// The columns that say something of the sides that random ones would not.
    func tellingColumns(for manifest: SplitManifest) -> [ColumnShares] {
        let beyond = columnsBeyondRandom
        return columns.filter { $0.isOfUnits(in: manifest) || beyond.contains($0) }
    }
}

extension ShiftComposition.ColumnShares {
    /// Whether the column holds the units, which are on one side as a whole, so that random sides differ as much.
    func isOfUnits(in manifest: SplitManifest) -> Bool {
        manifest.settings.unit.rawValue == column && difference > 1 - 1e-9
    }

    /// The difference beside that of random sides, in few words.
    var shortWords: String {
        "\(column): a difference of \(percent(difference)), of random sides \(percent(randomMean))"
    }

    /// The difference beside that of random sides, as a clause.
    func differenceWords(in manifest: SplitManifest) -> String {
        if isOfUnits(in: manifest) { return "by \(column), they share none, as each changes sides as a whole" }
        return "by \(column), the sides differ in \(percent(difference)) of their samples, random sides in "
            + percent(randomMean)
    }

    /// What a side has more of, with its shares there and on the other side; nil if it has more of no listed value.
    ///
    /// As many values as make up 60 % of the difference, at most three.
    fileprivate func surplus(of side: Side) -> String? {
        var names: [String] = []
        var isPlural = false
        var (own, other) = (0.0, 0.0)
        for shares in values {
            let (here, there) = side == .train ? (shares.train, shares.test) : (shares.test, shares.train)
            guard here > there, names.count < 3, own - other < 0.6 * difference else { continue }
            names.append(shares.value ?? "samples without \(column)")
            isPlural = isPlural || shares.value == nil
            own += here
            other += there
        }
        guard !names.isEmpty else { return nil }
        let verb = names.count > 1 || isPlural ? "are" : "is"
        let rest = other > 0 ? percent(other) : "none"
        return "\(enumeration(names)) \(verb) \(percent(own)) of \(side.rawValue) and \(rest) of "
            + side.opposite.rawValue
    }
}

private func columnSentence(_ column: ShiftComposition.ColumnShares, in manifest: SplitManifest) -> String {
    let parts = [column.surplus(of: .test), column.surplus(of: .train)].compactMap { $0 }
    return (parts + [column.differenceWords(in: manifest)]).joined(separator: "; ") + "."
}

private func directionSentence(_ composition: ShiftComposition, _ level: SplitLevel) -> String? {
    guard let direction = composition.direction else { return nil }
    func names(_ end: ShiftComposition.MeansDirection.End) -> String {
        enumeration(end.classes.prefix(3).map(\.label))
    }
    return "the test classes farthest from train are \(names(direction.test)), the train classes farthest from test "
        + "\(names(direction.train)); \(separationWords(direction, level))."
}

/// How well the direction separates the sides, and what part of the distance it carries.
func separationWords(_ direction: ShiftComposition.MeansDirection, _ level: SplitLevel) -> String {
    "along the line between the sides' means, a test sample lies beyond a train sample in "
        + "\(fixed(100 * direction.separation, 1)) % of pairs"
        + (level.meanShare.map { ", and \(percent($0)) of the distance is between the means" } ?? "")
}

extension SplitLevel {
    /// The part of the distance that is between the means; nil if it is not known.
    var meanShare: Double? {
        fidMeanPart.flatMap { fid > 0 ? min(max($0 / fid, 0), 1) : nil }
    }
}

/// A part as a whole number of percent.
func percent(_ part: Double) -> String {
    part > 0 && part < 0.005 ? "under 1 %" : "\(fixed(100 * part, 0)) %"
}

/// "a, b and c".
package func enumeration(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " and " + last
}

extension String {
    /// The same with a capital first letter, for sentences that begin in English.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
