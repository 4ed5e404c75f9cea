import Splits
import TestSupport
import Testing

/// What a composition says that its classes and samples contradict.
@Suite struct SplitValidationCompositionTests {
    private let splits: ValidatedSplits

    init() throws {
        splits = try ValidatedSplits()
    }

    @Test func soundOnesAndNoneAreRight() throws {
        let manifest = try splits.readManifest()
        for (level, made) in zip(manifest.levels, splits.series.compositions) {
            #expect(level.composition == made)
            #expect(made.columns.map(\.column) == ["superclass"] && made.direction != nil)
        }
        #expect(try splits.violations { _ in } == [])
        // Manifests of older versions have none.
        let bare = try splits.readManifest { json in
            for index in splits.series.levels.indices { json["levels.\(index).composition"] = nil }
        }
        #expect(bare.levels.allSatisfy { $0.composition == nil })
        #expect(try splits.violations { $0["levels.1.composition"] = nil } == [])
    }

    @Test(arguments: ["difference", "values.0.train", "values.1.test"])
    func sharesThatTheSamplesDoNotHave(path: String) throws {
        let place = "levels.2.composition.columns.0.\(path)"
        let right = try splits.number(place)
        let wrong = right > 0.5 ? right - 0.125 : right + 0.125
        let found = try splits.violations { $0[place] = wrong }
        #expect(found.count == 1 && found[0].contains("composition, superclass, "), "\(found)")
        #expect(found[0].contains("\(wrong)") && found[0].contains("by the samples"))
    }

    @Test func countsAndNamesThatAreWrong() throws {
        let base = "levels.2.composition"
        #expect(try splits.violations { $0["\(base).columns.0.value_count"] = 77 }.count == 1)
        #expect(try splits.violations { $0["\(base).columns.0.values.0.value"] = "no such pair" }.isEmpty == false)
        // Columns that only the table had from which the splits were made are taken as they are.
        #expect(try splits.violations { $0["\(base).columns.0.column"] = "theme" } == [])
        for key in ["classes.0.class", "classes.0.sample", "samples.0"] {
            let test = try #require(splits.json["\(base).direction.test.\(key)"])
            let found = try splits.violations { $0["\(base).direction.train.\(key)"] = test }
            #expect(found.count == 1 && found[0].contains("composition, direction, train: "), "\(found)")
            #expect(found[0].contains("of that side"))
        }
    }
}
