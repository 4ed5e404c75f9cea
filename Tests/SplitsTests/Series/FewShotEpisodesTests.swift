import Datasets
import Files
import Foundation
import Splits
import Testing
import TestSupport

@Suite struct FewShotEpisodesTests {
    private let sizes = (0..<24).map { 1 + $0 % 8 }

    private func episodes(
        shots: Int, seed: UInt64 = 1, of dataset: Dataset? = nil
    ) throws -> FewShotEpisodes {
        let dataset = try dataset ?? SplitsTests.dataset(ofSizes: sizes)
        return FewShotEpisodes(of: dataset, shots: shots, episodeCount: 10, seed: seed)
    }

    @Test(arguments: [1, 2, 5])
    func everyClassWithEnoughSamplesIsDrawn(shots: Int) throws {
        let dataset = try dataset(ofSizes: sizes)
        let drawn = try episodes(shots: shots)
        let enough = dataset.classLabels.indices.filter { sizes[$0] > shots }.map { dataset.classLabels[$0] }
        #expect(drawn.leftOut == dataset.classLabels.filter { !enough.contains($0) })
        #expect(drawn.episodes.count == 10)
        for episode in drawn.episodes {
            #expect(episode.keys.sorted() == enough)
            for (label, ids) in episode {
                #expect(Set(ids).count == shots && ids.count == shots)
                #expect(ids.allSatisfy { id in dataset.samples.first { $0.id == id }?.classLabel == label })
            }
        }
        #expect(drawn.violations(in: dataset).isEmpty)
    }

    @Test func fewerShotsAreTheStartOfMore() throws {
        let (two, five) = (try episodes(shots: 2), try episodes(shots: 5))
        for (small, large) in zip(two.episodes, five.episodes) {
            for (label, ids) in large { #expect(small[label] == Array(ids.prefix(2))) }
        }
    }

    /// Eight samples a class in four groups of two, or three groups and two samples on their own.
    @Test func supportsAreOfDifferentGroups() throws {
        let samples = (0..<48).map { sample in
            let place = sample % 8
            return Sample(
                id: "\(100 + sample)", classLabel: "c\(sample / 8)",
                group: sample >= 24 && place > 5 ? nil : "\(sample / 8)-\(place / 2)")
        }
        let dataset = try Dataset(name: "groups", samples: samples)
        let groups = Dictionary(uniqueKeysWithValues: samples.map { ($0.id, $0.group ?? $0.id) })
        for shots in [1, 3, 4] {
            let drawn = FewShotEpisodes(of: dataset, shots: shots, episodeCount: 20, seed: 3)
            // The classes of four groups have no query left for a fifth.
            #expect(drawn.leftOut == (shots == 4 ? ["c0", "c1", "c2"] : []))
            for episode in drawn.episodes {
                for ids in episode.values {
                    #expect(ids.count == shots && Set(ids.map { groups[$0] }).count == shots)
                }
            }
            #expect(drawn.violations(in: dataset).isEmpty)
        }
    }

    @Test func rowsAndOtherClassesDoNotMatter() throws {
        let drawn = try episodes(shots: 2)
        #expect(try episodes(shots: 2, of: dataset(ofSizes: sizes, shuffledBy: 9)) == drawn)
        let fewer = try dataset(ofSizes: Array(sizes.prefix(12)))
        for (a, b) in zip(try episodes(shots: 2, of: fewer).episodes, drawn.episodes) {
            #expect(!a.isEmpty && a.allSatisfy { label, ids in b[label] == ids })
        }
    }

    @Test func episodesAndSeedsAreTold() throws {
        let drawn = try episodes(shots: 2)
        #expect(Set(drawn.episodes).count == 10)
        #expect(Set(drawn.episodes).isDisjoint(with: try episodes(shots: 2, seed: 2).episodes))
    }

    /// Over 3,000 episodes each of 8 samples is in the support of 2 in a quarter, give or take five standard deviations
    /// of 24.
    @Test func samplesAreDrawnAlike() throws {
        let drawn = FewShotEpisodes(of: try dataset(ofSizes: [8, 3]), shots: 2, episodeCount: 3000, seed: 4)
        var counts: [String: Int] = [:]
        for id in drawn.episodes.flatMap({ $0["c1000"] ?? [] }) { counts[id, default: 0] += 1 }
        #expect(counts.count == 8 && counts.values.allSatisfy { abs($0 - 750) < 120 })
    }

    @Test func aLevelSeesItsTestClasses() throws {
        let drawn = try episodes(shots: 2)
        // Class c1000 has one sample, and class c9 is not there.
        let seen = drawn.supports(inEpisode: 3, ofClasses: ["c1000", "c1004", "c1007", "c9"], atLevel: "level-1")
        #expect(seen == drawn.episodes[3].filter { ["c1004", "c1007"].contains($0.key) })
        #expect(seen.count == 2)
    }

    @Test func theFileIsStableAndReadsBack() throws {
        let labels = ["a\"b", "a\\b", "a\tb\n\u{1}", "é/日本", "a", "B"]
        let dataset = try Dataset(
            name: "d",
            samples: (labels + labels + ["single"]).enumerated().map { Sample(id: "\($1)#\($0)", classLabel: $1) })
        let drawn = FewShotEpisodes(of: dataset, shots: 1, episodeCount: 2, seed: .max)
        let folder = try TemporaryFolder()
        let file = try folder.write(try drawn.json, to: "episodes-1.json")
        #expect(try FewShotEpisodes(readingFrom: file) == drawn)
        let object = try #require(try JSONSerialization.jsonObject(with: drawn.json) as? [String: Any])
        #expect(object.keys.sorted() == ["episodes", "left_out", "seed", "shots"])
        #expect(object["left_out"] as? [String] == ["single"])
    }

    /// The draws are part of every published split, so they must never change.
    @Test func aSeedGivesTheSameEpisodesForEver() throws {
        let drawn = FewShotEpisodes(of: try dataset(ofSizes: [4, 3, 2]), shots: 2, episodeCount: 2, seed: 1)
        #expect(try String(decoding: drawn.json, as: UTF8.self) == expected)
    }

    @Test(arguments: [
        ("", "it is not JSON"),
        ("[]", "it is not of type"),
        ("{\"shots\": 2, \"seed\": 1, \"left_out\": []}", "episodes is missing"),
        ("{\"shots\": 2, \"seed\": 1, \"left_out\": [], \"episodes\": [{\"a\": 1}]}", "episodes.[0].a is not of type"),
        ("{\"shots\": 0, \"seed\": 1, \"left_out\": [], \"episodes\": []}", "it has 0 episodes of 0 shots"),
    ])
    func brokenFiles(text: String, reason: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(text, to: "episodes-2.json")
        let error = #expect(throws: FileError.self) { try FewShotEpisodes(readingFrom: file) }
        #expect(error?.description.hasPrefix("\(file.path): cannot be read as few-shot episodes: \(reason)") == true)
    }

    @Test func aMissingFile() throws {
        let file = try TemporaryFolder().url.appending(path: "episodes-2.json")
        #expect(
            throws: FileError.unreadable(
                path: file.path, as: "few-shot episodes", reason: "there is no such file")
        ) { try FewShotEpisodes(readingFrom: file) }
    }

