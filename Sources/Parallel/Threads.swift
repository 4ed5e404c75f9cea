internal import Dispatch
internal import Foundation
internal import Ranks
internal import Synchronization

/// Divides the columns of a matrix among the processors, for a pass over its rows that treats every column separately;
/// sums then do not depend on the number of processors.
///
/// - Parameter work: the number of elements in the pass; small passes run on the calling thread alone.
package func inParallel(columnCount: Int, work: Int, _ body: @Sendable (Range<Int>) -> Void) {
    // Whole cache lines, so that no two threads write to one.
    let lines = (columnCount + 15) / 16
    let parts = work < 1 << 20 ? 1 : threadCount(upTo: min(lines, ProcessInfo.processInfo.activeProcessorCount))
    guard parts > 1 else { return body(0..<columnCount) }
    DispatchQueue.concurrentPerform(iterations: parts) { part in
        body(lines * part / parts * 16..<min(lines * (part + 1) / parts * 16, columnCount))
    }
}

/// Divides blocks of work among the processors, with BLAS on one thread.
///
/// Each processor takes the next block when it finishes one. The blocks are the same for any number of processors, so
/// their results are too.
///
/// - Parameters:
///   - blockCount: how many blocks there are.
///   - work: about how many operations all of them make, where that is known. A thread for less than a quarter of a
///     billion takes more memory than it saves time.
///   - limit: how many threads may work at once.
///   - buffers: makes the buffers that one processor keeps from block to block.
///   - body: called once per block, concurrently, with the buffers and the block's number.
package func inParallel<Buffers>(
    blockCount: Int, work: Double = .infinity, upTo limit: Int = .max, buffers: @Sendable () -> Buffers,
    _ body: @Sendable (inout Buffers, _ block: Int) -> Void
) {
    guard blockCount > 0 else { return }
    let nextBlock = Atomic(0)
    let worthwhile = Int(min(work / Double(1 << 28), Double(Int32.max)))
    let workerCount = threadCount(
        upTo: min(blockCount, limit, max(worthwhile, 1), ProcessInfo.processInfo.activeProcessorCount))
    // One of the threads is the caller's, which must not divide among ranks what the others do not.
    Ranks.asPiece {
        withSerialBLAS {
            DispatchQueue.concurrentPerform(iterations: workerCount) { _ in
                var own = buffers()
                while true {
                    let block = nextBlock.add(1, ordering: .relaxed).oldValue
                    guard block < blockCount else { break }
                    body(&own, block)
                }
            }
        }
    }
}

/// The results of a function for the numbers 0 ..< `count`, computed on all processors with BLAS on one thread.
///
/// The results do not depend on the number of processors, because one thread computes each.
///
/// - Parameters:
///   - count: how many numbers there are.
///   - limit: how many of them may be computed at once.
///   - buffers: makes the buffers that one processor keeps from number to number.
///   - body: called once per number, concurrently.
/// - Throws: the error of the smallest number that fails, after all numbers have been tried.
package func concurrentMap<Buffers, Value: Sendable, Failure: Error>(
    count: Int, upTo limit: Int = .max, buffers: @Sendable () -> Buffers,
    _ body: @Sendable (inout Buffers, _ number: Int) throws(Failure) -> Value
) throws(Failure) -> [Value] {
    var results = [Result<Value, Failure>?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { results in
        let results = DisjointBuffer(results)
        inParallel(blockCount: count, upTo: limit, buffers: buffers) { buffers, number in
            do throws(Failure) {
                results[number] = .success(try body(&buffers, number))
            } catch {
                results[number] = .failure(error)
            }
        }
    }
    var values: [Value] = []
    values.reserveCapacity(count)
    for result in results {
        if let value = try result?.get() { values.append(value) }
    }
    return values
}

/// The results of a function for the numbers 0 ..< `count`, computed on all processors with BLAS on one thread.
///
/// - Throws: the error of the smallest number that fails, after all numbers have been tried.
package func concurrentMap<Value: Sendable, Failure: Error>(
    count: Int, _ body: @Sendable (_ number: Int) throws(Failure) -> Value
) throws(Failure) -> [Value] {
    try concurrentMap(count: count, buffers: {}) { (_, number) throws(Failure) in try body(number) }
}

/// Memory that several threads write at once, each to its own elements.
///
/// The compiler cannot see that the elements differ, so this type promises it: whoever passes a buffer to several
/// threads must divide the indices among them. Nothing is checked.
///
/// It is public because the compiler inlines nothing into other modules that is only `package`: every element would cost
/// a call.
@frozen
public struct DisjointBuffer<Element>: @unchecked Sendable {
    @usableFromInline let base: UnsafeMutableBufferPointer<Element>

    /// Wraps initialised memory, which must outlive the threads' work.
    @inlinable
    public init(_ base: UnsafeMutableBufferPointer<Element>) {
        self.base = base
    }

    /// The element at an index, which no other thread may touch at that time.
    @inlinable
    public subscript(index: Int) -> Element {
        get { base[index] }
        nonmutating set { base[index] = newValue }
    }

    /// A part of the memory, for the one thread that owns it.
    @inlinable
    public subscript(range: Range<Int>) -> UnsafeMutableBufferPointer<Element> {
        UnsafeMutableBufferPointer(rebasing: base[range])
    }
}
