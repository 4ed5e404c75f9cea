import Foundation
import TestSupport
import Testing

/// Nothing is written but by the one mechanism that keeps results whole.
@Suite struct WaysOfWritingTests {
    /// Calls that make, change or remove something on disk.
    private static let calls = [
        ".write(to:", ".write(toFile:", "createFile(", "createDirectory(", "createSymbolicLink(", "removeItem(",
        "moveItem(",
        "copyItem(", "replaceItem", "FileHandle(forWriting", "FileHandle(forUpdating", "OutputStream(", "fopen(",
        "O_CREAT",
        "O_WRONLY", "O_RDWR", "mkstemp(", "mkdtemp(", "mkdir(", "rmdir(", "rename(", "unlink(", "symlink(", "link(",
        "truncate(",
        "chmod(", "chown(",
    ]

    /// Files that may make them, and why.
    private static let allowed = [
        // The mechanism itself.
        "Files/Writing/": calls,
        // Temporary folders, which are removed with their owners.
        "Files/ScratchFolder.swift": calls,
        // Standard streams: of a program that is run, and those that the caller has closed.
        "oodml/Terminal/ProgramRun.swift": ["O_RDWR"],
        "oodml/Terminal/StandardOutput.swift": ["O_RDWR"],
        // The same, of ranks that do not print.
        "oodml/Ranks/ProgramRanks.swift": ["O_WRONLY"],
    ]

    @Test func onlyOneMechanismWrites() throws {
        let sources = Repository.folder.appending(path: "Sources")
        var (found, counted) = ([String](), 0)
        for path in try FileManager.default.subpathsOfDirectory(atPath: sources.path).sorted()
        where path.hasSuffix(".swift") {
            let text = try String(contentsOf: sources.appending(path: path), encoding: .utf8)
            let allowed = Self.allowed.filter { path.hasPrefix($0.key) }.flatMap(\.value)
            for line in text.split(separator: "\n") where !line.drop(while: { $0 == " " }).hasPrefix("//") {
                for call in Self.calls where Self.calls(call, in: line) {
                    counted += 1
                    if !allowed.contains(call) { found.append("\(path): \(line)") }
                }
            }
        }
        #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
        // The search finds what is there.
        #expect(counted > 20)
    }

    /// Whether a line has a call, rather than the end of a longer name or a declaration.
    private static func calls(_ call: String, in line: Substring) -> Bool {
        var rest = line[...]
        while let place = rest.range(of: call) {
            let before = rest[..<place.lowerBound].last
            let isName = before.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
            let isMember = before == "." && !call.hasPrefix(".") && !rest[..<place.lowerBound].hasSuffix("default.")
            if call.hasPrefix(".") || !isName && !isMember && !rest[..<place.lowerBound].hasSuffix("func ") {
                return true
            }
            rest = rest[place.upperBound...]
        }
        return false
    }
}
