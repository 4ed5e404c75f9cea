import Datasets
import DenseLinearAlgebra
import Embeddings
import Foundation
import Splits
import TestSupport
import Testing

/// Splits of synthetic classes that are sound, for tests to damage in one place.
struct ValidatedSplits {
    let series: SplitSeries
    let json: EditableJSON

    var dataset: Dataset { series.embedded.dataset }

    /// Sixteen classes of 3 to 7 samples, and one of a single sample, in eight superclasses or one more.
    init(change: (inout SplitSettings) -> Void = { _ in }) throws {
        var data = SyntheticData.random(classCount: 16, dimension: 4, seed: 3)
        var rng = SplitMix64(seed: 8)
        data.addClass("class-é", at: [1, 0, -1, 0], count: 1, spread: 0.5, using: &rng)
        let samples = data.samples.map { sample in
            // Two neighbours make a superclass.
            Sample(
                id: sample.id, classLabel: sample.classLabel,
                superclass: "pair \((Int(sample.classLabel.dropFirst(6)) ?? 1016) / 2)")
        }
        let dataset = try Dataset(name: "synthetic", samples: samples)
        var settings = SplitSettings()
        settings.search.removal = .init(keepFraction: 0.5, minimumClassCount: 3)
        settings.levels = .evenly(6)
        settings.foldCount = 3
        settings.shots = [2]
        change(&settings)
        let embedded = try EmbeddedDataset(
            dataset: dataset, embeddings: .init(rows: data.rows), statistic: settings.statistic,
            units: dataset.units(by: settings.unit))
        series = try SplitSeries(of: embedded, by: settings)
        let manifest = SplitManifest(
            generator: "tests", series: series,
            provenance: EmbeddingProvenance(source: .features, file: "f.npy", sha256: "0", dimension: 4))
        json = try EditableJSON(manifest.json)
    }

    /// The manifest, perhaps after a change, whether or not a file of it would be read.
    func manifest(_ change: (inout EditableJSON) throws -> Void = { _ in }) throws -> SplitManifest {
        var changed = json
        try change(&changed)
        return try JSONDecoder().decode(SplitManifest.self, from: changed.data)
    }

    /// The same as it is read from a file.
    func readManifest(_ change: (inout EditableJSON) throws -> Void = { _ in }) throws -> SplitManifest {
        var changed = json
        try change(&changed)
        let folder = try TemporaryFolder()
        return try SplitManifest(readingFrom: folder.write(changed.data, to: "manifest.json"))
    }

    /// The manifest beside its dataset, perhaps after a change.
    func validation(_ change: (inout EditableJSON) throws -> Void = { _ in }) throws -> SplitValidation {
        try SplitValidation(of: manifest(change), in: dataset)
    }

    /// The violations in a changed manifest, without the file's name.
    func violations(_ change: (inout EditableJSON) throws -> Void) throws -> [String] {
        try validation(change).manifestViolations.map {
            #expect($0.file == "manifest.json")
            return String($0.description.dropFirst("manifest.json: ".count))
        }
    }

    /// The index of the first level of an arm.
    func index(_ arm: Arm) throws -> Int {
        try #require(series.levels.firstIndex { $0.arm == arm })
    }

    /// The number of samples of a class.
    func size(of label: String) -> Int { dataset.samples.count { $0.classLabel == label } }

    /// The labels at a path of the manifest.
    func labels(_ path: String) throws -> [String] { try #require(json[path] as? [String]) }

    /// The number at a path of the manifest.
    func number(_ path: String) throws -> Double { try #require(json[path] as? Double) }

    /// The truth value at a path of the manifest.
    func boolean(_ path: String) throws -> Bool { try #require(json[path] as? Bool) }
}
