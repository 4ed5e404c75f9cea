import Datasets
import Files
import Foundation
import Splits
import Testing
import TestSupport

/// Published splits beside a dataset.
@Suite struct ImportedSplitsTests {
    private let classes = PublishedPickles.classes
    private let source = SplitManifest.SourceRecord(file: "birds.pkl", sha256: "0")

    private func imported(_ name: String, into dataset: Dataset? = nil) throws -> ImportedSplits {
        try imported(#require(PublishedPickles.all.splits[name]), into: dataset)
    }

    private func imported(_ bytes: Data, into dataset: Dataset? = nil) throws -> ImportedSplits {
        try ImportedSplits(
            of: publishedSplits(bytes), in: dataset ?? PublishedPickles.dataset(), path: "birds.pkl", source: source,
            generator: "tests")
    }

    private func error(_ name: String, in dataset: Dataset) throws -> String {
        try #require(#expect(throws: FileError.self) { try imported(name, into: dataset) }).description
    }

    /// Splits in which something is otherwise, written as text pickles of protocol 0.
    private func error(replacing old: String, with new: String) throws -> String {
        let bytes = try #require(PublishedPickles.all.splits["plain-0"])
        // Bytes, and not text: protocol 0 is Latin 1.
        var changed = bytes
        let place = try #require(changed.range(of: Data(old.utf8)), "\(old)")
        changed.replaceSubrange(place, with: Data(new.utf8))
        return try #require(#expect(throws: FileError.self) { try imported(changed) }).description
    }

    @Test func manifestHoldsWhatIsKnown() throws {
        let splits = try imported("numpy-4")
        let manifest = splits.manifest
        #expect(splits.classMatch == "by their labels" && splits.repeatedSupportCount == 0)
        #expect(manifest.levels.map(\.id) == ["level-1", "level-2"])
        #expect(manifest.levels.map(\.step) == [1, 2] && manifest.levels.allSatisfy { $0.arm == .imported })
        #expect(manifest.levels.map(\.fid) == [19.16, 52.625])
        let level = manifest.levels[1]
        #expect(level.train == [classes[1], classes[3], classes[5]] && level.test == [classes[2], classes[4]])
        #expect(level.removed == [classes[0]])
        #expect(level.folds == [[classes[1]], [classes[3], classes[5]]])
        #expect(level.trainSampleCount == 15 && level.testSampleCount == 10)
        #expect(level.trainMatched.classes.count == 3 && level.trainMatched.sampleCount == 15)
        #expect(level.fidMeanPart == nil && level.null == nil && level.kernelDiscrepancy == nil)
        #expect(manifest.embeddings == nil && manifest.importedFrom == source && manifest.controls == nil)
        let settings = manifest.settings
        #expect(settings.methodName == "imported" && settings.shots == [1, 2] && settings.episodeCount == 2)
        #expect(settings.foldCount == 2 && settings.levelCount == 2)
        #expect(splits.episodes.map(\.shots) == [1, 2])
        #expect(
            splits.episodes[1].supports(inEpisode: 1, ofClasses: [classes[2], classes[1]], atLevel: "level-2")
                == [classes[2]: ["003.Meise/Meise_2.jpg", "003.Meise/Meise_0.jpg"]])
        // The episodes of another level are other ones.
        #expect(splits.episodes[1].episodes(ofLevel: "level-1").count == 2)
        #expect(splits.episodes[1].episodes(ofLevel: "level-1")[0][classes[2]] == nil)
        #expect(splits.episodes[1].episodes(ofLevel: "level-3").isEmpty)
    }