    @Test func violationsAreFound() throws {
        let dataset = try dataset(ofSizes: [3, 3, 1, 3, 1, 2])
        let text = """
            {"shots": 2, "seed": 0, "left_out": ["c1001", "c1002", "c9"], "episodes": [{
            "c1000": ["1000/0", "1000/0"], "c1001": ["1001/0", "1003/1"], "c1002": ["1002/0", "x"], "c8": [],
            "c1005": ["1005/0", "1005/1"]}]}
            """
        let drawn = try JSONDecoder().decode(FewShotEpisodes.self, from: Data(text.utf8))
        let isLeftOut = "found a support; expected none, since the class is listed as left out"
        let fits = "expected one where a class has more than 2"
        #expect(
            drawn.violations(in: dataset).map(\.description)
                == [
                    "episode 0, class \"c1000\": found 1 different samples among 2; expected 2",
                    "episode 0, class \"c1001\": found \"1003/1\"; expected samples of the class only",
                    "episode 0, class \"c1001\": \(isLeftOut)",
                    "episode 0, class \"c1002\": found \"x\"; expected samples of the class only",
                    "episode 0, class \"c1002\": \(isLeftOut)",
                    "episode 0, class \"c8\": found a support; expected supports of classes of the dataset only",
                    "episode 0, class \"c1003\": found no support for 3 samples; \(fits)",
                    "episode 0, class \"c1005\": found a support for 2 samples; \(fits)",
                    "left_out: found the class \"c1001\" of 3 samples; expected the classes of 2 samples or fewer",
                    "left_out: found the class \"c9\"; expected the classes of 2 samples or fewer",
                    "left_out: found no class \"c1004\"; expected all classes of 2 samples or fewer",
                    "left_out: found no class \"c1005\"; expected all classes of 2 samples or fewer",
                ].map { "episodes-2.json: " + $0 })
    }

    /// The same draws were made by a generator written anew in Python.
    private let expected = """
        {
          "episodes": [
            {"c1000": ["1000/1", "1000/2"], "c1001": ["1001/0", "1001/2"]},
            {"c1000": ["1000/2", "1000/0"], "c1001": ["1001/0", "1001/2"]}
          ],
          "left_out": ["c1002"],
          "seed": 1,
          "shots": 2
        }

        """
}
