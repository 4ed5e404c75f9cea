import Datasets
import Files
import Foundation
import Testing
import TestSupport

/// Class folders with what file systems allow and nobody expects.
@Suite struct HostileFoldersTests {
    private let folder: TemporaryFolder

    /// Two classes of one image each, which are sound.
    init() throws {
        folder = try TemporaryFolder()
        for name in ["a/1.png", "b/1.png"] { try folder.write("", to: name) }
    }

    private func read() throws -> Dataset { try Dataset(classFoldersAt: folder.url, name: "d") }

    private func refusal() throws -> String {
        let error = #expect(throws: (any Error).self) { try read() }
        let sentence = "\(try #require(error))"
        #expect(sentence.hasPrefix(folder.url.path) && !sentence.contains("\n"))
        return String(sentence.dropFirst(folder.url.path.count))
    }

    /// A file or folder whose name is given by its bytes.
    private func make(_ name: [UInt8], isFolder: Bool) {
        let path = Array(folder.url.path.utf8) + [UInt8(ascii: "/")] + name
        path.map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { buffer in
            let text = Array(buffer) + [0]
            #expect(isFolder ? mkdir(text, 0o755) == 0 : close(creat(text, 0o644)) == 0)
        }
    }

    @Test(arguments: [
        "line\nend", "carriage\rreturn", "tab\t", "quote\"", "comma, and 'more'", "per%20cent", "que?ry#fragment",
        "back\\slash", "\u{1B}[31mred", " leading", "trailing ", "[glob]*", "{level}", "-option", "~root", "日本",
        "e\u{301}",
        "\u{202E}right to left", "$HOME", "a:b;c", "\u{7F}", "\u{2028}",
    ])
    func namesAreKeptToTheByte(name: String) throws {
        try folder.write("", to: "\(name)/\(name).png")
        let dataset = try read()
        #expect(dataset.classLabels.count == 3 && dataset.samples.count == 3)
        let sample = try #require(dataset.samples.first { $0.classLabel == name })
        #expect(Array(sample.id.utf8) == Array("\(name)/\(name).png".utf8))
        // And through the table that splits and stores have.
        let file = try folder.write(dataset.sampleTable.text, to: "table.csv")
        let read = try Dataset(sampleTableAt: file, name: "d")
        #expect(read.samples.map { Array($0.id.utf8) } == dataset.samples.map { Array($0.id.utf8) })
        #expect(read.classLabels.map { Array($0.utf8) } == dataset.classLabels.map { Array($0.utf8) })
        try read.requireFiles(below: folder.url)
    }

    @Test func namesThatAreNotUTF8AreRefused() throws {
        make(Array("a/caf".utf8) + [0xE9] + Array(".txt".utf8), isFolder: false)
        #expect(try read().samples.count == 2)
        make(Array("a/caf".utf8) + [0xE9] + Array(".PNG".utf8), isFolder: false)
        #expect(try refusal() == "/a: found the name \"caf\\xE9.PNG\"; expected names in UTF-8")
        make([0xFF, 0xFE], isFolder: true)
        #expect(try refusal() == ": found the name \"\\xFF\\xFE\"; expected names in UTF-8")
    }

    @Test func linksInCirclesAreRefused() throws {
        let manager = FileManager.default
        func link(_ place: String, to target: String) throws {
            try manager.createSymbolicLink(
                atPath: folder.url.appending(path: place).path, withDestinationPath: target)
        }
        // To itself, to the class that it is in, to the folder of all classes, and to nothing.
        for (place, target, sentence) in [
            ("a/x.png", "x.png", "/a/x.png: cannot be read: the link leads to itself"),
            ("a/x", ".", "/a: found images beside folders; expected class/image or superclass/class/image"),
            ("a/x", "..", "/a: found images beside folders; expected class/image or superclass/class/image"),
            ("c", ".", "/c/c: found a folder inside a class folder; expected class/image or superclass/class/image"),
            ("a/x.png", "nowhere", "/a/x.png: cannot be read: the link leads nowhere"),
        ] {
            try link(place, to: target)
            #expect(try refusal() == sentence)
            try folder.remove(place)
        }
        // Links to images and classes elsewhere are as good as these.
        try link("a/x.png", to: "../b/1.png")
        try link("c", to: "b")
        #expect(try read().samples.map(\.id) == ["a/1.png", "a/x.png", "b/1.png", "c/1.png"])
    }

    @Test func aNULInATableIsNoName() throws {
        let file = try folder.write("sample,class\na/1.png\0.png,a\nb/1.png,b\n", to: "table.csv")
        #expect(
            throws: FileError.malformed(
                path: file.path, line: 2, found: "a NUL in the sample",
                expected: "text, as names of files and classes are")
        ) { try Dataset(sampleTableAt: file, name: "d") }
    }

    /// Tables with fields of every kind of byte that matters to CSV come back as they were.
    @Test func tablesComeBack() throws {
        let pieces = [
            "a", ",", "\"", "\n", "\r", "\r\n", " ", "é", "e\u{301}", "\u{FEFF}", "'", ";", "\t", "猫", "\"\"", "",
        ]
        var rng = SplitMix64(seed: 4)
        for _ in 0..<500 {
            func field() -> String {
                (0..<Int.random(in: 0...4, using: &rng)).map { _ in pieces.randomElement(using: &rng) ?? "" }.joined()
            }
            let width = Int.random(in: 2...4, using: &rng)
            let table = CSVTable(
                columns: (0..<width).map { "c\($0)" },
                rows: (0..<Int.random(in: 0...5, using: &rng)).map { _ in (0..<width).map { _ in field() } })
            let read = try CSVTable(contentsOf: folder.write(table.text, to: "t.csv"))
            #expect(read.columns == table.columns)
            #expect(read.rows.map { $0.map { Array($0.utf8) } } == table.rows.map { $0.map { Array($0.utf8) } })
        }
    }

    /// Bytes of a table changed at random: a table or one sentence with the line.
    @Test func damagedTablesAreRefusedOrTables() throws {
        let original = Array("sample,class,split\n\"a,\"\"1\"\"\",x,train\r\nb,y,test\nc,\"y\n2\",test\n".utf8)
        var rng = SplitMix64(seed: 5)
        var (refused, read) = (0, 0)
        for _ in 0..<2000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &rng) {
                let place = Int.random(in: 0..<bytes.count, using: &rng)
                switch Int.random(in: 0..<3, using: &rng) {
                case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &rng)
                case 1: bytes[place] = [0, 0xFF, 0x22, 0x2C, 0x0A, 0x0D].randomElement(using: &rng) ?? 0
                default: bytes.remove(at: place)
                }
            }
            let file = try folder.write(Data(bytes), to: "t.csv")
            do {
                let dataset = try Dataset(sampleTableAt: file, name: "d")
                #expect(!dataset.samples.isEmpty)
                read += 1
            } catch {
                #expect("\(error)".hasPrefix(file.path))
                refused += 1
            }
        }
        #expect(refused + read == 2000 && refused > 500 && read > 50, "\(refused) of 2000 were refused")
    }
}
