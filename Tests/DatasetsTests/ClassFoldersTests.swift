import Datasets
import Files
import Foundation
import Testing
import TestSupport

@Suite struct ClassFoldersTests {
    @Test func oneLevel() throws {
        let folder = try TemporaryFolder()
        for path in ["b/2.JPG", "b/10.png", "a/x.webp", "a/notes.txt", "a/.hidden.png", "README.md"] {
            try folder.write("", to: path)
        }
        let dataset = try Dataset(classFoldersAt: folder.url, name: "d")
        #expect(dataset.samples.map(\.id) == ["a/x.webp", "b/10.png", "b/2.JPG"])
        #expect(dataset.classLabels == ["a", "b"])
        #expect(dataset.superclass(of: 0) == nil)
    }

    @Test func twoLevels() throws {
        let folder = try TemporaryFolder()
        for path in ["y/c/1.png", "x/a/1.png", "x/b/1.png"] { try folder.write("", to: path) }
        let dataset = try Dataset(classFoldersAt: folder.url, name: "d")
        #expect(dataset.classLabels == ["x/a", "x/b", "y/c"])
        #expect(dataset.classLabels.indices.map(dataset.superclass) == ["x", "x", "y"])
        #expect(dataset.officialSides == [.train, .test, .test])
    }

    @Test func refusals() throws {
        let folder = try TemporaryFolder()
        let missing = folder.url.appending(path: "missing")
        #expect(throws: FileError.unreadable(path: missing.path, reason: "there is no such folder")) {
            try Dataset(classFoldersAt: missing, name: "d")
        }
        #expect(throws: DatasetError.noSamples(source: folder.url.path)) {
            try Dataset(classFoldersAt: folder.url, name: "d")
        }
        try folder.write("", to: "a/1.png")
        let file = folder.url.appending(path: "a/1.png")
        #expect(throws: FileError.unreadable(path: file.path, reason: "it is a file; expected a folder")) {
            try Dataset(classFoldersAt: file, name: "d")
        }
        try folder.write("", to: "b/notes.txt")
        #expect(throws: DatasetError.emptyClass(path: folder.url.appending(path: "b").path, found: "1 .txt")) {
            try Dataset(classFoldersAt: folder.url, name: "d")
        }
        try folder.write("", to: "b/c/1.png")
        try folder.write("", to: "b/1.png")
        #expect(throws: DatasetError.mixedLevels(path: folder.url.appending(path: "b").path)) {
            try Dataset(classFoldersAt: folder.url, name: "d")
        }
        try FileManager.default.removeItem(at: folder.url.appending(path: "b/1.png"))
        try folder.write("", to: "b/c/d/1.png")
        #expect(throws: DatasetError.tooDeep(path: folder.url.appending(path: "b/c").path)) {
            try Dataset(classFoldersAt: folder.url, name: "d")
        }
    }
}
