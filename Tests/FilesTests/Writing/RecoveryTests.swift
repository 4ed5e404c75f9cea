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

    /// Marks a work folder for oodml's, as its lock does.
    private func mark(_ work: String) throws {
        try folder.write(
            "oodml works here; what is left after a stop, the next run completes or removes\n", to: work + "/lock")
    }

    private func write(_ text: String, force: Bool = true) throws {
        try OutputFolder(out, result: "splits", force: force).write([OutputItem("a.csv", text: text)])
    }

    private func path(_ name: String) -> String {
        // The temporary folder's path may have links.
        folder.url.resolvingSymlinksInPath().appending(path: name).path
    }

    private func identity(_ name: String) throws -> [String: UInt64] {
        var status = stat()
        try #require(lstat(path(name), &status) == 0)
        return ["device": UInt64(status.st_dev), "inode": UInt64(status.st_ino)]
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
                    "identity": identified.hasPrefix(known)
                        ? try identity(String(identified.dropFirst(known.count))) : ["device": 0, "inode": 0],
                ]
                move["new"] = new
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
