internal import Synchronization

/// A list that several threads append to.
final class SharedList<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    /// The elements, in the order in which threads came.
    var values: [Element] { elements.withLock { $0 } }

    func append(_ element: Element) { elements.withLock { $0.append(element) } }
}
