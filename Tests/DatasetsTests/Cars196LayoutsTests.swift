import Datasets
import Foundation
import TestSupport
import Testing

/// CARS196 in the forms in which it is to be had.
@Suite struct Cars196LayoutsTests {
    private let original = fixtures.appending(path: "cars196")
    private let devkit = fixtures.appending(path: "cars196-devkit")
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func refusal(sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let error = try #require(
            #expect(throws: (any Error).self, sourceLocation: sourceLocation) { try Dataset(.cars196, at: folder.url) })
        return "\(error)".replacingOccurrences(of: folder.url.path, with: "ROOT")
    }

    /// The class and the side of every image, by the image's bytes.
    private func classes(of dataset: Dataset, at root: URL) throws -> [Data: String] {
        try Dictionary(
            uniqueKeysWithValues: zip(dataset.samples, dataset.classOfSample).map { sample, number in
                (
                    try Data(contentsOf: root.appending(path: sample.id)),
                    "\(sample.classLabel), \(dataset.officialSides[number])"
                )
            })
    }

    // MARK: cars_train and cars_test

    /// As torchvision has it: the same images are in the same classes and on the same sides as in the original.
    @Test func theDevkitGivesTheSameClasses() throws {
        let dataset = try Dataset(.cars196, at: devkit)
        #expect(
            form(of: dataset)
                == "read from devkit/cars_meta.mat, devkit/cars_train_annos.mat, cars_test_annos_withlabels.mat with the "
                + "images of cars_train and cars_test")
        #expect(dataset.samples.count == 24 && dataset.samples[0].id == "cars_train/00001.jpg")
        #expect(
            try classes(of: dataset, at: devkit) == classes(of: Dataset(.cars196, at: original), at: original))
    }

    /// As Kaggle has it: folders in folders, a download beside another, and one more folder around all.
    @Test func foldersAroundTheFilesDoNotMatter() throws {
        try folder.copy(devkit.appending(path: "cars_train"), to: "cars/cars_train/cars_train")
        try folder.copy(devkit.appending(path: "cars_test"), to: "cars/cars_test/cars_test")
        try folder.copy(devkit.appending(path: "devkit"), to: "cars/devkit")
        try folder.copy(
            devkit.appending(path: "cars_test_annos_withlabels.mat"), to: "cars/cars_test_annos_withlabels (1).mat")
        let dataset = try Dataset(.cars196, at: folder.url)
        #expect(dataset.samples[0].id == "cars/cars_train/cars_train/00001.jpg")
        #expect(form(of: dataset).contains("cars/cars_test_annos_withlabels (1).mat"))
        #expect(
            try classes(of: dataset, at: folder.url) == classes(of: Dataset(.cars196, at: devkit), at: devkit))
    }

    /// The annotations of car_ims have the names of the classes too.
    @Test func namesMayComeFromTheOriginal() throws {
        for name in ["cars_train", "cars_test", "cars_test_annos_withlabels.mat"] {
            try folder.copy(devkit.appending(path: name), to: name)
        }
        try folder.copy(devkit.appending(path: "devkit/cars_train_annos.mat"), to: "cars_train_annos.mat")
        try folder.copy(original.appending(path: "cars_annos.mat"), to: "cars_annos.mat")
        let dataset = try Dataset(.cars196, at: folder.url)
        #expect(try classes(of: dataset, at: folder.url) == classes(of: Dataset(.cars196, at: devkit), at: devkit))
    }

    /// Kaggle's flat form: the annotations at hand list the images of car_ims, which have other numbers.
    @Test func flatFoldersWithoutTheirAnnotationsAreRefused() throws {
        try folder.copy(devkit.appending(path: "cars_train"), to: "cars_train/cars_train")
        try folder.copy(devkit.appending(path: "cars_test"), to: "cars_test/cars_test")
        let expected = " of the devkit, car_ims with cars_annos.mat, or class folders"
        let lists = "cars_train_annos.mat and cars_test_annos_withlabels.mat"
        #expect(
            try refusal()
                == "ROOT: found the images of cars_train and cars_test without \(lists) and cars_meta.mat; expected these "
                + "files\(expected)")
        try folder.copy(original.appending(path: "cars_annos.mat"), to: "cars_annos.mat")
        #expect(
            try refusal()
                == "ROOT: found cars_annos.mat, which lists only the images of car_ims, and the images of cars_train and "
                + "cars_test, numbered otherwise, without \(lists); expected these files\(expected)")
        try folder.remove("cars_annos.mat")
        try folder.copy(devkit.appending(path: "devkit"), to: "devkit")
        #expect(
            try refusal()
                == "ROOT: found the images of cars_train and cars_test without cars_test_annos_withlabels.mat; expected "
                + "this file\(expected)")
    }

    @Test func twoDifferentListsAreNamed() throws {
        for name in ["a", "b"] { try folder.copy(devkit, to: name) }
        #expect(try Dataset(.cars196, at: folder.url).samples.count == 24)
        try folder.copy(original.appending(path: "cars_annos.mat"), to: "x.mat")
        try folder.remove("b/devkit/cars_meta.mat")
        try folder.copy(original.appending(path: "cars_annos.mat"), to: "b/devkit/cars_meta.mat")
        #expect(
            try refusal()
                == "ROOT: found different files a/devkit/cars_meta.mat and b/devkit/cars_meta.mat; expected one of them, "
                + "or the folder of one as the folder of the dataset")
    }

    /// With both, the images of car_ims have their numbers in cars_train and cars_test, unless two share a box.
    @Test func bothNumberingsAreJoined() throws {
        try folder.copy(original, to: "cars196")
        try folder.copy(devkit.appending(path: "devkit"), to: "cars196/devkit")
        try folder.copy(
            devkit.appending(path: "cars_test_annos_withlabels.mat"), to: "cars196/cars_test_annos_withlabels.mat")
        let root = folder.url.appending(path: "cars196")
        let dataset = try Dataset(.cars196, at: root)
        #expect(
            form(of: dataset)
                == "read from cars_annos.mat with the images of car_ims; the devkit gives 22 of these images their numbers in "
                + "cars_train or cars_test")
        #expect(dataset.otherNames.count == 22 && dataset.otherNames[0] == nil && dataset.otherNames[1] == nil)
        for (number, name) in dataset.otherNames {
            let here = try Data(contentsOf: root.appending(path: dataset.samples[number].id))
            #expect(try Data(contentsOf: devkit.appending(path: name)) == here, "\(name)")
        }
    }

    // MARK: Class folders

    private static let names = [
        "AM General Hummer SUV 2000", "Acura Integra Type R 2001", "Ferrari FF Coupe 2012",
        "Ram C-V Cargo Van Minivan 2012",
    ]

    private func writeClasses(_ names: [String], below place: String, count: Int = 2) throws {
        for name in names {
            for number in 1...count { try folder.write("", to: "\(place)\(name)/0000\(number).jpg") }
        }
    }

    @Test(arguments: ["", "images/", "cars/images/", "car_data/car_data/"])
    func partsOfTheImagesAreOneClass(place: String) throws {
        try writeClasses(Self.names, below: "\(place)train/")
        try writeClasses(Self.names, below: "\(place)test/", count: 3)
        try folder.write("", to: "anno_train.csv")
        let dataset = try Dataset(.cars196, at: folder.url)
        #expect(
            form(of: dataset)
                == "read from the class folders below \(place)train/ and \(place)test/, which have images of 4 of the 4 classes on "
                + "both sides, so they are not the official split")
        #expect(dataset.classLabels == Self.names && dataset.samples.count == 20)
        #expect(dataset.samples[0].id == "\(place)train/AM General Hummer SUV 2000/00001.jpg")
        #expect(dataset.samples.allSatisfy { $0.superclass == nil })
        #expect(dataset.officialSides == [.train, .train, .test, .test])
    }

    /// As the field's own copies may divide them.
    @Test func partsOfTheClassesAreSides() throws {
        try writeClasses(Array(Self.names[1...]), below: "train/")
        try writeClasses(["AM General Hummer SUV 2000", "smart"], below: "test/")
        let dataset = try Dataset(.cars196, at: folder.url)
        #expect(
            form(of: dataset)
                == "read from the class folders below train/ and test/, which divide the classes and are the sides of the official "
                + "split")
        #expect(dataset.officialSides == [.test, .train, .train, .train, .test])
    }

    /// A class that is missing from one part is still one.
    @Test func partsMayOverlap() throws {
        try writeClasses(Self.names, below: "train/")
        try writeClasses(Array(Self.names[1...]), below: "valid/")
        let dataset = try Dataset(.cars196, at: folder.url)
        #expect(form(of: dataset).contains("which have images of 3 of the 4 classes on both sides"))
        #expect(dataset.officialSides == [.train, .train, .test, .test])
    }

    @Test func onePartIsSaidToBeOne() throws {
        try writeClasses(Self.names, below: "car_data/train/")
        #expect(
            try form(of: Dataset(.cars196, at: folder.url))
                == "read from the class folders below car_data/train/ only")
    }

    /// Numbers of the devkit as folders, in their order and not that of their text.
    @Test func numberedClassesAreInTheirOrder() throws {
        try writeClasses((1...12).map(String.init), below: "")
        let dataset = try Dataset(.cars196, at: folder.url)
        #expect(form(of: dataset) == "read from the class folders in it")
        let trained = zip(dataset.classLabels, dataset.officialSides).filter { $0.1 == .train }.map(\.0)
        #expect(Set(trained) == Set((1...6).map(String.init)))
    }

    /// Copies that kept the slash of the one name that has it hold a folder in a folder.
    @Test func aNameWithASlashIsItsFolders() throws {
        try writeClasses(Self.names.dropLast() + ["Ram C/V Cargo Van Minivan 2012"], below: "images/")
        let dataset = try Dataset(.cars196, at: folder.url)
        #expect(dataset.classLabels.last == "Ram C/V Cargo Van Minivan 2012")
        #expect(dataset.superclass(of: 3) == nil)
    }

    /// The classes are numbered make by make, and the makes in the order of their names, so the half by name is that by
    /// number although the models of a make are in another order: the 98th is the only one of its make.
    @Test func theHalfByNameIsThatByNumber() throws {
        let trained = [
            "AM General", "Acura", "Aston Martin", "Audi", "BMW", "Bentley", "Bugatti", "Buick", "Cadillac",
            "Chevrolet", "Chrysler", "Daewoo", "Dodge", "Eagle",
        ]
        let tested = [
            "FIAT", "Ferrari", "Fisker", "Ford", "GMC", "Geo", "HUMMER", "Honda", "Hyundai", "Infiniti", "Isuzu",
            "Jaguar", "Jeep", "Lamborghini", "Land Rover", "Lincoln", "MINI", "Maybach", "Mazda", "McLaren",
            "Mercedes-Benz", "Mitsubishi", "Nissan", "Plymouth", "Porsche", "Ram", "Rolls-Royce", "Scion", "Spyker",
            "Suzuki", "Tesla", "Toyota", "Volkswagen", "Volvo", "smart",
        ]
        let samples = (trained + tested).reversed().map { Sample(id: $0, classLabel: $0) }
        #expect(try Dataset(name: "makes", samples: samples).classLabels == trained + tested)
    }

    /// Folders of several datasets, or parts of other names, are no classes.
    @Test func foldersOfFoldersAreRefused() throws {
        try writeClasses(Self.names, below: "a/")
        try writeClasses(Self.names, below: "b/")
        #expect(
            try refusal()
                == "ROOT: found folders of folders, as \"a/AM General Hummer SUV 2000\" and \"a/Acura Integra Type R "
                + "2001\"; expected class folders, or folders train and test that hold them")
    }

    /// Some images may be missing, also the first.
    @Test func missingImagesAreCounted() throws {
        try folder.copy(devkit, to: "cars")
        try FileManager.default.moveItem(
            at: folder.url.appending(path: "cars/cars_train"), to: folder.url.appending(path: "x"))
        try folder.copy(devkit.appending(path: "cars_train"), to: "cars/cars_train/cars_train")
        try folder.remove("x")
        try folder.remove("cars/cars_train/cars_train/00001.jpg")
        #expect(
            try refusal()
                == "ROOT: 1 of the 24 images listed is not there, first cars/cars_train/cars_train/00001.jpg; expected all "
                + "of them")
    }

    /// Beside flat folders whose annotations are missing, class folders are read, and what is not read is named.
    @Test func whatIsNotReadIsNamed() throws {
        try folder.copy(devkit.appending(path: "cars_train"), to: "cars_train")
        try writeClasses(Self.names, below: "images/")
        #expect(
            try form(of: Dataset(.cars196, at: folder.url))
                == "read from the class folders below images/; the images of cars_train are not "
                + "read")
    }
}
