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
    @Option(help: "What becomes of queries without any other item of their class.")
    var loneQueries = LoneQueries.exclude

    @Option(
        help: ArgumentHelp("The values of k of recall@k, separated by commas (default: 1,2,4,8).", valueName: "k,k,…"),
        transform: positiveCounts)
    var recallAt = [1, 2, 4, 8]

    /// Recall at each of these k, and the other standard metrics.
    var metrics: [RetrievalMetric] { RetrievalMetric.standard(recallAt: recallAt) }
}

/// Parses counts from 1, separated by commas, for options' `transform`.
func positiveCounts(_ argument: String) throws -> [Int] {
    let numbers = try counts(argument)
    guard !numbers.contains(0) else { throw ValidationError("found 0 among \"\(argument)\"; expected counts from 1") }
    return numbers
}

extension TieOrder: ExpressibleByArgument {}

extension Similarity: ExpressibleByArgument {}
