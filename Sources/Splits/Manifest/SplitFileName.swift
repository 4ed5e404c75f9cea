import Files

/// The names of the files in a folder of splits.
package enum SplitFileName {
    /// The levels, written last: where this file exists, so do all others.
    package static let manifest = "manifest.json"
    /// The samples, in the order of the rows of the embeddings.
    package static let samples = "samples.csv"
    /// Training samples, equally many at every level.
    package static let matched = "train-matched.csv"
    /// Every step of the search.
    package static let progression = "progression.csv"
    /// The distance along the steps, as a plot.
    package static let chart = "progression.svg"
    /// The class means along their two principal directions.
    package static let classMap = "class-map.csv"
    /// The nearest class of the other side for each class, along the axis near.
    package static let nearest = "nearest.csv"
    /// How alike several series are.
    package static let replicates = "replicates.json"

    /// Every sample of a hold-out with its part.
    package static let holdOut = "holdout.csv"
    /// Which folder of links is which class.
    package static let linkedClasses = "classes.csv"
    /// The paths of all files of a hold-out, links apart.
    package static let ofHoldOut = [holdOut, classMap, samples, matched, manifest]

    /// Few-shot episodes.
    package static func episodes(shots: Int) -> String { "episodes-\(shots).json" }

    /// The folder of a further series, numbered from 2.
    package static func replicate(_ number: Int) -> String { "replicate-\(number)" }

    /// The paths of all files of splits that a search makes.
    package static func all(shots: [Int], replicateCount: Int, axis: OrderAxis? = nil) -> [String] {
        let series = [samples, matched, progression, chart, manifest] + (axis == .nearest ? [nearest] : [])
        let further = (1...max(replicateCount, 1)).dropFirst().flatMap { number in
            series.map { "\(replicate(number))/\($0)" }
        }
        return series + further + shots.map(episodes(shots:)) + [classMap] + (replicateCount > 1 ? [replicates] : [])
    }

    /// The number of shots in the name of a file of episodes; nil for all other names.
    package static func shots(ofEpisodes name: String) -> Int? { number(name, "episodes-", ".json") }

    /// The number of the series in the name of a folder; nil for all other names.
    package static func replicateNumber(_ name: String) -> Int? { number(name, "replicate-", "") }

    /// The number between a prefix and a suffix, from 0; nil unless it is written as it would be here.
    private static func number(_ name: String, _ prefix: String, _ suffix: String) -> Int? {
        let number = Int(name.dropFirst(prefix.count).dropLast(suffix.count))
        return number.flatMap { $0 >= 0 && name == "\(prefix)\($0)\(suffix)" ? $0 : nil }
    }
}
