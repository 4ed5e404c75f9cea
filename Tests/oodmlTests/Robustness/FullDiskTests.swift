import Foundation
import Glyphs200
import TestSupport
import Testing

/// Disks that are full or must not be written to: one sentence, status 1, nothing half written, and what was there stays.
@Suite(.enabled(if: SmallDisk.isAvailable, SmallDisk.isMissing)) struct FullDiskTests {
    private static let full = "no space left on device"

    /// A command line for the shell.
    private func shell(_ arguments: [String]) -> String {
        "\"$OODML\" " + arguments.map { "'\($0)'" }.joined(separator: " ")
    }

    private static let fill = "dd if=/dev/zero of=disk/filler bs=1k 2>/dev/null"

    @Test(arguments: SplitsFixture.commands.indices)
    func nothingIsHalfWritten(number: Int) throws {
        let fixture = try SplitsFixture()
        let (arguments, _) = SplitsFixture.commands[number]
        let run = try SmallDisk.run(
            "mkdir disk/out; \(Self.fill); \(shell(arguments + ["--out", "disk/out"]))", in: fixture.folder.url,
            kilobytes: 400)
        #expect(run.status == 1)
        #expect(run.sentence?.contains(Self.full) == true, "\(run.errors)")
        #expect(try fixture.contents(of: "after").keys.sorted() == ["filler"])
    }

    /// At each free size a run either writes all or nothing but links and folders.
    @Test(arguments: SplitsFixture.commands.indices)
    func littleRoomIsAllOrNothing(number: Int) throws {
        let fixture = try SplitsFixture()
        let (arguments, last) = SplitsFixture.commands[number]
        try #require(try fixture.run(arguments, out: "whole").status == 0)
        let whole = try fixture.contents(of: "whole")
        var (failures, successes) = (0, 0)
        for kilobytes in [4, 8, 16, 32, 64, 2000] {
            let run = try SmallDisk.run(
                shell(arguments + ["--out", "disk/out"]), in: fixture.folder.url, kilobytes: kilobytes,
                inodes: 20 + kilobytes * 2)
            let after = try fixture.contents(of: "after/out")
            if run.status == 0 {
                #expect(after.mapValues(\.count) == whole.mapValues(\.count))
                successes += 1
            } else {
                #expect(run.status == 1 && run.sentence?.contains(Self.full) == true, "\(run.errors)")
                #expect(
                    after[last] == nil && after.allSatisfy { $0.key.hasSuffix(".png") && whole[$0.key] == $0.value })
                failures += 1
            }
        }
        #expect(successes >= 1 && failures >= 1 && successes + failures == 6)
    }

    /// --force replaces results only once the new ones are on the disk.
    @Test(arguments: SplitsFixture.commands.indices.dropLast())
    func earlierResultsStay(number: Int) throws {
        let fixture = try SplitsFixture()
        let (arguments, _) = SplitsFixture.commands[number]
        let other = number == 0 ? ["--seed", "5", "--force"] : ["--similarity", "euclidean", "--force"]
        let first = try SmallDisk.run(
            """
            \(shell(arguments + ["--out", "disk/out"])) && cp -r disk/out before && \(Self.fill)
            \(shell(arguments + other + ["--out", "disk/out"]))
            """, in: fixture.folder.url, kilobytes: 2000)
        #expect(first.status == 1 && first.errors.contains(Self.full), "\(first.errors)")
        let before = try fixture.contents(of: "before")
        #expect(before.count > 2)
        #expect(try fixture.contents(of: "after/out") == before)
    }

    @Test(arguments: SplitsFixture.commands.indices)
    func disksThatMustNotBeWrittenTo(number: Int) throws {
        let fixture = try SplitsFixture()
        let (arguments, _) = SplitsFixture.commands[number]
        let run = try SmallDisk.run(
            "mkdir disk/out; mount -o remount,ro disk; \(shell(arguments + ["--out", "disk/out"]))",
            in: fixture.folder.url, kilobytes: 400)
        #expect(run.status == 1)
        #expect(run.sentence?.hasSuffix("disk/out: cannot be written: read-only file system") == true, "\(run.errors)")
    }

    // MARK: Stores

    private static let embed = [
        "embed", "--root", "images", "--backbone", EmbeddedBenchmark.backbone.path, "--chunk", "8", "-q",
    ]

    private func images() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "images"), withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(
            atPath: EmbeddedBenchmark.images.appending(path: "thai").path
        ).sorted().prefix(6) {
            try FileManager.default.copyItem(
                at: EmbeddedBenchmark.images.appending(path: "thai/\(name)"),
                to: folder.url.appending(path: "images/\(name)"))
        }
        return folder
    }

    /// The parts of the store take 216 KiB, and what they are joined to about 100.
    @Test(arguments: [16, 100, 250, 300])
    func aStoreGoesOnWhenThereIsRoom(kilobytes: Int) throws {
        let folder = try images()
        let command = shell(Self.embed + ["--out", "disk/store"])
        let run = try SmallDisk.run(
            """
            \(command) && exit 9
            [ -e disk/store ] && exit 8; mount -o remount,size=4000k disk; \(command)
            """, in: folder.url, kilobytes: kilobytes)
        #expect(run.status == 0 && run.sentence?.contains(Self.full) == true, "\(run.status) \(run.errors)")
        #expect(try CommandRun(Self.embed + ["--out", "whole"], in: folder.url).status == 0)
        let whole = try SplitsFixture.contents(of: folder.url.appending(path: "whole"))
        #expect(try SplitsFixture.contents(of: folder.url.appending(path: "after/store")) == whole)
    }

    @Test func anEarlierStoreStaysReadable() throws {
        let folder = try images()
        let command = shell(Self.embed + ["--out", "disk/store"])
        let run = try SmallDisk.run(
            """
            \(command) && cp -r disk/store before && \(shell(Self.embed + ["--out", "disk/store", "--mean", "0.5", "--force"]))
            [ $? -eq 1 ] && "$OODML" distance disk/store before -q --format json
            """, in: folder.url, kilobytes: 380)
        #expect(run.status == 0 && run.sentence?.contains(Self.full) == true, "\(run.status) \(run.errors)")
        #expect(run.output.contains("\"n_a\": 144"))
        let before = try SplitsFixture.contents(of: folder.url.appending(path: "before"))
        let after = try SplitsFixture.contents(of: folder.url.appending(path: "after/store"))
        #expect(after == before && before.count == 6)
    }

    @Test func aStoreOnADiskThatMustNotBeWrittenTo() throws {
        let folder = try images()
        let command = shell(Self.embed + ["--out", "disk/store"])
        // A finished store need not be written to.
        let run = try SmallDisk.run(
            """
            \(command) && mount -o remount,ro disk && \(command) && \(shell(Self.embed + ["--out", "disk/other"]))
            """, in: folder.url, kilobytes: 2000)
        #expect(run.status == 1)
        #expect(run.sentence?.hasSuffix("disk: cannot be written: read-only file system") == true, "\(run.errors)")
        #expect(run.output.split(separator: "\n").count == 2)
    }
}
