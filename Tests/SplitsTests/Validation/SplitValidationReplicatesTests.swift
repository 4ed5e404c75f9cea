import Datasets
import Files
import Foundation
import Splits
import Testing
import TestSupport

/// Several series over the same dataset, and the summary of them.
@Suite struct SplitValidationReplicatesTests {
    private let splits: [ValidatedSplits]
    private let summary: EditableJSON

    init() throws {
        splits = try (1...3).map { number in try ValidatedSplits { $0 = $0.replicate(number) } }
        summary = try EditableJSON(JSONEncoder().encode(ReplicateAgreement(of: splits.map(\.series))))
    }

    private func violations(
        without number: Int? = nil, summary change: (inout EditableJSON) -> Void = { _ in },
        second: (inout EditableJSON) throws -> Void = { _ in }
    ) throws -> [String] {
        var series: [Int: SplitValidation] = [:]
        for (index, one) in splits.enumerated() where index + 1 != number {
            series[index + 1] = try one.validation { if index == 1 { try second(&$0) } }
        }
        var changed = summary
        change(&changed)
        let folder = try TemporaryFolder()
        let agreement = try ReplicateAgreement(readingFrom: folder.write(changed.data, to: "replicates.json"))
        return SplitValidation.violations(ofReplicates: series, summary: agreement).map(\.description)
    }

    @Test func soundSeriesHaveNoViolation() throws {
        #expect(try violations() == [])
        #expect(try splits.map { try $0.validation().manifestViolations } == [[], [], []])
    }

    @Test func theSummaryListsAllSeries() throws {
        #expect(
            try violations(without: 2)
                == ["replicate-2: found no such folder; expected one for each series of replicates.json"])
        #expect(
            try violations(summary: {
                $0["series.2"] = nil
                $0["pairs.2"] = nil
                $0["pairs.1"] = nil
            }) == ["replicates.json: series: found 2; expected series 3 as well, since its folder is there"])
        let alone = SplitValidation.violations(
            ofReplicates: [1: try splits[0].validation(), 2: try splits[1].validation()], summary: nil)
        #expect(
            alone.map(\.description) == ["replicate-2: found a series; expected none without replicates.json"])
    }

    @Test func theSummarySaysWhatTheManifestsSay() throws {
        let place = "replicates.json: series 2"
        #expect(
            try violations(summary: { $0["series.1.start"] = "official" })
                == ["\(place), start: found official; expected random, as in replicate-2/manifest.json"])
        #expect(
            try violations(summary: { $0["series.1.seed"] = 7 })
                == ["\(place), seed: found 7; expected 1, as in replicate-2/manifest.json"])
        #expect(
            try violations(summary: { $0["series.0.seed"] = 7 })
                == ["replicates.json: series 1, seed: found 7; expected 0, as in manifest.json"])
        let found = try violations(summary: { $0["series.1.fids.0"] = 1.5 })
        #expect(found.count == 1 && found.allSatisfy { $0.hasPrefix("\(place), fids: found [1.5, ") })
    }

    @Test func seriesDifferInTheStartOnly() throws {
        let file = "replicate-2/manifest.json"
        #expect(
            try violations(second: { $0["protocol.spacing"] = "excess" }) == [
                "\(file): protocol: found another than in manifest.json; "
                    + "expected the same except for a random start and the seed 1"
            ])
        #expect(
            try violations(second: { $0["dataset.name"] = "x" }) == [
                "\(file): dataset: found another than in manifest.json; expected the same dataset in all series"
            ])
        #expect(
            try violations(second: { $0["embeddings.sha256"] = "x" })
                == ["\(file): embeddings: found another than in manifest.json; expected the same in all series"])
        let shuffled = try SplitValidation(
            of: splits[1].manifest(),
            in: .init(name: "synthetic", samples: splits[1].dataset.samples.reversed()))
        let found = SplitValidation.violations(
            ofReplicates: [1: try splits[0].validation(), 2: shuffled, 3: try splits[2].validation()],
            summary: ReplicateAgreement(of: splits.map(\.series)))
        #expect(
            found.map(\.description) == [
                "replicate-2/samples.csv: found other samples, or another order; "
                    + "expected those of samples.csv in their order"
            ])
    }

    @Test func pairsAreComparedAnew() throws {
        #expect(
            try violations(summary: { $0["pairs.1.second"] = 2 })
                == ["replicates.json: pairs: found 1-2, 1-2, 2-3; expected 1-2, 1-3, 2-3"])
        let key = "adjusted_rand_indices"
        let index = try #require(summary["pairs.2.\(key).1"] as? Double)
        #expect(
            try violations(summary: { $0["pairs.2.\(key).1"] = index + 1e-4 }) == [
                "replicates.json: pairs, 2-3, level 2: found the adjusted Rand index \(index + 1e-4); "
                    + "expected \(index), as the partitions have it"
            ])
        let count = (summary["pairs.2.\(key)"] as? [Any])?.count ?? 0
        #expect(
            try violations(summary: { $0["pairs.2.\(key).0"] = nil })
                == ["replicates.json: pairs, 2-3: found \(count - 1) levels; expected \(count), which both series have"]
        )
    }

    @Test func brokenSummariesAreNamed() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("{\"series\": []}", to: "replicates.json")
        #expect(
            throws: FileError.unreadable(
                path: file.path, as: "the summary of several series", reason: "pairs is missing")
        ) {
            try ReplicateAgreement(readingFrom: file)
        }
        #expect(
            "\(FileError.unreadable(path: "r", as: "the summary of several series", reason: "it is not JSON"))"
                == "r: cannot be read as the summary of several series: it is not JSON")
        #expect(throws: FileError.self) { try ReplicateAgreement(readingFrom: folder.url) }
    }
}
