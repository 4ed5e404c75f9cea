import Foundation
import TestSupport
import Testing

/// Commands that are stopped at any moment: what they leave is whole or not there, and the same command succeeds.
@Suite struct KilledRunsTests {
    /// Starts a command and ends it by a signal after some seconds; false if it had ended by itself.
    static func kill(
        _ arguments: [String], in folder: URL, after seconds: Double, by signal: Int32 = SIGKILL
    ) throws -> Bool {
        let process = try started(arguments, in: folder)
        Thread.sleep(forTimeInterval: seconds)
        Foundation.kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return process.terminationReason == .uncaughtSignal
    }

    @Test(arguments: SplitsFixture.commands.indices)
    func whatIsLeftIsWholeOrAbsent(number: Int) throws {
        let fixture = try SplitsFixture()
        let (arguments, last) = SplitsFixture.commands[number]
        let start = Date.now
        try #require(try fixture.run(arguments, out: "whole").status == 0)
        let duration = Date.now.timeIntervalSince(start)
        let whole = try fixture.contents(of: "whole")
        var rng = SplitMix64(seed: UInt64(number))
        var (kills, attempts) = (0, 0)
        // A run may end before it is killed: as many attempts as it takes, within reason.
        while kills < 15, attempts < 150 {
            attempts += 1
            let wait = duration * Double.random(in: 0.1...0.95, using: &rng)
            let signal = attempts % 3 == 0 ? SIGINT : SIGKILL
            let isKilled = try Self.kill(
                arguments + ["--out", "out"], in: fixture.folder.url, after: wait, by: signal)
            kills += isKilled ? 1 : 0
            let left = try fixture.contents(of: "out").filter { !Self.isScratch($0.key) }
            for (name, bytes) in left { #expect(whole[name] == bytes, "\(name)") }
            // Who waits for the last file finds the others.
            if left[last] != nil {
                #expect(left == whole)
                try fixture.folder.remove("out")
            }
        }
        #expect(kills == 15)
        let rerun = try fixture.run(arguments, out: "out")
        #expect(rerun.status == 0, "\(rerun.errors)")
        #expect(try fixture.contents(of: "out") == whole)
    }

    /// Killed while it replaces another run's results: the old ones, the new ones, or none that pass for whole.
    @Test(arguments: SplitsFixture.commands.indices.dropLast())
    func replacementsAreWholeOrAbsent(number: Int) throws {
        let fixture = try SplitsFixture()
        let (arguments, last) = SplitsFixture.commands[number]
        let other = arguments + (number == 0 ? ["--seed", "5"] : ["--similarity", "euclidean"])
        let start = Date.now
        try #require(try fixture.run(arguments, out: "whole").status == 0)
        let duration = Date.now.timeIntervalSince(start)
        try #require(try fixture.run(other, out: "other").status == 0)
        let states = [try fixture.contents(of: "whole"), try fixture.contents(of: "other")]
        var rng = SplitMix64(seed: UInt64(20 + number))
        var kills = 0
        for attempt in 0..<20 {
            let wait = duration * Double.random(in: 0.4...1.1, using: &rng)
            kills +=
                try Self.kill(
                    (attempt % 2 == 0 ? arguments : other) + ["--out", "out", "--force"], in: fixture.folder.url,
                    after: wait)
                ? 1 : 0
            let left = try fixture.contents(of: "out").filter { !Self.isScratch($0.key) }
            #expect(left[last] == nil || states.contains(left))
        }
        #expect(kills > 0)
        #expect(try fixture.run(other + ["--force"], out: "out").status == 0)
        #expect(try fixture.contents(of: "out") == states[1])
    }

    /// SIGTERM, at the end of a job's time, ends a command by the signal, with a sentence that says what the same command does.
    @Test(arguments: [("train", "goes on from here"), ("make-splits", "begins anew")])
    func terminationIsSaid(command: String, words: String) throws {
        let fixture = try SplitsFixture()
        let long =
            command == "train"
            ? ["train", "--splits", "splits", "--features", "f.npy", "--objective", "triplet", "--steps", "100000000"]
            : SplitsFixture.makeSplits + ["--draws", "100000"]
        let errors = fixture.folder.url.appending(path: "errors.txt")
        try Data().write(to: errors)
        let process = try started(
            long + ["-q", "--out", "out"], in: fixture.folder.url, errors: try FileHandle(forWritingTo: errors))
        // Before it looks for the signal there is nothing to say.
        for _ in 0..<1000 where try !Self.catches(SIGTERM, process.processIdentifier) {
            Thread.sleep(forTimeInterval: 0.02)
        }
        Foundation.kill(process.processIdentifier, SIGTERM)
        for _ in 0..<1000 where process.isRunning { Thread.sleep(forTimeInterval: 0.02) }
        // Rather a failure than a test without an end.
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGTERM)
        #expect(
            try String(contentsOf: errors, encoding: .utf8) == "Error: stopped by SIGTERM; the same command \(words)\n")
    }

    /// Whether a process has a handler of a signal.
    private static func catches(_ signal: Int32, _ process: pid_t) throws -> Bool {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let caught = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }?.split(separator: "\t").last
        return try #require(caught.flatMap { UInt64($0, radix: 16) }) >> UInt64(signal - 1) & 1 == 1
    }

    /// What is on its way has names that begin with a dot; the next run removes it.
    static func isScratch(_ path: String) -> Bool {
        (path as NSString).lastPathComponent.hasPrefix(".")
    }
}

