import Foundation
import TestSupport
import Testing

/// Heads and scores in parts, by jobs that run apart, and what joins them.
@Suite struct PartsTests {
    private let fixture: SplitsFixture

    init() throws {
        fixture = try SplitsFixture()
    }

    private func run(_ words: String, out: String) throws -> CommandRun {
        try fixture.run(words.split(separator: " ").map(String.init), out: out)
    }

    private static let train =
        "train --splits splits --features f.npy --objective triplet,normalized-softmax --steps 20 --dimension 4 --seeds 0,1 -q"
    private static let evaluate =
        "evaluate --splits splits --features f.npy --heads heads --matched-draws 2 -q"

    /// Trains and scores everything at once.
    private func runWhole() throws {
        for (words, out) in [(Self.train, "heads"), (Self.evaluate, "scores")] {
            let run = try run(words, out: out)
            try #require(run.status == 0, "\(run.errors)")
        }
    }

    @Test func partsJoinToTheBytesOfOneRun() throws {
        try runWhole()
        let (heads, scores) = (try fixture.contents(of: "heads"), try fixture.contents(of: "scores"))
        for number in 1...3 {
            let trained = try run("\(Self.train) --shard \(number)/3", out: "heads-\(number)")
            #expect(trained.status == 0, "\(trained.errors)")
            #expect(trained.output.hasPrefix("Part \(number) of 3 of "))
            #expect(trained.output.contains("To join all 3 parts: ") && !trained.output.contains("To score them"))
            let scored = try run("\(Self.evaluate) --shard \(number)/3", out: "scores-\(number)")
            #expect(scored.status == 0, "\(scored.errors)")
            // Every level is two tasks, of two objectives with two seeds.
            #expect(scored.output.contains(" tasks in scores-\(number)/scores.part; --merge joins all 3 parts"))
            // A part has no results, and no other part's heads.
            #expect(try fixture.contents(of: "scores-\(number)").keys.sorted() == ["receipt.csv", "scores.part"])
            let own = try fixture.contents(of: "heads-\(number)").keys.filter { $0.hasSuffix(".safetensors") }
            #expect(own.count < heads.keys.filter { $0.hasSuffix(".safetensors") }.count / 2)
        }
        let joined = try run("\(Self.train) --merge heads-3 heads-1 heads-2", out: "joined")
        #expect(joined.status == 0, "\(joined.errors)")
        #expect(try fixture.contents(of: "joined") == heads)
        // Joined once more into the same folder, nothing is written again.
        func fileNumbers() throws -> [Int?] {
            try heads.keys.sorted().map { path in
                let file = fixture.folder.url.appending(path: "joined/\(path)")
                return try FileManager.default.attributesOfItem(atPath: file.path)[.systemFileNumber] as? Int
            }
        }
        let numbers = try fileNumbers()
        let repeated = try run("\(Self.train) --merge heads-1 heads-2 heads-3", out: "joined")
        #expect(repeated.status == 0 && repeated.errors.isEmpty, "\(repeated.errors)")
        #expect(try fixture.contents(of: "joined") == heads && fileNumbers() == numbers)
        let merged = try run("\(Self.evaluate) --merge scores-2 scores-1 scores-3", out: "merged")
        #expect(merged.status == 0, "\(merged.errors)")
        #expect(try fixture.contents(of: "merged") == scores)
        // The same part again is the same, and a part goes on where it was.
        #expect(try run("\(Self.evaluate) --shard 2/3", out: "scores-2").status == 0)
        let again = try run("\(Self.train) --shard 2/3", out: "heads-2")
        #expect(again.status == 0 && again.errors.isEmpty, "\(again.errors)")
    }

    /// More parts than tasks: some have nothing to do.
    @Test func moreJobsThanTasks() throws {
        try runWhole()
        let taskCount = try fixture.contents(of: "heads").keys.filter { $0.hasSuffix(".safetensors") }.count
        let count = taskCount + 2
        var folders: [String] = []
        for number in 1...count {
            folders.append("p\(number)")
            #expect(try run("\(Self.evaluate) --shard \(number)/\(count)", out: "p\(number)").status == 0)
        }
        let merged = try run("\(Self.evaluate) --merge \(folders.joined(separator: " "))", out: "merged")
        #expect(merged.status == 0, "\(merged.errors)")
        #expect(try fixture.contents(of: "merged") == fixture.contents(of: "scores"))
    }

