internal import Files
internal import CLAPACK
internal import CBLASStart
internal import Foundation
internal import Synchronization

/// Runs `body` with single-threaded BLAS, for callers that bring their own threads.
///
/// Several threads that call a threaded BLAS wait for one another, and where it divides a product affects the last bits
/// of the result. The setting is process-wide: other work that runs meanwhile gets one thread too, and the previous
/// number is restored when the last of several concurrent calls returns.
package func withSerialBLAS<Result>(_ body: () throws -> Result) rethrows -> Result {
    threads.withLock { threads in
        if threads.serialCallCount == 0 {
            threads.blasCount = openblas_get_num_threads()
            openblas_set_num_threads(1)
        }
        threads.serialCallCount += 1
    }
    defer {
        threads.withLock { threads in
            threads.serialCallCount -= 1
            if threads.serialCallCount == 0 { openblas_set_num_threads(threads.blasCount) }
        }
    }
    return try body()
}

/// Gives OpenBLAS the threads that a call of BLAS or LAPACK is worth, in a program that lets it begin with one, as
/// `oodml` does; elsewhere OpenBLAS has its threads from the start, and nothing happens.
///
/// Each of OpenBLAS's threads reserves 64 MB or more, so there are no more than calls need: one for every two million
/// operations, up to the number of processors, or that in `OPENBLAS_NUM_THREADS`, `GOTO_NUM_THREADS` or
/// `OMP_NUM_THREADS`, the first that is set. Under a limit of the address space there may be fewer
/// (``threadCount(upTo:)``). Threads stay; they are not begun anew for each call.
///
/// - Parameter operations: about how many operations the call makes.
package func provideBLASThreads(forOperations operations: Double) {
    guard operations >= operationsPerThread, threads_are_on_demand() else { return }
    let worthwhile = Int(min(operations / operationsPerThread, Double(Int32.max)))
    threads.withLock { threads in
        guard threads.serialCallCount == 0 else { return }
        let current = Int(openblas_get_num_threads())
        let wanted = min(worthwhile, blasThreadMaximum)
        guard wanted > current else { return }
        let count = threads.grant(upTo: wanted)
        if count > current { openblas_set_num_threads(Int32(count)) }
    }
}

private let operationsPerThread = Double(1 << 21)

/// What OpenBLAS would begin with if it were left alone.
private let blasThreadMaximum: Int = {
    let environment = ProcessInfo.processInfo.environment
    let names = ["OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"]
    let asked = names.lazy.compactMap { environment[$0].flatMap { Int($0) } }.first { $0 > 0 }
    return min(asked ?? .max, ProcessInfo.processInfo.activeProcessorCount)
}()

/// How many threads may work at once, of `wanted`: all, unless the address space is limited and has no room for them.
///
/// - Returns: at least 1, the calling thread.
func threadCount(upTo wanted: Int) -> Int {
    threads.withLock { $0.grant(upTo: wanted) }
}

/// OpenBLAS keeps its number of threads in a global variable, and the address space is the whole process's, so their
/// guard has to be global too.
private let threads = Mutex(ThreadState())

private struct ThreadState {
    /// The number of running calls of ``withSerialBLAS(_:)``, and BLAS's number of threads before the first of them.
    var serialCallCount = 0
    var blasCount: Int32 = 0
    /// How many threads have had room for what stays reserved after them.
    var grantedCount = 1

    mutating func grant(upTo wanted: Int) -> Int {
        guard wanted > 1, let free = ProcessLimits.freeByteCount else { return max(wanted, 1) }
        // Threads within threads would be counted twice.
        guard serialCallCount == 0 else { return 1 }
        let count = AddressSpace.threadCount(upTo: wanted, withReserved: grantedCount, free: free)
        grantedCount = max(grantedCount, count)
        return count
    }
}
