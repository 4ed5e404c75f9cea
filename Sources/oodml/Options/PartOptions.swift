import ArgumentParser
import Experiments
import Files
import Foundation

/// Options that divide the work of one command among jobs that run apart, and join what they made.
struct PartOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Do only this part of the work, for jobs that run apart (default: all).", valueName: "i/n"),
        transform: RunShard.init(parsing:))
    var shard: RunShard?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Join all parts that --shard made, given the options that they were trained or scored with.",
            valueName: "dir"),
        completion: .directory, transform: path)
    var merge: [URL] = []

    func validate() throws {
        if shard != nil && !merge.isEmpty { throw ValidationError("--shard and --merge exclude each other") }
    }

    /// Refuses a part without a folder of its own, for commands that write somewhere by themselves.
    func requireFolder(_ out: URL?) throws {
        if shard != nil && out == nil { throw ValidationError("--shard needs --out DIR, a folder for this part") }
    }
}

extension RunShard {
    /// Parses a part, for options' `transform`: 1/8 to 8/8.
    fileprivate init(parsing argument: String) throws {
        let numbers = argument.parts(between: "/").map { Int($0) }
        guard numbers.count == 2, let number = numbers[0], let count = numbers[1], number >= 1, number <= count else {
            throw ValidationError("found \"\(argument)\"; expected a part such as 1/8, from 1/8 to 8/8")
        }
        self.init(number: number, of: count)
    }
}
