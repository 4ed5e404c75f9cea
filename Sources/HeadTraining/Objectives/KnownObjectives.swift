internal import Files

/// All objectives, and how they are found.
public enum KnownObjectives {
    /// The objectives in the order in which they are listed: classification, proxies, tuples, propagation,
    /// ensembles.
    public static let all: [any Objective] = [
        NormalizedSoftmax(), SphereFace(), CosFace(), ArcFace(),
        ProxyNCA(), ProxyNCAPlusPlus(), ProxyAnchor(), SoftTriple(), ProxyGML(),
        Contrastive(), Triplet(), EmbeddingExpansion(), MarginLoss(), LiftedStructure(), NPair(), MultiSimilarity(),
        SupervisedContrastive(),
        GroupLoss(), IntraBatch(),
        BIER(), DivideAndConquer(),
    ]

    /// What shows what a head does without training; it is known by its name, but is none of ``all``.
    public static let control: any Objective = Untrained()

    /// The objective of a name.
    ///
    /// - Throws: ``HeadTrainingError/unknownObjective(name:nearest:known:)`` with the nearest known name.
    public static func objective(named name: String) throws(HeadTrainingError) -> any Objective {
        for objective in all + [control] where objective.name == name { return objective }
        let known = all.map(\.name)
        throw .unknownObjective(name: name, nearest: nearestName(to: name, among: known), known: known)
    }
}
