import Datasets
import Foundation
import TestSupport
import Testing

/// Datasets of the field in other layouts than that of their download.
@Suite struct FieldLayoutsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func copy(_ source: String, to path: String) throws {
        try folder.copy(fixtures.appending(path: source), to: path)
    }

    private func refusal(of known: KnownDataset, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let error = try #require(
            #expect(throws: (any Error).self, sourceLocation: sourceLocation) { try Dataset(known, at: folder.url) })
        return "\(error)".replacingOccurrences(of: folder.url.path, with: "ROOT")
    }

    // MARK: CUB-200-2011

    /// As the authors of ooDML keep it: images alone.
    @Test func birdsAreReadFromTheirFolders() throws {
        try copy("cub200/images", to: "images")
        let dataset = try Dataset(.cub200, at: folder.url)
        #expect(form(of: dataset) == "read from the class folders below images/")
        let whole = try Dataset(.cub200, at: fixtures.appending(path: "cub200"))
        #expect(dataset.classLabels == whole.classLabels && dataset.officialSides == whole.officialSides)
        #expect(Set(dataset.samples) == Set(whole.samples))
    }

    /// In the folder that the archive makes, beside a file of attributes.
    @Test func theArchivesFolderIsFound() throws {
        try copy("cub200", to: "CUB_200_2011")
        try folder.write("", to: "attributes.txt")
        let dataset = try Dataset(.cub200, at: folder.url)
        #expect(
            form(of: dataset)
                == "read from CUB_200_2011/images.txt, CUB_200_2011/image_class_labels.txt, CUB_200_2011/classes.txt with the images "
                + "of CUB_200_2011/images")
        #expect(dataset.samples[0].id.hasPrefix("CUB_200_2011/images/001.Black_footed_Albatross/"))
    }

    /// Names without numbers are in another order than the classes.
    @Test func birdsWithoutNumbersAreRefused() throws {
        for name in ["Black_footed_Albatross", "Laysan_Albatross", "Groove_billed_Ani", "Least_Auklet"] {
            try folder.write("", to: "images/\(name)/1.jpg")
        }
        #expect(
            try refusal(of: .cub200)
                == "ROOT: found the class folder \"Black_footed_Albatross\", and no classes.txt that gives its number; "
                + "expected class folders named like 001.Black_footed_Albatross, or images.txt, image_class_labels.txt and "
                + "classes.txt")
    }

    @Test func nothingIsNoBirds() throws {
        #expect(try refusal(of: .cub200).hasPrefix("ROOT/images.txt: cannot be read: there is no such file"))
    }

    // MARK: Stanford Online Products

    @Test(arguments: ["Info_Files/", ""], ["images/", ""])
    func productsAreReadFromTwoFolders(lists: String, images: String) throws {
        for name in ["train", "test"] { try copy("sop/Ebay_\(name).txt", to: "\(lists)Ebay_\(name).txt") }
        for name in ["bicycle", "cabinet", "toaster", "chair"] {
            try copy("sop/\(name)_final", to: "\(images)\(name)_final")
        }
        let dataset = try Dataset(.sop, at: folder.url)
        let place = images.isEmpty ? "beside them" : "below images/"
        #expect(
            form(of: dataset).hasPrefix("read from \(lists)Ebay_train.txt and \(lists)Ebay_test.txt with the images ")
                && (lists.isEmpty != images.isEmpty || form(of: dataset).hasSuffix(place)))
        let whole = try Dataset(.sop, at: fixtures.appending(path: "sop"))
        #expect(dataset.samples.map(\.id) == whole.samples.map { images + $0.id })
        #expect(dataset.officialSides == whole.officialSides)
    }

    @Test func productsWithoutListsAreRefused() throws {
        try copy("sop/bicycle_final", to: "images/bicycle_final")
        #expect(
            try refusal(of: .sop)
                == "ROOT/Ebay_train.txt: cannot be read: there is no such file; expected the folder of Stanford Online "
                + "Products with Ebay_train.txt and Ebay_test.txt")
    }

    /// Where the images lie is not known from the first alone, which may be missing.
    @Test func missingProductsAreCounted() throws {
        for name in ["train", "test"] { try copy("sop/Ebay_\(name).txt", to: "Info_Files/Ebay_\(name).txt") }
        for name in ["cabinet", "toaster", "chair"] { try copy("sop/\(name)_final", to: "images/\(name)_final") }
        #expect(
            try refusal(of: .sop).hasPrefix(
                "ROOT: 6 of the 20 images listed are not there, first images/bicycle_final/"))
    }

    // MARK: In-Shop Clothes Retrieval

    @Test(arguments: [
        ("Img/img", "Eval/"), ("Img/img_highres", "Eval/"), ("img_highres", ""), ("img", "Anno/"),
        ("In-shop/Img/img_highres", "In-shop/Eval/"),
    ])
    func clothesAreReadInEitherResolution(images: String, list: String) throws {
        try copy("inshop/Img/img", to: images)
        try copy("inshop/Eval/list_eval_partition.txt", to: "\(list)list_eval_partition.txt")
        let dataset = try Dataset(.inshop, at: folder.url)
        #expect(form(of: dataset) == "read from \(list)list_eval_partition.txt with the images of \(images)")
        let whole = try Dataset(.inshop, at: fixtures.appending(path: "inshop"))
        #expect(
            dataset.samples.map(\.id) == whole.samples.map { $0.id.replacing("Img/img", with: images) })
        #expect(dataset.samples.map(\.role) == whole.samples.map(\.role))
    }

    /// An archive that was not unpacked leaves an empty folder.
    @Test func emptyFoldersHoldNoImages() throws {
        try copy("inshop/Img/img", to: "Img/img_highres")
        try copy("inshop/Eval", to: "Eval")
        try folder.write("", to: "Img/img/README.txt")
        #expect(
            try form(of: Dataset(.inshop, at: folder.url))
                == "read from Eval/list_eval_partition.txt with the images of Img/img_highres")
        try folder.remove("Img/img_highres")
        #expect(
            try refusal(of: .inshop).hasPrefix("ROOT: 28 of the 28 images listed are not there, first Img/img/WOMEN/"))
    }

    /// Where both are there, the usual ones are read.
    @Test func theUsualResolutionComesFirst() throws {
        try copy("inshop", to: "inshop")
        try copy("inshop/Img/img", to: "inshop/Img/img_highres")
        #expect(
            try form(of: Dataset(.inshop, at: folder.url))
                == "read from inshop/Eval/list_eval_partition.txt with the images of inshop/Img/img")
    }
}

/// What a dataset was read from, in words.
func form(of dataset: Dataset) -> String { dataset.reading.understood.joined(separator: "; ") }
