import Files
// For `stdout`, which is a variable in C.
@preconcurrency import Foundation
@preconcurrency import Glibc
import Reports
import Synchronization

/// What a command prints, kept for whoever runs it: another command whose step it is, or the caller of a library.
///
/// Captures lie within one another, and the innermost one keeps what is printed.
final class OutputCapture: Sendable {
    /// The one in use.
    static var current: OutputCapture? { inUse.withLock { $0 } }

    private static let inUse = Mutex<OutputCapture?>(nil)
    private let kept = Mutex(Data())

    private init() {}

    /// Runs `body`, and keeps what it prints.
    static func of(_ body: () throws -> Void) rethrows -> Data {
        let capture = OutputCapture()
        let outer = inUse.withLock { inUse in
            defer { inUse = capture }
            return inUse
        }
        defer { inUse.withLock { $0 = outer } }
        try body()
        return capture.kept.withLock { $0 }
    }

    fileprivate func add(_ bytes: Data) { kept.withLock { $0.append(bytes) } }
}

/// Writes bytes to standard output, or to who captures it.
///
/// - Throws: ``/Files/FileError``, where `FileHandle` would end the process.
func writeToStandardOutput(_ bytes: Data) throws {
    if let capture = OutputCapture.current { return capture.add(bytes) }
    errno = 0
    guard bytes.withUnsafeBytes({ fwrite($0.baseAddress, 1, $0.count, stdout) }) == bytes.count else {
        throw incompleteOutput()
    }
    try requireStandardOutput()
}

/// Prints text, and a line end.
///
/// All text for standard output goes through here, so that no terminal obeys what is in names and labels: control
/// characters are escaped, but for line feeds and, on a display with styles, the styles' own codes.
func printText(_ text: String, on display: TextDisplay = .plain, terminator: String = "\n") throws {
    try writeToStandardOutput(Data((display.harmless(text) + terminator).utf8))
}

/// Prints a value as the one JSON value of `--format json`.
func printJSON(_ value: some Encodable) throws {
    try writeToStandardOutput(Data(stableJSON(value).utf8))
}

/// Fails if output did not arrive on standard output, for instance because a disk is full.
func requireStandardOutput() throws {
    guard LibraryCall.current == nil else { return }
    errno = 0
    guard fflush(stdout) == 0, ferror(stdout) == 0 else {
        throw incompleteOutput()
    }
}

/// The error of output that did not all arrive, for the reason that `errno` has now.
private func incompleteOutput() -> FileError {
    let reason = errno == 0 ? "not all of it was accepted" : systemReason(errno)
    return FileError.unwritable(path: "standard output", reason: reason)
}

/// Writes text to standard error, and ignores failures.
func writeToStandardError(_ text: String) {
    Array(text.utf8).withUnsafeBytes { bytes in
        var done = 0
        while done < bytes.count {
            let count = write(STDERR_FILENO, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            done += count
        }
    }
}

/// Whether the few files can be opened at once without which the system's libraries end the program.
func mayOpenFiles() -> Bool {
    let descriptors = (0..<8).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
    for descriptor in descriptors where descriptor >= 0 { close(descriptor) }
    return !descriptors.contains { $0 < 0 }
}

/// Opens any of standard input, output and error that the caller has closed, so that no results file gets their
/// descriptors.
func openStandardStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
        // Opening takes the lowest free descriptor, which is this one.
        _ = open("/dev/null", O_RDWR)
    }
}

/// Text for one line of a terminal, with control characters and line separators, which file names may contain, escaped.
func onOneLine(_ text: String) -> String { text.escaped(for: .line) }
