import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct StanfordOnlineProductsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder(copyOf: fixtures.appending(path: "sop"))
    }

    private func expect(_ sentence: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: (any Error).self, sourceLocation: sourceLocation) {
            try Dataset(.sop, at: folder.url)
        }
        let expected = "\(folder.url.path)\(sentence)"
        #expect(error.map { "\($0)" } == expected, sourceLocation: sourceLocation)
    }

    @Test func theReplicaIsRead() throws {
        let dataset = try Dataset(.sop, at: folder.url)
        #expect(dataset.name == "sop" && dataset.samples.count == 20)
        #expect(
            dataset.samples[4]
                == Sample(id: "cabinet_final/111085122892_0.JPG", classLabel: "3", superclass: "cabinet"))
        // By their bytes, "10" is before "2".
        #expect(dataset.classLabels == ["1", "10", "2", "3", "4", "5", "6", "7", "8", "9"])
        let train = zip(dataset.classLabels, dataset.officialSides).filter { $0.1 == .train }.map(\.0)
        #expect(train == ["1", "2", "3", "4", "5"])
        let units = try dataset.units(by: .superclass)
        #expect(units.map(\.label) == ["bicycle", "cabinet", "chair", "toaster"])
        #expect(units[3].classes.map { dataset.classLabels[$0] } == ["10", "4", "5", "9"])
    }

    @Test func windowsLineEndsAndSpacesInPaths() throws {
        let expected = try Dataset(.sop, at: folder.url)
        for file in ["Ebay_train.txt", "Ebay_test.txt"] { try folder.edit(file, replacing: "\n", with: "\r\n") }
        #expect(try Dataset(.sop, at: folder.url) == expected)
        try folder.edit("Ebay_train.txt", replacing: "cabinet_final/111085122892_0.JPG", with: "cabinet final/a  b.JPG")
        try folder.write("", to: "cabinet final/a  b.JPG")
        #expect(try Dataset(.sop, at: folder.url).samples[4].id == "cabinet final/a  b.JPG")
    }

    @Test(arguments: ["Ebay_train.txt", "Ebay_test.txt"])
    func missingFilesSayWhatTheFolderIs(file: String) throws {
        try folder.remove(file)
        expect(
            "/\(file): cannot be read: there is no such file; expected the folder of Stanford Online Products with "
                + "Ebay_train.txt and Ebay_test.txt")
    }

    @Test(arguments: [
        (
            "image_id class_id super_class_id path", "image_id class_id path",
            ":1: found \"image_id class_id path\"; expected the columns image_id class_id super_class_id path"
        ),
        ("\n3 2 1 bicycle", "\n3 2 13 bicycle", ":4: found the super_class_id 13; expected one from 1 to 12"),
        ("\n3 2 1 bicycle", "\n3 2 0 bicycle", ":4: found the super_class_id \"0\"; expected a whole number from 1"),
        ("\n3 2 1 bicycle", "\n3 -2 1 bicycle", ":4: found the class_id \"-2\"; expected a whole number from 1"),
        (
            "\n3 2 1 bicycle", "\n3 2 bicycle",
            ":4: found 3 fields; expected 4: image_id class_id super_class_id path"
        ),
    ])
    func brokenLinesAreNamed(old: String, new: String, sentence: String) throws {
        try folder.edit("Ebay_train.txt", replacing: old, with: new)
        expect("/Ebay_train.txt\(sentence)")
    }

    @Test func headersWithoutRowsAreNamed() throws {
        try folder.write("image_id class_id super_class_id path\n", to: "Ebay_test.txt")
        expect("/Ebay_test.txt:2: found the end of the file; expected rows of image_id class_id super_class_id path")
        try folder.write("", to: "Ebay_test.txt")
        expect(
            "/Ebay_test.txt:1: found the end of the file; expected the columns image_id class_id super_class_id path")
    }

    @Test func classesAreOnOneSideAndInOneSuperclass() throws {
        try folder.edit("Ebay_test.txt", replacing: "11 6 1 bicycle", with: "11 5 1 bicycle")
        expect(": class \"5\" has samples in train and in test; expected each class on one side only")
        try folder.edit("Ebay_test.txt", replacing: "11 5 1 bicycle", with: "11 6 2 bicycle")
        expect(": the samples of class \"6\" name different superclasses; expected one superclass a class")
    }

    @Test func missingImagesAreCounted() throws {
        try folder.remove("toaster_final")
        expect(
            ": 8 of the 20 images listed are not there, first toaster_final/111085122899_0.JPG; expected all of them")
    }
}
