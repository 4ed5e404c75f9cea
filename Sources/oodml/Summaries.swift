import Evaluation
import Foundation
import Frechet
import Reports
import Splits

/// What `make-splits` prints.
func summary(of manifests: [SplitManifest], written: [String]) -> String {
    var text = ""
    for (index, manifest) in manifests.enumerated() {
        if manifests.count > 1 { text += "Series \(index + 1)\n" }
        text += levelTable(of: manifest) + "\n"
        if let controls = manifest.controls, let p = controls.p {
            text += "All held-out levels harder than the start together: p = \(String(format: "%.3f", p))\n"
        }
        if let agreement = manifest.rankAgreement {
            text +=
                "The kernel discrepancy orders the levels alike by a rank correlation of "
                + String(format: "%.2f", agreement) + "\n"
        }
        text += "\n"
    }
    return text + pathsWritten(written)
}

private func levelTable(of manifest: SplitManifest) -> String {
    let hasControls = manifest.controls != nil
    let controlColumns: [TextTable.Column] =
        hasControls
        ? [
            .init("null", alignment: .right), .init("excess", alignment: .right), .init("held out", alignment: .right),
            .init("null", alignment: .right), .init("p", alignment: .right), .init("shift"),
        ] : []
    return TextTable(
        columns: [
            .init("level"), .init("origin"), .init("step", alignment: .right),
            .init("train/test", alignment: .right), .init("samples", alignment: .right),
            .init("fid", alignment: .right),
        ] + controlColumns,
        rows: manifest.levels.map { level in
            func number(_ value: Double?, _ format: String = "%.2f") -> String {
                value.map { String(format: format, $0) } ?? "–"
            }
            return [
                level.id, level.origin.rawValue, String(level.step), "\(level.train.count)/\(level.test.count)",
                "\(level.trainSampleCount)/\(level.testSampleCount)", number(level.fid),
            ]
                + (hasControls
                    ? [
                        number(level.null?.mean), number(level.excess), number(level.holdout?.fid),
                        number(level.holdout?.nullMean), number(level.holdout?.p, "%.3f"),
                        level.isShift == true ? "yes" : "no",
                    ] : [])
        }
    ).text
}

/// The distances along the kept steps, with the levels marked.
func chart(of progression: Progression, manifest: SplitManifest) -> ProgressionChart {
    let steps = progression.keptSteps.map { step in
        ProgressionChart.Step(
            origin: step.origin.rawValue, step: step.step, fid: step.distance.squared,
            level: manifest.levels.first { $0.origin == step.origin && $0.step == step.step }?.id)
    }
    return ProgressionChart(title: "Splits of \(manifest.dataset.name)", steps: steps)
}

/// What `evaluate` prints.
func summary(of results: EvaluationResults, manifest: SplitManifest, written: [String]) -> String {
    let sizes = Dictionary(
        uniqueKeysWithValues: manifest.levels.map {
            ($0.id, SideSizes(trainClassCount: $0.train.count, testClassCount: $0.test.count))
        })
    var text = levelTable(results, sizes: sizes).text + "\n"
    let shown: [RetrievalMetric] = [.recall(1), .rPrecision, .averagePrecisionAtR, .averagePrecision(1000)]
    func line(_ title: String, _ scores: Directions<[RetrievalMetric: Double]>?) {
        guard let mean = scores?.mean else { return }
        let values = shown.compactMap { metric in
            mean[metric].map { "\(metric.title) \(String(format: "%.4f", $0))" }
        }
        text += "AGS of the \(title): \(values.joined(separator: ", "))\n"
    }
    line("model", results.ags)
    line("backbone", results.backboneAGS)
    if let growth = results.gapGrowth?.mean { text += sentence(about: growth) + "\n" }
    return text + "\n" + pathsWritten(written)
}

/// Says whether the gap to the backbone grows by more than its noise, and what the noise is.
private func sentence(about growth: GapGrowth) -> String {
    let grown = String(format: "%+.4f", growth.difference)
    guard let error = growth.standardError else {
        return "From the easiest to the hardest level the gap to the backbone changes by \(grown)."
    }
    let verdict =
        if growth.difference > 2 * error {
            "more than twice its standard error: shift costs this model more than it costs the backbone"
        } else if growth.difference < -2 * error {
            "more than twice its standard error, and downwards: shift costs the backbone more than this model"
        } else {
            "less than twice its standard error: no growth is shown"
        }
    return "From the easiest to the hardest level the gap to the backbone in Recall@1 changes by \(grown) ± "
        + String(format: "%.4f", error) + ", \(verdict)."
}

private func pathsWritten(_ paths: [String]) -> String {
    "Written: " + paths.joined(separator: ", ")
}
