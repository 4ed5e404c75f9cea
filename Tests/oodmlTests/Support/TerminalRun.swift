import Foundation

/// One run of the built `oodml` with one of its streams, or both, on a terminal.
struct TerminalRun {
    /// The streams of a process.
    struct Streams: OptionSet {
        let rawValue: Int
        static let output = Streams(rawValue: 1)
        static let errors = Streams(rawValue: 2)
    }

    let status: Int32
    /// What the terminal got.
    let shown: String
    /// What the stream that was not on the terminal got.
    let piped: String

    /// Runs `oodml` on a pseudo-terminal and waits for its end.
    ///
    /// - Parameters:
    ///   - streams: what the terminal gets; the rest goes to a file.
    ///   - columns: how wide the terminal says it is.
    ///   - environment: variables that are set beside a terminal's own.
    init(
        _ arguments: [String], showing streams: Streams, columns: UInt16 = 80, environment: [String: String] = [:],
        in folder: URL
    ) throws {
        var (master, slave): (Int32, Int32) = (-1, -1)
        var size = winsize(ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        guard openpty(&master, &slave, nil, nil, &size) == 0 else { throw CocoaError(.fileReadUnknown) }
        defer { close(master) }
        let terminal = FileHandle(fileDescriptor: slave, closeOnDealloc: false)

        let file = folder.appending(path: "piped-\(UUID().uuidString)")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let pipe = try FileHandle(forWritingTo: file)

        let process = Process()
        process.executableURL = CommandRun.executable
        process.arguments = arguments
        process.currentDirectoryURL = folder
        var variables = ProcessInfo.processInfo.environment
        for name in ["NO_COLOR", "COLUMNS", "LC_ALL", "LC_CTYPE"] { variables[name] = nil }
        process.environment = variables.merging(["TERM": "xterm-256color", "LANG": "C.UTF-8"]) { $1 }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = streams.contains(.output) ? terminal : pipe
        process.standardError = streams.contains(.errors) ? terminal : pipe
        try process.run()
        // The end of the child is then the end of what can be read.
        close(slave)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(master, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        process.waitUntilExit()
        status = process.terminationStatus
        // The terminal ends its lines by two characters.
        shown = String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
        piped = try String(contentsOf: file, encoding: .utf8)
    }
}
