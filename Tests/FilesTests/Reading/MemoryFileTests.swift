import Files
import Foundation
import Testing

/// Files that another program passes in memory.
///
/// One test, since the process has one set of them.
struct MemoryFileTests {
    @Test func theyAreReadAsFilesAre() throws {
        let bytes: [UInt8] = Array("0123456789".utf8)
        try bytes.withUnsafeBytes { buffer in
            MemoryFile.replaceAll(with: [
                "a/b.txt": MemoryFile(header: Array("head".utf8), bytes: buffer),
                "empty": MemoryFile(bytes: UnsafeRawBufferPointer(start: nil, count: 0)),
            ])
            defer { MemoryFile.replaceAll(with: [:]) }
            let path = MemoryFile.folder + "a/b.txt"
            let file = try InputFile(path: path)
            #expect(file.byteCount == 14)
            #expect(try file.bytes == Array("head0123456789".utf8))
            // Every range, so that those across the end of the header are among them.
            let whole = Array("head0123456789".utf8)
            for start in 0...14 {
                for end in start...14 { #expect(try file.bytes(in: start..<end) == Array(whole[start..<end])) }
            }
            var blocks: [[UInt8]] = []
            try file.forEachBlock(from: 2, ofSize: 5) { blocks.append(Array($0)) }
            #expect(blocks == [Array("ad012".utf8), Array("34567".utf8), Array("89".utf8)])
            #expect(throws: FileError.unreadable(path: path, reason: "it is shorter than expected")) {
                try file.bytes(in: 10..<15)
            }
            #expect(exists(path: path))
            #expect(try InputFile(path: MemoryFile.folder + "empty").bytes == [])
            #expect(!exists(path: MemoryFile.folder + "b.txt"))
            #expect(throws: FileError.self) { try InputFile(path: MemoryFile.folder + "b.txt") }
        }
        #expect(!exists(path: MemoryFile.folder + "a/b.txt"))
    }
}
