import ArgumentParser
import Files

/// A part of the work of one command, for jobs that run apart from one another: 1/8 to 8/8.
struct Shard: Sendable {
    let number: Int
    let count: Int

    /// Parses a part, for options' `transform`.
    init(parsing argument: String) throws {
        let numbers = argument.parts(between: "/").map { Int($0) }
        guard numbers.count == 2, let number = numbers[0], let count = numbers[1], number >= 1, number <= count else {
            throw ValidationError("found \"\(argument)\"; expected a part such as 1/8, from 1/8 to 8/8")
        }
        (self.number, self.count) = (number, count)
    }
}
