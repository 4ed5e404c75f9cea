import ArgumentParser
import Evaluation
import Retrieval

/// Options for tricks that raise scores at test time.
struct TrickOptions: ParsableArguments {
    @Flag(help: "Average the embeddings of each image and its mirror.")
    var flip = false

    @Option(
        help: ArgumentHelp(
            "Reduce to this many principal components of the training samples (default: all dimensions).",
            valueName: "d")
    )
    var embeddingDim: Int?

    @Option(
        help: ArgumentHelp(
            "Add this much of the raw row to the one of length 1, and rank by distance (default: 0).", valueName: "w"))
    var mixRaw: Double?

    @Flag(help: "Re-rank by k-reciprocal neighbours (k1 20, k2 6, lambda 0.3).")
    var rerank = false

    func validate() throws {
        if let embeddingDim, embeddingDim < 1 {
            throw ValidationError("--embedding-dim is \(embeddingDim); expected 1 or more")
        }
        if let mixRaw, !(mixRaw >= 0 && mixRaw.isFinite) {
            throw ValidationError("--mix-raw is \(mixRaw); expected 0 or more")
        }
    }

    var tricks: TestTimeTricks {
        TestTimeTricks(
            flip: flip, dimension: embeddingDim, rawWeight: mixRaw, reranking: rerank ? ReciprocalReranking() : nil)
    }
}
