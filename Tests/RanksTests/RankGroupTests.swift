import Parallel
import Ranks
import TestSupport
import Testing

@Suite struct RankGroupTests {
    private struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    /// The sentence of a failure; nil for a success.
    private func sentences<Value>(_ results: [Result<Value, any Error>]) -> [String?] {
        results.map { result in
            if case .failure(let error) = result { "\(error)" } else { nil }
        }
    }

    @Test(arguments: [1, 2, 3, 7]) func everyRankGetsWhatAllHave(count: Int) throws {
        // Another number of bytes at each rank, none at the first.
        let results = ThreadRanks.run(count) { group in
            try group.gather([UInt8](repeating: UInt8(group.rank), count: group.rank), of: "bytes")
        }
        for result in results {
            #expect(try result.get() == (0..<count).map { [UInt8](repeating: UInt8($0), count: $0) })
        }
    }

    @Test(arguments: [1, 2, 3, 7]) func numbersAreSummed(count: Int) throws {
        let results = ThreadRanks.run(count) { group in
            var values: [Int32] = [1, Int32(group.rank), -Int32(group.rank * group.rank)]
            try group.sum(&values, of: "counts")
            return values
        }
        let ranks = (0..<count).map(Int32.init)
        for result in results {
            #expect(try result.get() == [Int32(count), ranks.reduce(0, +), -ranks.reduce(0) { $0 + $1 * $1 }])
        }
    }

    /// Also with fewer pieces than ranks, and with none.
    @Test(arguments: [1, 2, 3, 7], [0, 1, 2, 6, 50]) func piecesComeBackInOrder(ranks: Int, pieces: Int) throws {
        let results = ThreadRanks.run(ranks) { group in
            let squares = try sharedMap(of: "squares", count: pieces) { number in number * number }
            let texts = try sharedSeries(of: "texts", count: pieces) { number in "\(group.rank) did \(number)" }
            return (squares, texts)
        }
        for result in results {
            let (squares, texts) = try result.get()
            #expect(squares == (0..<pieces).map { $0 * $0 })
            #expect(texts == (0..<pieces).map { "\($0 % ranks) did \($0)" })
        }
    }

    @Test func workWithinAPieceIsNotDividedFurther() throws {
        let results = ThreadRanks.run(3) { group in
            let nested = try sharedSeries(of: "outer", count: 5) { outer in
                try sharedMap(of: "inner", count: 4) { 10 * outer + $0 }.reduce(0, +)
            }
            // Threads that are no pieces are not divided either, since one of them is the caller's.
            let threads = try concurrentMap(count: 4) { number in
                try sharedMap(of: "within threads", count: 3) { number + $0 }.reduce(0, +)
            }
            return (nested, threads, group.traffic.exchanges)
        }
        for result in results {
            let (nested, threads, exchanges) = try result.get()
            #expect(nested == (0..<5).map { 40 * $0 + 6 })
            #expect(threads == (0..<4).map { 3 * $0 + 3 })
            #expect(exchanges == 1)
        }
    }

    @Test func theErrorOfTheFirstPieceThatFailsEndsAll() throws {
        let results = ThreadRanks.run(3) { _ in
            try sharedSeries(of: "pieces", count: 9) { number in
                if number >= 4 { throw Refused(description: "piece \(number) cannot be done") }
                return number
            }
        }
        #expect(sentences(results) == Array(repeating: "piece 4 cannot be done", count: 3))
        // Where it happened it is the error itself.
        #expect(throws: Refused.self) { try results[1].get() }
    }

    @Test func aFailureOfOneRankReachesTheOthersWhereverTheyAre() throws {
        let results = ThreadRanks.run(4) { group in
            if group.rank == 2 { throw Refused(description: "features.npy: cannot be read") }
            _ = try group.gather([], of: "one thing")
            _ = try group.gather([], of: "another")
        }
        let sentence = "features.npy: cannot be read (rank 2, on thread-2)"
        #expect(sentences(results) == [sentence, sentence, "features.npy: cannot be read", sentence])
    }

    @Test func whenAllFailTheSentenceIsTheFirstOnes() throws {
        let results = ThreadRanks.run(3) { group in
            throw Refused(description: "rank \(group.rank) fails")
        }
        #expect(sentences(results).first == "rank 0 fails")
    }

    @Test func ranksThatTakeOtherWaysAreToldSo() throws {
        let results = ThreadRanks.run(2) { group in
            _ = try group.gather([], of: group.rank == 0 ? "levels" : "heads")
        }
        let expected =
            "rank 0 has come to levels, and rank 1 to heads; expected all ranks to take the same way, which they do with the same "
            + "program, options and files"
        #expect(sentences(results) == [expected, expected])
    }

    @Test func theFirstRankActsAloneAndTheOthersLearnWhatItFound() throws {
        let results = ThreadRanks.run(3) { group in
            try Ranks.onFirst("reading") { "found by rank \(group.rank)" }
        }
        for result in results { #expect(try result.get() == "found by rank 0") }
        let failed = ThreadRanks.run(3) { _ in
            try Ranks.onFirst("writing") { () throws -> Void in throw Refused(description: "the disk is full") }
        }
        #expect(sentences(failed) == Array(repeating: "the disk is full", count: 3))
    }

    @Test func withoutRanksTheSameFunctionsWorkAlone() throws {
        #expect(Ranks.current == nil && Ranks.isFirst)
        #expect(try sharedMap(of: "squares", count: 4) { $0 * $0 } == [0, 1, 4, 9])
        #expect(try sharedSeries(of: "squares", count: 4) { $0 * $0 } == [0, 1, 4, 9])
        #expect(try Ranks.onFirst("reading") { 7 } == 7)
        var counts: [Int32] = [1, 2]
        try addShares(of: "counts", &counts)
        #expect(counts == [1, 2])
    }
}
