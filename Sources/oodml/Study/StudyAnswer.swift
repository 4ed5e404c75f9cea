import Evaluation
import Experiments
import Files
import Foundation
import Reports
import Retrieval
import Splits

/// What a study found.
struct StudyAnswer: Encodable {
    /// What an objective adds to the frozen features.
    struct Model: Encodable {
        let name: String
        let easiest: Double
        let hardest: Double
    }

    let dataset: String
    let metric: String
    let models: [Model]
    /// The answer in sentences.
    let answer: [String]
    let page: String
    private let comparison: ModelComparison

    enum CodingKeys: String, CodingKey {
        case dataset, metric, models, answer, page
    }

    /// Reads the results of a study whose steps have run.
    init(of objectives: String, in folder: StudyFolder) throws {
        let splits = try SplitFolder(at: folder.url.appending(path: "splits"))
        let names = folder.results(of: objectives)
        var entries: [ModelComparison.Entry] = []
        for path in names {
            let url = URL(filePath: path)
            let runs = try ResultsFolder(at: url).runs()
            let objective = runs[0].provenance?.training?.objectives.first?.title
            entries.append(.init(name: objective ?? url.lastPathComponent, runs: runs))
        }
        let frozen = "frozen features"
        entries.append(.init(name: frozen, runs: [entries[0].runs[0]], subject: .backbone))
        comparison = try ModelComparison(
            entries, metric: entries[0].runs[0].headlineMetric ?? .averagePrecisionAtR, gallery: .catalogue)
        dataset = comparison.dataset
        metric = comparison.metric.name
        models = comparison.models.filter { !$0.gains.isEmpty && $0.subject != .backbone }.map {
            Model(name: $0.name, easiest: $0.gains[0].value, hardest: $0.gains[$0.gains.count - 1].value)
        }
        answer = verdictSentences(comparison, manifest: splits.manifest)
        page = folder.url.appending(path: "report.html").relativePath
    }

    /// The gains of each objective along the levels, the answer, and where the page is.
    func text(on display: TextDisplay) -> String {
        var text = gainTable(comparison)?.text(on: display, elsewhere: "comparison.csv has all") ?? ""
        if !text.isEmpty { text += "\n" }
        text += answer.map { display.wrapped($0) + "\n" }.joined() + "\n"
        return text + display.wrapped("The page: \(onOneLine(page))")
    }
}