    /// What is written says nothing that nobody knows, and is read back as it was.
    @Test func filesAreReadBack() throws {
        let folder = try TemporaryFolder()
        let splits = try imported("arrays-5")
        let json = try splits.manifest.json
        #expect(try SplitManifest(readingFrom: folder.write(json, to: "manifest.json")) == splits.manifest)
        let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        #expect(
            object.keys.sorted() == ["dataset", "generator", "imported_from", "levels", "protocol", "schema_version"])
        let settings = try #require(object["protocol"] as? [String: Any])
        #expect(
            settings.keys.sorted() == ["episode_count", "fold_count", "level_count", "name", "seed", "shots"])
        let level = try #require((object["levels"] as? [[String: Any]])?.first)
        #expect(
            level.keys.sorted() == [
                "fid", "folds", "id", "origin", "removed", "step", "test", "test_sample_count", "train",
                "train_matched", "train_sample_count",
            ])
        for episodes in splits.episodes {
            let file = try folder.write(episodes.json, to: "episodes-\(episodes.shots).json")
            #expect(try FewShotEpisodes(readingFrom: file) == episodes)
        }
    }

    /// However the splits were pickled, they are the same.
    @Test func formsDoNotMatter() throws {
        let expected = try imported("plain-4")
        // The numbers of byte-arrays are texts, which no class is named by.
        for name in PublishedPickles.all.splits.keys where !name.hasPrefix("byte-arrays") {
            let found = try imported(name)
            #expect(found.manifest == expected.manifest, "\(name)")
            // The order of a set's elements is not kept, but episodes are lists in all forms.
            #expect(found.episodes == expected.episodes, "\(name)")
            let isNumbered = ["numbered", "sets", "frozensets", "numpy-numbers"].contains { name.hasPrefix("\($0)-") }
            #expect(
                found.classMatch == (isNumbered ? "by their places in the order of the labels" : "by their labels"),
                "\(name)")
        }
    }

    // MARK: Classes

    @Test func classesAreFoundByPartsOfLabels() throws {
        let nested = try PublishedPickles.dataset({ "birds/\($0)" }, { "birds/\($0)" })
        let splits = try imported("plain-4", into: nested)
        #expect(splits.classMatch == "by the last part of their labels")
        #expect(splits.manifest.levels[0].test == classes[3...].map { "birds/\($0)" })
        #expect(splits.episodes[0].episodes(ofLevel: "level-1")[0]["birds/006.Star"] == ["birds/006.Star/Star_1.jpg"])
    }

    /// As Stanford Online Products: classes are numbered in the table, and named by the product in the files' names.
    @Test func classesAreFoundByTheirFiles() throws {
        let table = try PublishedPickles.dataset({
            String($0.count * 100 + ($0.hasPrefix("005") ? 1 : 0)) + $0.prefix(3)
        })
        #expect(
            try error("plain-4", in: table).contains("found the class \"001.Kauz\", which is no class of birds, as 5"))
        let samples = classes.enumerated().flatMap { number, name in
            (0..<3).map { Sample(id: "x_final/\(name)_\($0).JPG", classLabel: String(number + 1)) }
        }
        let products = try Dataset(name: "products", samples: samples)
        let level = "(S'train'\n(S'001.Kauz'\nlS'test'\n(S'003.Meise'\nlS'fid'\nI1\nS'test_episodes'\n"
        let bytes =
            "(I1\n" + level + "(I2\n(I1\n(S'003.Meise'\n(S'/data/images/x_final/003.Meise_2.jpg'\n"
            + "S'003.Meise_0.JPG'\nlddddd."
        let splits = try imported(Data(bytes.utf8), into: products)
        #expect(splits.classMatch == "by the start of their file names")
        #expect(splits.manifest.levels[0].train == ["1"] && splits.manifest.levels[0].test == ["3"])
        #expect(
            splits.episodes[0].episodes(ofLevel: "level-1")
                == [["3": ["x_final/003.Meise_2.JPG", "x_final/003.Meise_0.JPG"]]])
    }

    @Test func numbersAreLabelsBeforeTheyArePlaces() throws {
        // Classes 1 to 5 keep their numbers, which are one more than their places, and the sixth is 0; so the files of
        // episodes are those of other classes.
        let numbered = try PublishedPickles.dataset({ String((Int($0.prefix(3)) ?? 0) % 6) })
        let found = try error("numbered-2", in: numbered)
        #expect(
            found.contains(
                "class \"3\"; expected one that is one sample of this class, as \"003.Meise/Meise_0.jpg\" is"))
        let level = "(S'train'\n(I0\nlS'test'\n(I3\nlS'fid'\nI1\nd"
        let splits = try imported(Data("(I1\n\(level)d.".utf8), into: numbered)
        #expect(splits.classMatch == "by their labels" && splits.manifest.levels[0].test == ["3"])
    }

    @Test func strangersAreNamed() throws {
        let fewer = try Dataset(
            name: "fewer", samples: PublishedPickles.dataset().samples.filter { !$0.classLabel.hasPrefix("002") })
        #expect(
            try error("plain-4", in: fewer)
                == "birds.pkl: found the class \"002.Möwe\", which is no class of fewer; expected classes named as its "
                + "5 classes are, such as \"001.Kauz\"")
    }

    // MARK: Files

    /// Below whatever folder, from either end, and by name alone where that says enough.
    @Test func filesAreFoundByTheEndsOfPaths() throws {
        for id in ["images/", "/data/birds/", ""] {
            let splits = try imported("plain-4", into: PublishedPickles.dataset({ $0 }, { id + $0 }))
            #expect(
                splits.episodes[1].episodes(ofLevel: "level-1")[0]["004.Fink"]
                    == ["\(id)004.Fink/Fink_1.jpg", "\(id)004.Fink/Fink_2.jpg"])
        }
        let flat = try PublishedPickles.dataset({ $0 }, { String($0.split(separator: "/")[1]).uppercased() })
        #expect(
            try imported("plain-4", into: flat).episodes[0].episodes(ofLevel: "level-1")[0]["006.Star"]
                == ["STAR_1.JPG"])
    }

    /// The classes are imported all the same.
    @Test func filesThatCannotBeToldApartAreLeftOut() throws {
        // The same names in every class, but the folders are others than the published ones.
        let alike = try PublishedPickles.dataset({ $0 }, { "\($0.prefix(3))/Fink_\($0.suffix(5))" })
        let found = try imported("plain-4", into: alike)
        #expect(found.episodes.isEmpty && found.manifest.settings.shots.isEmpty)
        #expect(found.supportCount == found.unmatchedSupportCount && found.supportCount > 10)
        #expect(found.unmatchedFile == "004.Fink/Fink_1.jpg")
        #expect(found.manifest.levels.map(\.test) == (try imported("plain-4").manifest.levels.map(\.test)))
        // Two of one name in the class, below different folders, and a path that could be either.
        var samples = try PublishedPickles.dataset().samples
        samples.append(Sample(id: "more/004.Fink/Fink_1.jpg", classLabel: "004.Fink"))
        let two = try imported("plain-4", into: Dataset(name: "two", samples: samples))
        #expect(two.unmatchedFile == "004.Fink/Fink_1.jpg" && two.unmatchedSupportCount < two.supportCount)
        let episodes = two.episodes[0].episodes(ofLevel: "level-1")
        #expect(episodes[0]["004.Fink"] == nil && episodes[0]["006.Star"] == ["006.Star/Star_1.jpg"])
        #expect(episodes[1]["004.Fink"] == ["004.Fink/Fink_2.jpg"] && two.numberedSupportCount == 0)
    }

    // MARK: What is no split

    @Test func splitsMustBeDisjoint() throws {
        func reason(_ text: String) -> String {
            text.replacingOccurrences(
                of: "birds.pkl: cannot be read as published splits: split \"1\": ", with: "")
        }
        // Where the class is named first; later on it is what was remembered.
        let first = "V001.Kauz\n"
        #expect(
            try reason(error(replacing: first, with: "V004.Fink\n"))
                == "the class \"004.Fink\" is in train and in test; expected every class once")
        #expect(
            try reason(error(replacing: first, with: "V003.Meise\n"))
                == "the class \"003.Meise\" is twice in train; expected every class once")
        func level(_ more: String) -> Data {
            Data("(I1\n(S'train'\n(S'001.Kauz'\nS'006.Star'\nlS'test'\n(S'003.Meise'\nlS'fid'\nI1\n\(more)dd.".utf8)
        }
        func refused(_ more: String) throws -> String {
            reason(try #require(#expect(throws: FileError.self) { try imported(level(more)) }).description)
        }
        #expect(try imported(level("")).manifest.levels[0].folds.isEmpty)
        let whole = try imported(level("S'split_val'\n(S'006.Star'\nlS'split_train'\n(l"))
        #expect(whole.manifest.levels[0].folds.isEmpty && whole.manifest.settings.foldCount == 0)
        #expect(
            try refused("S'split_val'\n(S'003.Meise'\nlS'split_train'\n(S'001.Kauz'\nl")
                == "the class \"003.Meise\" of split_val is not in train; expected classes of train only")
        #expect(
            try refused("S'split_val'\n(S'001.Kauz'\nlS'split_train'\n(S'001.Kauz'\nl")
                == "the class \"001.Kauz\" of split_train is there twice; expected it once in split_val or split_train")
        func episode(_ content: String) -> String { "S'test_episodes'\n(I2\n(I1\n(\(content)ddd" }
        #expect(
            try refused(episode("S'001.Kauz'\n(S'x'\nl"))
                == "2 shots, episode 1, class \"001.Kauz\": the class is not in test; expected test classes only")
        #expect(
            try refused(episode("S'003.Meise'\n(l")) == "2 shots, episode 1, class \"003.Meise\": 0 files; expected 2")
        #expect(
            try refused(episode("S'003.Meise'\n(S'x'\nS'y'\nS'z'\nl"))
                == "2 shots, episode 1, class \"003.Meise\": 3 files; expected 2")
        let twice = try imported(level(episode("S'003.Meise'\n(S'Meise_4.jpg'\nS'Meise_4.jpg'\nl")))
        #expect(twice.repeatedSupportCount == 1)
        #expect(twice.episodes[0].episodes(ofLevel: "level-1") == [["003.Meise": ["003.Meise/Meise_4.jpg"]]])
    }

    /// Published ids become parts of paths.
    @Test func idsCannotLeadAnywhere() throws {
        let level = "(S'train'\n(S'001.Kauz'\nlS'test'\n(S'003.Meise'\nlS'fid'\nI1\nd"
        let splits = try imported(Data("(S'../x'\n\(level)S'a b'\n\(level)d.".utf8))
        #expect(splits.manifest.levels.map(\.id) == ["level-%2E.%2Fx", "level-a b"])
        #expect(splits.manifest.levels.map(\.step) == [1, 2])
    }

    // MARK: Validation

    private func validation(_ change: (inout EditableJSON) throws -> Void = { _ in }) throws -> SplitValidation {
        let splits = try imported("plain-4")
        var json = try EditableJSON(splits.manifest.json)
        try change(&json)
        let folder = try TemporaryFolder()
        let manifest = try SplitManifest(readingFrom: folder.write(json.data, to: "manifest.json"))
        return try SplitValidation(of: manifest, in: PublishedPickles.dataset())
    }

    @Test func whatIsImportedIsSound() throws {
        let (splits, validation) = (try imported("plain-4"), try validation())
        #expect(validation.manifestViolations.isEmpty, "\(validation.manifestViolations)")
        let table = splits.matched.table(for: validation.dataset, levels: splits.manifest.levels.map(\.id))
        #expect(validation.violations(ofMatchedTraining: table).isEmpty)
        for episodes in splits.episodes {
            #expect(validation.violations(of: episodes, shots: episodes.shots).isEmpty)
        }
    }

    @Test(
        arguments: [
            (
                "levels.1.origin", "swap",
                "level-2, origin: found swap; expected imported under the protocol imported and nowhere else"
            ),
            (
                "levels.0.fid_mean_part", 3.0,
                "level-1, fid_mean_part: found 3.0; expected none, since the level is imported"
            ),
            (
                "levels.0.test_sample_count", 4,
                "level-1, test_sample_count: found 4; expected 15, as samples.csv has of its classes"
            ),
            (
                "levels.1.fid", 3.0,
                "level-2, fid: found 3.0 after 19.16; expected levels in the order of rising distance"
            ),
            ("imported_from", nil, "imported_from: found none; expected one under the protocol imported"),
            (
                "levels.0.removed", ["006.Star"],
                "level-1: found the class \"006.Star\" in test and removed; expected every class in one of train, test and removed"
            ),
            (
                "levels.0.folds.0", ["001.Kauz"],
                "level-1, folds: found the class \"001.Kauz\" in folds 0 and 1; expected every class in one"
            ),
            ("levels.0.folds.2", ["006.Star"], "level-1, folds: found 3 folds; expected 2"),
            ("protocol.level_count", 1, "levels: found 2; expected 1 to 1"),
        ] as [(String, (any Sendable)?, String)])
    func damageIsFound(path: String, value: (any Sendable)?, sentence: String) throws {
        let found = try validation { $0[path] = value }.manifestViolations.map(\.description)
        #expect(found.contains("manifest.json: \(sentence)"), "\(found)")
    }

    /// Train classes in no fold are no fault, as they would be elsewhere.
    @Test func foldsNeedNotHoldAllClasses() throws {
        #expect(try validation { $0["levels.0.folds.1"] = ["001.Kauz"] }.manifestViolations.isEmpty)
        #expect(try validation { $0["levels.0.folds"] = [[String]]() }.manifestViolations.isEmpty)
    }

    @Test func damageToEpisodesIsFound() throws {
        let validation = try validation()
        let splits = try imported("plain-4")
        let folder = try TemporaryFolder()
        func violations(_ change: (inout EditableJSON) -> Void) throws -> [String] {
            var json = try EditableJSON(splits.episodes[1].json)
            change(&json)
            let episodes = try FewShotEpisodes(readingFrom: folder.write(json.data, to: "episodes-2.json"))
            return validation.violations(of: episodes, shots: 2).map(\.description)
        }
        #expect(
            try violations { $0["episodes_by_level.level-7"] = [[String: [String]]()] }
                == ["episodes-2.json: the level \"level-7\": found episodes; expected levels of manifest.json only"])
        #expect(
            try violations { $0["episodes_by_level.level-1.0"] = ["001.Kauz": ["001.Kauz/Kauz_1.jpg"]] }
                == [
                    "episodes-2.json: level-1, episode 0, class \"001.Kauz\": found a support; expected supports of test "
                        + "classes only"
                ])
        #expect(
            try violations { $0["episodes_by_level.level-1.1"] = ["006.Star": ["001.Kauz/Kauz_1.jpg"]] }
                == [
                    "episodes-2.json: level-1, episode 1, class \"006.Star\": found \"001.Kauz/Kauz_1.jpg\"; expected "
                        + "samples of the class only"
                ])
        #expect(
            try violations { $0["episodes_by_level.level-1.2"] = [String: [String]]() }
                == ["episodes-2.json: level-1: found 3 episodes; expected 2 or fewer"])
        let drawn = FewShotEpisodes(of: validation.dataset, shots: 2, episodeCount: 2, seed: 0)
        #expect(
            validation.violations(of: drawn, shots: 2).map(\.description)
                == [
                    "episodes-2.json: found episodes that serve all levels; expected episodes by level for imported "
                        + "splits and nowhere else"
                ])
    }
}
