import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct InShopTests {
    private let folder: TemporaryFolder
    private let list = "Eval/list_eval_partition.txt"

    init() throws {
        folder = try TemporaryFolder(copyOf: fixtures.appending(path: "inshop"))
    }

    private func expect(_ sentence: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: (any Error).self, sourceLocation: sourceLocation) {
            try Dataset(.inshop, at: folder.url)
        }
        let expected = "\(folder.url.path)\(sentence)"
        #expect(error.map { "\($0)" } == expected, sourceLocation: sourceLocation)
    }

    @Test func theReplicaIsRead() throws {
        let dataset = try Dataset(.inshop, at: folder.url)
        #expect(dataset.name == "inshop" && dataset.samples.count == 28)
        #expect(
            dataset.samples[0]
                == Sample(id: "Img/img/WOMEN/Dresses/id_00000002/01_1_front.jpg", classLabel: "id_00000002"))
        #expect(dataset.samples[..<12].allSatisfy { $0.role == nil })
        #expect(dataset.samples[12..<16].map(\.role) == [.query, .gallery, .query, .gallery])
        #expect(
            dataset.classLabels == [
                "id_00000001", "id_00000002", "id_00000004", "id_00000019", "id_00000065", "id_00000080", "id_00000264",
                "id_00000390",
            ])
        #expect(
            dataset.officialSides == [.test, .train, .train, .test, .test, .train, .test, .train])
    }

    /// Without the folders Eval and Img, as other downloads have it.
    @Test func flatFoldersAreRead() throws {
        let expected = try Dataset(.inshop, at: folder.url)
        let move = FileManager.default.moveItem(at:to:)
        try move(folder.url.appending(path: "Img/img"), folder.url.appending(path: "img"))
        let flat = try Dataset(.inshop, at: folder.url)
        #expect(flat.samples.map { "Img/\($0.id)" } == expected.samples.map(\.id))
        try move(folder.url.appending(path: list), folder.url.appending(path: "list_eval_partition.txt"))
        #expect(try Dataset(.inshop, at: folder.url) == flat)
    }

    @Test func windowsLineEndsAndSpacesInPaths() throws {
        let expected = try Dataset(.inshop, at: folder.url)
        try folder.edit(list, replacing: "\n", with: "\r\n")
        #expect(try Dataset(.inshop, at: folder.url) == expected)
        try folder.edit(list, replacing: "img/WOMEN/Dresses/id_00000002/01_1_front.jpg", with: "img/a  b, c.jpg")
        try folder.write("", to: "Img/img/a  b, c.jpg")
        #expect(try Dataset(.inshop, at: folder.url).samples[0].id == "Img/img/a  b, c.jpg")
    }

    @Test func missingFilesSayWhatTheFolderIs() throws {
        try folder.remove(list)
        expect(
            "/\(list): cannot be read: there is no such file; expected the folder of In-Shop Clothes Retrieval with \(list)"
        )
    }

    @Test(arguments: [
        (
            "28\n", "",
            ":2: found \"img/WOMEN/Dresses/id_00000002/01_1_front.jpg id_00000002 train\"; expected the columns "
                + "image_name item_id evaluation_status"
        ),
        ("28\n", "29\n", ":1: found \"29\" before 28 rows; expected their number"),
        ("28\n", "many\n", ":1: found \"many\" before 28 rows; expected their number"),
        (
            " evaluation_status", "",
            ":2: found \"image_name item_id\"; expected the columns image_name item_id "
                + "evaluation_status"
        ),
        (
            "id_00000080 train", "id_00000080 val  ",
            ":6: found the evaluation_status \"val\"; expected train, query or "
                + "gallery"
        ),
        ("id_00000080 train", "train", ":6: found 2 fields; expected 3: image_name item_id evaluation_status"),
    ])
    func brokenLinesAreNamed(old: String, new: String, sentence: String) throws {
        try folder.edit(list, replacing: old, with: new)
        expect("/\(list)\(sentence)")
    }

    @Test func itemsAreOnOneSide() throws {
        try folder.edit(list, replacing: "id_00000264 gallery", with: "id_00000264 train  ")
        expect("/\(list): class \"id_00000264\" has samples in train and in test; expected each class on one side only")
    }

    @Test func missingImagesAreCounted() throws {
        try folder.remove("Img")
        let first = "Img/img/WOMEN/Dresses/id_00000002/01_1_front.jpg"
        expect(": 28 of the 28 images listed are not there, first \(first); expected all of them")
    }
}
