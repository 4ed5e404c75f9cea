import Embeddings
import Foundation
import Glyphs200
import Splits
import TestSupport
import Testing

/// What commands make of stores: their own table of samples, and records that were tampered with.
@Suite struct StoreTests {
    private let folder: TemporaryFolder

    /// Two shards of a store.
    init() throws {
        folder = try TemporaryFolder()
        try folder.copyGlyphs()
        for number in 1...2 {
            let run = try CommandRun(
                [
                    "embed", "--root", "images", "--backbone", EmbeddedBenchmark.backbone.path, "-q", "--out",
                    "part-\(number)",
                    "--shard", "\(number)/2",
                ], in: folder.url)
            try #require(run.status == 0, "\(run.errors)")
        }
    }

    private func merge(_ out: String = "store") throws -> CommandRun {
        try CommandRun(["embed", "-q", "--out", out, "--merge", "part-1", "part-2"], in: folder.url)
    }

    @Test func aStoreBringsItsTable() throws {
        #expect(try merge().status == 0)
        let common = ["make-splits", "--draws", "0", "--min-classes", "3", "-q", "--out"]
        for (out, source) in [
            ("a", ["--features", "store", "--samples", "store/samples.csv"]), ("b", ["--features", "store"]),
            ("c", ["--features", "store/embeddings.npy"]), ("d", ["--features", "store", "--name", "images"]),
        ] {
            let run = try CommandRun(common + [out] + source, in: folder.url)
            #expect(run.status == 0, "\(run.errors)")
        }
        let all = try ["a", "b", "c", "d"].map { try SplitsFixture.contents(of: folder.url.appending(path: $0)) }
        #expect(all.allSatisfy { $0 == all[0] })
        // What is no store needs a table.
        try FileManager.default.copyItem(
            at: folder.url.appending(path: "store/embeddings.npy"), to: folder.url.appending(path: "f.npy"))
        let refused = try CommandRun(common + ["e", "--features", "f.npy"], in: folder.url)
        #expect(refused.status == 64 && refused.errors.contains("--features STORE, a folder that oodml embed wrote"))
    }

    /// Numbers that no store has are no reason to reserve memory for them, or to end the process.
    @Test(arguments: [
        ("identity.embeddings.dimension", Int.max), ("identity.embeddings.dimension", -1),
        ("identity.embeddings.dimension", 127), ("row_count", Int.max), ("row_count", -5), ("skipped_count", 1),
        ("identity.shard.count", 1 << 40), ("identity.shard.count", 0), ("identity.shard.number", -1),
        ("identity.sample_count", Int.min), ("identity.sample_count", 3),
    ])
    func recordsThatDoNotFit(path: String, value: Int) throws {
        for part in ["part-1", "part-2"] {
            let file = folder.url.appending(path: "\(part)/store.json")
            var json = try EditableJSON(Data(contentsOf: file))
            json[path] = value
            try folder.write(json.data, to: "\(part)/store.json")
        }
        let run = try merge()
        #expect(run.status == 1 && run.sentence?.contains("; expected ") == true, "\(run.status) \(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "store/store.json").path))
    }

    @Test func tablesThatDoNotFit() throws {
        let table = try String(contentsOf: folder.url.appending(path: "part-2/samples.csv"), encoding: .utf8)
        for changed in [
            "x,y\n1,2\n", table.replacingOccurrences(of: "sha256", with: "digest"),
            table.split(separator: "\n").dropLast().joined(separator: "\n") + "\n",
        ] {
            try folder.write(changed, to: "part-2/samples.csv")
            let run = try merge()
            #expect(run.status == 1 && run.sentence?.contains("expected") == true, "\(run.errors)")
        }
        try folder.write(table, to: "part-2/samples.csv")
        try FileManager.default.copyItem(
            at: folder.url.appending(path: "part-1/embeddings.npy"), to: folder.url.appending(path: "other.npy"))
        for bytes in [Data(), try Data(contentsOf: folder.url.appending(path: "other.npy")).dropLast(4)] {
            try folder.write(bytes, to: "part-2/embeddings.npy")
            let run = try merge()
            #expect(
                run.sentence?.contains("part-2/embeddings.npy: found other contents; expected 144 × 128 float32 values")
                    == true)
        }
    }

    /// Bytes of a record changed at random, as --features of a command that reads it.
    @Test func damagedRecordsAreOneSentence() throws {
        #expect(try merge().status == 0)
        let original = [UInt8](try Data(contentsOf: folder.url.appending(path: "store/store.json")))
        var rng = SplitMix64(seed: 3)
        var (refused, read) = (0, 0)
        for _ in 0..<25 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &rng) {
                bytes[Int.random(in: 0..<bytes.count, using: &rng)] = UInt8.random(in: 0x20..<0x7F, using: &rng)
            }
            try folder.write(Data(bytes), to: "store/store.json")
            let run = try CommandRun(
                [
                    "make-splits", "--features", "store", "--draws", "0", "--min-classes", "3", "-q", "--out", "x",
                    "--force",
                ],
                in: folder.url)
            if run.status == 0 { read += 1 } else { refused += 1 }
            #expect(run.status == 0 || (run.status == 1 && run.sentence != nil), "\(run.status) \(run.errors)")
        }
        #expect(refused + read == 25 && refused > 0)
    }
}
