import Foundation

/// One run of the built `oodml`, as a user starts it, or of a program that may call it.
struct CommandRun {
    let status: Int32
    let output: String
    let errors: String

    /// Runs `oodml`, or another program, with some arguments and waits for its end; `oodml` is found by its name there.
    ///
    /// - Parameter changes: variables of the environment that are added or set otherwise.
    init(
        _ arguments: [String], in folder: URL? = nil, program: URL = Self.executable,
        environment changes: [String: String] = [:]
    ) throws {
        let process = Process()
        process.executableURL = program
        var environment = ProcessInfo.processInfo.environment
        let path = Self.executable.deletingLastPathComponent().path
        environment["PATH"] = environment["PATH"].map { "\(path):\($0)" } ?? path
        environment["OODML"] = Self.executable.path
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = environment.merging(changes) { $1 }
        // Through files, since two full pipes would have to be read at once.
        let scratch = FileManager.default.temporaryDirectory.appending(path: "oodml-run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let (outputFile, errorFile) = (scratch.appending(path: "output"), scratch.appending(path: "errors"))
        for file in [outputFile, errorFile] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        process.standardError = try FileHandle(forWritingTo: errorFile)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        status = process.terminationStatus
        output = try String(contentsOf: outputFile, encoding: .utf8)
        errors = try String(contentsOf: errorFile, encoding: .utf8)
    }

    /// The error, where that is one sentence; what was understood of the input may be said before it.
    var sentence: String? {
        let lines = errors.split(separator: "\n")
        guard let last = lines.last, last.hasPrefix("Error: "), lines.count(where: { $0.hasPrefix("Error: ") }) == 1
        else { return nil }
        return String(last.dropFirst(7))
    }

    /// The executable stands beside the bundle of the tests.
    static var executable: URL {
        let arguments = CommandLine.arguments[0]
        return URL(filePath: arguments).deletingLastPathComponent().appending(path: "oodml")
    }
}
