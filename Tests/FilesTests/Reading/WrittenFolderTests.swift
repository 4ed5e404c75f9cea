import Files
import Foundation
import TestSupport
import Testing

/// Readers take the files of one run, or say what is wrong.
@Suite struct WrittenFolderTests {
    private let folder: TemporaryFolder
    private var out: URL { folder.url.appending(path: "out") }

    init() throws {
        folder = try TemporaryFolder()
        try write("1")
    }

    private func write(_ text: String) throws {
        try OutputFolder(out, result: "splits", force: true).write(
            ["a.csv", "b.csv", "replicate-2/a.csv"].map { OutputItem($0, text: text) })
    }

    private func read(_ names: [String] = ["a.csv", "b.csv"], in place: URL? = nil) throws -> [String] {
        try WrittenFolder.reading(place ?? out, of: "splits") { folder in
            try names.map { name in
                try folder.require(name)
                return try String(contentsOf: folder.url.appending(path: name), encoding: .utf8)
            }
        }
    }

    @Test func theFilesOfOneRunAreRead() throws {
        #expect(try read() == ["1", "1"])
        #expect(try read(["a.csv"], in: out.appending(path: "replicate-2")) == ["1"])
        let written = try WrittenFolder(out, of: "splits")
        #expect(try written.names == ["a.csv", "b.csv", "replicate-2"])
        #expect(written.has("replicate-2/a.csv") && !written.has("c.csv"))
    }

    @Test func filesOfAnotherRunAreRefused() throws {
        try folder.write("2", to: "out/b.csv")
        try folder.write("long", to: "out/replicate-2/a.csv")
        try folder.write("3", to: "out/c.csv")
        for (names, place) in [(["b.csv"], out), (["c.csv"], out), (["a.csv"], out.appending(path: "replicate-2"))] {
            let error = #expect(throws: FileError.self) { try read(names, in: place) }
            #expect("\(String(describing: error))".contains("receipt.csv"))
        }
        #expect(try read(["a.csv"]) == ["1"])
        #expect(try WrittenFolder(out, of: "splits").strangers.map(\.file) == ["b.csv", "replicate-2/a.csv"])
        // Without the receipt, or with one of something else, the files are what they are.
        try folder.remove("out/receipt.csv")
        #expect(try read(["a.csv", "b.csv", "c.csv"]) == ["1", "2", "3"])
    }

    @Test func missingFilesAreTheReadersToName() throws {
        try folder.remove("out/b.csv")
        #expect(throws: FileError.self) { try read() }
        #expect(try WrittenFolder(out, of: "splits").strangers.map(\.file) == ["b.csv"])
    }

    @Test func aFolderThatIsReplacedMeanwhileIsReadAgain() throws {
        var count = 0
        let read = try WrittenFolder.reading(out, of: "splits") { folder in
            let first = try String(contentsOf: folder.url.appending(path: "a.csv"), encoding: .utf8)
            count += 1
            if count == 1 { try write("2") }
            return first + (try String(contentsOf: folder.url.appending(path: "b.csv"), encoding: .utf8))
        }
        #expect(read == "22" && count == 2)
        // An error because of it is none.
        count = 0
        let again = try WrittenFolder.reading(out, of: "splits") { folder in
            count += 1
            if count == 1 {
                try write("3")
                try folder.require("a.csv")
            }
            return try String(contentsOf: folder.url.appending(path: "b.csv"), encoding: .utf8)
        }
        #expect(again == "3" && count == 2)
    }

    @Test func aFolderThatIsReplacedAgainAndAgainIsAnError() throws {
        var count = 0
        #expect(throws: FileError.self) {
            try WrittenFolder.reading(out, of: "splits") { _ in
                count += 1
                try write("run \(count)")
            }
        }
    }

    @Test func whatIsReadLaterBelongsToWhatWasReadBefore() throws {
        let written = try WrittenFolder(out, of: "splits")
        #expect(try written.reading(["a.csv"]) { 1 } == 1)
        try write("2")
        let error = #expect(throws: FileError.self) { try written.reading(["a.csv"]) { 1 } }
        #expect("\(String(describing: error))".contains("another run replaced it"))
    }
}
