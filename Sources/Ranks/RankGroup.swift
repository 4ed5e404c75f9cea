internal import Synchronization

/// The processes, called ranks, that share the work of one run.
///
/// Every rank runs the same program on the same input. Where it comes to pieces of work that do not depend on one another,
/// each rank does some of them, and all get all results in order, so they go on with the same values. Nothing that is
/// computed depends on how many ranks there are.
///
/// A failure at one rank reaches all others at the next exchange, wherever they are, so all end with its sentence.
package final class RankGroup: Sendable {
    private let transport: any RankTransport
    private let counts = Mutex(Counts())

    /// What a rank has exchanged so far.
    package struct Counts: Sendable {
        /// How many exchanges there were.
        package var exchanges = 0
        /// The bytes that this rank has sent.
        package var sent = 0
        /// The bytes that it has received.
        package var received = 0
        /// The failure that has ended the group.
        fileprivate var failure: Failure?
    }

    package init(_ transport: any RankTransport) { self.transport = transport }

    /// The number of this rank, from 0.
    package var rank: Int { transport.rank }
    /// How many ranks there are.
    package var count: Int { transport.count }
    /// What people call the machine that this rank runs on.
    package var host: String { transport.host }
    /// Whether this is the rank that prints and writes.
    package var isFirst: Bool { rank == 0 }
    /// What has ended the group, if a failure has.
    package var failure: Failure? { counts.withLock { $0.failure } }
    /// What has been exchanged so far.
    package var traffic: Counts { counts.withLock { $0 } }

    /// Another rank has failed.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// The bytes of all ranks, at every rank.
    ///
    /// - Parameter place: what is exchanged, the same at all ranks; it tells ranks that have come to different places.
    /// - Throws: ``Failure`` of the first rank that has failed.
    package func gather(_ bytes: [UInt8], of place: String) throws(Failure) -> [[UInt8]] {
        try exchange(Message.values(place: place, bytes))
    }

    /// Replaces numbers by their sums over all ranks.
    package func sum(_ values: inout [Int32], of place: String) throws(Failure) {
        _ = try exchange(Message.values(place: place, values.count.portableBytes))
        transport.sum(&values)
        let size = values.count * MemoryLayout<Int32>.stride
        counts.withLock { counts in
            counts.sent += size
            counts.received += size
        }
    }

    /// Runs `body` at the first rank alone, when all have come here; the others wait for it to end.
    ///
    /// - Throws: what `body` throws; at the other ranks ``Failure`` with its sentence.
    package func onFirst<Value: Portable>(_ place: String, _ body: () throws -> Value) throws -> Value {
        _ = try gather([], of: place)
        var own: Value?
        if isFirst {
            do {
                own = try body()
            } catch {
                fail(with: "\(error)")
                throw error
            }
        }
        let found = try gather(own?.portableBytes ?? [], of: place)
        return try own ?? Value(portableBytes: found[0])
    }

    /// Tells the others that this rank fails.
    ///
    /// They learn it at their next exchange, with which this one pairs; ranks that fail too pair with one another.
    package func fail(with sentence: String) {
        guard failure == nil else { return }
        _ = try? exchange(Message.failure(host: transport.host, sentence))
    }

    private func exchange(_ message: Message) throws(Failure) -> [[UInt8]] {
        // Who has failed takes part in nothing more.
        if let failure { throw failure }
        let sent = message.portableBytes
        let all = transport.gather(sent)
        counts.withLock { counts in
            counts.exchanges += 1
            counts.sent += sent.count
            counts.received += all.reduce(0) { $0 + $1.count } - sent.count
        }
        do {
            return try Self.values(of: all.map { try Message(portableBytes: $0) })
        } catch {
            let failure = error as? Failure ?? Failure(description: "\(error)")
            counts.withLock { $0.failure = failure }
            throw failure
        }
    }

    /// What all ranks sent, if none has failed and all are at one place.
    private static func values(of messages: [Message]) throws -> [[UInt8]] {
        for (rank, message) in messages.enumerated() {
            guard case .failure(let host, let sentence) = message else { continue }
            // All ranks read the same input, so mostly the first fails as the others do.
            throw Failure(description: rank == 0 ? sentence : "\(sentence) (rank \(rank), on \(host))")
        }
        var places: [String] = []
        var values: [[UInt8]] = []
        for case .values(let place, let bytes) in messages {
            places.append(place)
            values.append(bytes)
        }
        if let other = places.firstIndex(where: { $0 != places[0] }) {
            throw Failure(
                description:
                    "rank 0 has come to \(places[0]), and rank \(other) to \(places[other]); expected all ranks to "
                    + "take the same way, which they do with the same program, options and files")
        }
        return values
    }

    private enum Message: Portable {
        case values(place: String, [UInt8])
        case failure(host: String, String)

        func put(into bytes: inout PortableBytes) {
            switch self {
            case .values(let place, let values): bytes.put(true, place, values)
            case .failure(let host, let sentence): bytes.put(false, host, sentence)
            }
        }

        init(from bytes: inout PortableBytes) throws {
            self =
                try bytes.get()
                ? .values(place: try bytes.get(), try bytes.get()) : .failure(host: try bytes.get(), try bytes.get())
        }
    }
}

/// The ranks of this run.
package enum Ranks {
    /// The group that divides work which begins here; nil in a run of one process, and within a piece of divided work.
    @TaskLocal package static var current: RankGroup?

    /// Runs `body` as a piece of divided work, which is not divided further.
    package static func asPiece<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        guard current != nil else { return try body() }
        let result = $current.withValue(nil) { () -> Result<Value, Failure> in
            do throws(Failure) { return .success(try body()) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// Runs `body` at the first of several ranks, or here if there are not several.
    package static func onFirst<Value: Portable>(_ place: String, _ body: () throws -> Value) throws -> Value {
        guard let group = current else { return try body() }
        return try group.onFirst(place) { try asPiece(body) }
    }

    /// The same for a body without a result.
    package static func onFirst(_ place: String, _ body: () throws -> Void) throws {
        _ = try onFirst(place) {
            try body()
            return true
        }
    }

    /// Whether this process prints and writes.
    package static var isFirst: Bool { current?.isFirst ?? true }
}
