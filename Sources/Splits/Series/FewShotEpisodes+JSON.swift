internal import Datasets
internal import Files
public import Foundation

extension FewShotEpisodes {
    /// The episodes as JSON with sorted keys, so that the same episodes give the same bytes.
    public var json: Data {
        get throws { Data(try stableJSON(self).utf8) }
    }

    /// Reads what ``json`` wrote.
    ///
    /// - Throws: ``/Files/FileError/unreadable(path:as:reason:)``.
    public init(readingFrom url: URL) throws {
        let kind = "few-shot episodes"
        self = try readJSON(FewShotEpisodes.self, from: url, as: kind)
        let counts = episodesByLevel.map { $0.values.map(\.count) } ?? [episodes.count]
        guard shots > 0, !counts.isEmpty, let least = counts.min(), least > 0 else {
            throw FileError.unreadable(
                path: url.path, as: kind,
                reason: "it has \(counts.min() ?? 0) episodes of \(shots) shots; expected at least 1 each")
        }
    }

    /// Writes episodes that serve all levels, or those of each level.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(shots, forKey: .shots)
        try container.encode(leftOut, forKey: .leftOut)
        try container.encodeIfPresent(seed, forKey: .seed)
        if let episodesByLevel {
            try container.encode(episodesByLevel, forKey: .episodesByLevel)
        } else {
            try container.encode(episodes, forKey: .episodes)
        }
    }
}
