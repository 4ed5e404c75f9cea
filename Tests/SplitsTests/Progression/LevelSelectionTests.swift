import Datasets
import Embeddings
import Files
import Foundation
import Frechet
import Splits
import Testing
import TestSupport

@Suite struct LevelSelectionTests {
    private func progression(seed: UInt64, classCount: Int = 60) throws -> (EmbeddedDataset, Progression) {
        let embedded = try SyntheticData.random(classCount: classCount, dimension: 8, seed: seed).embedded()
        return (embedded, try Progression(of: embedded, by: SplitSettings()))
    }

    @Test(arguments: 0..<8, [3, 5, 9, 12])
    func levelsKeepTheRules(seed: Int, count: Int) throws {
        let (_, progression) = try progression(seed: UInt64(seed))
        let levels = progression.levels(count: count)
        let fids = levels.map(\.distance.squared)
        #expect(levels.count <= count && levels.count >= 3)
        #expect(zip(fids, fids.dropFirst()).allSatisfy { $1 >= 1.01 * $0 })
        #expect(levels.first == progression.keptSteps.first)
        #expect(levels.last == progression.keptSteps.last)
        #expect(levels.filter { $0.arm == .start }.count == 1)
        #expect(3 * levels.filter { $0.arm == .removal }.count <= levels.count + 1)
    }

    @Test func spacingIsEvenOnBothSidesOfTheStart() throws {
        let (_, progression) = try progression(seed: 1, classCount: 120)
        let fids = progression.levels(count: 9).filter { $0.arm == .start || $0.arm == .swap }
            .map(\.distance.squared)
        #expect(fids.count >= 4)
        let gaps = zip(fids, fids.dropFirst()).map { $1 - $0 }
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        #expect(gaps.allSatisfy { abs($0 - mean) < 0.3 * mean }, "\(fids)")
    }

    /// A whole series of few classes, with bands.
    private func series(
        seed: UInt64, classCount: Int = 60, change: (inout SplitSettings) -> Void = { _ in }
    ) throws -> SplitSeries {
        let embedded = try SyntheticData.random(classCount: classCount, dimension: 8, seed: seed).embedded()
        var settings = SplitSettings()
        change(&settings)
        return try SplitSeries(of: embedded, by: settings)
    }

    @Test func manifestsReadBackAsTheyWere() throws {
        let series = try series(seed: 2)
        let manifest = SplitManifest(generator: "test", series: series, provenance: provenance)
        let folder = try TemporaryFolder()
        let file = try folder.write(manifest.json, to: "manifest.json")
        #expect(try SplitManifest(readingFrom: file) == manifest)
        let text = try String(contentsOf: file, encoding: .utf8)
        for key in [
            "schema_version", "class_count", "fid", "origin", "step", "train", "test", "removed", "null", "mean", "sd",
            "q95", "p", "excess", "holdout", "null_mean", "null_sd", "position", "is_shift", "train_matched", "folds",
            "kernel_discrepancy", "controls", "rank_agreement",
        ] {
            #expect(text.contains("\"\(key)\":"), "\(key)")
        }
        let dataset = series.embedded.dataset
        try manifest.requireMatch(with: dataset, path: "manifest.json")
        let other = try SyntheticData.random(classCount: 59, dimension: 8, seed: 2).embedded().dataset
        #expect(throws: FileError.self) { try manifest.requireMatch(with: other, path: "manifest.json") }
        for level in manifest.levels {
            #expect((level.train + level.test + level.removed).sorted() == dataset.classLabels)
            #expect(level.folds.count == 4 && level.folds.flatMap { $0 }.sorted() == level.train)
            #expect(Set(level.trainMatched.classes).isSubset(of: level.train))
        }
        #expect(Set(manifest.levels.map(\.trainMatched.classes.count)).count == 1)
        #expect(Set(manifest.levels.map(\.trainMatched.sampleCount)).count == 1)
    }

    @Test func idsSortInTheOrderOfTheLevels() throws {
        let series = try series(seed: 3, classCount: 120) {
            $0.levels = .evenly(15)
            $0.nullDraws = 0
        }
        let manifest = SplitManifest(generator: "test", series: series, provenance: provenance)
        let ids = manifest.levels.map(\.id)
        #expect(ids.count >= 10 && ids == ids.sorted() && Set(ids).count == ids.count)
        #expect(manifest.controls == nil && manifest.levels.allSatisfy { $0.null == nil && $0.isShift == nil })
    }

    @Test(arguments: [
        ("", "it is not JSON"), ("{}", "schema_version is missing"),
        ("{\"schema_version\": 1}", "its schema version is 1; expected 2"),
        ("{\"schema_version\": 2, \"generator\": 3}", "generator is not of type String"),
    ])
    func brokenManifests(text: String, reason: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(text, to: "manifest.json")
        #expect(throws: FileError.unreadable(path: file.path, as: "a split manifest", reason: reason)) {
            try SplitManifest(readingFrom: file)
        }
    }

    @Test func progressionTableHasEveryStep() throws {
        let (embedded, progression) = try progression(seed: 4)
        let table = progression.table(for: embedded.dataset)
        #expect(table.rows.count == progression.steps.count)
        #expect(Set(table.rows.map { $0[0] }) == ["easier", "start", "swap", "removal"])
    }

    private let provenance = EmbeddingProvenance(source: .features, file: "f.npy", sha256: "0", dimension: 8)
}
