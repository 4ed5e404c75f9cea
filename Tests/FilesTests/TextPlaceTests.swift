import Files
import Foundation
import TestSupport
import Testing

@Suite struct TextPlaceTests {
    private func scalars(_ text: String) -> [Unicode.Scalar] { Array(text.unicodeScalars) }

    /// Nothing is left that a terminal obeys, and what it shows is left alone.
    @Test(arguments: hostileTexts)
    func terminalsAreShownTexts(text: String) {
        func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || [0x2028, 0x2029].contains(scalar.value)
                || (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        }
        let line = text.escaped(for: .line)
        #expect(!scalars(line).contains(where: isObeyed))
        let lines = text.escaped(for: .lines)
        #expect(!scalars(lines).contains { $0 != "\n" && isObeyed($0) })
        #expect(scalars(lines).count { $0 == "\n" } == scalars(text).count { $0 == "\n" })
        let plain = String(String.UnicodeScalarView(scalars(text).filter { !isObeyed($0) }))
        #expect(scalars(plain.escaped(for: .line)) == scalars(plain))
    }

    @Test func controlsAreWrittenAsInSwift() {
        let text = "\u{1B}[2J\r\n\t\0\u{7F}\u{9B}\u{202E}é漢 \u{600}\u{200D}\\"
        #expect(
            text.escaped(for: .line)
                == #"\u{1B}[2J\r\n\t\0\u{7F}\u{009B}\u{202E}é漢 "# + "\u{600}\u{200D}\\")
    }

    /// Any reader of HTML or XML gets the text back, but for white space and what XML forbids.
    @Test(arguments: hostileTexts)
    func markupIsEscaped(text: String) {
        let escaped = Array(text.escaped(for: .markup).utf8)
        for sign in "<>\"".utf8 { #expect(!escaped.contains(sign)) }
        let entities: [(String, String)] = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")]
        var (result, rest): ([UInt8], ArraySlice<UInt8>) = ([], escaped[...])
        while let byte = rest.first {
            if byte == UInt8(ascii: "&") {
                guard let (entity, sign) = entities.first(where: { rest.starts(with: $0.0.utf8) }) else {
                    Issue.record("a raw & in \(String(decoding: escaped, as: UTF8.self))")
                    return
                }
                result += sign.utf8
                rest = rest.dropFirst(entity.utf8.count)
            } else {
                result.append(byte)
                rest = rest.dropFirst()
            }
        }
        let expected = scalars(text).compactMap { scalar -> Unicode.Scalar? in
            switch scalar.value {
            case 9, 10, 13: " "
            case 0..<0x20, 0xFFFE: nil
            default: scalar
            }
        }
        #expect(scalars(String(decoding: result, as: UTF8.self)) == expected)
    }

    @Test(arguments: hostileTexts)
    func jsonKeepsItsValue(text: String) throws {
        let json = String(decoding: try JSONEncoder().encode([text]), as: UTF8.self)
        for place in [TextPlace.script, .json] {
            let escaped = json.escaped(for: place)
            let value = try JSONDecoder().decode([String].self, from: Data(escaped.utf8))
            #expect(value.count == 1 && scalars(value[0]) == scalars(text))
        }
        #expect(!json.escaped(for: .script).utf8.contains(UInt8(ascii: "<")))
        #expect(scalars(json.escaped(for: .json).escaped(for: .lines)) == scalars(json.escaped(for: .json)))
        let stable = try stableJSON([text: text])
        #expect(scalars(stable.escaped(for: .lines)) == scalars(stable))
        #expect(try JSONDecoder().decode([String: String].self, from: Data(stable.utf8)).count == 1)
    }

    @Test func tablesComeBackByteForByte() throws {
        let folder = try TemporaryFolder()
        let rows = hostileTexts.map { [$0, "x", "\u{301}" + $0 + "\u{600}"] }
        let table = CSVTable(columns: ["\u{600},\u{301}", "b", "c"], rows: rows)
        let read = try CSVTable(contentsOf: folder.write(table.text, to: "t.csv"))
        func bytes(_ table: CSVTable) -> [[[UInt8]]] {
            ([table.columns] + table.rows).map { $0.map { Array($0.utf8) } }
        }
        #expect(bytes(read) == bytes(table))
    }

    @Test func fileNamesAreComponents() {
        let names = fileNames(for: hostileTexts)
        #expect(Set(names.map { Array($0.utf8) }).count == Set(hostileTexts.map { Array($0.utf8) }).count)
        for name in names {
            #expect(!name.utf8.contains { "/\\<>:\"|?*".utf8.contains($0) || $0 < 0x20 || $0 == 0x7F })
            #expect(faultOfPath(name) == nil)
        }
        // The extension is found by its bytes, and what is no extension is none.
        let long = String(repeating: "x", count: 200)
        #expect(fileNames(for: [long + "\u{600}.png"])[0].utf8.suffix(4).elementsEqual(".png".utf8))
        #expect(!fileNames(for: [long + ".\u{301}png"])[0].utf8.contains(UInt8(ascii: ".")))
    }
}

@Suite struct TextBytesTests {
    @Test func signsAreFoundWhateverStandsBesideThem() {
        for text in ["a/\u{301}b", "a\u{600}/b", "a\u{600}/\u{301}b"] {
            #expect(text.holds("/") && text.parts(between: "/").count == 2, "\(text.debugDescription)")
            #expect(!text.replacing(bytes: ["/": "-"]).utf8.contains(UInt8(ascii: "/")))
        }
        #expect("/\u{301}x".begins(with: "/") && "x\u{600}/".ends(with: "/") && !"é".begins(with: "e"))
        #expect(!"e\u{301}".ends(with: "é") && "".holds("") && !"".holds("x") && "aab".holds("ab"))
        #expect("".parts(between: ",") == [""] && ",a,".parts(between: ",") == ["", "a", ""])
        #expect(
            "".parts(between: ",", keepingEmpty: false) == [] && ",a,".parts(between: ",", keepingEmpty: false) == ["a"]
        )
        #expect("a\r\nb\rc\n\nd".textLines == ["a", "b", "c", "", "d"] && "a\r\n".textLines == ["a", ""])
        #expect("".textLines == [""] && "\r\r\n".textLines == ["", "", ""])
        #expect("img/x".dropping("img/") == "x" && "x".dropping("img/") == "x")
    }

