import Foundation
import Parallel

extension Terminal {
    /// Shows the events that long work reports.
    func show(_ event: WorkEvent) {
        switch event {
        case .advanced(let activity, 0, _, true): begin(activity)
        case .advanced(let activity, let done, let total, let isSteady):
            advance(activity, done, of: total, withRate: isSteady)
        case .began(let activity): status(activity)
        case .stage(let series, let piece, let number, let total): stage(series, piece, number, of: total)
        case .note(let line): note(line)
        case .warning(let line): warn(line)
        }
    }
}

extension Terminal {
    /// On SIGINT, which Ctrl-C sends, prints a word and ends the process with status 130; nil where the process is another
    /// program's, whose signals are its own.
    func interruption(_ line: String) -> (any DispatchSourceSignal)? {
        guard LibraryCall.current == nil else { return nil }
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler { [self] in
            note(line)
            _exit(130)
        }
        source.resume()
        return source
    }
}
