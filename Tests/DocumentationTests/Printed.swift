import Foundation
import Synchronization

/// The lines that snippets print.
final class Printout: Sendable {
    private let text = Mutex("")

    func append(_ more: String) {
        text.withLock { $0 += more }
    }

    var lines: [String] { text.withLock { $0.split(separator: "\n").map(String.init) } }
}

enum Printing {
    @TaskLocal static var printout = Printout()
}

/// Stands in for Swift's own `print`, so that tests can compare what snippets print.
func print(_ items: Any..., separator: String = " ", terminator: String = "\n") {
    Printing.printout.append(items.map { "\($0)" }.joined(separator: separator) + terminator)
}

/// The lines that `body` prints.
func printed(by body: () throws -> Void) rethrows -> [String] {
    let printout = Printout()
    try Printing.$printout.withValue(printout) { try body() }
    return printout.lines
}
