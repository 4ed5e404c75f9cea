import Datasets
import Files
import Foundation
import Splits
import Testing
import TestSupport

/// What the published splits of CARS196 meet: names that no folder can have, and images under other numbers.
@Suite struct ImportedCarsTests {
    private static let fixtures = testFile("DatasetsTests/Fixtures")

    /// Splits as a text pickle, with one level of one episode.
    private func splits(
        train: [String] = ["Acura RL Sedan 2012"], test: [String], support: [String: [String]], shots: Int = 2
    ) throws -> PublishedSplits {
        func list(_ items: [String]) -> String { "(" + items.map { "S'\($0)'\n" }.joined() + "l" }
        let episode = support.sorted { $0.key < $1.key }.map { "S'\($0.key)'\n\(list($0.value))" }.joined()
        return try publishedSplits(
            Data(
                ("(I1\n(S'train'\n\(list(train))S'test'\n\(list(test))S'fid'\nF8.5\nS'test_episodes'\n"
                    + "(I\(shots)\n(I0\n(\(episode)ddddd.").utf8))
    }

    private func imported(_ splits: PublishedSplits, into dataset: Dataset) throws -> ImportedSplits {
        try ImportedSplits(
            of: splits, in: dataset, path: "cars.pkl",
            source: SplitManifest.SourceRecord(file: "cars.pkl", sha256: "0"), generator: "tests")
    }

    private let van = "Ram C-V Cargo Van Minivan 2012"
    private let stanfordVan = "Ram C/V Cargo Van Minivan 2012"

    private func dataset(_ ids: [String], of label: String) throws -> Dataset {
        try Dataset(
            name: "cars",
            samples: [Sample(id: "x/1.jpg", classLabel: "Acura RL Sedan 2012")]
                + ids.map { Sample(id: $0, classLabel: label) })
    }

    /// The one class whose name has a slash, in the original and in the class folders of the published splits.
    @Test func namesAreFoundByTheirLetters() throws {
        let published = try splits(test: [van], support: [van: ["05350.jpg"]])
        let found = try imported(published, into: dataset(["cars_test/05350.jpg"], of: stanfordVan))
        #expect(found.classMatch == "by the letters and digits of their labels")
        #expect(found.manifest.levels[0].test == [stanfordVan])
        #expect(found.episodes[0].episodes(ofLevel: "level-1") == [[stanfordVan: ["cars_test/05350.jpg"]]])
        // Where the names are the same, they are compared whole.
        #expect(
            try imported(published, into: dataset(["05350.jpg"], of: van)).classMatch == "by their labels")
    }

    /// Two classes with the same letters are no guess.
    @Test func lettersThatTwoClassesShareFindNone() throws {
        let two = try Dataset(
            name: "two",
            samples: ["Ram CV Cargo Van Minivan 2012", stanfordVan, "Acura RL Sedan 2012"].map {
                Sample(id: $0, classLabel: $0)
            })
        let error = #expect(throws: FileError.self) {
            try imported(splits(test: [van], support: [van: ["1.jpg"]]), into: two)
        }
        #expect(error?.description.contains("found the class \"\(van)\", which is no class of two") == true)
    }

    /// Files of other numbers: the classes are imported, without episodes.
    @Test func classesAreImportedWithoutTheEpisodes() throws {
        let published = try splits(test: [van], support: [van: ["05350.jpg", "06044.jpg"]])
        let found = try imported(published, into: dataset(["car_ims/014131.jpg"], of: stanfordVan))
        #expect(found.manifest.levels[0].test == [stanfordVan] && found.episodes.isEmpty)
        #expect(found.supportCount == 1 && found.unmatchedSupportCount == 1 && found.unmatchedFile == "05350.jpg")
        // A number that another class has is no image of this one.
        let other = try Dataset(
            name: "other",
            samples: [
                Sample(id: "a/05350.jpg", classLabel: "Acura RL Sedan 2012"),
                Sample(id: "b/06044.jpg", classLabel: stanfordVan),
            ])
        #expect(try imported(published, into: other).episodes.isEmpty)
    }

    /// The devkit beside the original gives the images of car_ims their published numbers.
    @Test func numbersAreMappedThroughTheAnnotations() throws {
        let folder = try TemporaryFolder(copyOf: Self.fixtures.appending(path: "cars196"))
        let devkit = Self.fixtures.appending(path: "cars196-devkit")
        for name in ["devkit", "cars_test_annos_withlabels.mat"] {
            try FileManager.default.copyItem(
                at: devkit.appending(path: name), to: folder.url.appending(path: name))
        }
        let dataset = try Dataset(.cars196, at: folder.url)
        let support = ["00006.jpg", "00009.jpg"]
        let found = try imported(splits(test: [van], support: [van: support]), into: dataset)
        let samples = try #require(found.episodes.first?.episodes(ofLevel: "level-1").first?[stanfordVan])
        #expect(found.unmatchedSupportCount == 0 && samples.allSatisfy { $0.hasPrefix("car_ims/") })
        for (name, sample) in zip(support, samples) {
            #expect(
                try Data(contentsOf: devkit.appending(path: "cars_train/\(name)"))
                    == Data(contentsOf: folder.url.appending(path: sample)), "\(name)")
        }
        // Without it, there are no numbers to go by.
        let bare = try Dataset(.cars196, at: Self.fixtures.appending(path: "cars196"))
        #expect(try imported(splits(test: [van], support: [van: support]), into: bare).episodes.isEmpty)
    }

    /// The published folder had both images of one number in one class; copies keep them in train/ and test/.
    @Test func filesOfOneNameAreTakenInOrder() throws {
        let ids = ["train/V/06189.jpg", "train/V/1.jpg", "test/V/06189.jpg", "test/V/2.jpg"]
        let copies = try dataset(ids, of: van)
        let published = try splits(test: [van], support: [van: ["06189_2.jpg", "06189.jpg"]])
        let found = try imported(published, into: copies)
        #expect(found.episodes[0].episodes(ofLevel: "level-1") == [[van: [ids[2], ids[0]]]])
        #expect(found.numberedSupportCount == 1 && found.unmatchedSupportCount == 0)
        // Where nothing shows that files were numbered apart, two of one name are not told apart.
        let plain = try imported(splits(test: [van], support: [van: ["06189.jpg", "1.jpg"]]), into: copies)
        #expect(plain.episodes.isEmpty && plain.unmatchedFile == "06189.jpg")
        // A file that really has the name is itself.
        let named = try imported(published, into: dataset(["V/06189_2.jpg", "V/06189.jpg"], of: van))
        #expect(named.numberedSupportCount == 0)
        #expect(named.episodes[0].episodes(ofLevel: "level-1") == [[van: ["V/06189_2.jpg", "V/06189.jpg"]]])
    }
}
