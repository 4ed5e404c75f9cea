public import Datasets
import Statistics

/// Fixed few-shot episodes: each gives, for every class of a dataset, the support samples that a model may adapt to.
///
/// The queries of an episode are all other samples of its classes that share no group with the support. Supports are drawn once for the dataset, not for
/// each level: the episode of a level is its restriction to the level's test classes. So a class has the same support
/// at all levels at which it is tested, which takes the luck of the draw out of the differences between levels.
///
/// The support of a class is the start of a seeded order of its samples, which depends only on the seed, the number of
/// the episode, the class's label and the ids of its own samples. So the support of 2 shots is the start of that of 5,
/// and a dataset that gains a class keeps the supports of all others.
///
/// Where samples are in groups (``/Datasets/Sample/group``), each support sample is of another group: the first of each in the
/// seeded order.
///
/// Imported (published) episodes differ from level to level, and cover only the level's test classes.
///
/// Source: Milbich et al., "Characterizing Generalization under Out-Of-Distribution Shifts in Deep Metric Learning",
/// NeurIPS 2021, §4.5: 2 and 5 shots, 10 episodes.
public struct FewShotEpisodes: Sendable, Equatable, Codable {
    /// The number of support samples per class.
    public let shots: Int
    /// The seed of the draws; nil for imported episodes.
    public let seed: UInt64?
    /// For each episode, the ids of the support samples of each class, by the class's label, in the order in which they
    /// were drawn; empty for imported episodes.
    public let episodes: [[String: [String]]]
    /// The same for each level that has imported episodes, by the level's id; nil if the episodes serve all levels.
    public let episodesByLevel: [String: [[String: [String]]]]?
    /// The labels of the classes with too few samples, sorted by their UTF-8 bytes.
    public let leftOut: [String]

    enum CodingKeys: String, CodingKey {
        case shots, seed, episodes
        case episodesByLevel = "episodes_by_level"
        case leftOut = "left_out"
    }

    /// Reads episodes that serve all levels, or those of each level.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        shots = try container.decode(Int.self, forKey: .shots)
        leftOut = try container.decode([String].self, forKey: .leftOut)
        episodesByLevel = try container.decodeIfPresent([String: [[String: [String]]]].self, forKey: .episodesByLevel)
        seed = episodesByLevel == nil ? try container.decode(UInt64.self, forKey: .seed) : nil
        episodes = episodesByLevel == nil ? try container.decode([[String: [String]]].self, forKey: .episodes) : []
    }

    /// Combines the imported episodes of several levels.
    init(shots: Int, byLevel: [String: [[String: [String]]]]) {
        self.shots = shots
        (seed, episodes, leftOut) = (nil, [], [])
        episodesByLevel = byLevel
    }

    /// Draws episodes from all classes of `dataset` that have more than `shots` samples (or groups, where samples are in
    /// groups), so that at least one query is left.
    ///
    /// - Complexity: O(`episodeCount`·n + n log n) for n samples.
    /// - Precondition: `shots` and `episodeCount` are positive.
    public init(of dataset: Dataset, shots: Int, episodeCount: Int, seed: UInt64) {
        precondition(
            shots > 0 && episodeCount > 0, "\(episodeCount) episodes of \(shots) shots; expected at least 1 each")
        self.shots = shots
        self.seed = seed
        let groupOfSample = dataset.groups
        var episodes = [[String: [String]]](repeating: [:], count: episodeCount)
        var leftOut: [String] = []
        for (number, label) in dataset.classLabels.enumerated() {
            guard dataset.countOfGroups(ofClass: number, groupOfSample) > shots else {
                leftOut.append(label)
                continue
            }
            let samples = dataset.samplesByID(ofClass: number)
            for episode in 0..<episodeCount {
                var generator = SeededGenerator(seed: seed, stream: "few-shot/\(episode)/\(label)")
                var seen: Set<Int> = []
                let order = generator.shuffled(samples).filter { sample in
                    groupOfSample?[sample].map { seen.insert($0).inserted } ?? true
                }
                episodes[episode][label] = order.prefix(shots).map { dataset.samples[$0].id }
            }
        }
        self.episodes = episodes
        episodesByLevel = nil
        self.leftOut = leftOut
    }

    /// The episodes that serve a level; empty if there are imported ones, but only of other levels.
    public func episodes(ofLevel id: String) -> [[String: [String]]] {
        episodesByLevel.map { $0[id] ?? [] } ?? episodes
    }

    /// An episode as a level sees it: the supports of the given classes, omitting classes without one.
    ///
    /// - Parameter level: the level's id; ignored for episodes that serve all levels.
    /// - Complexity: O(c) for c labels.
    /// - Precondition: the level has an episode of that number.
    public func supports(
        inEpisode number: Int, ofClasses labels: some Sequence<String>, atLevel level: String
    ) -> [String: [String]] {
        let episodes = episodes(ofLevel: level)
        precondition(episodes.indices.contains(number), "episode \(number) of \(episodes.count) at \(level)")
        var result: [String: [String]] = [:]
        for label in labels { result[label] = episodes[number][label] }
        return result
    }
}
