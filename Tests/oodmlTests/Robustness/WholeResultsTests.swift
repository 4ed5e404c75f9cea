import Foundation
import TestSupport
import Testing

/// What a command leaves of an earlier run's results, and of files that are not oodml's.
@Suite struct WholeResultsTests {
    private let fixture: SplitsFixture
    private var folder: TemporaryFolder { fixture.folder }

    init() throws { fixture = try SplitsFixture() }

    private func run(_ arguments: [String], _ out: String, _ more: String...) throws -> CommandRun {
        try fixture.run(arguments + more, out: out)
    }

    private func names(_ path: String) throws -> [String] { try fixture.contents(of: path).keys.sorted() }

    @Test func fewerReplicatesLeaveNoFormerOnes() throws {
        #expect(try run(SplitsFixture.makeSplits, "out", "--replicates", "3").status == 0)
        let refused = try run(SplitsFixture.makeSplits, "out", "--replicates", "2")
        #expect(refused.status == 1 && refused.errors.contains("--force"))
        #expect(try run(SplitsFixture.makeSplits, "out", "--replicates", "2", "--force").status == 0)
        #expect(try run(SplitsFixture.makeSplits, "new", "--replicates", "2").status == 0)
        #expect(try fixture.contents(of: "out") == fixture.contents(of: "new"))
    }

    @Test func theSeedsOfAnotherModelDoNotStay() throws {
        for seed in 0...3 {
            try FileManager.default.copyItem(
                at: folder.url.appending(path: "f.npy"), to: folder.url.appending(path: "run-\(seed).npy"))
        }
        let evaluate = [
            "evaluate", "--splits", "splits", "--embeddings", "run-{seed}.npy", "--matched-draws", "2", "-q",
        ]
        #expect(try run(evaluate, "out", "--seeds", "0,1,2").status == 0)
        // Another run of the same model is added; one of other rules is not.
        #expect(try run(evaluate, "out", "--seeds", "3").status == 0)
        #expect(Set(try names("out").map { $0.prefix(7) }) == ["receipt", "seed-0/", "seed-1/", "seed-2/", "seed-3/"])
        #expect(try run(evaluate, "out", "--seeds", "3", "--similarity", "euclidean").status == 1)
        #expect(try run(evaluate, "out", "--seeds", "0,1", "--similarity", "euclidean", "--force").status == 0)
        #expect(Set(try names("out").map { $0.prefix(7) }) == ["receipt", "seed-0/", "seed-1/"])
    }

    @Test(arguments: [
        (SplitsFixture.makeSplits + ["--seed", "3"], "progression.svg"), (SplitsFixture.evaluate, "curve.svg"),
    ])
    func aFolderInTheWayIsNamedBeforeAnythingChanges(arguments: [String], file: String) throws {
        #expect(try run(arguments, "out").status == 0)
        try folder.remove("out/\(file)")
        try folder.write("mine", to: "out/\(file)/notes.txt")
        let before = try fixture.contents(of: "out")
        let refused = try run(arguments, "out", "--force")
        #expect(refused.status == 1)
        #expect(
            refused.sentence?.contains(
                "out/\(file): a folder is there that no receipt.csv lists as oodml's, so it is not replaced; expected none"
            )
                == true,
            "\(refused.errors)")
        #expect(try fixture.contents(of: "out") == before)
        // Nothing was computed in vain, so nothing had to be kept elsewhere.
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.url.path).allSatisfy { !$0.contains("kept") })
    }

    @Test func theWorkingFolderCanBeTheTarget() throws {
        #expect(try run(SplitsFixture.makeSplits, "whole", "--seed", "3").status == 0)
        #expect(try run(SplitsFixture.makeSplits, "out").status == 0)
        try folder.write("mine", to: "out/notes.txt")
        let arguments = SplitsFixture.makeSplits.map { ["f.npy", "s.csv"].contains($0) ? "../\($0)" : $0 }
        let made = try CommandRun(
            arguments + ["--out", ".", "--seed", "3", "--force"], in: folder.url.appending(path: "out"))
        #expect(made.status == 0, "\(made.errors)")
        var expected = try fixture.contents(of: "whole")
        expected["notes.txt"] = Data("mine".utf8)
        #expect(try fixture.contents(of: "out") == expected)
    }

    @Test func filesThatCannotBeReadAreThere() throws {
        let page = try folder.write("mine", to: "splits/report.html")
        let isRoot = geteuid() == 0
        #expect(chmod(page.path, 0) == 0)
        let refused = try CommandRun(["report", "splits", "-q"], in: folder.url)
        #expect(refused.status == 1 && refused.errors.contains("--force"))
        #expect(chmod(page.path, 0o600) == 0)
        #expect(try String(contentsOf: page, encoding: .utf8) == "mine")
        // Root reads everything.
        #expect(isRoot || access(page.path, R_OK) == 0)
        try folder.remove("splits/report.html")
        #expect(mkfifo(page.path, 0o600) == 0)
        let pipe = try CommandRun(["report", "splits", "-q", "--force"], in: folder.url)
        #expect(pipe.status == 1 && pipe.sentence?.contains("found a pipe, a socket or a device of this name") == true)
    }
}
