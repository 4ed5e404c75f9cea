import Datasets
import Splits
import TestSupport
import Testing

/// The classes of levels: their sides, sizes, units and folds.
@Suite struct SplitValidationClassesTests {
    private let splits: ValidatedSplits

    init() throws { splits = try ValidatedSplits() }

    @Test func everyClassIsInOnePlace() throws {
        let (train, test) = (try splits.labels("levels.2.train"), try splits.labels("levels.2.test"))
        let expected = "expected every class in one of train, test and removed"
        #expect(
            try splits.violations { $0["levels.2.train"] = train + ["class-9"] }
                == ["level-3, train: found the class \"class-9\"; expected classes of the dataset only"])
        #expect(
            try splits.violations { $0["levels.2.train"] = train + [train[0]] }
                == ["level-3, train: found the class \"\(train[0])\" twice; expected every class once"])
        #expect(
            try splits.violations { $0["levels.2.test"] = test + [train[0]] }
                == ["level-3: found the class \"\(train[0])\" in train and test; \(expected)"])
        #expect(
            try splits.violations { $0["levels.2.removed"] = [test[0]] }
                == ["level-3: found the class \"\(test[0])\" in test and removed; \(expected)"])
        #expect(
            try splits.violations { $0["levels.2.test"] = Array(test.dropFirst()) }
                == ["level-3: found the class \"\(test[0])\" nowhere; \(expected)"])
    }

    /// To Swift both labels are equal; to every other reader of the manifest they are not.
    @Test func labelsInAnotherUnicodeFormAreOthers() throws {
        let index = try #require(
            splits.series.levels.firstIndex { level in
                level.partition.sides[16] == .test
            })
        let test = try splits.labels("levels.\(index).test").map { $0 == "class-é" ? "class-e\u{301}" : $0 }
        #expect(
            try splits.violations { $0["levels.\(index).test"] = test } == [
                "level-\(index + 1), test: found the class \"class-é\"; expected classes of the dataset only",
                "level-\(index + 1): found the class \"class-é\" nowhere; "
                    + "expected every class in one of train, test and removed",
            ])
    }

    @Test func sidesHaveTheirSizes() throws {
        let counts = try ["train", "test"].map { Int(try splits.number("levels.2.\($0)_sample_count")) }
        let samples = "as samples.csv has of its classes"
        for (side, count) in zip(["train", "test"], counts) {
            #expect(
                try splits.violations { $0["levels.2.\(side)_sample_count"] = count + 1 }
                    == ["level-3, \(side)_sample_count: found \(count + 1); expected \(count), \(samples)"])
        }
        // An exchange loses a class, which is removed.
        let test = try splits.labels("levels.2.test")
        let size = splits.size(of: test[0])
        #expect(
            try splits.violations {
                $0["levels.2.test"] = Array(test.dropFirst())
                $0["levels.2.removed"] = [test[0]]
            } == [
                "level-3, test_sample_count: found \(counts[1]); expected \(counts[1] - size), \(samples)",
                "level-3, removed: found 1 classes; expected none, since the origin is swap",
                "level-3: found 8 train and 8 test classes; expected 8 and 9, as at the start",
            ])
    }

    @Test func removalTakesAsManyFromEachSide() throws {
        let (removed, test) = (try splits.labels("levels.4.removed"), try splits.labels("levels.4.test"))
        #expect(
            try splits.violations { json in
                json["levels.4.test"] = Array(test.dropFirst())
                json["levels.4.removed"] = removed + [test[0]]
                json["levels.4.test_sample_count"] =
                    try splits.number("levels.4.test_sample_count")
                    - Double(splits.size(of: test[0]))
            } == ["level-5: found 2 train and 3 test classes fewer than at the start; expected as many from each side"])
        #expect(
            try splits.violations { $0["protocol.minimum_class_count"] = 5 }
                == ["level-6, train: found 4 classes; expected at least 5 after removal"])
        // As many are removed as the level has beyond the start: none.
        #expect(
            try splits.violations { $0["levels.3.origin"] = "removal" }
                == ["level-4, removed: found 0 classes; expected some, since the origin is removal"])
        let train = try splits.labels("levels.5.train")
        let few = try splits.violations {
            $0["levels.5.train"] = [Any]()
            $0["levels.5.removed"] = try splits.labels("levels.5.removed") + train
        }
        #expect(few.contains("level-6, train: found 0 samples; expected at least 2, or there is no distance"))
    }

    @Test func theStartIsTheOneOfTheProtocol() throws {
        let found = try splits.violations {
            $0["protocol.start"] = "random"
            $0["protocol.seed"] = 4
        }
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("level-2: found ") == true)
        #expect(found.first?.hasSuffix("expected the split that the protocol starts from, random") == true)
        #expect(try splits.violations { $0["levels.1.adjusted_pair_count"] = 1 } == [])
    }

    @Test func foldsDivideTheTrainClasses() throws {
        let folds = try (0..<3).map { try splits.labels("levels.2.folds.\($0)") }
        let test = try splits.labels("levels.2.test")
        func missing(_ label: String) -> String {
            "level-3, folds: found the train class \"\(label)\" in none; expected every train class in one"
        }
        #expect(
            try splits.violations { $0["levels.2.folds.0"] = folds[0] + [test[0]] }
                == ["level-3, folds[0]: found the class \"\(test[0])\"; expected train classes of the level only"])
        #expect(
            try splits.violations { $0["levels.2.folds.0"] = folds[0] + [folds[1][0]] }
                == ["level-3, folds: found the class \"\(folds[1][0])\" in folds 0 and 1; expected every class in one"])
        #expect(try splits.violations { $0["levels.2.folds.0.0"] = nil } == [missing(folds[0][0])])
        #expect(
            try splits.violations { $0["levels.2.folds.2"] = nil }
                == ["level-3, folds: found 2 folds; expected 3"] + folds[2].map(missing))
        #expect(
            try splits.violations { $0["levels.2.folds.1"] = [String]() }
                == ["level-3, folds[1]: found no class; expected at least one"] + folds[1].map(missing))
    }

    @Test func unitsStayWhole() throws {
        let splits = try ValidatedSplits {
            $0.search.unit = .superclass
            $0.search.removal.minimumClassCount = 2
        }
        let level = try splits.index(.start)
        let id = "level-\(level + 1)"
        // Two classes of six samples, one of each side.
        #expect(
            try splits.violations {
                for side in ["train", "test"] {
                    $0["levels.\(level).\(side)"] = try splits.labels("levels.\(level).\(side)").map {
                        ["class-1003": "class-1008", "class-1008": "class-1003"][$0] ?? $0
                    }
                }
            }.filter { $0.contains("pair") && !$0.contains("folds") && !$0.contains("holdout") } == [
                "\(id): found classes of the superclass \"pair 501\" in train and test; expected all of them together",
                "\(id): found classes of the superclass \"pair 504\" in train and test; expected all of them together",
            ])
        let folds = try (0..<2).map { try splits.labels("levels.\(level).folds.\($0)") }
        let found = try splits.violations {
            $0["levels.\(level).folds.0"] = [folds[1][0]] + folds[0].dropFirst()
            $0["levels.\(level).folds.1"] = [folds[0][0]] + folds[1].dropFirst()
        }
        #expect(found.count == 2 && found.allSatisfy { $0.hasPrefix("\(id), folds: found classes of the superclass") })
        #expect(found.allSatisfy { $0.contains(" in fold 0 and fold 1; expected all of them together") })
        let holdout = try ["train", "test"].map { try splits.labels("levels.\(level).holdout.\($0)") }
        let divided = try splits.violations {
            $0["levels.\(level).holdout.train"] = [holdout[1][0]] + holdout[0].dropFirst()
            $0["levels.\(level).holdout.test"] = [holdout[0][0]] + holdout[1].dropFirst()
        }
        #expect(divided.count == 2 && divided.allSatisfy { $0.hasPrefix("\(id), holdout: found classes of the ") })
    }

    @Test func anOfficialSplitThroughAUnitIsNoStart() throws {
        let splits = try ValidatedSplits {
            $0.search.unit = .superclass
            $0.search.removal.minimumClassCount = 2
        }
        var sides: [String: Side] = [:]
        for (number, label) in splits.dataset.classLabels.enumerated() { sides[label] = number < 5 ? .train : .test }
        let other = try Dataset(name: "synthetic", samples: splits.dataset.samples, officialSides: sides)
        let found = try SplitValidation(of: splits.manifest(), in: other).manifestViolations
        #expect(found.map(\.place) == ["protocol, start"])
        #expect(found.first?.expected.hasPrefix("another one, since \"pair 502\" has classes on both sides") == true)
    }
}
