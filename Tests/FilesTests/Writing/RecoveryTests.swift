import Files
import Foundation
import TestSupport
import Testing

/// What killed runs leave beside a target, made here by hand, and what the next run makes of it.
///
/// `Scripts/faults` kills real runs at every call.
@Suite struct RecoveryTests {
    private let folder: TemporaryFolder
    private var out: URL { folder.url.appending(path: "out") }

    init() throws { folder = try TemporaryFolder() }

    /// Marks a work folder for one that oodml made here, as its lock does.
    private func mark(_ work: String) throws {
        try folder.write("", to: work + "/lock")
        try folder.write(
            """
            oodml works here; what is left after a stop, the next run completes or removes
            \(try inode(work)) \(try inode(work + "/lock"))

            """, to: work + "/lock")
    }

    /// What a journal has of something that it replaces.
    private func version(_ name: String) throws -> [String: Any] {
        var status = stat()
        try #require(lstat(path(name), &status) == 0)
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        return [
            "inode": UInt64(status.st_ino), "size": isFolder ? 0 : Int(status.st_size),
            "time": isFolder ? 0 : status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec,
        ]
    }

    private func inode(_ name: String) throws -> UInt64 {
        var status = stat()
        try #require(lstat(path(name), &status) == 0)
        return UInt64(status.st_ino)
    }

    private func write(_ text: String, force: Bool = true) throws {
        try OutputFolder(out, result: "splits", force: force).write([OutputItem("a.csv", text: text)])
    }

    private func path(_ name: String) -> String {
        // The temporary folder's path may have links.
        folder.url.resolvingSymlinksInPath().appending(path: name).path
    }

    /// Writes a journal of moves: place, new, old.
    private func journal(_ moves: [(String, String?, String)], works: [String], in work: String) throws {
        let json: [String: Any] = [
            "works": works,
            "moves": try moves.map { place, new, old -> [String: Any] in
                let known = folder.url.resolvingSymlinksInPath().path + "/"
                let identified = new ?? place
                var move: [String: Any] = [
                    "place": place, "old": old,
                    "identity": [
                        "inode": identified.hasPrefix(known) ? try inode(String(identified.dropFirst(known.count))) : 0
                    ],
                ]
                move["new"] = new
                if new != nil, place.hasPrefix(known), FileManager.default.fileExists(atPath: place) {
                    move["replaced"] = try version(String(place.dropFirst(known.count)))
                }
                return move
            },
        ]
        try folder.write(try JSONSerialization.data(withJSONObject: json), to: work + "/journal")
    }

    private var names: [String] {
        get throws { try FileManager.default.subpathsOfDirectory(atPath: folder.url.path).sorted() }
    }

    @Test func whatWasOnlyPreparedIsRemoved() throws {
        try write("1")
        try mark(".out.oodml")
        try folder.write("half", to: ".out.oodml/new/a.csv")
        try folder.write("oa.csv\0oreceipt.csv\0", to: ".out.oodml/plan")
        try write("1")
        #expect(try names == ["out", "out/a.csv", "out/receipt.csv"])
    }

    /// A run was killed while it said whose the folder is.
    @Test(arguments: [0, 1, 50]) func aHalfWrittenMarkIsCompleted(length: Int) throws {
        try write("first")
        try folder.write("", to: ".out.oodml/lock")
        let lock = folder.url.appending(path: ".out.oodml/lock")
        try mark(".out.oodml")
        let handle = try FileHandle(forWritingTo: lock)
        try handle.truncate(atOffset: UInt64(length))
        try handle.close()
        try write("second")
        #expect(!FileManager.default.fileExists(atPath: path(".out.oodml")))
    }

    @Test func halfOfAnotherMarkIsRefused() throws {
        try write("first")
        try folder.write("oodml works elsewhere", to: ".out.oodml/lock")
        #expect(throws: FileError.self) { try write("second") }
        #expect(FileManager.default.fileExists(atPath: path(".out.oodml/lock")))
    }

    /// A file that somebody put into the old folder after it had left its place goes back.
    @Test func filesOfOthersGoBack() throws {
        try write("1")
        try mark(".out.oodml")
        try folder.write("old", to: ".out.oodml/new/a.csv")
        try folder.write("mine", to: ".out.oodml/new/mine/late.txt")
        try folder.write("oa.csv\0", to: ".out.oodml/plan")
        _ = try OutputFolder(out, result: "splits", force: true)
        #expect(try names == ["out", "out/a.csv", "out/mine", "out/mine/late.txt", "out/receipt.csv"])
        #expect(try String(contentsOf: out.appending(path: "a.csv"), encoding: .utf8) == "1")
    }

