import Files
import Foundation
import TestSupport
import Testing

@Suite struct TextLinesTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func everyEndOfALineCounts() throws {
        let file = try folder.write("\u{FEFF}a\nb c\r\n\n \t \nd\re\r\rf", to: "a.txt")
        let lines = try TextLines(contentsOf: file)
        #expect(lines.map(\.number) == [1, 2, 5, 6, 8])
        #expect(lines.map { String($0.text) } == ["a", "b c", "d", "e", "f"])
    }

    @Test(arguments: ["", "\n", "\r\n\r\n", "\u{FEFF}", " \t"])
    func nothing(text: String) throws {
        #expect(try TextLines(contentsOf: folder.write(text, to: "a.txt")).isEmpty)
    }

    @Test func theLineThatIsNoTextIsNamed() throws {
        let file = try folder.write(Data([0x61, 0x0A, 0x0A, 0x62, 0xFF, 0x0A]), to: "a.txt")
        let error = #expect(throws: FileError.self) { try TextLines(contentsOf: file) }
        #expect(error?.description == "\(file.path):3: found bytes that are not UTF-8; expected UTF-8 text")
    }
}