/// Several commands into one folder at once.
@Suite struct ConcurrentRunsTests {
    /// Of runs with different options one wins and the others refuse; what is there is one run's alone.
    @Test func differentRunsDoNotMix() throws {
        let fixture = try SplitsFixture(withSplits: false)
        let seeds = ["1", "2", "3"]
        var wholes: [String: [String: Data]] = [:]
        for seed in seeds {
            try #require(
                try fixture.run(SplitsFixture.makeSplits + ["--seed", seed], out: "whole-\(seed)").status == 0)
            wholes[seed] = try fixture.contents(of: "whole-\(seed)")
        }
        #expect(Set(wholes.values.map { $0["manifest.json"] }).count == 3)
        for (round, force) in [[], [], ["--force"], ["--force"]].enumerated() {
            let runs = try seeds.map { seed in
                try started(
                    SplitsFixture.makeSplits + ["--seed", seed, "--out", "out-\(round)"] + force, in: fixture.folder.url
                )
            }
            for run in runs { run.waitUntilExit() }
            let statuses = runs.map(\.terminationStatus)
            #expect(statuses.sorted() == (force.isEmpty ? [0, 1, 1] : [0, 0, 0]), "\(statuses)")
            let found = try fixture.contents(of: "out-\(round)")
            let winner = try #require(seeds.first { wholes[$0] == found })
            #expect(!force.isEmpty || statuses[(Int(winner) ?? 0) - 1] == 0)
        }
    }

    /// The same run twice is the same result, whoever is first.
    @Test func equalRunsAgree() throws {
        let fixture = try SplitsFixture()
        for (arguments, _) in SplitsFixture.commands {
            let runs = try (0..<3).map { _ in try started(arguments + ["--out", "out"], in: fixture.folder.url) }
            for run in runs { run.waitUntilExit() }
            #expect(runs.map(\.terminationStatus) == [0, 0, 0])
            #expect(try fixture.run(arguments, out: "whole").status == 0)
            #expect(try fixture.contents(of: "out") == fixture.contents(of: "whole"))
            for name in ["out", "whole"] { try fixture.folder.remove(name) }
        }
    }
}

/// Starts a command whose output nobody reads, and whose errors may go to a file.
private func started(
    _ arguments: [String], in folder: URL, errors: FileHandle = .nullDevice
) throws -> Process {
    let process = Process()
    process.executableURL = CommandRun.executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    return process
}
