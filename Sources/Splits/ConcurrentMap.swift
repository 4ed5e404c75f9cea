internal import DenseLinearAlgebra
internal import Dispatch
internal import Synchronization

/// `body(0)`, …, `body(count − 1)`, computed on all cores with BLAS on one thread each; the first error in that order is
/// thrown.
///
/// The results do not depend on the number of cores, because each is the work of one thread.
func concurrentMap<Result: Sendable>(
    count: Int, _ body: @escaping @Sendable (Int) throws -> Result
) throws -> [Result] {
    let results = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: count))
    withSerialBLAS {
        DispatchQueue.concurrentPerform(iterations: count) { number in
            let result = Swift.Result { try body(number) }
            results.withLock { $0[number] = result }
        }
    }
    return try results.withLock { $0 }.compactMap { try $0?.get() }
}
