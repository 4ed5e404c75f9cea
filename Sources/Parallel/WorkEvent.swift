/// What long work reports to its caller: progress, notes and warnings.
public enum WorkEvent: Sendable, Equatable {
    /// The number of pieces of an activity that are done; 0 when it begins.
    ///
    /// - Parameter isSteady: whether the pieces take equally long, so that the rate predicts when the activity will
    ///   end.
    case advanced(_ activity: String, done: Int, of: Int, isSteady: Bool = true)
    /// An activity of unknown duration has begun.
    case began(_ activity: String)
    /// A stage of a longer series has begun, counted from 0; all progress until the next stage belongs to it.
    case stage(_ series: String, piece: String, number: Int, of: Int)
    /// Something the user should know, in one sentence.
    case note(String)
    /// Something that makes results less reliable than they look, in one sentence.
    case warning(String)

    /// The event with a prefix before its activity, such as which of several runs it belongs to.
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
