public import Foundation

/// A benchmark whose splits are published in `splits` of the repository.
public struct PublishedBenchmark: Sendable, Equatable, Codable {
    /// The least and the greatest distance of its levels.
    public struct DistanceRange: Sendable, Equatable, Codable {
        /// That of the easiest level.
        public let least: Double
        /// That of the hardest level.
        public let greatest: Double
    }

    /// Its name, which is that of its folder.
    public let name: String
    /// What it is, in a few words.
    public let title: String
    /// The dataset, as `--dataset` takes it.
    public let dataset: String
    /// How many samples and classes the dataset has, and how many levels there are.
    public let samples, classes, levels: Int
    /// The squared Fréchet distances between the sides; comparable within one benchmark only.
    public let fid: DistanceRange
    /// The network that measured them.
    public let backbone: String
    /// What the distance is over.
    public let distance: String
    /// The images that are needed, in words.
    public let images: String
    /// The command that makes the splits beside the images.
    public let command: String
    /// The folder in the repository.
    public let path: String

    /// All of them, in the order in which they were published.
    public static let all: [PublishedBenchmark] = {
        do {
            return try JSONDecoder().decode([PublishedBenchmark].self, from: Data(PackageResources.index_json))
        } catch {
            preconditionFailure("splits/index.json: \(error)")
        }
    }()

    /// The contents of its `published.json`, if it is a part of the program.
    ///
    /// Folders that `make-splits` wrote are not: they are made again, or taken from the repository.
    public var splits: Data? {
        switch name {
        case "cars196-milbich2021": Data(PackageResources.cars196_milbich2021_json)
        default: nil
        }
    }
}
