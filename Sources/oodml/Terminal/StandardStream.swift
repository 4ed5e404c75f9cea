import Files
import Foundation
import Reports

/// Where one of the process's standard streams leads, and what can be shown there.
///
/// This is the only place that looks at the terminal and at the environment variables that describe it.
struct StandardStream: Sendable {
    /// Where results go.
    static let output = StandardStream(STDOUT_FILENO)
    /// Where progress, warnings and errors go.
    static let error = StandardStream(STDERR_FILENO)

    /// What can be shown; a file or pipe takes everything and has no styles.
    let display: TextDisplay
    /// Whether a line can be written over, as progress does.
    let canRewriteLines: Bool

    private init(_ descriptor: Int32) {
        // The streams of a program that oodml is a part of are not ours.
        guard LibraryCall.current == nil, isatty(descriptor) == 1 else {
            display = .plain
            canRewriteLines = LibraryCall.current != nil
            return
        }
        let environment = ProcessInfo.processInfo.environment
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        canRewriteLines = ![nil, "dumb"].contains(value("TERM"))
        let encoding = value("LC_ALL") ?? value("LC_CTYPE") ?? value("LANG") ?? ""
        let ownWidth = value("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        display = TextDisplay(
            width: ownWidth ?? Self.windowWidth(descriptor) ?? 80,
            isUnicode: encoding.lowercased().replacing(bytes: ["-": ""]).holds("utf8"),
            isColored: canRewriteLines && value("NO_COLOR") == nil)
    }

    private static func windowWidth(_ descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
