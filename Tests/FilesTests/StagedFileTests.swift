import Files
import Foundation
import Testing
import TestSupport

@Suite struct StagedFileTests {
    @Test func replacesAndLeavesNothingBeside() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("old", to: "f.txt")
        try writeAtomically("new", to: file)
        #expect(try String(contentsOf: file, encoding: .utf8) == "new")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["f.txt"])
    }

    @Test func failuresNameThePathAndTheReason() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "missing/f.txt")
        #expect(throws: FileError.unwritable(path: file.path, reason: "no such file or directory")) {
            try writeAtomically("new", to: file)
        }
        let notAFolder = try folder.write("", to: "file").appending(path: "f.txt")
        #expect(throws: FileError.unwritable(path: notAFolder.path, reason: "not a directory")) {
            try writeAtomically("new", to: notAFolder)
        }
    }
}
