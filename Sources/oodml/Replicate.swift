import Datasets
import Embeddings
import Files
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
        let matched = series.matched.table(for: dataset, levels: manifest.levels.map(\.id))
        let contents = [
            Data(dataset.sampleTable.text.utf8), Data(matched.text.utf8),
            Data(series.progression.table(for: dataset).text.utf8),
            Data(chart(of: series.progression, manifest: manifest).svg.utf8), try manifest.json,
        ]
        return zip(Self.fileNames, contents).map { ((number == 1 ? "" : "replicate-\(number)/") + $0, $1) }
    }

    /// Whether a path below an output folder is that of a file which some options make and others do not: episodes, and
    /// what belongs to further series.
    static func dependsOnOptions(file: String) -> Bool {
        let parts = file.split(separator: "/").map(String.init)
        switch parts.count {
        case 1: return file == "replicates.json" || numberedName(file, "episodes-", ".json") != nil
        case 2: return numberedName(parts[0], "replicate-") != nil && fileNames.contains(parts[1])
        default: return false
        }
    }

    /// A file that depends on the dataset alone: that of the folder of splits, or for a replicate without one that of the
    /// folder above.
    static func sharedFile(_ name: String, of splits: URL) -> URL {
        let own = splits.appending(path: name)
        let above = splits.standardizedFileURL.deletingLastPathComponent()
        let isReplicate = FileManager.default.fileExists(atPath: above.appending(path: "replicates.json").path)
        return !FileManager.default.fileExists(atPath: own.path) && isReplicate ? above.appending(path: name) : own
    }

    /// The names of the files of a series, in the order in which they are written.
    private static let fileNames = [
        "samples.csv", "train-matched.csv", "progression.csv", "progression.svg", "manifest.json",
    ]
}

/// The number of a file or folder that is named by one between a prefix and a suffix, as `episodes-5.json` is; nil for
/// all other names.
func numberedName(_ name: String, _ prefix: String, _ suffix: String = "") -> Int? {
    let number = Int(name.dropFirst(prefix.count).dropLast(suffix.count))
    return number.flatMap { $0 >= 0 && name == "\(prefix)\($0)\(suffix)" ? $0 : nil }
}

extension SplitSeries.Stage {
    /// Shows what is under way.
    ///
    /// - Parameter prefix: what is said before it, of which of several series it is.
    func show(on terminal: Terminal, after prefix: String) {
        switch self {
        case .searching(let origin, let isHeldOut, let done, let total):
            let goal = origin == .easier ? "easiest" : "hardest"
            terminal.advance(
                "\(prefix)searching the \(goal) split" + (isHeldOut ? " again, held out" : ""), done, of: total,
                withRate: false)
        case .step(let origin, let step, let total):
            terminal.advance("\(prefix)measuring \(origin.rawValue)", step, of: total, withRate: false)
        case .bands(let done, let total):
            terminal.advance("\(prefix)null bands", done, of: total, withRate: false)
        case .discrepancy: terminal.status("\(prefix)kernel discrepancy")
        }
    }
}
