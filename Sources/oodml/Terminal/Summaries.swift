import Evaluation
import Experiments
import Files
import Foundation
import Frechet
import Reports
import Retrieval
import Splits
import Statistics

/// What `make-splits` prints.
func summary(of made: MadeSplits, on display: TextDisplay) -> String {
    var text = ""
    for (index, (series, manifest)) in zip(made.series, made.manifests).enumerated() {
        if made.series.count > 1 { text += "Series \(index + 1)\n" }
        text += splitTable(of: manifest).text(on: display, elsewhere: allColumns("manifest.json")) + "\n"
        let plot = progressionPlot(
            ProgressionChart(of: series.progression, manifest: manifest).steps, isOrdered: manifest.levelOrder != nil)
        text += plotted(plot, on: display)
        if let controls = manifest.controls, let p = controls.p {
            let what =
                manifest.settings.madeBy?.order == nil ? "random deals of the samples" : "random orders of the classes"
            text +=
                display.wrapped(
                    "All levels \(manifest.levelOrder == nil ? "harder than" : "after") the start together: \(drawsBelow(p: p, in: manifest)) \(what) lie below, p = "
                        + String(format: "%.3f", p)) + "\n"
        }
        if let agreement = manifest.rankAgreement {
            text +=
                display.wrapped(
                    "The kernel discrepancy orders the levels alike by a rank correlation of "
                        + String(format: "%.2f", agreement)) + "\n"
        }
        text += "\n"
    }
    let sentences =
        made.manifests.flatMap { shiftSentences($0) } + (made.agreement.map(agreementSentence).map { [$0] } ?? [])
    return text + pathsWritten(made.paths, on: display) + "\n"
        + sentences.map { "\n" + display.wrapped(onOneLine($0)) }.joined()
}

/// How alike the hardest sides of several series are.
private func agreementSentence(_ agreement: ReplicateAgreement) -> String {
    let pairs = agreement.pairs.compactMap { pair in
        pair.sameSideShare.map { "\(fixed(100 * $0, 0)) % (\(pair.first) and \(pair.second))" }
    }
    return
        "At their hardest with all classes, two series put these parts of the classes on the same side, where about half is chance: "
        + enumeration(pairs) + "."
}

/// What `import` prints.
func summary(of manifest: SplitManifest, found: String, written: [String], on display: TextDisplay) -> String {
    display.wrapped(onOneLine(found)) + "\n\n"
        + splitTable(of: manifest).text(on: display, elsewhere: allColumns("manifest.json"))
        + "\n" + pathsWritten(written, on: display)
}

/// A plot and an empty line, if the display shows plots.
private func plotted(_ plot: TextPlot, on display: TextDisplay) -> String {
    let text = plot.text(on: display)
    return text.isEmpty ? "" : text + "\n"
}

/// Where to find the columns that a narrow table leaves out.
private func allColumns(_ file: String) -> String {
    "--format json and \(file) have all"
}

/// A p-value as what was counted, such as "99 of 99".
func drawsBelow(p: Double, in manifest: SplitManifest) -> String {
    drawsBelow(p: p, among: manifest.controls.map { $0.dealCount ?? $0.drawCount } ?? 0)
}

private func drawsBelow(p: Double, among count: Int) -> String {
    "\(count + 1 - Int((p * Double(count + 1)).rounded())) of \(count)"
}

