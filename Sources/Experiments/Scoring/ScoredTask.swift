internal import Embeddings
internal import Evaluation
internal import Parallel
internal import Ranks

/// Everything that results say of a model on one task, which another rank or another run may have scored.
struct ScoredTask: Portable {
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

    init(
        evaluation: TaskEvaluation, details: TaskDetails, catalogue: [Subject: CatalogueScores]?,
        provenance: EmbeddingProvenance?, metadata: [[String: String]], events: [WorkEvent]
    ) {
        self.evaluation = evaluation
        self.details = details
        self.catalogue = catalogue
        self.provenance = provenance
        self.metadata = metadata
        self.events = events
    }

    func put(into bytes: inout PortableBytes) {
        evaluation.put(into: &bytes)
        details.classes.put(into: &bytes)
        Coded(details.examples).put(into: &bytes)
        catalogue.put(into: &bytes)
        Coded(provenance).put(into: &bytes)
        metadata.put(into: &bytes)
        events.put(into: &bytes)
    }

    init(from bytes: inout PortableBytes) throws {
        self.init(
            evaluation: try TaskEvaluation(from: &bytes),
            details: TaskDetails(
                classes: try [ClassScores](from: &bytes),
                examples: try Coded<RetrievalExamplesFile.Task>(from: &bytes).value),
            catalogue: try [Subject: CatalogueScores]?(from: &bytes),
            provenance: try Coded<EmbeddingProvenance?>(from: &bytes).value,
            metadata: try [[String: String]](from: &bytes), events: try [WorkEvent](from: &bytes))
    }
}
