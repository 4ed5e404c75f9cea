import ArgumentParser
import CInterface
import Files
import Foundation
import Parallel
import Synchronization

/// A command that runs as a part of another program, by `oodml_run`: its output is kept, and its progress and warnings go to a
/// listener.
///
/// Calls run one after another, because a command may take all processors and memory for itself.
final class LibraryCall: Sendable {
    /// Something that the listener is told.
    typealias Listener = @Sendable (_ event: oodml_event, _ line: String) -> Bool

    /// The call under way; nil in the program, and between calls.
    static var current: LibraryCall? { underWay.withLock { $0 } }

    private static let turn = NSLock()
    private static let underWay = Mutex<LibraryCall?>(nil)
    private let listener: Listener?

    private init(_ listener: Listener?) { self.listener = listener }

    /// Tells the listener a line, and takes its wish to stop.
    func tell(_ event: oodml_event, _ line: String) {
        if listener?(event, line) == false { WorkStop.request() }
    }

    /// Runs a command on files in memory.
    ///
    /// - Returns: the output, and the error's sentence with its status.
    static func run(
        _ words: [String], on files: [String: MemoryFile], listener: Listener?
    ) -> (output: Data, failure: (status: oodml_status, sentence: String)?) {
        turn.withLock {
            let call = LibraryCall(listener)
            WorkStop.reset()
            MemoryFile.replaceAll(with: files)
            underWay.withLock { $0 = call }
            defer {
                underWay.withLock { $0 = nil }
                MemoryFile.replaceAll(with: [:])
            }
            do {
                let output = try OutputCapture.of { try Oodml.run(words) }
                guard !WorkStop.isRequested else { throw WorkStop.Requested() }
                return (output, nil)
            } catch {
                guard !WorkStop.isRequested else { return (Data(), (OODML_STOPPED, "\(WorkStop.Requested())")) }
                // What a program prints on standard output before it ends, as with --help.
                if Oodml.exitCode(for: error).isSuccess {
                    return (Data((Oodml.fullMessage(for: error) + "\n").utf8), nil)
                }
                let isMisuse = error is UsageError || Oodml.exitCode(for: error) == .validationFailure
                return (Data(), (isMisuse ? OODML_MISUSED : OODML_FAILED, Oodml.message(for: error)))
            }
        }
    }
}
