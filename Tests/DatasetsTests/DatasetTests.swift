import Datasets
import Files
import Foundation
import Testing
import TestSupport

@Suite struct DatasetTests {
    private func samples(_ classes: [String]) -> [Sample] {
        classes.enumerated().map { Sample(id: "\($0.offset)", classLabel: $0.element) }
    }

    @Test func classesAreNumberedByTheirBytes() throws {
        // By bytes, upper case is before lower case, and "é" (0xC3…) after every ASCII letter.
        let dataset = try Dataset(name: "d", samples: samples(["b", "é", "B", "a", "b"]))
        #expect(dataset.classLabels == ["B", "a", "b", "é"])
        #expect(dataset.classOfSample == [2, 3, 0, 1, 2])
        #expect(dataset.samplesOfClass == [[2], [3], [0, 4], [1]])
        #expect(dataset.samples(ofClasses: [2, 0]) == [0, 2, 4])
    }

    @Test func classesAndSamplesAreFoundByTheirBytes() throws {
        let dataset = try Dataset(name: "d", samples: samples(["b", "\u{E9}", "B", "a", "b"]))
        #expect(dataset.classLabels.map(dataset.number(ofClass:)) == [0, 1, 2, 3])
        #expect(dataset.number(ofClass: "e\u{301}") == nil && dataset.number(ofClass: "c") == nil)
        let numbers = dataset.indexOfSamples()
        #expect(["0", "4", "5"].map { numbers[$0] } == [0, 4, nil])
    }

    /// By bytes, "10" is before "9", and the order of the rows does not matter.
    @Test func samplesOfAClassComeByID() throws {
        let listed = ["9", "b", "10", "a"].map { Sample(id: $0, classLabel: $0 == "b" ? "y" : "x") }
        #expect(try Dataset(name: "d", samples: listed).samplesByID(ofClass: 0) == [2, 0, 3])
        #expect(try Dataset(name: "d", samples: listed.reversed()).samplesByID(ofClass: 0) == [1, 3, 0])
    }

    @Test func firstHalfTrains() throws {
        #expect(try Dataset(name: "d", samples: samples(["a", "b", "c"])).officialSides == [.train, .test, .test])
        #expect(try Dataset(name: "d", samples: samples(["b", "a"])).officialSides == [.train, .test])
    }

    @Test func givenSidesAreKept() throws {
        let dataset = try Dataset(
            name: "d", samples: samples(["a", "b", "c"]), officialSides: ["a": .test, "b": .train, "c": .test])
        #expect(dataset.officialSides == [.test, .train, .test])
    }

    @Test func refusals() {
        #expect(throws: DatasetError.noSamples(source: "d")) { try Dataset(name: "d", samples: []) }
        #expect(throws: DatasetError.emptySide(source: "d", side: .train, classCount: 1)) {
            try Dataset(name: "d", samples: samples(["a", "a"]))
        }
        #expect(throws: DatasetError.duplicateSample(source: "f.csv", id: "0")) {
            try Dataset(
                name: "d", samples: [Sample(id: "0", classLabel: "a"), Sample(id: "0", classLabel: "b")],
                source: "f.csv")
        }
        #expect(throws: DatasetError.twoSuperclasses(source: "d", classLabel: "a")) {
            try Dataset(
                name: "d",
                samples: [
                    Sample(id: "0", classLabel: "a", superclass: "x"), Sample(id: "1", classLabel: "a"),
                    Sample(id: "2", classLabel: "b"),
                ])
        }
        #expect(throws: DatasetError.classWithoutSide(source: "d", classLabel: "b")) {
            try Dataset(name: "d", samples: samples(["a", "b"]), officialSides: ["a": .train])
        }
    }

    /// "é" as one code point and as two: equal to Swift, two classes to Python and to a file system.
    @Test func twoUnicodeFormsOfALabelAreRefused() {
        let error = #expect(throws: DatasetError.self) {
            try Dataset(name: "d", samples: samples(["\u{E9}", "e\u{301}", "a"]))
        }
        #expect(error?.description.contains("two Unicode forms") == true)
    }

    /// Two files of one folder that look alike; an id that is there twice is still said to be.
    @Test func twoUnicodeFormsOfAnIdAreRefused() throws {
        let folder = try TemporaryFolder()
        for path in ["a/\u{E9}.png", "a/e\u{301}.png", "b/1.png"] { try folder.write("", to: path) }
        let error = #expect(throws: DatasetError.self) { try Dataset(classFoldersAt: folder.url, name: "d") }
        #expect(
            error?.description
                == "\(folder.url.path): the sample id \"a/\u{E9}.png\" is written in two Unicode forms (composed and "
                + "decomposed); expected one")
        #expect(throws: DatasetError.duplicateSample(source: "d", id: "\u{E9}")) {
            try Dataset(
                name: "d",
                samples: [Sample(id: "\u{E9}", classLabel: "a"), Sample(id: "\u{E9}", classLabel: "b")])
        }
    }

    @Test func digestDoesNotDependOnTheOrder() throws {
        let forward = try Dataset(name: "d", samples: samples(["a", "b", "c"]))
        let backward = try Dataset(name: "e", samples: samples(["a", "b", "c"]).reversed())
        #expect(forward.digest == backward.digest)
        #expect(forward.digest != (try Dataset(name: "d", samples: samples(["a", "c", "b"])).digest))
        // printf '0\ta\n1\tb\n2\tc\n' | sha256sum
        #expect(forward.digest == SHA256.hexadecimal(of: Array("0\ta\n1\tb\n2\tc\n".utf8)))
    }
}

@Suite struct SHA256Tests {
    /// The examples of FIPS 180-4 and lengths about the padding's edges, by `sha256sum`.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func publishedExamples(text: String, digest: String) {
        #expect(SHA256.hexadecimal(of: Array(text.utf8)) == digest)
    }

    @Test(arguments: [
        (55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
        (56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
        (64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
        (1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
    func lengths(count: Int, digest: String) {
        #expect(SHA256.hexadecimal(of: Array(repeating: UInt8(ascii: "a"), count: count)) == digest)
    }

    @Test func filesAreReadOneAfterTheOther() throws {
        let folder = try TemporaryFolder()
        let text = String(repeating: "a", count: 1_000_000)
        let urls = [
            try folder.write(String(text.prefix(1)), to: "1"), try folder.write(String(text.dropFirst()), to: "2"),
        ]
        let digest = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        #expect(try SHA256.hexadecimal(ofFilesAt: urls) == digest)
        let missing = folder.url.appending(path: "missing")
        #expect(throws: FileError.unreadable(path: missing.path, reason: "there is no such file")) {
            try SHA256.hexadecimal(ofFilesAt: [missing])
        }
    }
}