private func splitTable(of manifest: SplitManifest) -> TextTable {
    let hasControls = manifest.controls != nil
    let axis = manifest.settings.madeBy?.order?.axis
    let controlColumns: [TextTable.Column] =
        !hasControls
        ? []
        : axis != nil
            ? [
                .init("null", alignment: .right, spareOrder: 4), .init("excess", alignment: .right, spareOrder: 2),
                .init("draws below", alignment: .right, spareOrder: 3), .init("shift"),
            ]
            : [
                .init("null", alignment: .right, spareOrder: 4), .init("excess", alignment: .right, spareOrder: 2),
                .init("held out", alignment: .right, spareOrder: 7),
                .init("null", alignment: .right, name: "null of held out", spareOrder: 8),
                .init("draws below", alignment: .right, spareOrder: 3), .init("shift"),
            ]
    let axisColumns: [TextTable.Column] =
        switch axis {
        case nil: [.init("origin", spareOrder: 6), .init("step", alignment: .right, spareOrder: 9)]
        case .nearest: [.init("nearest", alignment: .right)]
        case .column:
            [.init("apart", alignment: .right), .init("train on", spareOrder: 1), .init("test on", spareOrder: 1)]
        }
    let columns: [TextTable.Column] =
        [.init("level")] + axisColumns + [
            .init("train/test", alignment: .right, spareOrder: 5),
            .init("samples", alignment: .right, spareOrder: 10), .init("fid", alignment: .right),
        ] + controlColumns
    return TextTable(
        columns: columns,
        rows: manifest.levels.map { level in
            func number(_ value: Double?, _ format: String = "%.2f") -> String {
                value.map { String(format: format, $0) } ?? "–"
            }
            func span(_ span: AxisPosition.Span?) -> String { span.map { "\($0.first) to \($0.last)" } ?? "–" }
            let place =
                switch axis {
                case nil: [level.arm.rawValue, String(level.step)]
                case .nearest: [number(level.axis?.value, "%.3g")]
                case .column:
                    [level.axis.map { fixed($0.value, 2) } ?? "–", span(level.axis?.train), span(level.axis?.test)]
                }
            return [level.id] + place + [
                "\(level.train.count)/\(level.test.count)",
                "\(level.trainSampleCount)/\(level.testSampleCount)", number(level.fid),
            ]
                + (!hasControls
                    ? []
                    : axis != nil
                        ? [
                            number(level.null?.mean), number(level.excess),
                            level.null.map { drawsBelow(p: $0.p, among: $0.drawCount ?? manifest.settings.nullDraws) }
                                ?? "–", level.shiftWords,
                        ]
                        : [
                            number(level.null?.mean), number(level.excess), number(level.holdout?.fid),
                            number(level.holdout?.nullMean),
                            level.holdout.map { drawsBelow(p: $0.p, in: manifest) } ?? "–", level.shiftWords,
                        ])
        },
        significant: Set(
            manifest.levels.enumerated().compactMap { number, level in
                level.isShift == true ? TextTable.Place(row: number, column: columns.count - 1) : nil
            }))
}

/// What `evaluate` prints of one model.
///
/// - Parameter isWhole: whether to print the protocol of the paper and all areas beside the scores among all classes.
func summary(
    of results: EvaluationResults, manifest: SplitManifest, written: [String], isWhole: Bool, on display: TextDisplay
) -> String {
    let sizes = Dictionary(
        uniqueKeysWithValues: manifest.levels.map {
            ($0.id, SideSizes(trainClassCount: $0.train.count, testClassCount: $0.test.count))
        })
    let elsewhere = allColumns("results.csv")
    var text = ""
    if let table = catalogueTable(results, sizes: sizes) {
        text += display.wrapped("Among all classes, with the same queries at every level:") + "\n"
        text += table.text(on: display, elsewhere: elsewhere) + "\n"
        if let sentence = costSentence(results) { text += display.wrapped(sentence) + "\n\n" }
        text += plotted(curvePlot(results), on: display)
        if isWhole {
            text += display.wrapped("Within the test classes, as in the paper:") + "\n"
            text += levelTable(results, sizes: sizes).text(on: display, elsewhere: elsewhere) + "\n"
        }
    } else {
        text += levelTable(results, sizes: sizes).text(on: display, elsewhere: elsewhere) + "\n"
        text += plotted(curvePlot(results), on: display)
    }
    text += curveTable(results, isWhole: isWhole).text(on: display, elsewhere: elsewhere)
    if let table = fewShotTable(results) {
        text += "\n" + table.text(on: display, elsewhere: elsewhere)
        text += display.wrapped("± is half the 95 % interval over draws of the few samples, on these classes.")
    }
    text += text.ends(with: "\n") ? "\n" : "\n\n"
    return text + display.wrapped(notes(on: results)) + pathsWritten(written, on: display)
}

/// What `evaluate` prints of several models: a line each, and what was written.
func summary(of all: [(results: EvaluationResults, paths: [String])], on display: TextDisplay) -> String {
    subjectTable(all.map(\.results)).text(on: display, elsewhere: "--verbose, and results.csv of each, have all levels")
        + "\n"
        + display.wrapped(notes(on: all[0].results)) + pathsWritten(all.flatMap(\.paths), on: display)
}

/// What the ± means, and what was scored.
private func notes(on results: EvaluationResults) -> String {
    var sentences: [String] = []
    if let catalogue = results.settings.catalogue {
        sentences.append(
            "The catalogue has all \(catalogue.itemCount) samples; the queries are those of \(catalogue.queryClassCount) "
                + "classes, which are test classes at every level.")
    }
    if let matched = results.settings.matchedGallery {
        sentences.append(
            "Matched galleries have \(matched.classCount) classes of at most \(matched.samplesPerClass) samples at every "
                + "level, \(matched.drawCount) draws.")
    }
    if let roles = results.settings.roles {
        sentences.append(
            "By their roles \(roles.query) samples are queries, \(roles.gallery) in galleries, and \(roles.both) both.")
    }
    let tricks = results.settings.tricks
    if !tricks.isEmpty { sentences.append("Tricked: \(tricks.map(onOneLine).joined(separator: ", then ")).") }
    if results.settings.split != "test" { sentences.append("Scored on: \(onOneLine(results.settings.split)).") }
    let text = meaning(of: results.settings.confidence) + sentences.map { $0 + "\n" }.joined()
    return text.isEmpty ? "" : text + "\n"
}

