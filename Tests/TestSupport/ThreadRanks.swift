internal import Foundation
package import Ranks

/// Ranks that are threads of the test, in place of processes under MPI.
package enum ThreadRanks {
    /// Runs `body` at every rank, and returns what each came to.
    package static func run<Value: Sendable>(
        _ count: Int, _ body: @escaping @Sendable (RankGroup) throws -> Value
    ) -> [Result<Value, any Error>] {
        let meeting = Meeting(count: count)
        let results = Slots<Result<Value, any Error>>(count: count)
        let threads = (0..<count).map { rank in
            let thread = Thread {
                let group = RankGroup(ThreadTransport(rank: rank, count: count, meeting: meeting))
                results.set(
                    rank,
                    Result {
                        do {
                            return try Ranks.$current.withValue(group) { try body(group) }
                        } catch {
                            group.fail(with: "\(error)")
                            throw error
                        }
                    })
            }
            // As large as that of the main thread.
            thread.stackSize = 8 << 20
            return thread
        }
        threads.forEach { $0.start() }
        return results.all()
    }
}

/// Values that threads set, for one that waits for all of them.
private final class Slots<Value>: @unchecked Sendable {
    private let condition = NSCondition()
    private var values: [Value?]

    init(count: Int) { values = Array(repeating: nil, count: count) }

    func set(_ place: Int, _ value: Value) {
        condition.withLock {
            values[place] = value
            condition.broadcast()
        }
    }

    func all() -> [Value] {
        condition.withLock {
            while values.contains(where: { $0 == nil }) { condition.wait() }
            return values.compactMap { $0 }
        }
    }
}

/// Where all ranks put something down, and go on when all have.
private final class Meeting: @unchecked Sendable {
    private let condition = NSCondition()
    private let count: Int
    private var brought: [Int: [UInt8]] = [:]
    private var taken: (round: Int, all: [[UInt8]]) = (0, [])

    init(count: Int) { self.count = count }

    func exchange(_ bytes: [UInt8], rank: Int) -> [[UInt8]] {
        condition.withLock {
            let round = taken.round
            brought[rank] = bytes
            if brought.count == count {
                taken = (round + 1, (0..<count).map { brought[$0] ?? [] })
                brought = [:]
                condition.broadcast()
            }
            while taken.round == round { condition.wait() }
            return taken.all
        }
    }
}

private struct ThreadTransport: RankTransport {
    let rank: Int
    let count: Int
    let meeting: Meeting
    var host: String { "thread-\(rank)" }

    func gather(_ bytes: [UInt8]) -> [[UInt8]] { meeting.exchange(bytes, rank: rank) }

    func sum(_ values: inout [Int32]) {
        let all = gather(values.portableBytes).map { (try? [Int32](portableBytes: $0)) ?? [] }
        values = values.indices.map { place in all.reduce(0) { $0 + $1[place] } }
    }
}
