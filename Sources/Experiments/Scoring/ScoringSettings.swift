internal import Evaluation
internal import Files
internal import Foundation
public import Retrieval
internal import Splits

/// The rules for scoring models along splits.
public struct ScoringSettings: Sendable {
    /// The similarity that retrieval ranks by.
    public var similarity = Similarity.cosine
    /// What happens to queries without a relevant item.
    public var loneQueries = LoneQueryPolicy.excluded
    /// The metrics, in the order of the results.
    public var metrics = RetrievalMetric.standard
    /// How errors are estimated.
    public var confidence = ConfidenceMethod.classJackknife()
    /// Whether samples of a query's class and group, as of a burst or a video, do not count for it.
    public var isAcrossGroups = false
    /// Whether to search the catalogue, the whole dataset.
    ///
    /// Without it there is no gain and no cost of shift, and networks embed the test classes alone. A validation fold has no
    /// catalogue.
    public var searchesCatalogue = true
    /// The number of draws of equal-sized galleries; 0 for none, and nil for as many as ``/Evaluation/MatchedGallery``
    /// takes.
    public var matchedDraws: Int?
    /// Tricks that raise scores at test time, reported beside the plain scores.
    public var tricks = TestTimeTricks()
    /// The validation fold to score instead of the test classes; nil for the test classes.
    public var fold: Int?
    /// How many samples of each test class to adapt the embeddings to, from the splits' episodes; nil for no
    /// adaptation.
    public var shots: Int?

    /// The default rules.
    public init() {}
}

extension SplitFolder {
    /// The episodes that the settings ask for.
    func episodes(for settings: ScoringSettings, of tasks: [ScoringTask]) throws -> FewShotEpisodes? {
        guard let shots = settings.shots else { return nil }
        let episodes = try self.episodes(shots: shots, of: tasks.map(\.level))
        guard episodes.episodesByLevel == nil || settings.fold == nil else {
            throw FileError.malformed(
                path: url.path, found: "episodes of test classes, as published",
                expected: "no validation fold beside them")
        }
        return episodes
    }
}