/// A line that explains the ±, or nothing if there is none.
private func meaning(of confidence: ConfidenceMethod) -> String {
    switch confidence.kind {
    case .classJackknife: meaning(ofJackknife: confidence)
    case .fixedGalleryBootstrap:
        "± is half the 95 % interval over other queries in front of this gallery, which says nothing of other classes.\n"
    case .none: ""
    }
}

private func meaning(ofJackknife confidence: ConfidenceMethod) -> String {
    guard let families = confidence.families else {
        return
            "± is half the 95 % interval over other classes (jackknife over at most \(confidence.count) groups of classes).\n"
    }
    if families.name == "group", !families.areWhole {
        return
            "± is half the 95 % interval over other classes (jackknife over at most \(confidence.count) groups of classes): "
            + "groups of samples join a level's classes into only \(families.fewestCount) sets, and ± over whole ones needs "
            + "\(JackknifeFamilies.enough).\n"
    }
    let name = families.name == "superclass" ? "superclasses" : "values of \(onOneLine(families.name))"
    return families.areWhole
        ? "± is half the 95 % interval over other \(name) (jackknife over at most \(confidence.count) groups of whole \(name)).\n"
        : "± is half the 95 % interval over other classes of the same \(name) (jackknife over at most \(confidence.count) "
            + "groups of classes): a level tests only \(families.fewestCount) \(name), and ± over other ones needs "
            + "\(JackknifeFamilies.enough).\n"
}

/// What `compare` prints.
///
/// - Parameters:
///   - within: the same within the test classes; nil if that is what the comparison is.
///   - isWhole: whether to print each level and pair, too.
func summary(
    of comparison: ModelComparison, within: ModelComparison?, written: [String], isWhole: Bool,
    on display: TextDisplay
) -> String {
    let elsewhere = allColumns("comparison.csv")
    var text = display.wrapped(
        "\(comparison.metric.title) on \(onOneLine(comparison.dataset)) (\(onOneLine(comparison.split))), "
            + "\(place(of: comparison.gallery)), over \(onOneLine(comparison.order.map { "the levels by \($0.words)" } ?? comparison.axis.rawValue))\n\n"
    )
    text += modelTable(comparison, within: within).text(on: display, elsewhere: elsewhere)
    if isWhole, let gains = gainTable(comparison) { text += "\n" + gains.text(on: display, elsewhere: elsewhere) }
    let plot = comparisonPlot(comparison).text(on: display)
    if !plot.isEmpty { text += "\n" + plot }
    if isWhole, comparison.models.count > 1 {
        text += "\n" + changeTable(comparison).text(on: display, elsewhere: elsewhere) + "\n"
        // The CSV file has no rows for differences per level and their p-values.
        text += pairTable(comparison).text(on: display, elsewhere: allColumns("comparison.json"))
    }
    if let tuning = tuningTable(comparison) {
        text += "\n" + tuning.text(on: display, elsewhere: allColumns("comparison.json"))
        text +=
            display.wrapped("Tuned by MAP@R on validation folds; as given are the defaults, or what --set gave.") + "\n"
    }
    text += "\n" + display.wrapped(meaning(of: comparison.confidence))
    if comparison.models.contains(where: { $0.agsOverRuns != nil }) {
        text +=
            display.wrapped("± runs is half the 95 % interval of the mean over training runs, on these classes.")
            + "\n"
    }
    var sentences = comparison.models.count > 1 ? changeSentences(comparison) : []
    if let leader = leaderSentence(comparison) { sentences.insert(leader, at: 0) }
    sentences += verdictSentences(comparison, manifest: nil)
    return text + "\n" + pathsWritten(written, on: display) + "\n"
        + sentences.map { "\n" + display.wrapped(onOneLine($0)) }.joined()
}

private func place(of gallery: GalleryKind) -> String {
    switch gallery {
    case .catalogue: "among all classes"
    case .full: "within the test classes"
    case .matched: "in matched galleries"
    }
}

func pathsWritten(_ paths: [String], on display: TextDisplay) -> String {
    display.wrapped(
        "Written: " + paths.map(onOneLine).joined(separator: ", "), indentation: display.width == nil ? 0 : 2)
}
