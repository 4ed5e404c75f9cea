import Files
import Foundation

/// Runs another program, without its output, and waits for its end.
///
/// Foundation's `Process` ends this program where few files may be open.
struct ProgramRun {
    /// The status that the program ended with; nil if a signal ended it.
    let status: Int32?
    /// The signal that ended the program; 0 if none did.
    let signal: Int32

    /// - Parameter variables: what is set in the program's environment beside what this one has.
    /// - Throws: ``CommandError`` for a program that cannot be started.
    init(_ program: URL, _ arguments: [String], setting variables: [String: String] = [:]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0)
        }
        let environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
        var words = ([program.path] + arguments).map { strdup($0) } + [nil]
        var settings = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + settings { free(text) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, program.path, &actions, nil, &words, &settings)
        guard code == 0 else {
            // The child found no place for its streams.
            let reason = code == EBADF ? EMFILE : code
            throw CommandError("\(program.path): it cannot be started: \(systemReason(reason))")
        }
        var end: Int32 = 0
        while waitpid(child, &end, 0) < 0 {
            guard errno == EINTR else {
                throw CommandError("\(program.path): its end cannot be seen: \(systemReason())")
            }
        }
        // The macros WIFEXITED and WEXITSTATUS are not imported.
        signal = end & 0x7F
        status = signal == 0 ? end >> 8 & 0xFF : nil
    }
}