    @Test func aFolderThatHadLeftItsPlaceIsReplaced() throws {
        try write("1")
        try mark(".out.oodml")
        try FileManager.default.moveItem(atPath: path("out"), toPath: path(".out.oodml/old"))
        try folder.write("2", to: ".out.oodml/new/a.csv")
        try folder.write("oa.csv\0oreceipt.csv\0", to: ".out.oodml/plan")
        try journal(
            [(path("out"), path(".out.oodml/new"), path(".out.oodml/old"))], works: [path(".out.oodml")],
            in: ".out.oodml")
        // Whoever reads it completes the moves first.
        let read = try WrittenFolder.reading(out, of: "splits") { folder in
            try String(contentsOf: folder.url.appending(path: "a.csv"), encoding: .utf8)
        }
        #expect(read == "2")
        #expect(try names == ["out", "out/a.csv"])
    }

    @Test func bothFilesOfARunAreCompleted() throws {
        for start in ["b.csv", "c.csv"] {
            for name in ["b.csv", "c.csv"] { try folder.write("old", to: name) }
            try folder.write("new", to: "b.csv")
            try folder.write("new", to: ".c.csv.oodml/new")
            for work in [".b.csv.oodml", ".c.csv.oodml"] { try mark(work) }
            try folder.write(path(".b.csv.oodml"), to: ".c.csv.oodml/journal-in")
            try journal(
                [
                    (path("b.csv"), path(".b.csv.oodml/new"), path(".b.csv.oodml/old")),
                    (path("c.csv"), path(".c.csv.oodml/new"), path(".c.csv.oodml/old")),
                ].enumerated().map { $0.offset == 0 ? ($0.element.0, path("b.csv"), $0.element.2) : $0.element },
                works: [path(".b.csv.oodml"), path(".c.csv.oodml")], in: ".b.csv.oodml")
            // The first move was made: its new file is in its place.
            let journalFile = folder.url.appending(path: ".b.csv.oodml/journal")
            let text = try String(contentsOf: journalFile, encoding: .utf8)
            let moved = path("b.csv").replacingOccurrences(of: "/", with: "\\/")
            let made = path(".b.csv.oodml/new").replacingOccurrences(of: "/", with: "\\/")
            try folder.write(
                text.replacingOccurrences(of: "\"new\":\"\(moved)\"", with: "\"new\":\"\(made)\""),
                to: ".b.csv.oodml/journal")
            try settle(folder.url.appending(path: start))
            #expect(try String(contentsOf: folder.url.appending(path: "c.csv"), encoding: .utf8) == "new")
            _ = try OutputFile(folder.url.appending(path: start == "b.csv" ? "c.csv" : "b.csv"), force: true)
            #expect(try names == ["b.csv", "c.csv"])
        }
    }

