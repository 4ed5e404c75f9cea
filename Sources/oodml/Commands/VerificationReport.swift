import Experiments
import Retrieval

/// What `verify` prints.
struct VerificationReport {
    let verification: Verification
    let sets: [LabelledEmbeddings]
    let galleries: [LabelledEmbeddings]
    let isOfTemplates: Bool

    init(_ verification: Verification, sets: [LabelledEmbeddings], galleries: [LabelledEmbeddings], isOfTemplates: Bool)
    {
        (self.verification, self.sets) = (verification, sets)
        (self.galleries, self.isOfTemplates) = (galleries, isOfTemplates)
    }

    var models: [Verification.Model] { verification.models }
    var first: Verification.Model { models[0] }

    /// What models are compared by, and what a sentence is about: the acceptance at a rate of 0.001, or else the next higher one,
    /// or the next lower, at which ten impostors or more are accepted; without any, the equal error rate.
    ///
    /// Lower rates rest on the impostors of a few labels.
    var metric: VerificationMetric {
        let rates = zip(first.scores.rates, first.scores.operations)
            .filter { $0.1.map { $0.acceptedImpostorCount >= 10 } ?? false }.map(\.0)
        return (rates.filter { $0 >= 0.001 }.min() ?? rates.max())
            .map { .acceptRate(falseAcceptRate: $0) } ?? .equalErrorRate
    }

    /// The metric of open sets that a sentence is about.
    var openMetric: VerificationMetric? {
        guard let open = first.openSet else { return nil }
        let rates = open.rates.filter { $0 * Double(open.unknownCount) >= 10 }
        return (rates.min() ?? open.rates.filter { open[.identificationRate(falseAcceptRate: $0)] != nil }.min())
            .map { .identificationRate(falseAcceptRate: $0) }
    }
}
