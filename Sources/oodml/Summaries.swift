import Evaluation
import Foundation
import Frechet
import Reports
import Splits

/// What `make-splits` prints.
func summary(of manifest: SplitManifest, written: [String]) -> String {
    let table = TextTable(
        columns: [
            .init("level"), .init("origin"), .init("step", alignment: .right), .init("fid", alignment: .right),
            .init("train classes", alignment: .right), .init("test classes", alignment: .right),
            .init("removed", alignment: .right), .init("train samples", alignment: .right),
            .init("test samples", alignment: .right),
        ],
        rows: manifest.levels.map { level in
            [
                level.id, level.origin.rawValue, String(level.step), String(format: "%.2f", level.fid),
                String(level.train.count), String(level.test.count), String(level.removed.count),
                String(level.trainSampleCount), String(level.testSampleCount),
            ]
        })
    return table.text + "\n" + pathsWritten(written)
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
