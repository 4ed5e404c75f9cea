import Files
import Foundation
import Testing

@Suite struct ScratchFolderTests {
    @Test func itGoesWithItsOwner() throws {
        var folder: ScratchFolder? = try ScratchFolder(for: "test")
        let url = try #require(folder?.url)
        let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        #expect(url.lastPathComponent.hasPrefix("oodml-test-"))
        let file = try #require(try folder?.write(Data("a".utf8), named: "x/y"))
        let other = try #require(try folder?.add(file, named: "z/é"))
        #expect(try Data(contentsOf: other) == Data("a".utf8))
        folder = nil
        #expect(!FileManager.default.fileExists(atPath: url.path))
    }

    @Test func twoAreDifferent() throws {
        let (first, second) = (try ScratchFolder(for: "test"), try ScratchFolder(for: "test"))
        #expect(first.url != second.url)
    }

    @Test func whatCannotBeAddedIsNamed() throws {
        let folder = try ScratchFolder(for: "test")
        let error = #expect(throws: FileError.self) {
            try folder.add(folder.url.appending(path: "nothing"), named: "a")
        }
        #expect(
            error?.description
                == "\(folder.url.appending(path: "a").path): cannot be written: no such file or directory; TMPDIR names another "
                + "folder for such files")
    }
}
