import Differentiation
import HeadTraining

/// An objective whose second loss is −∞.
struct Diverging: Objective {
    let name = "diverging"
    let title = "Diverging"
    let paper = Paper("Nobody", "Nothing", "Nowhere", 2026)
    let parameters: [ObjectiveParameter] = []

    func learnables(_ shape: ObjectiveShape, _ values: ObjectiveParameters) -> [Learnable] {
        [Learnable("scale", rowCount: 1, columnCount: 1, start: .constant(1), learningRateFactor: 1e8)]
    }

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        -batch.learnable("scale").exp() * batch.embeddings.squared().mean()
    }
}
