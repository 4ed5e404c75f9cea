internal import Synchronization

/// A request that the work under way in this process ends early.
///
/// Only a program that oodml is a part of makes one; the command itself is ended by signals. Long work asks between its
/// pieces, so a stop takes as long as one piece: a step of training, a task of a series, a block of ranking, a step of a
/// search.
package enum WorkStop {
    /// What work that ends early throws.
    package struct Requested: Error, CustomStringConvertible {
        package let description = "the work was stopped"

        package init() {}
    }

    private static let isSet = Atomic(false)

    /// Whether work should end; what it has made so far is then of no use.
    package static var isRequested: Bool { isSet.load(ordering: .relaxed) }

    /// Asks the work under way to end.
    package static func request() { isSet.store(true, ordering: .relaxed) }

    /// Forgets an earlier request, before new work begins.
    package static func reset() { isSet.store(false, ordering: .relaxed) }

    /// Ends the caller's work if that was requested.
    package static func check() throws(Requested) {
        if isRequested { throw Requested() }
    }
}
