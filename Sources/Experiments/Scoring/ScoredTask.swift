internal import Embeddings
internal import Evaluation
internal import Parallel
internal import Ranks

/// Everything that results say of a model on one task, which another rank or another run may have scored.
struct ScoredTask {
    let evaluation: TaskEvaluation
    let details: TaskDetails
    /// The scores in the catalogue; nil if the model's file has the test classes alone, or none is searched.
    let catalogue: [Subject: CatalogueScores]?
    /// Where the embeddings come from, if their file says so.
    let provenance: EmbeddingProvenance?
    /// What each head says of its training.
    let metadata: [[String: String]]
    /// What is to be said of the task and has not been.
    let events: [WorkEvent]
}

extension ScoredTask: Portable {
    func put(into bytes: inout PortableBytes) {
        bytes.put(
            evaluation, details.classes, Coded(details.examples), catalogue, Coded(provenance), metadata, events)
    }

    init(from bytes: inout PortableBytes) throws {
        self.init(
            evaluation: try bytes.get(),
            details: TaskDetails(classes: try bytes.get(), examples: try Coded(from: &bytes).value),
            catalogue: try bytes.get(), provenance: try Coded(from: &bytes).value, metadata: try bytes.get(),
            events: try bytes.get())
    }
}

/// A scored task on its way to the rank that keeps it, and the digest under which it is kept; nil if it is not.
struct KeyedTask: Portable {
    let key: String?
    let task: ScoredTask

    init(key: String?, task: ScoredTask) { (self.key, self.task) = (key, task) }

    func put(into bytes: inout PortableBytes) { bytes.put(key, task) }

    init(from bytes: inout PortableBytes) throws { self.init(key: try bytes.get(), task: try bytes.get()) }
}
