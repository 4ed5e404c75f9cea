/// Why bytes are not a pickle of plain data: one clause, which ``/Files/FileError/unreadable(path:as:reason:)`` puts
/// after a path.
package struct PickleFailure: Error {
    package let reason: String

    /// States a reason.
    package init(reason: String) {
        self.reason = reason
    }
}
