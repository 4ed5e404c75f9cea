import Datasets
import DenseLinearAlgebra
import Frechet
import Splits
import TestSupport
import Testing

/// What a hold-out is asked to keep: strata, pinned classes, whole units and groups, and a ratio of samples.
@Suite struct HoldOutRulesTests {
    /// Classes whose superclasses are far apart, so that the hardest test part is whole superclasses unless something
    /// forbids it.
    private func data(
        classCount: Int = 40, seed: UInt64 = 3, count: (Int) -> Int = { _ in 8 },
        group: (Int, Int) -> String? = { _, _ in nil }
    ) throws -> EmbeddedDataset {
        var rng = SplitMix64(seed: seed)
        var samples: [Sample] = []
        var rows: [[Float]] = []
        for number in 0..<classCount {
            let centre = (0..<6).map { $0 == number % 4 ? 4 : 0.5 * rng.bell() }
            for i in 0..<count(number) {
                samples.append(
                    Sample(
                        id: "\(number)/\(i)", classLabel: "c\(100 + number)", superclass: "s\(number % 4)",
                        group: group(number, i)))
                rows.append(centre.map { Float($0 + 0.5 * rng.bell()) })
            }
        }
        return try EmbeddedDataset(
            dataset: Dataset(name: "rules", samples: samples), embeddings: Matrix(rows: rows))
    }

    private func joined(_ embedded: EmbeddedDataset, by rule: UnitRule = .class) throws -> EmbeddedDataset {
        try EmbeddedDataset(
            dataset: embedded.dataset, embeddings: embedded.embeddings,
            units: embedded.dataset.joined(embedded.dataset.units(by: rule)))
    }

    private func counts(_ holdOut: HoldOut, _ part: HoldOutPart) -> [Int] {
        let classes = holdOut.classes(in: part)
        return (0..<4).map { superclass in classes.count { $0 % 4 == superclass } }
    }

    @Test(arguments: ["hardest", "median", "easiest"])
    func everyStratumHasItsShare(name: String) throws {
        let difficulties: [String: HoldOutSettings.Difficulty] = [
            "hardest": .hardest, "median": .median, "easiest": .easiest,
        ]
        let difficulty = try #require(difficulties[name])
        let embedded = try data()
        let found = try HoldOut(
            of: embedded,
            by: holdOutSettings("70/10/20") {
                $0.difficulty = difficulty
                $0.stratum = "superclass"
            })
        #expect(counts(found, .test) == [2, 2, 2, 2])
        #expect(counts(found, .validation) == [1, 1, 1, 1])
        #expect(found.strata?.prefix(5) == ["s0", "s1", "s2", "s3", "s0"])
        // Without strata the hardest part is of one superclass.
        if name == "hardest" {
            let free = try HoldOut(of: embedded, by: holdOutSettings("70/10/20"))
            #expect(counts(free, .test).max() == 8)
            #expect(free.distance.squared > found.distance.squared)
        }
    }

    /// 42 classes in strata of 11, 11, 10 and 10: 8 for testing are 2.1, 2.1, 1.9 and 1.9, so 2 each; and 4 for validation.
    @Test func strataOfUnequalSizesAreWithinOneOfTheirShare() throws {
        let found = try HoldOut(of: data(classCount: 42), by: holdOutSettings("70/10/20") { $0.stratum = "superclass" })
        #expect(counts(found, .test) == [2, 2, 2, 2])
        #expect(counts(found, .validation) == [1, 1, 1, 1])
        #expect(found.classes(in: .train).count == 30)
    }

    /// With strata the search is over fewer ways, of which the best is known by trying all.
    @Test func theHardestWithinStrataIsThatOfAllWays() throws {
        let embedded = try data(classCount: 12, seed: 5, count: { _ in 40 })
        var greatest = 0.0
        for mask in 0..<(1 << 12) where mask.nonzeroBitCount == 4 {
            let test = (0..<12).filter { mask >> $0 & 1 == 1 }
            guard Set(test.map { $0 % 4 }).count == 4 else { continue }
            let partition = ClassPartition(sides: (0..<12).map { test.contains($0) ? Side.test : .train })
            greatest = max(greatest, try embedded.distance(of: partition).squared)
        }
        let found = try HoldOut(of: embedded, by: holdOutSettings("8/4") { $0.stratum = "superclass" })
        #expect(abs(found.distance.squared - greatest) <= 1e-9 * greatest)
    }

    @Test func pinnedClassesStay() throws {
        let embedded = try data()
        let free = try HoldOut(of: embedded, by: holdOutSettings("70/10/20"))
        // The other way round than the search would have it.
        let (test, train) = (free.classes(in: .test), free.classes(in: .train))
        let labels = embedded.dataset.classLabels
        var pins: [String: HoldOutPart] = [:]
        for number in test.prefix(3) { pins[labels[number]] = .train }
        pins[labels[test[3]]] = .validation
        for number in train.prefix(2) { pins[labels[number]] = .test }
        for difficulty in [HoldOutSettings.Difficulty.hardest, .median, .easiest] {
            let found = try HoldOut(
                of: embedded,
                by: holdOutSettings("70/10/20") {
                    $0.difficulty = difficulty
                    $0.pins = pins
                    $0.nullDraws = 20
                })
            for (label, part) in pins {
                #expect(found.parts[try #require(embedded.dataset.number(ofClass: label))] == part, "\(label)")
            }
            #expect(HoldOutPart.allCases.map { found.classes(in: $0).count } == [28, 4, 8])
        }
    }

