import Files
import Foundation
import Ranks
import TestSupport
import Testing

/// Files that ranks have mapped, and what others do to them meanwhile.
@Suite struct MappedFileTests {
    private let folder: TemporaryFolder
    private var url: URL { folder.url.appending(path: "file") }

    init() throws {
        folder = try TemporaryFolder()
        try Data("0123456789".utf8).write(to: url)
    }

    @Test func onlyRanksMap() throws {
        #expect(MappedFile(try InputFile(url)) == nil)
        let url = url
        for result in ThreadRanks.run(2, { _ in try MappedFile(InputFile(url)).map { Array($0.bytes) } }) {
            #expect(try result.get() == Array("0123456789".utf8))
        }
        try Data().write(to: url)
        for result in ThreadRanks.run(2, { _ in try MappedFile(InputFile(url)) == nil }) { #expect(try result.get()) }
    }

    @Test func aFileThatWasChangedIsNamed() throws {
        let url = url
        for result in ThreadRanks.run(1, { _ in try Self.change(url) }) {
            #expect(try result.get() == [false, true, true])
        }
    }

    /// Whether a file is said to have changed: when another has taken its name, when somebody has written into it, and when nobody
    /// has it any more, but what was made of it may be wrong.
    private static func change(_ url: URL) throws -> [Bool] {
        let file = try MappedFile(InputFile(url))
        try Data("another".utf8).write(to: url, options: .atomic)
        let before = withExtendedLifetime(file) { isSaidToHaveChanged(url) }
        return [before] + (try append(to: url)) + [isSaidToHaveChanged(url)]
    }

    private static func append(to url: URL) throws -> [Bool] {
        let file = try MappedFile(InputFile(url))
        let handle = try FileHandle(forWritingTo: url)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("!".utf8))
        try handle.close()
        return withExtendedLifetime(file) { [isSaidToHaveChanged(url)] }
    }

    private static func isSaidToHaveChanged(_ url: URL) -> Bool {
        do {
            try MappedFile.requireUnchanged()
            return false
        } catch {
            return error == .unreadable(path: url.path, reason: "it was changed while it was used")
        }
    }

    /// Reading what is gone ends the process with one sentence, not with a signal.
    @Test func aFileThatBecomesShorterIsNamed() async throws {
        let result = try await #require(
            processExitsWith: .exitCode(EXIT_FAILURE), observing: [\.standardErrorContent]
        ) {
            let folder = try TemporaryFolder()
            let url = folder.url.appending(path: "shorter")
            try Data(count: 1 << 20).write(to: url)
            let results = ThreadRanks.run(1) { _ in
                guard let file = try MappedFile(InputFile(url)) else { exit(9) }
                #expect(truncate(url.path, 100) == 0)
                return file.bytes[1 << 19]
            }
            _ = try results[0].get()
        }
        let sentence = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(sentence.hasPrefix("Error: /") && sentence.contains("/shorter: it became shorter"), "\(sentence)")
        #expect(sentence.split(separator: "\n").count == 1, "\(sentence)")
    }
}
