/// What happens to an image that cannot be embedded.
public enum OnUnreadableImage: Sendable {
    /// It ends the run.
    case fail
    /// It is left out and listed, with the reason.
    case leaveOut
}