    /// The folder with both may have moved in between, and what a user put there since stays.
    @Test func movesAreCompletedWhereTheFilesAreNow() throws {
        for isChanged in [false, true] {
            for name in ["d/b.csv", "d/c.csv"] { try folder.write("old", to: name) }
            for work in ["d/.b.csv.oodml", "d/.c.csv.oodml"] {
                try mark(work)
                try folder.write("new", to: work + "/new")
            }
            try folder.write(".b.csv.oodml", to: "d/.c.csv.oodml/journal-in")
            let names = ["b.csv", "c.csv"]
            let moves = try names.map { name -> [String: Any] in
                [
                    "place": name, "new": ".\(name).oodml/new", "old": ".\(name).oodml/old",
                    "identity": ["inode": try inode("d/.\(name).oodml/new")],
                    "replaced": try version("d/\(name)"),
                ]
            }
            try folder.write(
                JSONSerialization.data(withJSONObject: ["works": names.map { ".\($0).oodml" }, "moves": moves]),
                to: "d/.b.csv.oodml/journal")
            try FileManager.default.moveItem(atPath: path("d"), toPath: path("e"))
            if isChanged {
                try folder.remove("e/c.csv")
                try folder.write("mine", to: "e/c.csv")
                #expect(throws: FileError.self) { try settle(folder.url.appending(path: "e/c.csv")) }
                #expect(try String(contentsOf: folder.url.appending(path: "e/c.csv"), encoding: .utf8) == "mine")
            } else {
                for name in names.reversed() { try settle(folder.url.appending(path: "e/\(name)")) }
                #expect(
                    try names.allSatisfy {
                        try String(contentsOf: folder.url.appending(path: "e/\($0)"), encoding: .utf8) == "new"
                    })
                #expect(try self.names == ["e", "e/b.csv", "e/c.csv"])
                try folder.remove("e")
            }
        }
    }

    /// A journal that came with somebody's files moves nothing but their own target.
    @Test func journalsOfMovesElsewhereAreRefused() throws {
        try write("1")
        let victim = try folder.write("mine", to: "victim")
        try mark(".out.oodml")
        try folder.write("evil", to: ".out.oodml/new")
        let work = path(".out.oodml")
        for (place, new, old) in [
            (path("victim"), work + "/new", work + "/old"), (path("out"), path("victim"), work + "/old"),
            (path("out"), work + "/new", path("victim")), (path("out"), work + "/../victim", work + "/old"),
        ] {
            try journal([(place, new, old)], works: [work], in: ".out.oodml")
            #expect(throws: FileError.self) { try settle(out) }
            #expect(try String(contentsOf: victim, encoding: .utf8) == "mine")
            #expect(try String(contentsOf: out.appending(path: "a.csv"), encoding: .utf8) == "1")
        }
    }

    /// A link in the target, or in the work folder, leads no move and no file elsewhere, even if the mark is right.
    @Test func nothingMovesThroughLinks() throws {
        try write("1")
        let victim = try folder.write("mine", to: "home/file")
        try FileManager.default.createSymbolicLink(
            atPath: out.appending(path: "more").path, withDestinationPath: "../home")
        try mark("out/.oodml")
        try folder.write("evil", to: "out/.oodml/new/more/file")
        try folder.write("evil", to: "out/.oodml/new/more/planted")
        let work = path("out/.oodml")
        try journal(
            [(path("out") + "/more/file", work + "/new/more/file", work + "/old/more/file")], works: [work],
            in: "out/.oodml")
        #expect(throws: FileError.self) { try settle(out) }
        try folder.remove("out/.oodml/journal")
        try settle(out)
        #expect(try String(contentsOf: victim, encoding: .utf8) == "mine")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: "home").path) == ["file"])
    }

    /// A work folder that came with somebody's files is not ours: a copy has other numbers.
    @Test func copiesOfWorkFoldersAreNotTouched() throws {
        try write("1")
        for work in [".out.oodml", "out/.oodml"] {
            try mark(work)
            try folder.write("theirs", to: work + "/new/a.csv")
            try FileManager.default.copyItem(atPath: path(work), toPath: path("copy"))
            try folder.remove(work)
            try FileManager.default.moveItem(atPath: path("copy"), toPath: path(work))
            let before = try names
            try settle(out)
            #expect(try names == before)
            #expect(throws: FileError.self) { try write("2") }
            #expect(try names == before)
            try folder.remove(work)
        }
        // A link in place of what oodml keeps there is refused too.
        try folder.write("mine", to: "home/run.json")
        try mark(".out.oodml")
        try FileManager.default.createSymbolicLink(atPath: path(".out.oodml/parts"), withDestinationPath: path("home"))
        #expect(throws: FileError.self) { try write("2") }
        #expect(throws: FileError.self) { try lockTarget(out) { _ in } }
        #expect(try names.contains("home/run.json"))
    }

    @Test func aFolderOfThatNameThatIsNotOodmlsIsRefused() throws {
        for file in ["diary.txt", "new", "lock", "plan"] {
            try folder.write("mine", to: ".out.oodml/\(file)")
            #expect(throws: FileError.self) { try write("1") }
            // Who only reads goes on.
            try settle(out)
            #expect(try names == [".out.oodml", ".out.oodml/\(file)"])
            try folder.remove(".out.oodml")
        }
        try mark(".out.oodml")
        try folder.write("mine", to: ".out.oodml/diary.txt")
        #expect(throws: FileError.self) { try write("1") }
        #expect(try names == [".out.oodml", ".out.oodml/diary.txt", ".out.oodml/lock"])
    }
}
