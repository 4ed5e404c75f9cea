import Files
import Foundation
import TestSupport
import Testing

@Suite struct OutputFileTests {
    private let folder: TemporaryFolder
    private var file: URL { folder.url.appending(path: "page.html") }

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, force: Bool = false) throws {
        try OutputFile(file, force: force).write(Data(text.utf8))
    }

    private var names: [String] {
        get throws { try FileManager.default.subpathsOfDirectory(atPath: folder.url.path).sorted() }
    }

    @Test func replacesOnlyWithForceAndLeavesNothingBeside() throws {
        try write("old")
        try write("old")
        #expect(throws: FileError.self) { try write("new") }
        #expect(try String(contentsOf: file, encoding: .utf8) == "old")
        try write("new", force: true)
        #expect(try String(contentsOf: file, encoding: .utf8) == "new")
        #expect(try names == ["page.html"])
    }

    @Test func whatCannotBeReadIsThereAllTheSame() throws {
        try write("old")
        #expect(chmod(file.path, 0) == 0)
        #expect(throws: FileError.self) { try write("new") }
        try write("new", force: true)
        #expect(chmod(file.path, 0o600) == 0)
        #expect(try String(contentsOf: file, encoding: .utf8) == "new")
    }

    @Test func onlyFilesAreReplaced() throws {
        let target = try folder.write("mine", to: "target")
        let makers: [(URL) throws -> Void] = [
            { try FileManager.default.createSymbolicLink(at: $0, withDestinationURL: target) },
            { try FileManager.default.createSymbolicLink(atPath: $0.path, withDestinationPath: "nowhere") },
            { #expect(mkfifo($0.path, 0o600) == 0) },
            { try FileManager.default.createDirectory(at: $0, withIntermediateDirectories: false) },
        ]
        for make in makers {
            try make(file)
            for force in [false, true] { #expect(throws: FileError.self) { try write("new", force: force) } }
            #expect(unlink(file.path) == 0 || rmdir(file.path) == 0)
            #expect(try String(contentsOf: target, encoding: .utf8) == "mine" && names == ["target"])
        }
    }

    @Test func aPartOfAResultIsNoFileOfItsOwn() throws {
        let output = try OutputFolder(folder.url, result: "splits", force: true)
        try output.write([OutputItem("page.html", text: "part")])
        for name in ["page.html", "receipt.csv"] {
            #expect(throws: FileError.self) { try OutputFile(folder.url.appending(path: name), force: true) }
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == "part")
    }

    @Test func severalFilesAreReplacedTogetherOrNotAtAll() throws {
        let other = try folder.write("old", to: "deep/other.csv")
        let (first, second) = (try OutputFile(file, force: false), try OutputFile(other, force: false))
        #expect(throws: FileError.self) {
            try replace([.file(first, Data("new".utf8)), .file(second, Data("new".utf8))])
        }
        #expect(try names == ["deep", "deep/other.csv"])
        try replace([.file(first, Data("new".utf8)), .file(OutputFile(other, force: true), Data("new".utf8))])
        #expect(
            try String(contentsOf: other, encoding: .utf8) == "new" && names == ["deep", "deep/other.csv", "page.html"])
        #expect(throws: FileError.self) { try replace([.file(first, Data()), .file(first, Data())]) }
    }

    @Test func aFileWithinAFolderOfTheSameRunIsRefused() throws {
        let charts = try OutputFolder(folder.url.appending(path: "charts"), result: "charts", force: true)
        let page = try OutputFile(folder.url.appending(path: "charts/page.html"), force: true)
        #expect(throws: FileError.self) {
            try replace([.file(page, Data()), .folder(charts, [OutputItem("a.svg", text: "1")])])
        }
        #expect(throws: FileError.self) { try requireApart([page.url, charts.url]) }
        try requireApart([charts.url, file, folder.url.appending(path: "charts.csv")])
        #expect(try names.isEmpty)
    }

    @Test func failuresNameThePathAndTheReason() throws {
        let below = try folder.write("", to: "file").appending(path: "f.txt")
        let error = #expect(throws: FileError.self) { try OutputFile(below, force: true) }
        #expect(error?.path == folder.url.appending(path: "file").path)
    }
}