    @Test func whatDoesNotFitIsRefused() throws {
        try runWhole()
        for number in 1...2 {
            #expect(try run("\(Self.train) --shard \(number)/2", out: "heads-\(number)").status == 0)
            #expect(try run("\(Self.evaluate) --shard \(number)/2", out: "scores-\(number)").status == 0)
        }
        func sentence(_ words: String) throws -> String? {
            let run = try run(words, out: "refused")
            #expect(run.status != 0)
            #expect(try fixture.contents(of: "refused").isEmpty)
            // Paths are whole.
            return run.sentence?.replacingOccurrences(of: fixture.folder.url.path + "/", with: "")
        }
        #expect(
            try sentence("\(Self.evaluate) --merge scores-1") == "scores-1: found the parts 1/2; expected each once")
        #expect(
            try sentence("\(Self.evaluate) --merge scores-1 scores-1")
                == "scores-1: found the parts 1/2, 1/2; expected each once")
        #expect(
            try sentence("\(Self.evaluate) --similarity euclidean --merge scores-1 scores-2")
                == "scores-1: found scores of other models, splits or options; expected those that this part was scored with"
        )
        #expect(
            try sentence("\(Self.train) --merge heads-1")?.hasPrefix("heads-1: found no head ") == true)
        #expect(
            try sentence("\(Self.train) --learning-rate 0.5 --merge heads-1 heads-2")?
                .hasPrefix("heads-1: found heads trained otherwise (") == true)
        // Bytes that somebody changed.
        let file = fixture.folder.url.appending(path: "scores-1/scores.part")
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: file)
        #expect(try sentence("\(Self.evaluate) --merge scores-1 scores-2")?.hasPrefix("scores-1") == true)
        // And bytes that nobody vouches for.
        try FileManager.default.removeItem(at: fixture.folder.url.appending(path: "scores-1/receipt.csv"))
        for count in [0, 5, bytes.count / 3] {
            try bytes.prefix(count).write(to: file)
            #expect(
                try sentence("\(Self.evaluate) --merge scores-1 scores-2")?
                    .hasSuffix("expected a part of the scores, written by this version of oodml") == true)
        }
        for words in ["--shard 0/2", "--shard 3/2", "--shard two", "--shard 1/2 --merge scores-1"] {
            #expect(try run("\(Self.evaluate) \(words)", out: "refused").status == 64)
        }
    }

    /// With a search for parameters, parts have whole objectives as long as there are enough.
    @Test func searchesAreDividedByObjective() throws {
        let tune = "\(Self.train) --tune 2"
        #expect(try run(tune, out: "heads").status == 0)
        let heads = try fixture.contents(of: "heads")
        for count in 1...5 {
            let parts = (1...count).map { "p\(count)-\($0)" }
            var searched: [Set<String>] = []
            for (number, part) in zip(1..., parts) {
                let trained = try run("\(tune) --shard \(number)/\(count)", out: part)
                #expect(trained.status == 0, "\(trained.errors)")
                let contents = try fixture.contents(of: part)
                let record = try JSONDecoder().decode(Record.self, from: try #require(contents["training.json"]))
                searched.append(Set(record.tuning.trials.map(\.objective)))
                // No search without a head that it is for, and no head without its search.
                let own = contents.keys.filter { $0.hasSuffix(".safetensors") }.compactMap {
                    $0.split(separator: "/").first
                }
                #expect(Set(own.map(String.init)) == searched.last)
                // A part goes on where it was.
                #expect(try run("\(tune) --shard \(number)/\(count)", out: part).status == 0)
                #expect(try fixture.contents(of: part) == contents)
            }
            #expect(searched.map(\.count) == (count == 1 ? [2] : searched.map { _ in 1 }))
            if count == 2 { #expect(searched == [["triplet"], ["normalized-softmax"]]) }
            let joined = try run("\(tune) --merge \(parts.reversed().joined(separator: " "))", out: "joined-\(count)")
            #expect(joined.status == 0, "\(joined.errors)")
            #expect(try fixture.contents(of: "joined-\(count)") == heads)
        }
        func sentence(_ words: String) throws -> String? {
            let run = try run(words, out: "refused")
            #expect(run.status != 0)
            #expect(try fixture.contents(of: "refused").isEmpty)
            return run.sentence?.replacingOccurrences(of: fixture.folder.url.path + "/", with: "")
        }
        #expect(
            try sentence("\(tune) --merge p2-1")
                == "p2-1: found no search for the parameters of normalized-softmax, here or in the other parts; expected that of "
                + "every objective in one of them")
        #expect(
            try sentence("\(Self.train) --merge p2-1 p2-2")?
                .hasPrefix("p2-1: found heads trained otherwise (after a search for parameters)") == true)
        #expect(
            try sentence("\(Self.train) --tune 3 --merge p2-1 p2-2")?
                .hasPrefix("p2-1: found heads trained otherwise (after a search of 2 trials") == true)
        #expect(
            try sentence("\(tune) --learning-rate 0.5 --merge p2-1 p2-2")?
                .hasPrefix("p2-1: found heads trained otherwise (") == true)
        // A search whose heads are in another part that is missing.
        #expect(try sentence("\(tune) --merge p3-1 p3-2")?.hasPrefix("p3-1: found no head triplet/") == true)
    }

    /// The part of training.json that says what was searched.
    private struct Record: Decodable {
        struct Tuning: Decodable {
            let trials: [Trial]
        }

        struct Trial: Decodable {
            let objective: String
        }

        let tuning: Tuning
    }
}
