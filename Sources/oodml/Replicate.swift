import Datasets
import Embeddings
import Foundation
import Reports
import Splits

/// One of the series that a run makes, and its files.
struct Replicate {
    /// 1 for the series asked for; 2 and on for those from random starts.
    let number: Int
    let series: SplitSeries
    let manifest: SplitManifest

    init(number: Int, series: SplitSeries, provenance: EmbeddingProvenance) {
        self.number = number
        self.series = series
        manifest = SplitManifest(generator: generator, series: series, provenance: provenance)
    }

    /// The files of the series, those of the first in the output folder itself; each folder can be evaluated.
    func files(of dataset: Dataset) throws -> [(name: String, bytes: Data)] {
        let prefix = number == 1 ? "" : "replicate-\(number)/"
        let matched = series.matched.table(for: dataset, levels: manifest.levels.map(\.id))
        return [
            (prefix + "samples.csv", Data(dataset.sampleTable.text.utf8)),
            (prefix + "train-matched.csv", Data(matched.text.utf8)),
            (prefix + "progression.csv", Data(series.progression.table(for: dataset).text.utf8)),
            (prefix + "progression.svg", Data(chart(of: series.progression, manifest: manifest).svg.utf8)),
            (prefix + "manifest.json", try manifest.json),
        ]
    }

    /// Whether a path below the output folder is one that a run with other options may have written and this one not:
    /// episodes of other shots, and further series.
    static func canOnlyBeMade(file: String) -> Bool {
        func isNumbered(_ name: Substring, _ prefix: String, _ suffix: String) -> Bool {
            guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return false }
            let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
            return !digits.isEmpty && digits.allSatisfy { $0.isASCII && $0.isNumber }
        }
        let parts = file.split(separator: "/")
        switch parts.count {
        case 1: return file == "replicates.json" || isNumbered(parts[0], "episodes-", ".json")
        case 2:
            return isNumbered(parts[0], "replicate-", "")
                && [
                    "samples.csv", "train-matched.csv", "progression.csv", "progression.svg", "manifest.json",
                ].contains(String(parts[1]))
        default: return false
        }
    }
}

extension SplitSeries.Stage {
    /// What is under way, for progress.
    var words: String {
        switch self {
        case .step(.start, _): "searching the easiest and the hardest split"
        case .step(let origin, let step): "measuring \(origin.rawValue), step \(step)"
        case .bands(let done, let total): "null bands: \(done) of \(total)"
        case .discrepancy: "kernel discrepancy"
        }
    }
}
