import Files
import Foundation
import Synchronization
import TestSupport
import Testing

/// What is in a folder after a result was written into it.
@Suite struct OutputFolderTests {
    private let folder: TemporaryFolder
    private var out: URL { folder.url.appending(path: "out") }

    init() throws { folder = try TemporaryFolder() }

    @discardableResult
    private func write(
        _ files: [String: String], result: String = "splits", force: Bool = false, adding: Bool = false,
        links: [String: String] = [:]
    ) throws -> [String] {
        let warnings = Mutex<[String]>([])
        let output = try OutputFolder(out, result: result, force: force) { text in warnings.withLock { $0.append(text) }
        }
        let items =
            links.sorted { $0.key < $1.key }.map { OutputItem($0.key, .link(to: $0.value)) }
            + files.sorted { $0.key < $1.key }.map { OutputItem($0.key, text: $0.value) }
        try output.write(items, adding: adding)
        return warnings.withLock { $0 }
    }

    /// Every file, folder and link below the temporary folder, with contents; the receipt aside.
    private var tree: [String: String] {
        get throws {
            var tree: [String: String] = [:]
            for path in try FileManager.default.subpathsOfDirectory(atPath: folder.url.path) {
                let place = folder.url.appending(path: path).path
                if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: place) {
                    tree[path] = "-> " + target
                } else if isFolder(URL(filePath: place)) {
                    tree[path] = "/"
                } else if (path as NSString).lastPathComponent != Receipt.name {
                    tree[path] = try String(contentsOfFile: place, encoding: .utf8)
                }
            }
            return tree
        }
    }

    private func inode(_ path: String) throws -> Int {
        try #require(
            try FileManager.default.attributesOfItem(atPath: folder.url.appending(path: path).path)[.systemFileNumber]
                as? Int)
    }

    private func occupied(_ path: String, _ body: () throws -> Void) {
        let error = #expect(throws: FileError.self) { try body() }
        if case .occupied(let found, _, _) = error {
            #expect(found == folder.url.appending(path: path).path)
        } else {
            Issue.record("\(String(describing: error))")
        }
    }

    // MARK: Results

    @Test func aNewFolderHasTheFilesAndAReceiptOfThem() throws {
        try write(["a.csv": "1", "deep/er/b.csv": ""], links: ["l": "a.csv"])
        #expect(
            try tree == [
                "out": "/", "out/a.csv": "1", "out/deep": "/", "out/deep/er": "/", "out/deep/er/b.csv": "",
                "out/l": "-> a.csv",
            ])
        let receipt = try Receipt(readingFrom: out.appending(path: Receipt.name))
        #expect(receipt.paths(of: "splits") == ["a.csv", "deep/er/b.csv", "l"])
        // The SHA-256 of "1" and of nothing, as sha256sum prints them.
        #expect(
            receipt[path: "a.csv"]?.content
                == .file(size: 1, sha256: "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"))
        #expect(
            receipt[path: "deep/er/b.csv"]?.content
                == .file(size: 0, sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
        #expect(receipt[path: "l"]?.content == .link(to: "a.csv"))
    }

    @Test func theSameAgainChangesNothing() throws {
        try write(["a.csv": "1"], links: ["l": "a.csv"])
        let before = (try inode("out"), try inode("out/a.csv"))
        try write(["a.csv": "1"], links: ["l": "a.csv"])
        try write(["a.csv": "1"], force: true, links: ["l": "a.csv"])
        #expect(try (inode("out"), inode("out/a.csv")) == before)
    }

    @Test func copiesAreKnownByTheirBytes() throws {
        let source = try folder.write("1", to: "source")
        func copy(force: Bool = false) throws {
            try OutputFolder(out, result: "splits", force: force).write([OutputItem("a.csv", .copy(of: source))])
        }
        try copy()
        #expect(try tree["out/a.csv"] == "1")
        let before = (try inode("out"), try inode("out/a.csv"))
        try copy()
        try copy(force: true)
        #expect(try (inode("out"), inode("out/a.csv")) == before)
        // A copy of the folder without its receipt gets the same again.
        let receipt = try Receipt(readingFrom: out.appending(path: Receipt.name))
        try folder.remove("out/receipt.csv")
        try copy()
        #expect(try Receipt(readingFrom: out.appending(path: Receipt.name)) == receipt)
        // Other bytes of the same size.
        try folder.write("2", to: "source")
        occupied("out/a.csv") { try copy() }
        try copy(force: true)
        #expect(try tree["out/a.csv"] == "2")
        try folder.remove("source")
        #expect(throws: FileError.self) { try copy(force: true) }
        #expect(try tree["out/a.csv"] == "2")
    }

    @Test func anotherResultNeedsForceAndLeavesNothingOfTheFirst() throws {
        try write(["a.csv": "1", "old/b.csv": "2"], links: ["l": "a.csv"])
        let before = try tree
        occupied("out/a.csv") { try write(["a.csv": "3"]) }
        occupied("out/old/b.csv") { try write(["a.csv": "1"], links: ["l": "a.csv"]) }
        occupied("out/l") { try write(["a.csv": "1", "old/b.csv": "2"], links: ["l": "b.csv"]) }
        #expect(try tree == before)
        try write(["a.csv": "3"], force: true)
        #expect(try tree == ["out": "/", "out/a.csv": "3"])
    }

    @Test func aFileCanBecomeAFolderAndBack() throws {
        try write(["a": "1", "b/c": "2"])
        try write(["a/x": "1", "b": "2"], force: true)
        #expect(try tree == ["out": "/", "out/a": "/", "out/a/x": "1", "out/b": "2"])
    }

    @Test func severalResultsShareAFolder() throws {
        try write(["a.csv": "1"])
        try write(["b.csv": "2", "c.csv": "3"], result: "charts")
        try write(["a.csv": "4"], force: true)
        try write(["b.csv": "5"], result: "charts", force: true)
        #expect(try tree == ["out": "/", "out/a.csv": "4", "out/b.csv": "5"])
        occupied("out/a.csv") { try write(["a.csv": "6"], result: "charts", force: true) }
    }

    @Test func runsCanBeAdded() throws {
        try write(["seed-0/r": "1"], result: "results", adding: true)
        try write(["seed-1/r": "2"], result: "results", adding: true)
        #expect(
            try tree == [
                "out": "/", "out/seed-0": "/", "out/seed-0/r": "1", "out/seed-1": "/", "out/seed-1/r": "2",
            ])
        let receipt = try Receipt(readingFrom: out.appending(path: Receipt.name))
        #expect(receipt.paths(of: "results") == ["seed-0/r", "seed-1/r"])
        try write(["seed-1/r": "3"], result: "results", force: true, adding: true)
        #expect(try tree == ["out": "/", "out/seed-1": "/", "out/seed-1/r": "3"])
    }

    @Test func aFolderGivenByALinkIsTheOneItLeadsTo() throws {
        try write(["a.csv": "1", "old.csv": "2"])
        try FileManager.default.moveItem(at: out, to: folder.url.appending(path: "real"))
        try FileManager.default.createSymbolicLink(atPath: out.path, withDestinationPath: "real")
        try write(["a.csv": "3"], force: true)
        #expect(try tree == ["out": "-> real", "real": "/", "real/a.csv": "3"])
        try FileManager.default.removeItem(at: folder.url.appending(path: "real"))
        #expect(throws: FileError.self) { try write(["a.csv": "3"]) }
    }

    // MARK: Files of others

    @Test func everythingElseStaysAsItIs() throws {
        try write(["a.csv": "1", "level/b.csv": "2"])
        for (path, text) in [
            ("out/notes.txt", "mine"), ("out/.a.csv.backup", "mine"), ("out/.a.csv.180101", "mine"), ("out/.lock", ""),
            ("out/level/mine.txt", "mine"), ("out/mine/deep/x", "mine"),
        ] {
            try folder.write(text, to: path)
        }
        try FileManager.default.createDirectory(
            at: out.appending(path: "mine/empty"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: out.appending(path: "link").path, withDestinationPath: "/nowhere")
        #expect(mkfifo(out.appending(path: "pipe").path, 0o600) == 0)
        #expect(chmod(out.appending(path: "mine").path, 0o750) == 0)
        #expect(chmod(out.appending(path: "notes.txt").path, 0) == 0)
        let paths = ["out/notes.txt", "out/.lock", "out/level/mine.txt", "out/mine/deep/x", "out/pipe", "out/link"]
        let before = try paths.map(inode)
        try write(["a.csv": "3"], force: true)
        #expect(try paths.map(inode) == before)
        #expect(chmod(out.appending(path: "notes.txt").path, 0o600) == 0)
        try FileManager.default.removeItem(at: out.appending(path: "pipe"))
        #expect(
            try tree == [
                "out": "/", "out/a.csv": "3", "out/notes.txt": "mine", "out/.a.csv.backup": "mine",
                "out/.a.csv.180101": "mine", "out/.lock": "", "out/level": "/", "out/level/mine.txt": "mine",
                "out/mine": "/", "out/mine/deep": "/", "out/mine/deep/x": "mine", "out/mine/empty": "/",
                "out/link": "-> /nowhere",
            ])
        let attributes = try FileManager.default.attributesOfItem(atPath: out.appending(path: "mine").path)
        #expect(attributes[.posixPermissions] as? Int == 0o750)
    }

    @Test func aFileInTheWayIsNamedEvenWithForce() throws {
        try write(["a.csv": "1"])
        try folder.write("mine", to: "out/b.csv")
        try folder.write("mine", to: "out/c/d")
        try FileManager.default.createSymbolicLink(
            atPath: out.appending(path: "e").path, withDestinationPath: folder.url.path)
        try FileManager.default.createDirectory(at: out.appending(path: "f"), withIntermediateDirectories: true)
        let before = try tree
        for force in [false, true] {
            occupied("out/b.csv") { try write(["a.csv": "1", "b.csv": "x"], force: force) }
            occupied("out/c") { try write(["a.csv": "1", "c": "x"], force: force) }
            occupied("out/c/d") { try write(["a.csv": "1", "c/d/e": "x"], force: force) }
            occupied("out/e") { try write(["a.csv": "1", "e/x": "x"], force: force) }
            occupied("out/f") { try write(["a.csv": "1", "f": "x"], force: force) }
            #expect(try tree == before)
        }
        // The same contents are somebody else's all the same, or the next run would remove them.
        occupied("out/b.csv") { try write(["a.csv": "1", "b.csv": "mine"]) }
    }

    /// A copy that left the receipt behind is oodml's if all is as it would be written.
    @Test func aCopyWithoutItsReceiptIsKnownByItsContents() throws {
        try write(["a.csv": "1", "b.csv": "2"])
        try folder.remove("out/receipt.csv")
        occupied("out/b.csv") { try write(["a.csv": "1", "b.csv": "3"], force: true) }
        try write(["a.csv": "1", "b.csv": "2"])
        #expect(try Receipt(readingFrom: out.appending(path: Receipt.name)).paths(of: "splits") == ["a.csv", "b.csv"])
    }

    @Test func whatIsInTheWayIsNamedBeforeAnyWork() throws {
        try write(["a.csv": "1"])
        try folder.write("mine", to: "out/b.csv")
        try folder.write("mine", to: "out/c.csv/x")
        for force in [false, true] {
            let output = try OutputFolder(out, result: "splits", force: force)
            try output.requireRoom(for: ["a.csv", "d.csv"])
            for path in ["b.csv", "c.csv"] { occupied("out/\(path)") { try output.requireRoom(for: ["a.csv", path]) } }
            occupied("out/a.csv") {
                try OutputFolder(out, result: "charts", force: force).requireRoom(for: ["a.csv"])
            }
        }
    }

    /// A name that is no text cannot be made anew, so the folder is changed in place.
    @Test func namesThatAreNoTextStay() throws {
        try write(["a.csv": "1"])
        var name = Array(out.path.utf8CString.dropLast()) + [0x2F, 0x63, CChar(bitPattern: 0xE9), 0]
        let descriptor = open(&name, O_CREAT | O_WRONLY, 0o600)
        #expect(descriptor >= 0 && close(descriptor) == 0)
        for text in ["2", "3"] {
            try write(["a.csv": text], force: true)
            #expect(access(&name, F_OK) == 0)
            #expect(try String(contentsOf: out.appending(path: "a.csv"), encoding: .utf8) == text)
        }
        #expect(unlink(&name) == 0)
        #expect(try tree == ["out": "/", "out/a.csv": "3"])
    }

    @Test func foldersThatMayNotBeChangedStay() throws {
        try write(["a.csv": "1"])
        try folder.write("mine", to: "out/mine/x")
        #expect(chmod(out.appending(path: "mine").path, 0o555) == 0)
        for text in ["2", "3"] { try write(["a.csv": text], force: true) }
        #expect(try tree == ["out": "/", "out/a.csv": "3", "out/mine": "/", "out/mine/x": "mine"])
        #expect(chmod(out.appending(path: "mine").path, 0o755) == 0)
    }

    @Test func whatWasChangedSinceIsNotRemoved() throws {
        try write(["a.csv": "1", "old.csv": "2"])
        try folder.write("mine now", to: "out/old.csv")
        let warnings = try write(["a.csv": "3"], force: true)
        #expect(warnings.count == 1 && warnings.allSatisfy { $0.contains("old.csv") && $0.contains("changed since") })
        #expect(try tree == ["out": "/", "out/a.csv": "3", "out/old.csv": "mine now"])
    }

    @Test func aTableOfThatNameThatIsNoReceiptIsInTheWay() throws {
        try folder.write("date,amount\n2026,12\n", to: "out/receipt.csv")
        for force in [false, true] {
            #expect(throws: FileError.self) { try write(["a.csv": "1"], force: force) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: out.path) == ["receipt.csv"])
    }

    @Test func aFolderWithTooMuchOfOthersIsChangedInPlace() throws {
        try write(["a.csv": "1", "old/b.csv": "2"])
        for number in 0..<10_050 { #expect(symlink("x", out.appending(path: "mine-\(number)").path) == 0) }
        let before = try inode("out")
        try write(["a.csv": "3", "new/c.csv": "4"], force: true)
        let after = try tree
        #expect(try inode("out") == before)
        #expect(after.count == 10_050 + 4 && after["out/a.csv"] == "3" && after["out/new/c.csv"] == "4")
        // What was moved elsewhere and linked back is not removed through the link.
        try FileManager.default.moveItem(at: out.appending(path: "new"), to: folder.url.appending(path: "moved"))
        try FileManager.default.createSymbolicLink(
            atPath: out.appending(path: "new").path, withDestinationPath: "../moved")
        try write(["a.csv": "5"], force: true)
        #expect(try tree["moved/c.csv"] == "4" && tree["out/new"] == "-> ../moved" && tree["out/a.csv"] == "5")
        #expect(after["out/old"] == nil && after["out/.oodml"] == nil)
    }

    // MARK: Failures

    @Test func failuresLeaveTheOldResult() throws {
        try write(["a.csv": "1"])
        let before = try tree
        let output = try OutputFolder(out, result: "splits", force: true)
        let failing = OutputItem(
            "b.csv",
            .stream { sink in
                try sink.append(Data(count: 100))
                throw FileError.unwritable(path: "b.csv", reason: "no space")
            })
        #expect(throws: FileError.unwritable(path: "b.csv", reason: "no space")) {
            try output.write([OutputItem("a.csv", text: "2"), failing])
        }
        #expect(try tree == before)
    }

    @Test func resultsThatCannotBeWrittenAreKeptBeside() throws {
        try folder.write("mine", to: "out/a.csv")
        let output = try OutputFolder(out, result: "splits", force: true)
        let error = #expect(throws: FileError.self) {
            try output.write(
                [OutputItem("a.csv", text: "1"), OutputItem("b/c.csv", text: "2")], keepingElsewhere: true)
        }
        let kept = try #require(try tree.keys.first { $0.hasPrefix("out.kept-") && !$0.contains("/") })
        #expect("\(String(describing: error))".contains(kept))
        #expect(try tree["\(kept)/a.csv"] == "1" && tree["\(kept)/b/c.csv"] == "2" && tree["out/a.csv"] == "mine")
    }

    @Test func aFileWhereTheFolderShouldBeIsRefusedAtOnce() throws {
        let file = try folder.write("", to: "out")
        #expect(throws: FileError.unwritable(path: file.path, reason: "it is a file; expected a folder")) {
            try OutputFolder(out, result: "splits", force: true)
        }
    }
}