    @Test func pinsThatDoNotFitAreRefused() throws {
        let embedded = try data()
        let labels = embedded.dataset.classLabels
        func refusal(_ ratio: String, _ change: (inout HoldOutSettings) -> Void) throws -> String {
            let error = try #require(
                #expect(throws: SplitError.self) { try HoldOut(of: embedded, by: holdOutSettings(ratio, change)) })
            return "\(error)"
        }
        #expect(
            try refusal("70/10/20") { for label in labels.prefix(9) { $0.pins[label] = .test } }
                == "the number of classes pinned to test is 9; expected at most 8 of 40, by the ratio 70/10/20")
        #expect(
            try refusal("80/20") { $0.pins[labels[0]] = .validation }
                == "the number of classes pinned to validation is 1; expected none, since the ratio 80/20 has no such part"
        )
        #expect(
            try refusal("80/20") { $0.pins["c1O0"] = .test }
                == "a pinned class is \"c1O0\"; expected a class of the dataset, perhaps \"c100\"")
        #expect(
            try refusal("80/20") { $0.stratum = "colour" }
                == "the column of the strata is \"colour\"; expected one of superclass")
        let means = try EmbeddedDataset(
            dataset: embedded.dataset, embeddings: embedded.embeddings, statistic: .classMeans)
        #expect(
            throws: SplitError.invalidSetting(
                name: "the validation part", found: "far, of too few samples for a distance", expected: "random")
        ) {
            try HoldOut(
                of: means,
                by: holdOutSettings("30/1/9") {
                    $0.statistic = .classMeans
                    $0.validation = .far
                })
        }
        #expect(
            try refusal("0/100") { _ in } == "the ratio of train is 0.0; expected a number above 0")
        #expect(
            try refusal("80/20") { $0.nullDraws = 5 }.contains("the number of null draws is 5"))
    }

    /// Superclasses of ten classes each, and groups that join classes, are in one part as a whole.
    @Test func unitsAndGroupsAreWhole() throws {
        // Each sample of class c shares its group with one of class c + 20.
        let embedded = try joined(data(group: { number, i in "g\(number % 20)-\(i)" }))
        #expect(embedded.units.count == 20)
        let found = try HoldOut(of: embedded, by: holdOutSettings("70/10/20"))
        for number in 0..<20 { #expect(found.parts[number] == found.parts[number + 20]) }
        #expect(HoldOutPart.allCases.map { found.classes(in: $0).count } == [28, 4, 8])

        let whole = try joined(data(), by: .superclass)
        let divided = try HoldOut(of: whole, by: holdOutSettings("50/25/25") { $0.unit = .superclass })
        #expect(counts(divided, .test).sorted() == [0, 0, 0, 10])
        #expect(counts(divided, .validation).sorted() == [0, 0, 0, 10])
    }

    /// Classes of very different sizes: the samples of each part are as the ratio says, to half a percent.
    @Test(arguments: [1, 2, 3] as [UInt64]) func aRatioOfSamplesIsMet(seed: UInt64) throws {
        let embedded = try data(classCount: 60, seed: seed, count: { 3 + 7 * ($0 % 9) })
        let total = Double(embedded.dataset.samples.count)
        for difficulty in [HoldOutSettings.Difficulty.hardest, .median, .easiest] {
            let found = try HoldOut(
                of: embedded,
                by: holdOutSettings("70/10/20") {
                    $0.measure = .samples
                    $0.difficulty = difficulty
                })
            let parts = HoldOutPart.allCases.map { part in
                Double(found.classes(in: part).reduce(0) { $0 + embedded.dataset.samplesOfClass[$1].count }) / total
            }
            for (part, share) in zip(parts, [0.7, 0.1, 0.2]) {
                #expect(abs(part - share) <= 0.011, "\(difficulty): \(parts)")
            }
        }
    }

    /// With units of different weights the best of all lawful ways is found, however many units it has.
    @Test func theHardestOfARatioOfSamplesIsThatOfAllWays() throws {
        let embedded = try data(classCount: 11, seed: 7, count: { 20 + 10 * ($0 % 3) })
        let sizes = (0..<11).map { 20 + 10 * ($0 % 3) }
        let total = Double(sizes.reduce(0, +))
        var greatest = 0.0
        for mask in 1..<(1 << 11) - 1 {
            let test = (0..<11).filter { mask >> $0 & 1 == 1 }
            guard abs(Double(test.reduce(0) { $0 + sizes[$1] }) - 90) <= 0.005 * total else { continue }
            let partition = ClassPartition(sides: (0..<11).map { test.contains($0) ? Side.test : .train })
            greatest = max(greatest, try embedded.distance(of: partition).squared)
        }
        #expect(greatest > 0)
        let found = try HoldOut(of: embedded, by: holdOutSettings("230/90") { $0.measure = .samples })
        #expect(abs(found.distance.squared - greatest) <= 1e-9 * greatest)
    }
}
