import Datasets
import Files
import Foundation
import Splits

extension SplitManifest {
    /// Reads the manifest and the samples of a folder of splits, which belong together.
    ///
    /// - Throws: what is wrong with either file, or that they are of different datasets.
    static func withDataset(inFolder splits: URL) throws -> (manifest: SplitManifest, dataset: Dataset) {
        let file = splits.appending(path: "manifest.json")
        let manifest = try SplitManifest(readingFrom: file)
        let dataset = try Dataset(sampleTableAt: splits.appending(path: "samples.csv"), name: manifest.dataset.name)
        try manifest.requireMatch(with: dataset, path: file.path)
        return (manifest, dataset)
    }
}

/// A folder of splits as `validate` sees it: what could be read, and what does not hold of it without embeddings.
struct SplitFolder {
    /// The series in the folder itself.
    let validation: SplitValidation
    /// That series and those in folders below, each with the name of its folder.
    let allSeries: [(folder: String?, validation: SplitValidation)]
    /// How many files of few-shot episodes were read.
    let episodeFileCount: Int
    /// What does not hold.
    let violations: [SplitViolation]

    /// Reads a folder and checks it.
    ///
    /// - Throws: what is wrong with a file that cannot be read, or with a manifest or `samples.csv` that is not there.
    init(readingFrom url: URL) throws {
        let main = try Self.validation(at: url)
        var violations = try main.manifestViolations + Self.tableViolations(of: main, at: url)
        let names = try FileManager.default.contentsOfDirectory(atPath: url.path)
        func numbers(_ prefix: String, _ suffix: String = "", from least: Int) -> [Int] {
            names.compactMap { numberedName($0, prefix, suffix) }.filter { $0 >= least }.sorted()
        }

        // The episodes of replicates are those of the folder above, since they depend on the dataset alone.
        let isReplicate = FileManager.default.fileExists(
            atPath: url.standardizedFileURL.deletingLastPathComponent().appending(path: "replicates.json").path)
        let wanted = isReplicate ? [] : Set(main.manifest.settings.shots)
        let present = numbers("episodes-", ".json", from: 0)
        for shots in present {
            let file = "episodes-\(shots).json"
            let episodes = try FewShotEpisodes(readingFrom: url.appending(path: file))
            violations += main.violations(of: episodes, shots: shots)
            if !isReplicate && !wanted.contains(shots) {
                violations.append(
                    SplitViolation(
                        file: file, found: "episodes of \(shots) shots",
                        expected: "those of the protocol's \(wanted.sorted().map(String.init).joined(separator: ", "))")
                )
            }
        }
        for shots in wanted.subtracting(present).sorted() {
            violations.append(Self.missing("episodes-\(shots).json"))
        }
        episodeFileCount = present.count

        var series = [1: main]
        var allSeries: [(folder: String?, validation: SplitValidation)] = [(nil, main)]
        for number in numbers("replicate-", from: 2) {
            let name = "replicate-\(number)"
            let folder = url.appending(path: name)
            let validation = try Self.validation(at: folder)
            series[number] = validation
            allSeries.append((name, validation))
            violations += try (validation.manifestViolations + Self.tableViolations(of: validation, at: folder))
                .map { $0.below(name) }
        }
        let summary = url.appending(path: "replicates.json")
        if series.count > 1 || names.contains("replicates.json") {
            violations += SplitValidation.violations(
                ofReplicates: series,
                summary: names.contains("replicates.json") ? try ReplicateAgreement(readingFrom: summary) : nil)
        }
        validation = main
        self.allSeries = allSeries
        self.violations = violations
    }

    private static func validation(at url: URL) throws -> SplitValidation {
        let manifest = try SplitManifest(readingFrom: url.appending(path: "manifest.json"))
        let dataset = try Dataset(
            sampleTableAt: url.appending(path: "samples.csv"), name: manifest.dataset.name,
            unit: manifest.settings.unit)
        return try SplitValidation(of: manifest, in: dataset)
    }

    private static func tableViolations(of validation: SplitValidation, at url: URL) throws -> [SplitViolation] {
        func violations(_ name: String, _ check: (CSVTable) -> [SplitViolation]) throws -> [SplitViolation] {
            let file = url.appending(path: name)
            guard FileManager.default.fileExists(atPath: file.path) else { return [missing(name)] }
            return check(try CSVTable(contentsOf: file))
        }
        let matched = try violations("train-matched.csv", validation.violations(ofMatchedTraining:))
        // How imported splits were found is not known.
        guard validation.manifest.importedFrom == nil else { return matched }
        return try matched + violations("progression.csv", validation.violations(ofProgression:))
    }

    private static func missing(_ file: String) -> SplitViolation {
        SplitViolation(file: file, found: "no such file", expected: "the one that oodml make-splits writes")
    }
}
