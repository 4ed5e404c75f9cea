public import Retrieval
internal import Statistics

/// Several models side by side, by each metric that all of them have, with the backbone if it was scored.
///
/// ```swift
/// let compared = try ComparedModels([("margin", [margin]), ("triplet", [triplet])], metrics: [.recall(1)])
/// for model in compared.main.models { print(model.name, model.ags?.value ?? 0) }
/// ```
public struct ComparedModels: Sendable {
    /// The comparisons by one metric.
    public struct ByMetric: Sendable {
        /// The metric.
        public let metric: RetrievalMetric
        /// The models and the frozen features in the catalogue; nil if not all models were scored there.
        public let catalogue: ModelComparison?
        /// The models and the frozen features, within the test classes.
        public let values: ModelComparison
        /// The same in galleries of equal size; nil if these were not scored.
        public let matched: ModelComparison?
        /// The models without the backbone, in the catalogue if there is one; nil for a single model.
        public let alone: ModelComparison?
    }

    /// The models without the backbone, by the first metric, in the catalogue if there is one.
    public let main: ModelComparison
    /// The same within the test classes; nil if that is what ``main`` is.
    public let within: ModelComparison?
    /// The comparisons by each metric.
    public let all: [ByMetric]
    /// The results of each model's first run.
    public var results: [(name: String, results: EvaluationResults)] { models.map { ($0.name, $0.runs[0]) } }
    /// Each model with its training runs.
    public let models: [(name: String, runs: [EvaluationResults])]

    /// Compares models.
    ///
    /// - Parameters:
    ///   - models: each model with its training runs, at least one.
    ///   - metrics: what to compare by, as far as all runs have it; if they have none of these, their own first metric
    ///     is used.
    /// - Complexity: up to five ``ModelComparison``s per metric.
    /// - Throws: ``EvaluationError/incomparable(name:found:expected:)``.
    /// - Precondition: there is at least one model.
    public init(_ models: [(name: String, runs: [EvaluationResults])], metrics: [RetrievalMetric]) throws {
        precondition(!models.isEmpty, "no models to compare")
        let entries = models.map { ModelComparison.Entry(name: $0.name, runs: $0.runs) }
        let frozen = models.first { model in model.runs[0].levels.allSatisfy { $0.scores(of: .backbone) != nil } }
            .map { ModelComparison.Entry(name: "frozen features", runs: [$0.runs[0]], subject: .backbone) }
        let withBackbone = entries + (frozen.map { [$0] } ?? [])
        let known = metrics.filter { metric in
            models.allSatisfy { $0.runs.allSatisfy { $0.metrics.contains(metric) } }
        }
        let first = known.first ?? models[0].runs[0].metrics.first ?? .averagePrecisionAtR
        self.models = models
        let hasCatalogue = models.allSatisfy { $0.runs.allSatisfy(\.hasCatalogue) }
        func inCatalogue(_ entries: [ModelComparison.Entry], _ metric: RetrievalMetric) -> ModelComparison? {
            hasCatalogue ? try? ModelComparison(entries, metric: metric, gallery: .catalogue) : nil
        }
        let plain = try ModelComparison(entries, metric: first, gallery: .full)
        main = inCatalogue(entries, first) ?? plain
        within = main.gallery == .catalogue ? plain : nil
        all = try (known.isEmpty ? [first] : known).map { metric in
            ByMetric(
                metric: metric, catalogue: inCatalogue(withBackbone, metric),
                values: try ModelComparison(withBackbone, metric: metric),
                matched: try? ModelComparison(withBackbone, metric: metric, gallery: .matched),
                alone: models.count > 1
                    ? try inCatalogue(entries, metric) ?? ModelComparison(entries, metric: metric) : nil)
        }
    }
}

extension EvaluationResults {
    /// Rejects results for other splits.
    ///
    /// - Parameters:
    ///   - dataset: the name of the splits' dataset.
    ///   - levels: the distance of each of the splits' levels, by id.
    ///   - name: the name of these results in the error.
    /// - Throws: ``EvaluationError/incomparable(name:found:expected:)``.
    public func requireLevels(_ levels: [String: Double], of dataset: String, name: String) throws {
        guard self.dataset == dataset else {
            throw EvaluationError.incomparable(
                name: name, found: "results on \(self.dataset)", expected: "results on \(dataset)")
        }
        for level in self.levels {
            guard let fid = levels[level.id], abs(fid - level.fid) <= 1e-9 * abs(fid) else {
                throw EvaluationError.incomparable(
                    name: name, found: "a \(level.id) at a distance of \(distanceText(level.fid))",
                    expected: "the levels of these splits"
                        + (levels[level.id].map { ", of which that one is at \(distanceText($0))" } ?? ""))
            }
        }
    }
}
