import Datasets
import Files
import Foundation
import Testing
import TestSupport

let fixtures = testFile("DatasetsTests/Fixtures")

@Suite struct CUB200Tests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder(copyOf: fixtures.appending(path: "cub200"))
    }

    private func expect(_ sentence: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: (any Error).self, sourceLocation: sourceLocation) {
            try Dataset(.cub200, at: folder.url)
        }
        let expected = "\(folder.url.path)\(sentence)"
        #expect(error.map { "\($0)" } == expected, sourceLocation: sourceLocation)
    }

    @Test func theReplicaIsRead() throws {
        let dataset = try Dataset(.cub200, at: folder.url)
        #expect(dataset.name == "cub200")
        #expect(dataset.samples.count == 24 && dataset.classLabels.count == 8)
        #expect(
            dataset.samples[3]
                == Sample(
                    id: "images/002.Laysan_Albatross/Laysan_Albatross_0001_796291.jpg",
                    classLabel: "002.Laysan_Albatross"))
        #expect(dataset.classLabels.first == "001.Black_footed_Albatross")
        #expect(dataset.samplesOfClass[2] == [6, 7, 8])
        #expect(dataset.officialSides == Array(repeating: .train, count: 4) + Array(repeating: .test, count: 4))
    }

    /// The first half by number, not by name, in whatever order the files are.
    @Test func sidesGoByNumber() throws {
        try folder.edit("classes.txt", replacing: "1 001.Black_footed_Albatross", with: "1 zz")
        try folder.edit("classes.txt", replacing: "2 002.Laysan_Albatross\n", with: "")
        let last = try String(contentsOf: folder.url.appending(path: "classes.txt"), encoding: .utf8)
        try folder.write(last + "2 002.Laysan_Albatross\n", to: "classes.txt")
        let dataset = try Dataset(.cub200, at: folder.url)
        #expect(dataset.classLabels.last == "zz")
        #expect(dataset.officialSides == [.train, .train, .train, .test, .test, .test, .test, .train])
    }

    /// Windows line ends, a byte order mark, blank lines, tabs and spaces at the end.
    @Test func whiteSpaceDoesNotMatter() throws {
        let expected = try Dataset(.cub200, at: folder.url)
        for file in ["images.txt", "image_class_labels.txt", "classes.txt"] {
            let text = try String(contentsOf: folder.url.appending(path: file), encoding: .utf8)
            let changed = text.replacingOccurrences(of: " ", with: "\t ").replacingOccurrences(
                of: "\n", with: "  \r\n\r\n")
            try folder.write("\u{FEFF}" + changed, to: file)
        }
        #expect(try Dataset(.cub200, at: folder.url) == expected)
    }

    /// Names with spaces, quotes, commas and letters beyond ASCII, in file names and in class names.
    @Test func oddNamesAreKept() throws {
        let old = "001.Black_footed_Albatross"
        let image = "\(old)/Black_footed_Albatross_0001_796000.jpg"
        let odd = "Größe,  \"x\" 日本/a  b'\u{301}.jpg"
        try folder.edit("images.txt", replacing: image, with: odd)
        try folder.edit("classes.txt", replacing: old, with: "001.Größe,  \"x\" 日本")
        try folder.write("", to: "images/\(odd)")
        let dataset = try Dataset(.cub200, at: folder.url)
        #expect(dataset.samples[0].id.utf8.elementsEqual("images/\(odd)".utf8))
        #expect(dataset.samples[1].classLabel == "001.Größe,  \"x\" 日本")
        // Through the table of samples and back.
        let table = try folder.write(dataset.sampleTable.text, to: "samples.csv")
        #expect(try Dataset(sampleTableAt: table, name: "cub200") == dataset)
    }

    @Test(arguments: ["images.txt", "image_class_labels.txt", "classes.txt"])
    func missingFilesSayWhatTheFolderIs(file: String) throws {
        try folder.remove(file)
        expect(
            "/\(file): cannot be read: there is no such file; expected the folder of CUB-200-2011 with images.txt, "
                + "image_class_labels.txt and classes.txt")
    }

    @Test(arguments: [
        (
            "images.txt", "3 001.Black_footed_Albatross/Black_footed_Albatross_0003_796194.jpg", "3",
            ":3: found 1 field; expected 2: image_id path"
        ),
        ("images.txt", "\n5 002", "\n4 002", ":5: found the image_id 4 again; expected it once"),
        (
            "images.txt", "24 008", "25 008",
            ":24: found the image_id 25 without a class; expected a line for it in "
                + "image_class_labels.txt"
        ),
        ("images.txt", "\n2 001", "\nx 001", ":2: found the image_id \"x\"; expected a whole number from 1"),
        (
            "image_class_labels.txt", "\n6 2\n", "\n6 9\n",
            ":6: found the class_id 9; expected one of the 8 in classes.txt"
        ),
        (
            "image_class_labels.txt", "\n6 2\n", "\n6 0\n",
            ":6: found the class_id \"0\"; expected a whole number from 1"
        ),
        ("image_class_labels.txt", "\n6 2\n", "\n6\n", ":6: found 1 field; expected 2: image_id class_id"),
        ("image_class_labels.txt", "\n6 2\n", "\n6 2 2\n", ":6: found 3 fields; expected 2: image_id class_id"),
        ("image_class_labels.txt", "\n6 2\n", "\n5 2\n", ":6: found the image_id 5 again; expected it once"),
        ("classes.txt", "\n3 003", "\n2 003", ":3: found the class_id 2 again; expected it once"),
        (
            "classes.txt", "003.Sooty", "002.Laysan",
            ":3: found the name \"002.Laysan_Albatross\" again; expected it once"
        ),
    ])
    func brokenLinesAreNamed(file: String, old: String, new: String, sentence: String) throws {
        try folder.edit(file, replacing: old, with: new)
        expect("/\(file)\(sentence)")
    }

    @Test func emptyFilesAreNamed() throws {
        try folder.write("\n", to: "classes.txt")
        expect("/classes.txt:1: found the end of the file; expected rows of class_id name")
    }

    @Test func brokenUTF8NamesItsLine() throws {
        try folder.write(Data("1 a\n2 ".utf8 + [0xFF, 0x0A]), to: "classes.txt")
        expect("/classes.txt:2: found bytes that are not UTF-8; expected UTF-8 text")
    }

    /// Two forms of one accented name are one file on some systems, and two keys to everything else.
    @Test func namesInTwoUnicodeFormsAreRefused() throws {
        try folder.edit("classes.txt", replacing: "001.Black_footed_Albatross", with: "\u{E9}")
        try folder.edit("classes.txt", replacing: "002.Laysan_Albatross", with: "e\u{301}")
        let error = #expect(throws: DatasetError.self) { try Dataset(.cub200, at: folder.url) }
        #expect(error?.description.contains("is written in two Unicode forms") == true)
    }

    @Test func missingImagesAreCounted() throws {
        try folder.remove("images/002.Laysan_Albatross/Laysan_Albatross_0001_796291.jpg")
        let one = "images/002.Laysan_Albatross/Laysan_Albatross_0001_796291.jpg"
        expect(": 1 of the 24 images listed is not there, first \(one); expected all of them")
        try folder.remove("images/001.Black_footed_Albatross")
        let first = "images/001.Black_footed_Albatross/Black_footed_Albatross_0001_796000.jpg"
        expect(": 4 of the 24 images listed are not there, first \(first); expected all of them")
    }
}
