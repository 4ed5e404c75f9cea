import Splits
import TestSupport
import Testing

/// The numbers of levels, and their held-out sides.
@Suite struct SplitValidationNumbersTests {
    private let splits: ValidatedSplits

    init() throws { splits = try ValidatedSplits() }

    @Test func distancesAreTheSumsOfTheirParts() throws {
        let (fid, excess) = (try splits.number("levels.2.fid"), try splits.number("levels.2.excess"))
        let changed = fid * (1 + 1e-6)
        let found = try splits.violations { $0["levels.2.fid"] = changed }
        #expect(found.count == 2)
        #expect(
            found.first
                == "level-3, fid: found \(changed); expected \(fid), the sum of fid_mean_part and fid_covariance_part")
        #expect(found.last?.hasPrefix("level-3, excess: found \(excess); expected ") == true)
        for part in ["fid_mean_part", "fid_covariance_part"] {
            let value = try splits.number("levels.2.\(part)")
            let violations = try splits.violations { $0["levels.2.\(part)"] = value + 1e-7 * fid }
            #expect(violations.count == 1 && violations.allSatisfy { $0.hasPrefix("level-3, fid: found \(fid)") })
            #expect(try splits.violations { $0["levels.2.\(part)"] = value * (1 + 4e-10) } == [])
        }
    }

    @Test func excessIsOverTheMeanOfTheBand() throws {
        let excess = try splits.number("levels.2.excess")
        #expect(
            try splits.violations { $0["levels.2.excess"] = excess + 1e-6 }
                == ["level-3, excess: found \(excess + 1e-6); expected \(excess), fid less the mean of null"])
    }

    /// The violations but for that of `is_shift`, which depends on where a level stands.
    private func violationsButShift(_ change: (inout EditableJSON) throws -> Void) throws -> [String] {
        try splits.violations(change).filter { !$0.contains(", is_shift: ") }
    }

    @Test func controlsAreThereIfThereAreDraws() throws {
        for name in ["excess", "position"] {
            #expect(
                try violationsButShift { $0["levels.2.\(name)"] = nil }
                    == ["level-3, \(name): found none; expected one, since there are null draws"])
        }
        #expect(
            try splits.violations { $0["levels.2.is_shift"] = nil }
                == [
                    "level-3, is_shift: found none; expected \(try splits.boolean("levels.2.is_shift")), since the "
                        + "held-out p is \(try splits.number("levels.2.holdout.p")) and the level is within its band"
                ])
        let bare = try ValidatedSplits { $0.nullDraws = 0 }
        #expect(
            try bare.violations { $0["levels.0.is_shift"] = false }
                == ["level-1, is_shift: found false; expected none, since there are no null draws"])
        for name in ["null", "excess", "position", "holdout"] {
            #expect(
                try bare.violations { $0["levels.0.\(name)"] = splits.json["levels.0.\(name)"] }
                    .filter { !$0.hasPrefix("level-1, holdout, ") && !$0.hasPrefix("level-1, holdout: found the") }
                    == ["level-1, \(name): found a value; expected none, since there are no null draws"])
        }
        #expect(
            try bare.violations { $0["controls"] = splits.json["controls"] }.last
                == "controls: found some; expected those of 0 null draws")
    }

    @Test func pIsOneOfTheRanksThatAreLeft() throws {
        let grid = "expected k/21 for a whole number k from 1 to 21"
        // Not a rank at all.
        #expect(
            try splits.violations { $0["levels.2.null.p"] = 0.15 } == ["level-3, null, p: found 0.15; \(grid)"])
        #expect(try splits.violations { $0["levels.3.null.p"] = 0 } == ["level-4, null, p: found 0.0; \(grid)"])
        #expect(
            try splits.violations { $0["levels.0.null.p"] = 22.0 / 21 }.first?.hasSuffix(grid) == true)
        // Below the quantile at least the draw above it reaches the level, and few draws can be far above the mean.
        let reason = "as fid stands to mean, sd and q95"
        #expect(
            try splits.violations { $0["levels.2.null.p"] = 0.714286 }
                == ["level-3, null, p: found 0.714286; expected from 2/21 to 9/21, \(reason)"])
        #expect(
            try violationsButShift {
                $0["levels.2.null.p"] = 0.047619
                $0["levels.2.position"] = "above"
            } == ["level-3, null, p: found 0.047619; expected from 2/21 to 9/21, \(reason)"])
        // Above the quantile no more than one draw does.
        #expect(
            try violationsButShift {
                $0["levels.3.null.p"] = 0.142857
                $0["levels.3.position"] = "within"
                $0["levels.3.null.sd"] = 10
            } == ["level-4, null, p: found 0.142857; expected from 1/21 to 2/21, \(reason)"])
        // Below the mean, far from it, nearly all reach it.
        let found = try splits.violations {
            $0["levels.0.null.p"] = 0.47619
            $0["levels.0.position"] = "within"
        }
        #expect(found == ["level-1, null, p: found 0.47619; expected from 16/21 to 21/21, \(reason)"])
    }

    /// Twenty distances have a deviation of at most √20 times their mean, and the 95 % quantile is near the second highest.
    @Test func bandsAreThoseOfDistances() throws {
        let (mean, sd) = (try splits.number("levels.2.null.mean"), try splits.number("levels.2.null.sd"))
        func null(_ name: String, _ value: Double) throws -> [String] {
            try splits.violations { $0["levels.2.null.\(name)"] = value }.filter {
                $0.hasPrefix("level-3, null, \(name)")
            }
        }
        #expect(try null("mean", -1) == ["level-3, null, mean: found -1.0; expected 0 or more"])
        for value in [-1, 4.48 * mean] {
            let found = try null("sd", value)
            #expect(found.count == 1 && found[0].hasPrefix("level-3, null, sd: found \(value); expected from 0 to "))
        }
        #expect(try null("sd", 4.47 * mean) == [])
        let width = (19.0 / 1).squareRoot() * sd
        #expect(try null("q95", mean + 0.999 * width) == [])
        let found = try null("q95", mean + 1.001 * width)
        #expect(found.count == 1 && found[0].hasSuffix(" or less, as mean and sd stand"))
        #expect(try null("q95", mean - 0.999 * sd) == [])
        let low = try null("q95", mean - 1.001 * sd)
        #expect(low.count == 1 && low[0].hasSuffix(" or more, as mean and sd stand"))
        let held = try splits.violations { $0["levels.2.holdout.null_sd"] = -1 }
        #expect(held.count == 1 && held[0].hasPrefix("level-3, holdout, null_sd: found -1.0; expected from 0 to "))
        #expect(
            try splits.violations { $0["levels.2.holdout.fid"] = -1 }.first
                == "level-3, holdout, fid: found -1.0; expected 0 or more")
    }

    @Test func noPartOfADistanceIsNegative() throws {
        let fid = try splits.number("levels.2.fid")
        for (part, other) in [("mean", "covariance"), ("covariance", "mean")] {
            #expect(
                try splits.violations {
                    $0["levels.2.fid_\(part)_part"] = -1
                    $0["levels.2.fid_\(other)_part"] = fid + 1
                } == ["level-3, fid_\(part)_part: found -1.0; expected 0 or more"])
        }
    }

    @Test func positionFollowsFromP() throws {
        #expect(
            try violationsButShift { $0["levels.2.position"] = "above" }
                == ["level-3, position: found above; expected within, as fid stands to null (p = 0.142857)"])
        #expect(
            try splits.violations { $0["levels.2.position"] = "below" }
                == ["level-3, position: found below; expected within, as fid stands to null (p = 0.142857)"])
        #expect(
            try violationsButShift { $0["levels.3.position"] = "within" }
                == ["level-4, position: found within; expected above, as fid stands to null (p = 0.047619)"])
        // Whether draws are equal to the lowest is not known, unless the band is too narrow to reach it.
        #expect(try splits.violations { $0["levels.0.position"] = "within" } == [])
        #expect(
            try splits.violations { $0["levels.0.position"] = "above" }
                == ["level-1, position: found above; expected within, as fid stands to null (p = 1.0)"])
        #expect(
            try splits.violations {
                $0["levels.0.position"] = "within"
                $0["levels.0.null.sd"] = 0.5
                $0["levels.0.null.q95"] = try splits.number("levels.0.null.mean") + 1
            } == ["level-1, position: found within; expected below, as fid stands to null (p = 1.0)"])
    }

    @Test func shiftFollowsFromTheHeldOutP() throws {
        let index = try #require(splits.manifest().levels.lastIndex { $0.isShift == true })
        let (level, id) = ("levels.\(index)", "level-\(index + 1)")
        #expect(
            try splits.violations { $0["\(level).is_shift"] = false }
                == [
                    "\(id), is_shift: found false; expected true, since the held-out p is "
                        + "\(try splits.number("\(level).holdout.p")) and the level is above its band"
                ])
        #expect(
            try splits.violations { $0["\(level).holdout"] = nil }
                == ["\(id), is_shift: found true; expected null, since there is no held-out repetition"])
        #expect(
            try splits.violations { $0["\(level).holdout.p"] = 0.05 }
                == [])
        #expect(
            try splits.violations { $0["\(level).holdout.p"] = 0.047619 }
                == ["\(id), holdout, p: found 0.047619; expected k/100 for a whole number k from 1 to 100"])
        // As an older version wrote it: the draws of the band, and no question where the level stands.
        #expect(
            try splits.violations {
                for name in ["deal_count", "halving_count"] { $0["controls.\(name)"] = nil }
                $0["controls.p"] = 0.047619
                for number in splits.series.levels.indices {
                    $0["levels.\(number).holdout.p"] = number == index ? 0.047619 : 1
                    $0["levels.\(number).is_shift"] = number == index
                }
            } == [])
        #expect(
            try splits.violations {
                $0["\(level).holdout.p"] = 1
                $0["\(level).is_shift"] = false
            } == [])
    }

    @Test func heldOutSidesAreOfClassesWithTwoHalves() throws {
        let (train, test) = (try splits.labels("levels.2.holdout.train"), try splits.labels("levels.2.holdout.test"))
        let place = "level-3, holdout"
        #expect(
            try splits.violations { $0["levels.2.holdout.train"] = train + ["x"] }
                == ["\(place), train: found the class \"x\"; expected classes of the dataset only"])
        #expect(
            try splits.violations { $0["levels.2.holdout.train"] = train + [train[0]] }
                == ["\(place), train: found the class \"\(train[0])\" twice; expected every class once"])
        #expect(
            try splits.violations { $0["levels.2.holdout.test"] = test + ["class-é"] }
                == ["\(place), test: found the class \"class-é\" of one sample; expected classes of two or more"])
        #expect(
            try splits.violations { $0["levels.2.holdout.test"] = test + [train[0]] }
                == ["\(place): found the class \"\(train[0])\" in train and test; expected every class on one side"])
        #expect(
            try splits.violations { $0["levels.2.holdout.test"] = Array(test.dropFirst()) } == [
                "\(place): found the class \"\(test[0])\" on no side; "
                    + "expected all classes of two or more samples, since none is removed"
            ])
        #expect(
            try splits.violations { $0["levels.4.holdout.test"] = [String]() }
                == ["level-5, holdout, test: found no class; expected at least one"])
    }

    @Test func matchedTrainingIsOfTheLevelsClasses() throws {
        let (classes, test) = (try splits.labels("levels.2.train_matched.classes"), try splits.labels("levels.2.test"))
        let place = "level-3, train_matched"
        #expect(
            try splits.violations { $0["levels.2.train_matched.classes"] = ["x"] + classes.dropFirst() }
                == ["\(place): found the class \"x\"; expected classes of the dataset only"])
        #expect(
            try splits.violations { $0["levels.2.train_matched.classes"] = [classes[1]] + classes.dropFirst() }
                == ["\(place): found the class \"\(classes[1])\" twice; expected every class once"])
        #expect(
            try splits.violations { $0["levels.2.train_matched.classes"] = [test[0]] + classes.dropFirst() }
                == ["\(place): found the class \"\(test[0])\"; expected train classes of the level only"])
        #expect(
            try splits.violations { $0["levels.2.train_matched.classes"] = Array(classes.dropFirst()) }
                == ["\(place): found 3 classes; expected 4, as at the other levels"])
        #expect(
            try splits.violations { $0["levels.2.train_matched.sample_count"] = 14 }
                == ["\(place), sample_count: found 14; expected 15, as at the other levels"])
    }
}
