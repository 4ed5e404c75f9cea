import Datasets
import Files
import Foundation
import Testing
import TestSupport

/// What the folders around class folders are taken for.
@Suite struct OuterFoldersTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(
        _ paths: [String], outer: OuterFolders? = nil, deadLinks: DeadLinks = .refuse
    ) throws -> Dataset {
        for path in paths { try folder.write("", to: path) }
        return try Dataset(classFoldersAt: folder.url, name: "d", outer: outer, deadLinks: deadLinks)
    }

    private func images(_ outer: [String], _ classes: [String]) -> [String] {
        outer.flatMap { outer in classes.flatMap { ["\(outer)/\($0)/1.png", "\(outer)/\($0)/2.png"] } }
    }

    private func sides(_ dataset: Dataset) -> [String: Side] {
        Dictionary(uniqueKeysWithValues: zip(dataset.classLabels, dataset.officialSides))
    }

    /// The layout of torchvision's and Kaggle's datasets: every class is in both parts.
    @Test(arguments: [
        ["train", "test"], ["train", "val"], ["Training", "Validation", "Testing"], ["query", "gallery", "train"],
        ["images_train2011", "images_val2011"], ["train-images", "test-images"],
    ])
    func classesInSeveralPartsAreOneClass(parts: [String]) throws {
        let dataset = try read(images(parts, ["a", "b", "c", "d"]))
        #expect(dataset.classLabels == ["a", "b", "c", "d"])
        #expect(dataset.samples.count == 8 * parts.count)
        #expect(dataset.samples.allSatisfy { $0.superclass == nil })
        // The parts divide images, so they are no official split.
        #expect(dataset.reading.warnings.count == 1)
        #expect(
            dataset.reading.warnings[0].hasPrefix("4 of the 4 classes have images in a train part and in a test part"))
        #expect(dataset.officialSides == [.train, .train, .test, .test])
        #expect(dataset.officialOrder == .name)
    }

    @Test func partsOfDifferentClassesAreTheOfficialSplit() throws {
        let dataset = try read(
            images(["train"], ["z", "y"]) + images(["val"], ["x"]) + images(["query", "gallery"], ["a", "b", "c"]))
        #expect(sides(dataset) == ["z": .train, "y": .train, "x": .train, "a": .test, "b": .test, "c": .test])
        #expect(dataset.reading.warnings.isEmpty && dataset.officialOrder == nil)
        #expect(
            dataset.reading.understood
                == ["gallery, query, train and val are parts of a split (val counts to train)"])
        for sample in dataset.samples {
            let expected = SampleRole(rawValue: String(sample.id.prefix { $0 != "/" }))
            #expect(sample.role == expected)
        }
        // Ids stay paths below the folder.
        try dataset.requireFiles(below: folder.url)
    }

    @Test func validationIsTheTestSideWithoutAnother() throws {
        let dataset = try read(images(["train"], ["a", "b"]) + images(["valid"], ["c"]))
        #expect(sides(dataset) == ["a": .train, "b": .train, "c": .test])
        #expect(
            dataset.reading.understood == ["train and valid are parts of a split (valid is taken as test)"])
    }

    @Test func superclassesWithinParts() throws {
        let dataset = try read(["train/cats/lion/1.png", "train/dogs/pug/1.png", "test/cats/lynx/1.png"])
        #expect(dataset.classLabels == ["cats/lion", "cats/lynx", "dogs/pug"])
        #expect(dataset.classLabels.indices.map(dataset.superclass) == ["cats", "cats", "dogs"])
        #expect(dataset.officialSides == [.train, .test, .train])
    }

    @Test func partsWithinClasses() throws {
        var dataset = try read(["a/train/1.png", "a/test/1.png", "b/train/1.png", "c/test/1.png"])
        #expect(dataset.classLabels == ["a", "b", "c"] && dataset.samples.count == 4)
        #expect(dataset.reading.warnings.count == 1)
        try folder.remove("a/test")
        dataset = try read([])
        #expect(dataset.reading.warnings.isEmpty)
        #expect(dataset.officialSides == [.train, .train, .test])
    }

    @Test func aPartAloneIsNoSplit() throws {
        let dataset = try read(images(["train"], ["a", "b"]))
        #expect(dataset.classLabels == ["a", "b"] && dataset.officialSides == [.train, .test])
        #expect(dataset.reading.understood == ["all classes are in train"])
    }

    @Test func queriesAndGalleryWithoutTrainClasses() throws {
        let dataset = try read(images(["gallery", "query"], ["a", "b"]))
        #expect(dataset.classLabels == ["a", "b"] && dataset.officialSides == [.train, .test])
        #expect(
            dataset.reading.warnings
                == ["the parts of the split are on one side only, so they are not taken for the official split"])
        #expect(
            dataset.samples.map(\.role) == Array(repeating: .gallery, count: 4) + Array(repeating: .query, count: 4))
    }

    /// One word for a part of a split beside others may be a class: trains are vehicles.
    @Test func trainsAreVehicles() throws {
        let dataset = try read(images(["bus"], ["red", "blue"]) + images(["train"], ["fast", "slow"]))
        #expect(dataset.classLabels == ["bus/blue", "bus/red", "train/fast", "train/slow"])
        #expect(try read(["bus/train/1.png"]).classLabels.contains("bus/train"))
    }

    @Test func partsBesideOtherFoldersAreRefused() throws {
        let error = #expect(throws: FileError.self) { try read(images(["train", "test", "cats"], ["a", "b"])) }
        #expect(
            error
                == .malformed(
                    path: folder.url.path, found: "test and train, which are parts of a split, beside cats",
                    expected: "either parts of a split only, each once, or no folder named like one"))
        // Said explicitly, it is read.
        #expect(try read([], outer: .superclass).classLabels.count == 6)
        #expect(try read([], outer: .domain).classLabels == ["a", "b"])
        #expect(throws: FileError.self) { try read([], outer: .split) }
    }

    @Test func partsWithoutClassFoldersAreRefused() throws {
        let error = #expect(throws: FileError.self) { try read(["train/1.png", "test/1.png"]) }
        #expect(error?.description.contains("images in test and train, without class folders") == true)
    }

    /// As Kaggle's archives have it: each part in a folder of its own name, and tests of contests without classes.
    @Test func partsInFoldersOfTheirOwn() throws {
        let nested = try read(images(["seg_train/seg_train", "seg_test/seg_test"], ["a", "b", "c"]))
        #expect(nested.classLabels == ["a", "b", "c"] && nested.reading.warnings.count == 1)
        try nested.requireFiles(below: folder.url)
    }

    @Test func partsWithoutClassesArePassedOver() throws {
        let dataset = try read(
            images(["train", "val"], ["a", "b"]) + ["test/1.png", "annotations/x.json", "test/2.png"])
        #expect(dataset.classLabels == ["a", "b"] && dataset.samples.count == 8)
        #expect(dataset.reading.passedOver.map(\.kind) == ["folder without images", "part without classes"])
    }

    /// As in Tiny ImageNet.
    @Test func foldersOfImagesWithinClasses() throws {
        let dataset = try read(
            ["a", "b", "c"].map { "train/\($0)/images/1.png" } + ["val/images/1.png", "test/images/1.png"])
        #expect(dataset.classLabels == ["a", "b", "c"] && dataset.samples.count == 3)
        #expect(dataset.reading.passedOver.map(\.path) == ["test", "val"])
        let plain = try TemporaryFolder()
        for name in ["a", "b"] { try plain.write("", to: "\(name)/images/1.png") }
        #expect(try Dataset(classFoldersAt: plain.url, name: "d").classLabels == ["a", "b"])
    }

    /// Where no part has classes there is nothing to read.
    @Test func partsOfImagesOnlyAreRefused() throws {
        let error = #expect(throws: FileError.self) { try Self.read(["train/images/1.png", "test/images/1.png"]) }
        #expect(error?.description.contains("images in test and train, without class folders") == true)
    }

    @Test func domainsWithinParts() throws {
        let dataset = try read(images(["train/art", "train/photo", "test/art", "test/photo"], ["a", "b", "c"]))
        #expect(dataset.classLabels == ["a", "b", "c"] && Set(dataset.samples.map(\.domain)) == ["art", "photo"])
        #expect(dataset.reading.warnings.count == 1)
    }

    @Test func namesThatOnlyBeginLikePartsAreClasses() throws {
        let dataset = try read(["train_interior/1.png", "train_station/1.png", "valley/1.png"])
        #expect(dataset.classLabels == ["train_interior", "train_station", "valley"])
        let seen = try #require(
            #expect(throws: FileError.self) {
                try Self.read(["train/a/1.png", "test_seen/b/1.png", "test_unseen/c/1.png"])
            })
        #expect(seen.description.contains("which are parts of a split, several of one kind"))
    }

    private static func read(_ paths: [String]) throws -> Dataset {
        let folder = try TemporaryFolder()
        for path in paths { try folder.write("", to: path) }
        return try Dataset(classFoldersAt: folder.url, name: "d")
    }

    @Test(arguments: [
        ["bounding_box_train/1.png", "query/1.png", "bounding_box_test/1.png", "gt_bbox/1.png"],
        ["cars_train/1.png", "cars_test/1.png"],
    ])
    func imagesInPartsOfKnownDatasetsAreRefused(paths: [String]) throws {
        let error = #expect(throws: FileError.self) { try Self.read(paths) }
        #expect(error?.description.contains("has a reader of its own") == true)
    }

    @Test func namesThatDifferInCapitalsAreSaid() throws {
        let dataset = try read(["train/ant/1.png", "test/ANT/1.png", "test/bee/1.png"])
        #expect(dataset.classLabels == ["ANT", "ant", "bee"])
        #expect(dataset.reading.warnings.first?.hasPrefix("1 class name differs from another in capitals only") == true)
    }

    @Test func domainsAreAColumn() throws {
        let dataset = try read(images(["photo", "sketch"], ["a", "b", "c"]))
        #expect(dataset.classLabels == ["a", "b", "c"])
        #expect(
            dataset.samples.map(\.domain) == Array(repeating: "photo", count: 6) + Array(repeating: "sketch", count: 6))
        #expect(
            dataset.reading.understood
                == [
                    "photo and sketch are domains, not superclasses: 3 of the 3 class names occur in several of them, and "
                        + "each is one class"
                ])
        // Through the table and back.
        let table = try folder.write(dataset.sampleTable.text, to: "table.csv")
        #expect(try Dataset(sampleTableAt: table, name: "d") == dataset)
        // As units, only if a class has one domain.
        #expect(
            throws: DatasetError.severalValues(
                source: "d", column: "domain", classLabel: "a", values: ["photo", "sketch"])
        ) { try dataset.units(by: .column("domain")) }
        let apart = try Dataset(
            name: "d",
            samples: dataset.samples.map {
                Sample(id: $0.id, classLabel: "\($0.domain ?? "") \($0.classLabel)", domain: $0.domain)
            })
        #expect(try apart.units(by: .column("domain")).map(\.label) == ["photo", "sketch"])
    }

    /// As in Office-31: `amazon/images/CLASS`.
    @Test func foldersThatSayNothingAreLookedThrough() throws {
        let dataset = try read(images(["photo/images", "sketch/images"], ["a", "b"]).map { "pictures/\($0)" })
        #expect(dataset.classLabels == ["a", "b"])
        #expect(Set(dataset.samples.map(\.domain)) == ["photo", "sketch"])
        #expect(dataset.reading.understood.first == "all classes are in pictures")
        try dataset.requireFiles(below: folder.url)
    }

    /// Where few names recur, superclasses are as likely, so a warning says what was taken.
    @Test func fewSharedNamesGiveAWarning() throws {
        let dataset = try read(images(["x"], ["a", "b", "other"]) + images(["y"], ["c", "d", "other"]))
        #expect(dataset.classLabels == ["a", "b", "c", "d", "other"])
        #expect(
            dataset.reading.warnings.count == 1 && dataset.reading.warnings[0].contains("1 of the 5 class names occurs")
        )
        #expect(
            try read([], outer: .superclass).classLabels.filter { $0.hasSuffix("other") } == ["x/other", "y/other"])
    }

    @Test func whatIsNoImageIsCounted() throws {
        let dataset = try read([
            "a/1.png", "a/2.heic", "a/3.HEIC", "a/notes.txt", "b/1.png", "b/README", "loose.png", "README.md",
            "__MACOSX/a/1.png", "a/.hidden.png",
        ])
        #expect(dataset.samples.map(\.id) == ["a/1.png", "b/1.png"])
        #expect(
            dataset.reading.passedOverSummary
                == "6 entries were passed over (2 .heic, 1 .txt, 1 folder of a program, 1 image outside the classes, "
                + "1 without an extension), first __MACOSX")
    }

    @Test func deadLinksAndEmptyClassesArePassedOverOnRequest() throws {
        for path in ["a/1.png", "b/1.png"] { try folder.write("", to: path) }
        for link in ["a/2.png", "c"] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.url.appending(path: link).path, withDestinationPath: "nowhere")
        }
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "empty"), withIntermediateDirectories: false)
        #expect(throws: FileError.self) { try read([]) }
        let dataset = try read([], deadLinks: .passOver)
        #expect(dataset.samples.map(\.id) == ["a/1.png", "b/1.png"])
        #expect(dataset.reading.passedOver.map(\.path) == ["c", "a/2.png", "empty"])
    }

    @Test func wholeNumbersAreInTheirOrder() throws {
        func train(_ labels: [String]) throws -> (Set<String>, ClassOrder?) {
            let dataset = try Dataset(
                name: "d", samples: labels.map { Sample(id: "id of \($0)", classLabel: $0) })
            let classes = zip(dataset.classLabels, dataset.officialSides).filter { $1 == .train }.map(\.0)
            return (Set(classes), dataset.officialOrder)
        }
        // CARS196: the field trains on 0 to 97.
        #expect(try train((0..<196).map(String.init)) == (Set((0..<98).map(String.init)), .number))
        #expect(try train(["-1", "0", "10", "9", "100", "-20"]) == (["-20", "-1", "0"], .number))
        #expect(try train(["1.0", "2.0", "10.0", "11.00"]) == (["1.0", "2.0"], .number))
        // As numpy.savetxt writes them.
        #expect(try train(["1e0", "2.0000e+00", "1.0000e+01", "1.1000e+01"]) == (["1e0", "2.0000e+00"], .number))
        #expect(try train(["007", "8", "10", "99999999999999999999999"]) == (["007", "8"], .number))
        // Anything else goes by bytes, as Python sorts folders.
        #expect(try train(["1", "10", "2", "x"]) == (["1", "10"], .name))
        #expect(try train(["1.5", "10", "2", "3"]) == (["1.5", "10"], .name))
        #expect(try train(["1", "10", "2", ""]) == (["", "1"], .name))
        #expect(try train(["1", "10", "2", "-"]) == (["-", "1"], .name))
    }
}
