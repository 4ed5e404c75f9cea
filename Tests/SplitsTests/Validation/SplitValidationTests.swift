import Datasets
import Splits
import TestSupport
import Testing

/// The series as a whole.
@Suite struct SplitValidationTests {
    private let splits: ValidatedSplits

    init() throws { splits = try ValidatedSplits() }

    @Test(arguments: 0..<9)
    func soundSplitsHaveNoViolation(variant: Int) throws {
        let splits = try ValidatedSplits {
            switch variant {
            case 0: $0.search.statistic = .classMeans
            case 1: $0.method = .milbich2021(Milbich2021.Settings(swapsPerIteration: 1))
            case 2:
                $0.search.unit = .superclass
                $0.start = .random
            case 3: $0.nullDraws = 0
            case 4: $0.foldCount = 0
            case 5: $0.levels = .evenly(6, in: .excess)
            case 6: ($0.start, $0.seed) = (.alphabetical, 9)
            case 7: $0.levels = .at([10, 14], tolerance: 0.1)
            default: break
            }
        }
        #expect(splits.series.levels.count >= 2)
        let validation = try splits.validation()
        #expect(validation.manifestViolations == [])
        #expect(
            try validation.distanceViolations(over: splits.series.embedded, tolerance: SplitValidation.tolerance) == [])
        #expect(validation.violations(ofProgression: splits.series.progression.table(for: splits.dataset)) == [])
        let ids = validation.manifest.levels.map(\.id)
        #expect(
            validation.violations(ofMatchedTraining: splits.series.matched.table(for: splits.dataset, levels: ids))
                == [])
    }

    @Test func theDatasetIsCompared() throws {
        let samples = "as samples.csv has it"
        #expect(
            try splits.violations { $0["dataset.sample_count"] = 78 }
                == ["dataset, sample_count: found 78; expected 79, \(samples)"])
        #expect(
            try splits.violations { $0["dataset.class_count"] = 18 }
                == ["dataset, class_count: found 18; expected 17, \(samples)"])
        #expect(
            try splits.violations { $0["dataset.sha256"] = "0f" }
                == ["dataset, sha256: found 0f; expected \(splits.dataset.digest), \(samples)"])
    }

    @Test func settingsMustBeInRange() throws {
        #expect(
            try splits.violations { $0["protocol.tolerance"] = 0 }
                == ["protocol, the tolerance: found 0.0; expected above 0 and below 1, as 0.02 for 2 %"])
        let expected = "expected settings under the protocol milbich2021 and nowhere else"
        #expect(
            try ValidatedSplits { $0.search.statistic = .classMeans }.violations { $0["protocol.name"] = "milbich2021" }
                == ["protocol, milbich2021: found no settings; \(expected)"])
        let reference = try ValidatedSplits { $0.method = .milbich2021(Milbich2021.Settings()) }
        #expect(
            try reference.violations {
                $0["protocol.name"] = "oodml"
                $0["protocol.swaps_per_step"] = 1
                $0["protocol.keep_fraction"] = 0.5
                $0["protocol.minimum_class_count"] = 3
            }.first == "protocol, milbich2021: found settings; \(expected)")
        #expect(
            try reference.violations { $0["protocol.statistic"] = "samples" }.first
                == "protocol, the statistic: found samples; expected class-means, as the reference has it")
        #expect(
            try reference.violations { $0["protocol.unit"] = "superclass" }
                == ["protocol, the unit: found superclass; expected class, for the protocol milbich2021"])
    }

    /// What says nothing beside the rest must be in range as well.
    @Test func settingsWithoutMeaningMustBeInRange() throws {
        let targets = try ValidatedSplits { $0.levels = .at([10, 14], tolerance: 0.1) }
        #expect(
            try targets.violations { $0["protocol.level_count"] = 2 }
                == ["protocol, the number of levels: found 2; expected at least 3: easiest, official, hardest"])
        let reference = try ValidatedSplits { $0.method = .milbich2021(Milbich2021.Settings(swapsPerIteration: 1)) }
        for (name, value, sentence) in [
            ("swaps_per_step", 0, "the number of swaps per step: found 0; expected at least 1"),
            ("keep_fraction", 2, "the kept fraction: found 2.0; expected above 0 and at most 1"),
            ("minimum_class_count", 0, "the smallest number of classes: found 0; expected at least 1"),
        ] {
            #expect(try reference.violations { $0["protocol.\(name)"] = value } == ["protocol, \(sentence)"])
            #expect(try reference.violations { $0["protocol.\(name)"] = 1 } == [])
        }
    }

    /// Whatever a manifest says, it is read to the end.
    @Test(arguments: [
        ("null_draws", -7.0), ("null_draws", 1), ("null_draws", 9e18), ("keep_fraction", 1e300),
        ("keep_fraction", -1e300),
        ("minimum_class_count", -1), ("level_count", -1), ("fold_count", -3), ("swaps_per_step", 0),
        ("tolerance", 1e300),
    ])
    func absurdSettingsAreViolations(name: String, value: Double) throws {
        #expect(try !splits.violations { $0["protocol.\(name)"] = value }.isEmpty)
    }

    @Test(arguments: ["fid", "null.sd", "null.mean", "excess", "fid_mean_part", "null.p", "null.q95"])
    func absurdNumbersAreViolations(name: String) throws {
        for value in [1e300, -1e300] {
            #expect(try !splits.violations { $0["levels.2.\(name)"] = value }.isEmpty, "\(value)")
        }
        #expect(
            try !splits.violations {
                for other in ["fid", "null.mean", "null.q95"] { $0["levels.2.\(other)"] = 0 }
                $0["levels.2.null.sd"] = 0
                $0["levels.2.\(name)"] = 1e-200
            }.isEmpty)
    }

    @Test func levelsAreCountedAndRise() throws {
        #expect(
            try splits.violations { $0["protocol.level_count"] = 5 } == ["levels: found 6; expected 1 to 5"])
        #expect(
            try splits.violations { $0["levels"] = [Any]() } == [
                "levels: found 0; expected 1 to 6", "levels: found no start; expected one level of the origin start",
                "controls, p: found \(try splits.number("controls.p")); expected none",
                "rank_agreement: found 1.0; expected none, as fid and kernel_discrepancy of the levels have it",
            ])
        #expect(
            try splits.violations { $0["levels.1.id"] = "level-1" }
                == ["levels: found the id \"level-1\" twice; expected ids that tell the levels apart"])
        let fids = splits.series.levels.indices.map { splits.json["levels.\($0).fid"] as? Double ?? 0 }
        #expect(
            try splits.violations { json in
                let level = json["levels.2"]
                json["levels.2"] = json["levels.3"]
                json["levels.3"] = level
            } == ["level-3, fid: found \(fids[2]) after \(fids[3]); expected levels in the order of rising distance"])
        #expect(
            try splits.violations { json in
                json["levels.3"] = json["levels.2"]
                json["levels.3.id"] = "level-4"
            } == ["level-4, fid: found \(fids[2]) after \(fids[2]); expected levels in the order of rising distance"])
    }

    @Test func levelsMeetTheirTargets() throws {
        let fids = splits.series.levels.indices.map { splits.json["levels.\($0).fid"] as? Double ?? 0 }
        #expect(try splits.violations { $0["protocol.targets"] = fids } == [])
        #expect(try splits.violations { $0["protocol.targets"] = fids.map { $0 * 1.015 } } == [])
        #expect(
            try splits.violations { $0["protocol.targets"] = Array(fids.dropLast()) }
                == ["levels: found 6; expected 5, one for each target"])
        #expect(
            try splits.violations { $0["protocol.targets"] = [fids[0], 7.5] + fids[2...] }
                == ["level-2, fid: found \(fids[1]); expected 7.5 within 2.0 %"])
    }

    @Test func originsFollowOneAnother() throws {
        #expect(
            try splits.violations { $0["levels.1.origin"] = "swap" }
                == ["levels: found no start; expected one level of the origin start"])
        let moved = try splits.labels("levels.2.train").count { $0 >= "class-1008" } * 2
        #expect(
            try splits.violations { $0["levels.2.origin"] = "start" } == [
                "levels: found 2 starts: level-2, level-3; expected one level of the origin start",
                "level-3: found \(moved) classes elsewhere than in the start; "
                    + "expected the split that the protocol starts from, official",
            ])
        #expect(
            try splits.violations { $0["levels.3.origin"] = "easier" }
                == ["level-4, origin: found easier after swap; expected the order easier, start, swap, removal"])
        // Where certain distances were asked for, there may be no start, and arms may alternate.
        let fids = splits.series.levels.indices.map { splits.json["levels.\($0).fid"] as? Double ?? 0 }
        #expect(
            try splits.violations {
                $0["protocol.targets"] = fids
                $0["levels.1.origin"] = "swap"
                $0["levels.3.origin"] = "easier"
            } == [])
    }

    @Test func theSeriesAsAWholeHasControls() throws {
        #expect(
            try splits.violations { $0["controls.draw_count"] = 40 }
                == ["controls, draw_count: found 40; expected 20, as in the protocol"])
        #expect(
            try splits.violations { $0["controls.singleton_class_count"] = 0 }
                == ["controls, singleton_class_count: found 0; expected 1, as samples.csv has it"])
        #expect(
            try splits.violations { $0["controls.p"] = 0.047619 }
                == ["controls, p: found 0.047619; expected k/100 for a whole number k from 1 to 100"])
        #expect(
            try splits.violations { $0["controls.deal_count"] = 20 }
                .contains("controls, deal_count: found 20; expected 99 or more"))
        #expect(
            try splits.violations { $0["controls.p"] = nil }
                == ["controls, p: found none; expected one, since held-out levels are harder than the start"])
        #expect(
            try splits.violations { $0["controls"] = nil }
                .contains("controls: found none; expected those of 20 null draws"))
        let agreement = try splits.number("rank_agreement")
        let reason = "as fid and kernel_discrepancy of the levels have it"
        #expect(
            try splits.violations { $0["rank_agreement"] = agreement - 0.1 }
                == ["rank_agreement: found \(agreement - 0.1); expected \(agreement), \(reason)"])
        #expect(
            try splits.violations { $0["rank_agreement"] = nil }
                == ["rank_agreement: found none; expected \(agreement), \(reason)"])
    }
}
