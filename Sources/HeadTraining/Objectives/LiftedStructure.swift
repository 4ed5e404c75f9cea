internal import Differentiation

/// Lifted structure: each positive pair against all negatives of both of its samples.
///
///     1/(2|P|) Σ over positive pairs (i, j) of [J_ij]₊²,
///     J_ij = log ( Σ_k exp(m − d(i, k)) + Σ_l exp(m − d(j, l)) ) + d(i, j)
///
/// with k and l the negatives of i and of j, d the Euclidean distance of what the head gives, before it is scaled to length 1,
/// m the margin and [·]₊ the hinge. With lengths of 1 all distances are small beside the logarithms, and little is learned.
///
/// Oh Song, Xiang, Jegelka and Savarese, "Deep Metric Learning via Lifted Structured Feature Embedding", CVPR 2016;
/// m = 1.
struct LiftedStructure: Objective {
    let name = "lifted-structure"
    let title = "Lifted structure"
    let paper = Paper(
        "Oh Song, Xiang, Jegelka, Savarese", "Deep Metric Learning via Lifted Structured Feature Embedding", "CVPR",
        2016)
    let parameters: [ObjectiveParameter] = [
        .number("margin", 1, allowed: 0...4, searched: 0.3...1.5, "m: from which distance negatives count less")
    ]

    /// Distances of the outputs themselves are the same wherever these are.
    var ignoresShift: Bool { true }

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let distance = distances(batch.outputs, batch.outputs)
        let negatives = batch.negatives()
        let (i, j) = batch.positives().positions
        guard !i.isEmpty, negatives.count > 0 else { return batch.tape.constant(0) }
        let push = (batch["margin"] - distance).rowLogSumExp(where: negatives)
        let both = push.rows(at: i).appendingColumns(push.rows(at: j)).rowLogSumExp()
        return (both + distance.elements(atRows: i, columns: j)).rectified().squared().mean() / 2
    }
}
