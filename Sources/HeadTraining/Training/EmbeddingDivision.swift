/// How the training samples and the dimensions of the embedding are divided among learners, until the embedding is trained as
/// a whole.
public struct EmbeddingDivision: Sendable, Equatable {
    /// The number K of learners; no more than there are dimensions.
    public let learnerCount: Int
    /// After which part of all steps the samples are grouped anew.
    public let interval: Double
    /// Which part of all steps, at the end, trains the whole embedding on all samples.
    public let wholePart: Double

    /// Describes a division.
    ///
    /// - Precondition: there is a learner, the interval is positive, and the part at the end is in [0, 1].
    public init(learnerCount: Int, interval: Double, wholePart: Double) {
        precondition(
            learnerCount > 0 && interval > 0 && (0...1).contains(wholePart),
            "\(learnerCount) learners, grouped each \(interval) of the steps, and \(wholePart) at the end")
        (self.learnerCount, self.interval, self.wholePart) = (learnerCount, interval, wholePart)
    }

    /// The step with which training of the whole embedding begins.
    func firstWholeStep(of stepCount: Int) -> Int { stepCount - Int((wholePart * Double(stepCount)).rounded()) }

    /// Whether the samples are grouped before a step.
    func isGrouping(before step: Int, of stepCount: Int) -> Bool {
        let length = max(Int((interval * Double(stepCount)).rounded()), 1)
        return step < firstWholeStep(of: stepCount) && step % length == 0
    }

    /// The dimensions of a learner: neighbouring ones, about as many for each.
    func columns(ofLearner number: Int, dimension: Int) -> Range<Int> {
        let count = min(learnerCount, dimension)
        return dimension * number / count..<dimension * (number + 1) / count
    }
}
