public import Datasets
public import Foundation

/// Fixed few-shot episodes: in each, the support samples that a model may adapt to, for every class of a dataset.
///
/// The queries of an episode are all other samples of its classes. Supports are drawn once for the dataset and not for
/// each level: the episode of a level is its restriction to the level's test classes. A class so has the same support at
/// all levels at which it is tested, which takes the luck of the draw out of the differences between levels.
///
/// The support of a class is the start of a seeded order of its samples, which depends on the seed, the number of the
/// episode, the class's label and the ids of its own samples, and on nothing else. So the support of 2 shots is the
/// start of that of 5, and a dataset that gains a class keeps the supports of all others.
///
/// Source: Milbich et al., "Characterizing Generalization under Out-Of-Distribution Shifts in Deep Metric Learning",
/// NeurIPS 2021, §4.5: 2 and 5 shots, 10 episodes.
public struct FewShotEpisodes: Sendable, Equatable, Decodable {
    /// The number of support samples a class.
    public let shots: Int
    /// The seed of the draws.
    public let seed: UInt64
    /// For each episode, the ids of the support samples of each class, in the order in which they were drawn, by the
    /// class's label.
    public let episodes: [[String: [String]]]
    /// The labels of the classes that have too few samples, sorted by their UTF-8 bytes.
    public let leftOut: [String]

    private enum CodingKeys: String, CodingKey {
        case shots, seed, episodes
        case leftOut = "left_out"
    }

    /// Draws episodes from all classes of `dataset` that have more than `shots` samples, so that a query is left.
    ///
    /// - Complexity: O(`episodeCount`·n + n log n) for n samples.
    /// - Precondition: `shots` and `episodeCount` are positive.
    public init(of dataset: Dataset, shots: Int, episodeCount: Int, seed: UInt64) {
        precondition(
            shots > 0 && episodeCount > 0, "\(episodeCount) episodes of \(shots) shots; expected at least 1 each")
        self.shots = shots
        self.seed = seed
        var episodes = [[String: [String]]](repeating: [:], count: episodeCount)
        var leftOut: [String] = []
        for (number, label) in dataset.classLabels.enumerated() {
            guard dataset.samplesOfClass[number].count > shots else {
                leftOut.append(label)
                continue
            }
            let samples = dataset.samplesByID(ofClass: number)
            for episode in 0..<episodeCount {
                var generator = SeededGenerator(seed: seed, stream: "few-shot/\(episode)/\(label)")
                episodes[episode][label] = generator.shuffled(samples).prefix(shots).map { dataset.samples[$0].id }
            }
        }
        self.episodes = episodes
        self.leftOut = leftOut
    }

    /// An episode as a level sees it: the supports of the given classes, without those that have none.
    ///
    /// - Complexity: O(c) for c labels.
    public func supports(inEpisode number: Int, ofClasses labels: some Sequence<String>) -> [String: [String]] {
        var result: [String: [String]] = [:]
        for label in labels { result[label] = episodes[number][label] }
        return result
    }

    /// What does not hold of the episodes as episodes of `dataset`; none where all is well.
    ///
    /// - Complexity: O(n + e) for n samples and e support samples over all episodes.
    public func violations(in dataset: Dataset) -> [SplitViolation] {
        let numbers = Dictionary(uniqueKeysWithValues: zip(dataset.classLabels, dataset.classLabels.indices))
        let samples = Dictionary(uniqueKeysWithValues: zip(dataset.samples.map(\.id), dataset.samples.indices))
        let isLeftOut = Set(leftOut)
        var violations: [SplitViolation] = []
        func add(_ place: String, _ found: String, _ expected: String) {
            violations.append(
                SplitViolation(file: "episodes-\(shots).json", place: place, found: found, expected: expected))
        }
        for (index, episode) in episodes.enumerated() {
            for label in episode.keys.sorted(by: utf8Precedes) {
                let place = "episode \(index), class \"\(label)\""
                let support = episode[label] ?? []
                guard let number = numbers[label] else {
                    add(place, "a support", "supports of classes of the dataset only")
                    continue
                }
                if Set(support).count != shots || support.count != shots {
                    add(place, "\(Set(support).count) different samples among \(support.count)", "\(shots)")
                }
                for id in support where samples[id].map({ dataset.classOfSample[$0] }) != number {
                    add(place, "\"\(id)\"", "samples of the class only")
                }
                if isLeftOut.contains(label) {
                    add(place, "a support", "none, since the class is listed as left out")
                }
            }
            for (number, label) in dataset.classLabels.enumerated() where !isLeftOut.contains(label) {
                let size = dataset.samplesOfClass[number].count
                guard (episode[label] != nil) != (size > shots) else { continue }
                add(
                    "episode \(index), class \"\(label)\"",
                    "\(episode[label] == nil ? "no" : "a") support for \(size) samples",
                    "one where a class has more than \(shots)")
            }
        }
        for label in leftOut.sorted(by: utf8Precedes) {
            let size = numbers[label].map { dataset.samplesOfClass[$0].count }
            guard size.map({ $0 > shots }) ?? true else { continue }
            add(
                "left_out", "the class \"\(label)\"" + (size.map { " of \($0) samples" } ?? ""),
                "the classes of \(shots) samples or fewer")
        }
        for (number, label) in dataset.classLabels.enumerated()
        where dataset.samplesOfClass[number].count <= shots && !isLeftOut.contains(label) {
            add("left_out", "no class \"\(label)\"", "all classes of \(shots) samples or fewer")
        }
        return violations
    }
}

extension FewShotEpisodes {
    /// The episodes as JSON: keys sorted by their UTF-8 bytes and a line for each class, so that the same episodes are the
    /// same bytes, and a difference is found by eye.
    ///
    /// `JSONEncoder` would write all on one line, or every sample on its own: a million lines for 22,634 classes.
    public var json: Data {
        var bytes: [UInt8] = []
        func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
        func append(_ strings: [String]) {
            append("[")
            for (index, string) in strings.enumerated() {
                if index > 0 { append(", ") }
                Self.append(string, to: &bytes)
            }
            append("]")
        }
        append("{\n  \"episodes\": [")
        for (index, episode) in episodes.enumerated() {
            append(index > 0 ? ",\n    {" : "\n    {")
            for (position, label) in episode.keys.sorted(by: utf8Precedes).enumerated() {
                append(position > 0 ? ",\n      " : "\n      ")
                Self.append(label, to: &bytes)
                append(": ")
                append(episode[label] ?? [])
            }
            append("\n    }")
        }
        append("\n  ],\n  \"left_out\": ")
        append(leftOut)
        append(",\n  \"seed\": \(seed),\n  \"shots\": \(shots)\n}\n")
        return Data(bytes)
    }

    /// Appends a JSON string (RFC 8259, §7).
    private static func append(_ string: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Reads what ``json`` wrote.
    ///
    /// - Throws: ``SplitError/unreadableEpisodes(path:reason:)``.
    public init(readingFrom url: URL) throws {
        func failure(_ reason: String) -> SplitError { .unreadableEpisodes(path: url.path, reason: reason) }
        guard let data = try? Data(contentsOf: url) else {
            let exists = FileManager.default.fileExists(atPath: url.path)
            throw failure(exists ? "permission is denied" : "there is no such file; oodml make-splits writes it")
        }
        do {
            self = try JSONDecoder().decode(FewShotEpisodes.self, from: data)
        } catch let error as DecodingError {
            throw failure(error.inFewWords)
        }
        guard shots > 0, !episodes.isEmpty else {
            throw failure("it has \(episodes.count) episodes of \(shots) shots; expected at least 1 each")
        }
    }
}
