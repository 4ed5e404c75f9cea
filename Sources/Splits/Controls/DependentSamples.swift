internal import Datasets
internal import Statistics

/// Which samples of a class are not independent of one another, and so stay together in random halves.
///
/// If the frames of a burst are in both halves, what one half chose by chance is confirmed by its copies in the other: without
/// any shift at all, 4 images a class with 3 copies each pass for confirmed shift in most cases.
public struct DependentSamples: Sendable, Equatable {
    /// How it is known.
    public enum Source: String, Sendable, Hashable, Codable {
        /// The dataset says so (``/Datasets/Sample/group``).
        case groups
        /// Their embeddings are nearly the same.
        case nearCopies = "near-copies"
    }

    /// How it is known.
    public let source: Source
    /// The number of samples that depend on another of their class.
    public let sampleCount: Int
    /// The number of clusters that they make up.
    public let clusterCount: Int
    /// Whether a group lies in several classes, so that samples of different classes depend on one another.
    ///
    /// Samples cannot then be dealt to the classes at random, and the held-out test is not made.
    public let spansClasses: Bool
    /// For each class, its samples as clusters that are independent of one another: positions within the class's samples in
    /// the order of their ids.
    package let clustersOfClass: [[[Int]]]

    /// None: where nothing is halved, nothing need stay together.
    static let none = DependentSamples(
        source: .groups, sampleCount: 0, clusterCount: 0, spansClasses: false, clustersOfClass: [])

    private init(
        source: Source, sampleCount: Int, clusterCount: Int, spansClasses: Bool, clustersOfClass: [[[Int]]]
    ) {
        self.source = source
        self.sampleCount = sampleCount
        self.clusterCount = clusterCount
        self.spansClasses = spansClasses
        self.clustersOfClass = clustersOfClass
    }

    /// Takes the groups of a dataset; if it has none, finds near-copies.
    ///
    /// - Complexity: O(n), or O(Σ m²·d) over the sizes m of classes in d dimensions without groups.
    public init(of embedded: EmbeddedDataset) {
        if let groups = embedded.dataset.groups {
            source = .groups
            var classOfGroup: [Int: Int] = [:]
            spansClasses = embedded.orderedSamples.enumerated().contains { number, samples in
                samples.contains { sample in
                    guard let group = groups[sample] else { return false }
                    defer { classOfGroup[group] = number }
                    return classOfGroup[group].map { $0 != number } ?? false
                }
            }
            clustersOfClass = embedded.orderedSamples.map { samples in
                var sets = DisjointSets(count: samples.count)
                var first: [Int: Int] = [:]
                for (position, sample) in samples.enumerated() {
                    guard let group = groups[sample] else { continue }
                    sets.join(first[group] ?? position, position)
                    first[group] = first[group] ?? position
                }
                return sets.sets
            }
        } else {
            source = .nearCopies
            spansClasses = false
            clustersOfClass =
                NearCopies(in: embedded.embeddings, samplesOfClass: embedded.orderedSamples).clustersOfClass
        }
        let large = clustersOfClass.joined().filter { $0.count > 1 }
        clusterCount = large.count
        sampleCount = large.reduce(0) { $0 + $1.count }
    }
}

extension DependentSamples {
    /// For each class, the numbers of its samples as clusters that are independent of one another.
    func clusters(of embedded: EmbeddedDataset) -> [[[Int]]] {
        zip(embedded.orderedSamples, clustersOfClass).map { samples, clusters in
            clusters.map { $0.map { samples[$0] } }
        }
    }
}

/// The samples of each class in two random halves, in the order of their ids.
package struct SampleHalves {
    /// The samples of each class in the half that chooses partitions.
    package private(set) var choosing: [[Int]] = []
    /// The samples of each class in the half that measures them.
    package private(set) var measuring: [[Int]] = []
    /// The numbers of the classes in neither half: those of one sample, or of samples that all stay together.
    package var leftOutClasses: [Int] { choosing.indices.filter { choosing[$0].isEmpty } }

    /// Draws the halves of each class with at least two clusters; others are in neither half.
    ///
    /// Clusters are taken in a seeded order, each into the choosing half if it leaves that with at most half of the class's
    /// samples. A group that was drawn with an earlier class stays in its half.
    package init(of embedded: EmbeddedDataset, keeping dependent: DependentSamples, seed: UInt64) {
        let groups = dependent.source == .groups ? embedded.dataset.groups : nil
        var isChoosingGroup: [Int: Bool] = [:]
        for (number, samples) in embedded.orderedSamples.enumerated() {
            let clusters = dependent.clustersOfClass[number]
            var generator = SeededGenerator(seed: seed, stream: "halves/\(embedded.dataset.classLabels[number])")
            let order = generator.shuffled(clusters.indices)
            func group(_ cluster: Int) -> Int? { groups.flatMap { $0[samples[clusters[cluster][0]]] } }
            var isChosen = order.map { group($0).flatMap { isChoosingGroup[$0] } }
            var count = zip(order, isChosen).reduce(0) { $0 + ($1.1 == true ? clusters[$1.0].count : 0) }
            for (place, cluster) in order.enumerated() where isChosen[place] == nil {
                let fits = count + clusters[cluster].count <= samples.count / 2
                isChosen[place] = fits
                if fits { count += clusters[cluster].count }
            }
            guard count > 0, count < samples.count else {
                choosing.append([])
                measuring.append([])
                continue
            }
            // In the order of ids, so that sums do not depend on the order of rows.
            func half(_ isChoosing: Bool) -> [Int] {
                zip(order, isChosen).filter { $0.1 == isChoosing }.flatMap { clusters[$0.0] }.sorted().map {
                    samples[$0]
                }
            }
            choosing.append(half(true))
            measuring.append(half(false))
            for (cluster, isChosen) in zip(order, isChosen) {
                if let group = group(cluster) { isChoosingGroup[group] = isChosen }
            }
        }
    }
}
