/// What long work tells whoever waits for it: how far it is, and what should be known of it.
public enum WorkEvent: Sendable, Equatable {
    /// So many of all pieces of an activity are done; 0 when it begins.
    ///
    /// - Parameter isSteady: whether the pieces take equally long, so that a rate tells when the activity will end.
    case advanced(_ activity: String, done: Int, of: Int, isSteady: Bool = true)
    /// Something has begun of which nobody knows how long it takes.
    case began(_ activity: String)
    /// A piece of a series of larger ones has begun, counted from 0; what advances until the next one is part of it.
    case stage(_ series: String, piece: String, number: Int, of: Int)
    /// Something that should be known, in one sentence.
    case note(String)
    /// Something that makes results worth less than they look, in one sentence.
    case warning(String)

    /// The event with something said before its activity, such as which of several runs it belongs to.
    public func prefixed(_ prefix: String) -> WorkEvent {
        switch self {
        case .advanced(let activity, let done, let total, let isSteady):
            .advanced(prefix + activity, done: done, of: total, isSteady: isSteady)
        case .began(let activity): .began(prefix + activity)
        case .stage(let series, let piece, let number, let total):
            .stage(series, piece: prefix + piece, number: number, of: total)
        case .note, .warning: self
        }
    }
}

/// Where events go.
public typealias WorkReport = @Sendable (WorkEvent) -> Void
