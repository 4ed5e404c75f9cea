/// Values in memory that something else keeps, as a file that is mapped; they are only read.
@usableFromInline final class KeptValues<Scalar: Sendable>: Sendable {
    // Nothing writes there.
    @usableFromInline nonisolated(unsafe) let values: UnsafeBufferPointer<Scalar>
    private let keeper: any Sendable & AnyObject

    init(_ values: UnsafeBufferPointer<Scalar>, keptBy keeper: any Sendable & AnyObject) {
        self.values = values
        self.keeper = keeper
    }
}
