public import ArgumentParser
internal import Evaluation
import Retrieval

/// ``LoneQueryPolicy`` as an instruction; results state it, as `excluded`.
enum LoneQueries: String, ExpressibleByArgument, CaseIterable {
    case exclude
    case zero

    var policy: LoneQueryPolicy { self == .zero ? .zero : .excluded }
}

/// Options of every command that scores retrieval.
struct RetrievalOptions: ParsableArguments {
    @Option(name: [.long, .customLong("distance")], help: "What items are ranked by.")
    var similarity = Similarity.cosine

    @Option(help: "What becomes of queries without any other item of their class.")
    var loneQueries = LoneQueries.exclude

    @Option(
        help: ArgumentHelp("The values of k of recall@k, separated by commas (default: 1,2,4,8).", valueName: "k,k,…"),
        transform: positiveCounts)
    var recallAt = [1, 2, 4, 8]

    @Option(help: ArgumentHelp("Add precision@k for these k.", valueName: "k,k,…"), transform: positiveCounts)
    var precisionAt: [Int] = []

    @Option(
        help: ArgumentHelp("Add map@k for these k, beside map@1000.", valueName: "k,k,…"), transform: positiveCounts)
    var mapAt: [Int] = []

    @Option(help: ArgumentHelp("Add mrr@k for these k.", valueName: "k,k,…"), transform: positiveCounts)
    var mrrAt: [Int] = []

    @Flag(
        help: """
            Search across groups of samples (the column group): items of a query's class and group do not count for it.
            """)
    var acrossGroups = false

    /// Recall at each of these k, the other standard metrics, and those that are asked for.
    var metrics: [RetrievalMetric] {
        let added =
            precisionAt.map { RetrievalMetric.precision($0) } + mapAt.map { .averagePrecision($0) }
            + mrrAt.map { .reciprocalRank($0) }
        return Set(RetrievalMetric.standard(recallAt: recallAt) + added).sorted()
    }
}

/// Parses counts from 1, separated by commas, for options' `transform`.
func positiveCounts(_ argument: String) throws -> [Int] {
    let numbers = try counts(argument)
    guard !numbers.contains(0) else { throw ValidationError("found 0 among \"\(argument)\"; expected counts from 1") }
    return numbers
}

extension TieOrder: ExpressibleByArgument {}

extension Similarity: ExpressibleByArgument {}
