import ArgumentParser
import Files
import Foundation
import Parallel
import Ranks

/// The ranks that `mpirun` or `srun` has started for one command.
enum ProgramRanks {
    /// Runs `body`, with the work divided among the ranks if there are several.
    ///
    /// The first rank alone prints. A failure at any rank ends all of them, with one sentence.
    static func run(_ body: () throws -> Void) throws {
        if let count = MessagePassing.unjoinedCount {
            writeToStandardError(
                "\(count) processes were started together, and each does all of the work, since this oodml was built without MPI "
                    + "(swift build --traits MPI)\n")
        }
        guard let transport = try MessagePassing(), transport.count > 1 else { return try body() }
        if transport.rank > 0 { silence() }
        let group = RankGroup(transport)
        do {
            try Ranks.$current.withValue(group) {
                try requireSameRun(of: group)
                try body()
                // What is printed, not written, came before this.
                try MappedFile.requireUnchanged()
                // Ranks that are done wait for the others, one of which may still fail.
                _ = try group.gather([], of: "the end")
            }
        } catch {
            group.fail(with: sentence(of: error))
            // Where another rank failed, work may have ended with an error that only says so.
            if error is WorkStop.Requested, let failure = group.failure { throw failure }
            throw error
        }
        if ProcessInfo.processInfo.environment["OODML_RANK_TRAFFIC"] != nil, group.isFirst {
            let traffic = group.traffic
            writeToStandardError(
                "rank 0 of \(group.count): \(traffic.exchanges) exchanges, \(traffic.sent) bytes sent, \(traffic.received) received\n"
            )
        }
    }

    private static func sentence(of error: any Error) -> String {
        let message = Oodml.message(for: error)
        return message.isEmpty ? "\(error)" : message
    }

    /// Ends the output of this process, not the descriptors, which files would take.
    private static func silence() {
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard null >= 0 else { return }
        // What cannot wait for the first rank.
        let sentences = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
        if sentences >= 0 { MappedFile.saySentences(on: sentences) }
        dup2(null, STDOUT_FILENO)
        dup2(null, STDERR_FILENO)
        close(null)
    }

    /// Makes sure that all ranks do the same: one version, the same words, and files of the same contents.
    ///
    /// Files at one path on one machine are the same; otherwise their digests decide, and folders are known by their receipts or
    /// by the names in them.
    private static func requireSameRun(of group: RankGroup) throws {
        let words = Array(CommandLine.arguments.dropFirst())
        let folder = FileManager.default.currentDirectoryPath
        let all = try group.gather(([generator, group.host, folder] + words).portableBytes, of: "the beginning")
            .map { try [String](portableBytes: $0) }
        if let other = all.firstIndex(where: { $0[0] != all[0][0] }) {
            throw CommandError("rank 0 is \(all[0][0]), and rank \(other) \(all[other][0]); expected one version")
        }
        if all.allSatisfy({ $0 == all[0] }) { return }
        if let other = all.firstIndex(where: { $0.count != all[0].count }) {
            throw CommandError(difference(Array(all[0].dropFirst(3)), Array(all[other].dropFirst(3)), of: other))
        }
        let contents = try group.gather(words.map(content).portableBytes, of: "the files that are named").map {
            try [String](portableBytes: $0)
        }
        for (place, word) in words.enumerated() {
            guard let other = contents.firstIndex(where: { $0[place] != contents[0][place] }) else { continue }
            let (first, second) = (all[0][place + 3], all[other][place + 3])
            throw CommandError(
                first == second
                    ? "\(onOneLine(word)): not the same at ranks 0 and \(other); expected files of the same contents"
                    : "rank 0 has \(onOneLine(first)), and rank \(other) \(onOneLine(second)); expected the same options, and files of "
                        + "the same contents")
        }
    }

    /// Says which words rank 0 or another rank alone was given.
    private static func difference(_ first: [String], _ second: [String], of other: Int) -> String {
        let difference = second.map(Name.init).difference(from: first.map(Name.init))
        func words(_ changes: [CollectionDifference<Name>.Change]) -> String {
            changes.map { change in
                switch change {
                case .insert(_, let word, _), .remove(_, let word, _): onOneLine(word.text)
                }
            }.joined(separator: " ")
        }
        let (own, others) = (words(difference.removals), words(difference.insertions))
        let found =
            if difference.insertions.isEmpty {
                "rank 0 was given \(own), and rank \(other) was not"
            } else if difference.removals.isEmpty {
                "rank \(other) was given \(others), and rank 0 was not"
            } else {
                "rank 0 was given \(own), and rank \(other) \(others)"
            }
        return "\(found); expected the same options"
    }

    /// What an argument stands for: the contents of a file or folder, or itself.
    private static func content(of word: String) -> String {
        // An option and its value may be one word.
        let path = word.begins(with: "--") ? word.parts(between: "=").dropFirst().joined(separator: "=") : word
        let name = word.begins(with: "--") ? word.parts(between: "=")[0] : ""
        let url = URL(filePath: path)
        guard !path.isEmpty, exists(url) else { return word }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            return name + ((try? SHA256.hexadecimal(ofFilesAt: [url])) ?? "a file that cannot be read")
        }
        if let receipt = try? SHA256.hexadecimal(ofFilesAt: [url.appending(path: Receipt.name)]) {
            return name + receipt
        }
        return name + SHA256.hexadecimal(of: Array(names.sorted().joined(separator: "\n").utf8))
    }
}
