import Foundation

/// On SIGTERM, which a queue sends when a job's time is over, ends the process by it as before, but with a sentence.
///
/// Nothing else need be done: whatever is written becomes whole in one step, whenever the process ends.
///
/// - Parameter goesOn: whether the same command keeps what is done.
func saySentenceOnTermination(goesOn: Bool) {
    // Handlers may take no memory and no lock, so sentences are constants.
    let former =
        if goesOn {
            signal(SIGTERM) { end(by: $0, "Error: stopped by SIGTERM; the same command goes on from here\n") }
        } else {
            signal(SIGTERM) { end(by: $0, "Error: stopped by SIGTERM; the same command begins anew\n") }
        }
    // Who started the process wants it to stay.
    if unsafeBitCast(former, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { signal(SIGTERM, SIG_IGN) }
    // Some programs start others from threads that take no signals, and the new process inherits that.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
}

private func end(by number: Int32, _ sentence: StaticString) {
    if isatty(STDERR_FILENO) == 1 { write(STDERR_FILENO, "\n", 1) }
    write(STDERR_FILENO, sentence.utf8Start, sentence.utf8CodeUnitCount)
    signal(number, SIG_DFL)
    raise(number)
}
