import Datasets
import Files
import Foundation
import Testing
import TestSupport

@Suite struct ReidentificationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [
        ("0002_c1s1_000451_03.jpg", "0002", "c1"), ("query/-1_c3s2_000001_00.jpg", "-1", "c3"),
        ("bounding_box_test/0001_c2_f0046182.jpg", "0001", "c2"), ("0001_c001_00016450_0.jpg", "0001", "c001"),
        ("0000/0000_000_01_0303morning_0015_0.jpg", "0000", "01"), ("0123_045_15_0302noon_0001_2.jpg", "0123", "15"),
    ])
    func namesOfTheField(name: String, identity: String, camera: String) throws {
        let parsed = try #require(CameraName(name))
        #expect(parsed.identity == identity && parsed.camera == camera)
    }

    @Test(arguments: [
        "", "cat.jpg", "0002.jpg", "12_c1.jpg", "IMG_0001_c2.jpg", "0001_cat_2.jpg", "0002_c1s1_000451_03.jpg/x.jpg",
        "001.Black_footed_Albatross/Black_Footed_Albatross_0001_796111.jpg", "id_00000002/02_1_front.jpg",
        "2020_001_02_holiday.jpg",
    ])
    func otherNames(name: String) { #expect(CameraName(name) == nil) }

    @Test func theHintNeedsNearlyAllNames() {
        let names = (0..<18).map { "00\($0 + 10)_c\($0 % 3)s1_000451_03.jpg" }
        #expect(CameraName.areInNames(of: names))
        #expect(CameraName.areInNames(of: names + ["x", "y"]))
        #expect(!CameraName.areInNames(of: names + ["x", "y", "z"]))
        #expect(!CameraName.areInNames(of: names.map { String($0.prefix(5)) + "c1s1_1_1.jpg" }))
        #expect(!CameraName.areInNames(of: []))
    }

    @Test func market1501() throws {
        for path in [
            "bounding_box_train/0002_c1s1_000451_03.jpg", "bounding_box_train/0002_c2s1_000451_03.jpg",
            "bounding_box_train/0007_c2s1_000451_03.jpg", "bounding_box_train/Thumbs.db",
            "query/0001_c1s1_001051_00.jpg", "bounding_box_test/0001_c2s1_000451_03.jpg",
            "bounding_box_test/-1_c1s1_000401_03.jpg", "bounding_box_test/0000_c1s1_000151_01.jpg",
        ] { try folder.write("", to: path) }
        let dataset = try Dataset(.market1501, at: folder.url)
        #expect(dataset.classLabels == ["0001", "0002", "0007"] && dataset.officialSides == [.test, .train, .train])
        #expect(dataset.samples.map(\.role) == [nil, nil, nil, .query, .gallery])
        #expect(dataset.samples.map(\.camera) == ["c1", "c2", "c2", "c1", "c2"])
        #expect(
            dataset.reading.passedOverSummary
                == "3 entries were passed over (1 .db, 1 distractor, 1 image that does not count), first "
                + "bounding_box_train/Thumbs.db")
        // Through the table of splits and back.
        let table = try folder.write(dataset.sampleTable.text, to: "t.csv")
        #expect(try Dataset(sampleTableAt: table, name: "market1501") == dataset)

        try folder.write("", to: "query/0002_c3s1_000451_03.jpg")
        #expect(throws: DatasetError.twoSides(source: folder.url.path, classLabel: "0002")) {
            try Dataset(.market1501, at: folder.url)
        }
        try folder.remove("query/0002_c3s1_000451_03.jpg")
        try folder.write("", to: "query/person.jpg")
        #expect(throws: FileError.self) { try Dataset(.market1501, at: folder.url) }
        try folder.remove("query")
        #expect(throws: FileError.self) { try Dataset(.market1501, at: folder.url) }
    }

    @Test func msmt17() throws {
        for (list, part, name) in [
            ("train", "train", "0000/0000_000_01_0303morning_0015_0.jpg"),
            ("val", "train", "0001/0001_000_02_0303noon_0015_0.jpg"),
            ("query", "test", "0000/0000_001_03_0303afternoon_0015_0.jpg"),
            ("gallery", "test", "0000/0000_002_04_0303afternoon_0015_0.jpg"),
        ] {
            try folder.write("\(name) 0\n", to: "list_\(list).txt")
            try folder.write("", to: "\(part)/\(name)")
        }
        let dataset = try Dataset(.msmt17, at: folder.url)
        // Persons of train and test have the same numbers.
        #expect(dataset.classLabels == ["test/0000", "train/0000", "train/0001"])
        #expect(dataset.officialSides == [.test, .train, .train])
        #expect(dataset.samples.map(\.camera) == ["01", "02", "03", "04"])
        try folder.write("0000/x.jpg 0\n", to: "list_query.txt")
        let error = #expect(throws: FileError.self) { try Dataset(.msmt17, at: folder.url) }
        #expect(error?.description.contains("list_query.txt:1: found the image \"0000/x.jpg\"") == true)
    }
}
