internal import Foundation
package import Ranks

/// The results of a function for the numbers 0 ..< `count`, computed on all processors of all ranks with BLAS on one thread.
///
/// This and ``sharedSeries(of:count:_:)`` are where work is divided among machines: each rank computes some of the numbers,
/// and all get all results. Without ranks, and within a piece of divided work, it is ``concurrentMap(count:_:)``.
///
/// The results depend neither on the number of ranks nor on that of processors, because one thread computes each.
///
/// - Parameters:
///   - place: what is computed, for messages about ranks that do not agree.
///   - count: how many numbers there are.
///   - limit: how many numbers may be computed at once in a process, where each takes much memory.
///   - buffers: makes the buffers that one processor keeps from number to number.
///   - body: called once per number, concurrently.
/// - Throws: the error of the smallest number that fails, after all numbers have been tried.
package func sharedMap<Buffers, Value: Portable>(
    of place: String, count: Int, upTo limit: Int = .max, buffers: @Sendable () -> Buffers,
    _ body: @Sendable (inout Buffers, _ number: Int) throws -> Value
) throws -> [Value] {
    guard let group = Ranks.current else {
        return try concurrentMap(count: count, upTo: limit, buffers: buffers, body)
    }
    return try group.divide(count: count, of: place) { numbers in
        concurrentMap(count: numbers.count, upTo: limit, buffers: buffers) {
            (buffers, place) -> Result<Value, any Error> in
            Result { try body(&buffers, numbers[place]) }
        }
    }
}

/// The results of a function for the numbers 0 ..< `count`, computed on all processors of all ranks with BLAS on one thread.
package func sharedMap<Value: Portable>(
    of place: String, count: Int, upTo limit: Int = .max, _ body: @Sendable (_ number: Int) throws -> Value
) throws -> [Value] {
    try sharedMap(of: place, count: count, upTo: limit, buffers: {}) { _, number in try body(number) }
}

/// The results of a function for the numbers 0 ..< `count`, each of which takes all processors of a rank, one number after
/// the other.
///
/// - Throws: the error of the first number that fails.
package func sharedSeries<Value: Portable>(
    of place: String, count: Int, _ body: (_ number: Int) throws -> Value
) throws -> [Value] {
    guard let group = Ranks.current else { return try (0..<count).map(body) }
    return try group.divide(count: count, of: place) { numbers in
        var results: [Result<Value, any Error>] = []
        for number in numbers {
            let result = Result { try body(number) }
            results.append(result)
            if case .failure = result { break }
        }
        return results
    }
}

/// Replaces numbers that each rank has counted by their sums over all ranks.
package func addShares(of place: String, _ counts: inout [Int32]) throws {
    try Ranks.current?.sum(&counts, of: place)
}

/// How many processors all ranks have, if each had as many as the one with the most; it is the same at every rank.
package func sharedProcessorCount() throws -> Int {
    let own = ProcessInfo.processInfo.activeProcessorCount
    guard let group = Ranks.current else { return own }
    let all = try group.gather(own.portableBytes, of: "processors").map { try Int(portableBytes: $0) }
    return group.count * (all.max() ?? own)
}