    @Test func replacedTextIsNotSearchedAgain() {
        #expect("{a}{b}{c}".replacing(bytes: ["{a}": "{b}", "{b}": "{a}"]) == "{b}{a}{c}")
        #expect("aaa".replacing(bytes: ["aa": "b"]) == "ba" && "x".replacing(bytes: [:]) == "x")
    }

    @Test(arguments: [
        ("..", "has \"..\" in it"), ("../x", "has \"..\" in it"), ("a/../x", "has \"..\" in it"),
        ("a/..", "has \"..\" in it"), ("../\u{301}x", "has \"..\" in it"), ("\u{600}/../x", "has \"..\" in it"),
        ("", "has no name in it"), (".", "has no name in it"), ("//./", "has no name in it"), ("a\0b", "has a NUL"),
        ("a\0/../b", "has a NUL"),
    ])
    func pathsThatLeaveAFolderAreRefused(path: String, fault: String) {
        #expect(faultOfPath(path) == fault)
        let error = #expect(throws: FileError.self) { try place(of: path, below: URL(filePath: "/data")) }
        #expect(error?.description.hasPrefix("/data: found the path \"") == true)
    }

    @Test(arguments: ["x", "a/b.png", "./a", "a//b", "..x", "x..", "a/...", "..\u{301}", "%2E%2E/x", "que?ry#part"])
    func pathsBelowAFolderArePlaces(path: String) throws {
        #expect(try place(of: path, below: URL(filePath: "/data")).path.hasPrefix("/data/"))
    }
}

/// What works on `Character`s misses a sign beside a combining mark, so the sources do without it: see `TextBytes.swift`.
@Suite struct SourcesTests {
    private static let forbidden = [
        #"\.hasPrefix\("#, #"\.hasSuffix\("#, #"\.replacing\((?!bytes:)"#, #"\.replacingOccurrences\("#,
        #"\.split\(separator: ""#, #"components\(separatedBy"#, #"for character in|\bcharacter =="#, #"\.isNewline"#,
        #"\.matches\(of:"#,
        #"\.(first|last)Index\(of: "(.|\\.)"\)"#, #"\b(?!names|columns|labels)\w+\.contains\("(.|\\.)"\)"#,
    ]
    /// Texts that the program made itself, and modules that cannot import `Files`.
    private static let allowed = [
        "Sources/Files/Writing/", "Sources/Retrieval/Metrics/MetricFamily.swift", "Sources/Datasets/SplitPart.swift",
        "Sources/Reports/Terminal/TextDisplay.swift",
    ]

    @Test func textsAreSearchedByBytes() throws {
        let sources = repositoryFolder.appending(path: "Sources")
        let expressions = try Self.forbidden.map { try NSRegularExpression(pattern: $0) }
        var count = 0
        for path in try FileManager.default.subpathsOfDirectory(atPath: sources.path)
        where path.hasSuffix(".swift") && !Self.allowed.contains(where: "Sources/\(path)".hasPrefix) {
            count += 1
            let text = try String(contentsOf: sources.appending(path: path), encoding: .utf8)
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            where !line.drop(while: { $0 == " " }).hasPrefix("//") {
                let line = String(line)
                let range = NSRange(line.startIndex..., in: line)
                #expect(
                    !expressions.contains { $0.firstMatch(in: line, range: range) != nil },
                    "\(path):\(number + 1): \(line)")
            }
        }
        #expect(count > 200)
    }

    /// Text for standard output goes through one function.
    @Test func nothingPrintsButThroughOneFunction() throws {
        let sources = repositoryFolder.appending(path: "Sources/oodml")
        for path in try FileManager.default.subpathsOfDirectory(atPath: sources.path) where path.hasSuffix(".swift") {
            let text = try String(contentsOf: sources.appending(path: path), encoding: .utf8)
            for line in text.split(separator: "\n") where !line.contains("///") {
                let line = line.drop { $0 == " " }
                #expect(!line.hasPrefix("print(") && !line.contains(" print(\""), "\(path): \(line)")
            }
        }
    }
}
