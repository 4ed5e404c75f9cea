import Datasets
import Foundation
import Splits
import TestSupport
import Testing

/// Settings, and what a manifest's JSON has of them.
@Suite struct SplitSettingsTests {
    @Test func defaultsAreInRange() throws {
        try SplitSettings().validate()
        try SplitSettings(.milbich2021(Milbich2021.Settings())).validate()
        #expect(SplitSettings().method == .search(SearchSettings()))
        #expect(SplitSettings().levels == .evenly(9, in: .fid))
        #expect(LevelChoice.at([3]) == .at([3], tolerance: 0.02))
    }

    @Test func theReferenceHasOneStatisticAndOneUnit() {
        var settings = SplitSettings(.search(SearchSettings(statistic: .samples, unit: .superclass)))
        #expect(settings.statistic == .samples && settings.unit == .superclass)
        settings.method = .milbich2021(Milbich2021.Settings())
        #expect(settings.statistic == .classMeans && settings.unit == .class)
        #expect(settings.search == SearchSettings())
        settings.search.removal.keepFraction = 0.5
        #expect(settings.method == .search(SearchSettings(removal: .init(keepFraction: 0.5))))
    }

    @Test func numbersOutOfRangeAreRefused() {
        func refusal(_ change: (inout SplitSettings) -> Void) -> String? {
            var settings = SplitSettings()
            change(&settings)
            return #expect(throws: SplitError.self) { try settings.validate() }?.description
        }
        #expect(
            refusal { $0.levels = .evenly(2) }
                == "the number of levels is 2; expected at least 3: easiest, official, hardest")
        #expect(refusal { $0.levels = .at([]) } == "the number of targets is 0; expected at least 1")
        #expect(refusal { $0.levels = .at([.infinity]) } == "a target is inf; expected a positive distance")
        #expect(
            refusal { $0.levels = .at([1], tolerance: 1) }
                == "the tolerance is 1.0; expected above 0 and below 1, as 0.02 for 2 %")
        #expect(refusal { $0.search.swapsPerStep = 0 } == "the number of swaps per step is 0; expected at least 1")
        #expect(
            refusal { $0.search.removal.keepFraction = 0 } == "the kept fraction is 0.0; expected above 0 and at most 1"
        )
        #expect(
            refusal { $0.method = .milbich2021(.init(history: 0)) } == "the history is 0; expected at least 1")
        #expect(
            refusal {
                $0.levels = .evenly(5, in: .excess)
                $0.nullDraws = 0
            } == "the number of null draws is 0; expected 20 or more, to space by excess")
        #expect(refusal { $0.foldCount = 1 } == "the number of folds is 1; expected 2 or more, or 0 for none")
        #expect(refusal { $0.shots = [2, 0] } == "the number of shots is 0; expected at least 1")
        #expect(refusal { $0.episodeCount = 0 } == "the number of episodes is 0; expected at least 1")
    }

    /// A hundredth of the units changes places in a step, and one at least; a series says how many.
    @Test(arguments: [(40, 1), (250, 2)])
    func theSeriesResolvesTheSwaps(classCount: Int, expected: Int) throws {
        let embedded = try SyntheticData.random(classCount: classCount, dimension: 3, seed: 1)
            .embedded(statistic: .classMeans)
        var settings = SplitSettings(.search(SearchSettings(statistic: .classMeans)))
        settings.nullDraws = 0
        let series = try SplitSeries(of: embedded, by: settings)
        #expect(series.settings.search.swapsPerStep == expected)
        let exchanges = series.progression.steps.filter { $0.arm == .swap }
        #expect(exchanges.dropLast().allSatisfy { $0.movedToTest.count == expected })
    }

    // MARK: The JSON

    private static let common: Set = [
        "name", "seed", "start", "statistic", "unit", "level_count", "spacing", "tolerance", "null_draws", "fold_count",
        "shots", "episode_count",
    ]
    private static let ofTheSearch: Set = ["swaps_per_step", "keep_fraction", "minimum_class_count"]

    private func keys(_ json: EditableJSON) throws -> Set<String> {
        Set(try #require(json["protocol"] as? [String: Any]).keys)
    }

    @Test func whatSaysNothingHasItsDefault() throws {
        let even = try ValidatedSplits()
        #expect(try keys(even.json) == Self.common.union(Self.ofTheSearch))
        #expect(even.json["protocol.name"] as? String == "oodml" && even.json["protocol.level_count"] as? Int == 6)
        #expect(even.json["protocol.tolerance"] as? Double == 0.02 && even.json["protocol.swaps_per_step"] as? Int == 1)

        let byDistance = try ValidatedSplits { $0.search.removal.rule = .distance }
        #expect(try keys(byDistance.json) == Self.common.union(Self.ofTheSearch).union(["removal_rule"]))
        #expect(try byDistance.manifest().settings.madeBy?.search.removal.rule == .distance)
        #expect(try even.manifest().settings.madeBy?.search.removal.rule == .gap)

        let targets = try ValidatedSplits { $0.levels = .at([10, 14], tolerance: 0.1) }
        #expect(try keys(targets.json) == Self.common.union(Self.ofTheSearch).union(["targets"]))
        #expect(targets.json["protocol.level_count"] as? Int == 9)
        #expect(targets.json["protocol.spacing"] as? String == "fid")
        #expect(targets.json["protocol.tolerance"] as? Double == 0.1)
        #expect(try targets.manifest().settings == .made(targets.series.settings))
        #expect(try targets.manifest().settings.levelCount == 2)
    }

    @Test func manifestsOfTheReferenceLeaveOutTheSearch() throws {
        let settings = Milbich2021.Settings(swapsPerIteration: 1, ridge: 1e-8)
        let splits = try ValidatedSplits { $0.method = .milbich2021(settings) }
        #expect(try keys(splits.json) == Self.common.union(["milbich2021"]))
        let manifest = try splits.readManifest()
        #expect(manifest.settings.madeBy?.method == .milbich2021(settings))
        // As manifests used to be.
        let older = try splits.readManifest {
            $0["protocol.swaps_per_step"] = 1
            $0["protocol.keep_fraction"] = 0.6
            $0["protocol.minimum_class_count"] = 10
        }
        #expect(older == manifest)
    }

    @Test(arguments: [
        ("name", "other", "protocol.name has a value that is not known"),
        ("start", "middle", "protocol.start has a value that is not known"),
        ("spacing", nil, "protocol.spacing is missing"), ("keep_fraction", nil, "protocol.keep_fraction is missing"),
        ("seed", "x", "protocol.seed is not of type UInt64"), ("shots", nil, "protocol.shots is missing"),
    ])
    func settingsThatCannotBeRead(name: String, value: String?, reason: String) throws {
        let splits = try ValidatedSplits { $0.nullDraws = 0 }
        let error = #expect(throws: (any Error).self) { try splits.readManifest { $0["protocol.\(name)"] = value } }
        #expect("\(try #require(error))".hasSuffix("cannot be read as a split manifest: \(reason)"))
    }
}
