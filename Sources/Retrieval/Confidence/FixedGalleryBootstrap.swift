internal import DenseLinearAlgebra
internal import Parallel
internal import Statistics

extension QueryScores {
    /// Each metric's mean over the queries, with its error over other queries against the same gallery.
    ///
    /// Every draw takes as many samples as the dataset has, with replacement, and averages over the queries among them,
    /// each as often as it was drawn. The draws depend only on the seed and the sample numbers, so all levels and
    /// models share them. The contributions are the draws' distances from their mean, over √(draws − 1).
    ///
    /// - Parameters:
    ///   - sampleNumbers: the number of each row's sample within the dataset.
    ///   - sampleCount: the number of samples in the dataset.
    ///   - method: the number of draws and the seed.
    /// - Complexity: O(draws·(samples + metrics·queries)).
    /// - Throws: ``RetrievalError/noQueries(loneQueryCount:)`` if there is nothing to average.
    package func bootstrapEstimates(
        sampleNumbers: [Int], sampleCount: Int, method: ConfidenceMethod, loneQueries policy: LoneQueryPolicy
    ) throws -> [RetrievalMetric: Estimate] {
        let means = try mean(loneQueries: policy)
        let columns = metrics.map { self[$0] ?? [] }
        let (querySamples, loneSamples) = (queries.map { sampleNumbers[$0] }, loneQueries.map { sampleNumbers[$0] })
        // A draw without any query tells nothing, so its value stays at the mean.
        let draws = concurrentMap(count: method.count) { draw in
            var timesDrawn = [Int32](repeating: 0, count: sampleCount)
            var generator = SeededGenerator(seed: method.seed, stream: "fixed-gallery-bootstrap/\(draw)")
            for _ in 0..<sampleCount { timesDrawn[generator.below(sampleCount)] += 1 }
            let weights = querySamples.map { Double(timesDrawn[$0]) }
            let total =
                weights.reduce(0, +)
                + (policy == .zero ? loneSamples.reduce(0) { $0 + Double(timesDrawn[$1]) } : 0)
            return columns.enumerated().map { m, values in
                total > 0 ? zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } / total : means.values[m]
            }
        }
        var estimates: [RetrievalMetric: Estimate] = [:]
        for (m, metric) in metrics.enumerated() {
            let values = draws.map { $0[m] }
            let centre = values.reduce(0, +) / Double(method.count)
            let scale = 1 / Double(method.count - 1).squareRoot()
            estimates[metric] = Estimate(
                value: means.values[m], contributions: values.map { ($0 - centre) * scale },
                degreesOfFreedom: Double(method.count - 1))
        }
        return estimates
    }
}
