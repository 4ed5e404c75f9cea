import Datasets
import Files
import Foundation
import Splits
import Testing
import TestSupport

/// The files beside a manifest, the distances, and several series.
@Suite struct SplitValidationTablesTests {
    private let splits: ValidatedSplits
    private let validation: SplitValidation

    init() throws {
        splits = try ValidatedSplits()
        validation = try splits.validation()
    }

    /// The violations in the rows of the matched training samples, after a change, without the file's name.
    private func matched(_ change: (inout [[String]]) -> Void) -> [String] {
        let table = splits.series.matched.table(for: splits.dataset, levels: validation.manifest.levels.map(\.id))
        var rows = table.rows
        change(&rows)
        return validation.violations(ofMatchedTraining: CSVTable(columns: table.columns, rows: rows)).map {
            #expect($0.file == "train-matched.csv")
            return String($0.description.dropFirst("train-matched.csv: ".count))
        }
    }

    @Test func matchedSamplesAreOfTheMatchedClasses() throws {
        #expect(matched { _ in } == [])
        let classes = validation.manifest.levels[0].trainMatched.classes
        let other = try #require(splits.dataset.samples.first { !classes.contains($0.classLabel) })
        #expect(
            matched { $0[0][1] = other.id } == [
                "line 2: found the sample \"\(other.id)\" of class \"\(other.classLabel)\"; "
                    + "expected samples of the classes of train_matched at level-1"
            ])
        #expect(
            matched { $0[0][1] = "x" } == ["line 2: found the sample \"x\"; expected samples of samples.csv only"])
        var id = ""
        #expect(
            matched {
                id = $0[1][1]
                $0[0][1] = id
            } == ["line 3: found the sample \"\(id)\" twice at level-1; expected every sample once at a level"])
        #expect(
            matched { $0.append(["level-7", id]) }
                == ["line 92: found the level \"level-7\"; expected levels of manifest.json only"])
        #expect(
            matched { $0.removeLast() }
                == ["level-6: found 14 samples; expected 15, the sample_count of train_matched"])
        let label = classes[0]
        let rest = splits.dataset.samples.first { $0.classLabel == classes[1] }
        let found = matched { rows in
            for row in 0..<15 where rows[row][1].hasPrefix("\(label)/") { rows[row][1] = rest?.id ?? "" }
        }
        #expect(
            found.contains(
                "level-1: found no sample of the class \"\(label)\"; expected at least one of every class of train_matched"
            ))
        #expect(
            validation.violations(ofMatchedTraining: CSVTable(columns: ["sample"], rows: [])).map(\.description)
                == ["train-matched.csv: line 1: found the columns sample; expected level, sample"])
    }

    @Test func levelsAreStepsOfTheProgression() throws {
        let table = splits.series.progression.table(for: splits.dataset)
        let level = try splits.index(.swap)
        let step = splits.series.levels[level].step
        let row = try #require(table.rows.firstIndex { $0[0] == "swap" && $0[1] == "\(step)" })
        func violations(column: Int, _ value: String) -> [String] {
            var rows = table.rows
            rows[row][column] = value
            return validation.violations(ofProgression: CSVTable(columns: table.columns, rows: rows))
                .map(\.description)
        }
        let (place, id) = ("progression.csv: swap, step \(step)", "level-\(level + 1)")
        #expect(violations(column: 2, "false") == ["\(place), kept: found false; expected true, as at \(id)"])
        #expect(
            violations(column: 3, "1.5")
                == ["\(place), fid: found 1.5; expected \(try splits.number("levels.\(level).fid")), as at \(id)"])
        #expect(violations(column: 4, "9") == ["\(place), train_class_count: found 9; expected 8, as at \(id)"])
        #expect(violations(column: 5, "8") == ["\(place), test_class_count: found 8; expected 9, as at \(id)"])
        #expect(
            violations(column: 1, "99")
                == ["progression.csv: found no step \"swap, step \(step)\"; expected that of \(id)"])
        #expect(
            validation.violations(ofProgression: CSVTable(columns: ["origin", "step"], rows: [])).map(\.description)
                == [
                    "progression.csv: line 1: found the columns origin, step; "
                        + "expected origin, step, kept, fid, train_class_count, test_class_count, among others"
                ])
        // A level that was moved to a target is no longer where the step was.
        let adjusted = try splits.validation { $0["levels.\(level).adjusted_pair_count"] = 2 }
        var rows = table.rows
        rows[row][3] = "1.5"
        #expect(adjusted.violations(ofProgression: CSVTable(columns: table.columns, rows: rows)) == [])
    }

    @Test func episodesAreThoseOfTheProtocol() throws {
        func episodes(shots: Int = 2, count: Int = 10, seed: UInt64 = 0) -> [String] {
            let drawn = FewShotEpisodes(of: splits.dataset, shots: shots, episodeCount: count, seed: seed)
            return validation.violations(of: drawn, shots: 2).map(\.description)
        }
        #expect(episodes() == [])
        #expect(episodes(shots: 3) == ["episodes-2.json: shots: found 3; expected 2"])
        #expect(episodes(count: 9) == ["episodes-2.json: episodes: found 9; expected 10, as in manifest.json"])
        #expect(episodes(seed: 1) == ["episodes-2.json: seed: found 1; expected 0, as in manifest.json"])
        let other = FewShotEpisodes(
            of: try dataset(ofSizes: [3, 3]), shots: 2, episodeCount: 10, seed: 0)
        #expect(!validation.violations(of: other, shots: 2).isEmpty)
    }

    /// The violations of distances computed anew after a change of the manifest, without the file's name.
    private func distances(
        tolerance: Double = SplitValidation.tolerance, _ change: (inout EditableJSON) throws -> Void
    ) throws -> [String] {
        try splits.validation(change).distanceViolations(over: splits.series.embedded, tolerance: tolerance)
            .map { String($0.description.dropFirst("manifest.json: ".count)) }
    }

    @Test func distancesAreComputedAnew() throws {
        let fid = try splits.number("levels.2.fid")
        for name in ["fid", "fid_mean_part", "fid_covariance_part", "kernel_discrepancy"] {
            let value = try splits.number("levels.2.\(name)")
            let changed = value + 1e-6 * max(fid, abs(value))
            #expect(
                try distances { $0["levels.2.\(name)"] = changed }
                    == ["level-3, \(name): found \(changed); expected \(value), computed from the embeddings"])
            #expect(
                try distances { $0["levels.2.\(name)"] = value * (1 + 8e-10) } == [])
        }
        let discrepancy = try splits.number("levels.2.kernel_discrepancy")
        #expect(
            try distances { $0["levels.2.kernel_discrepancy"] = nil }
                == ["level-3, kernel_discrepancy: found none; expected \(discrepancy), computed from the embeddings"])
        #expect(
            try distances(tolerance: SplitValidation.networkTolerance) { $0["levels.2.fid"] = fid * (1 + 9e-6) } == [])
        #expect(
            try distances(tolerance: SplitValidation.networkTolerance) { $0["levels.2.fid"] = fid * (1 + 2e-5) }.count
                == 1)
    }

    @Test func distancesAreThoseOfTheClassesNamed() throws {
        let (train, test) = (try splits.labels("levels.2.train"), try splits.labels("levels.2.test"))
        let found = try distances {
            $0["levels.2.train"] = [test[0]] + train.dropFirst()
            $0["levels.2.test"] = [train[0]] + test.dropFirst()
        }
        #expect(
            found.map { $0.prefix { $0 != ":" } } == [
                "level-3, fid", "level-3, fid_mean_part", "level-3, fid_covariance_part", "level-3, kernel_discrepancy",
            ])
        // There is no distance between sides that are none.
        #expect(try distances { $0["levels.2.train"] = test } == [])
        #expect(
            try distances {
                $0["levels.5.train"] = [String]()
                $0["levels.5.removed"] = try splits.labels("levels.5.removed") + splits.labels("levels.5.train")
            } == [])
    }

    @Test func aLineIsALine() {
        let violation = SplitViolation(file: "manifest.json", found: "the class \"a\nb\r\"", expected: "none")
        #expect(violation.description == "manifest.json: found the class \"a\\nb\\r\"; expected none")
        #expect(violation.below("replicate-2").file == "replicate-2/manifest.json")
    }
}
