public import Datasets
import Files

extension FewShotEpisodes {
    /// What is wrong with the episodes as episodes of `dataset`; empty if nothing is.
    ///
    /// - Complexity: O(n + e) for n samples and e support samples over all episodes.
    public func violations(in dataset: Dataset) -> [SplitViolation] {
        let samples = SamplesOfClasses(dataset)
        let isLeftOut = Set(leftOut)
        let groups = dataset.groups
        let noun = groups == nil ? "samples" : "groups"
        func groupCount(_ number: Int) -> Int { dataset.countOfGroups(ofClass: number, groups) }
        var violations: [SplitViolation] = []
        func add(_ place: String, _ found: String, _ expected: String) {
            violations.append(violation(place, found, expected))
        }
        for (index, episode) in episodes.enumerated() {
            violations += supportViolations(of: episode, "episode \(index)", in: samples, counts: shots...shots)
            for (number, label) in dataset.classLabels.enumerated() where !isLeftOut.contains(label) {
                let size = groupCount(number)
                guard (episode[label] != nil) != (size > shots) else { continue }
                add(
                    "episode \(index), class \"\(label)\"",
                    "\(episode[label] == nil ? "no" : "a") support for \(size) \(noun)",
                    "one where a class has more than \(shots)")
            }
        }
        for label in leftOut.sorted(by: utf8Precedes) {
            let size = samples.number(ofClass: label).map(groupCount)
            guard size.map({ $0 > shots }) ?? true else { continue }
            add(
                "left_out", "the class \"\(label)\"" + (size.map { " of \($0) \(noun)" } ?? ""),
                "the classes of \(shots) \(noun) or fewer")
        }
        for (number, label) in dataset.classLabels.enumerated()
        where groupCount(number) <= shots && !isLeftOut.contains(label) {
            add("left_out", "no class \"\(label)\"", "all classes of \(shots) \(noun) or fewer")
        }
        return violations
    }

    /// What is wrong with imported episodes as episodes of the test classes of some levels.
    ///
    /// They may lack classes, and a support may be short where a class is small.
    ///
    /// - Parameter episodeCount: the greatest number of episodes that a level may have.
    /// - Complexity: O(n + e) for n samples and e support samples over all episodes.
    public func violations(
        in dataset: Dataset, ofLevels levels: [SplitLevel], episodeCount: Int
    ) -> [SplitViolation] {
        let samples = SamplesOfClasses(dataset)
        let known = Dictionary(levels.map { ($0.id, Set($0.test)) }, uniquingKeysWith: { a, _ in a })
        var violations: [SplitViolation] = []
        for (id, episodes) in (episodesByLevel ?? [:]).sorted(by: { utf8Precedes($0.key, $1.key) }) {
            guard let test = known[id] else {
                violations.append(violation("the level \"\(id)\"", "episodes", "levels of manifest.json only"))
                continue
            }
            if episodes.count > episodeCount {
                violations.append(violation(id, "\(episodes.count) episodes", "\(episodeCount) or fewer"))
            }
            for (index, episode) in episodes.enumerated() {
                let place = "\(id), episode \(index)"
                violations += supportViolations(of: episode, place, in: samples, counts: 1...shots)
                for label in episode.keys.sorted(by: utf8Precedes)
                where samples.number(ofClass: label) != nil && !test.contains(label) {
                    violations.append(
                        violation("\(place), class \"\(label)\"", "a support", "supports of test classes only"))
                }
            }
        }
        return violations
    }

    /// The classes and samples of a dataset by their names.
    private struct SamplesOfClasses {
        private let dataset: Dataset
        private let samples: NameIndex

        init(_ dataset: Dataset) {
            self.dataset = dataset
            samples = dataset.indexOfSamples()
        }

        func number(ofClass label: String) -> Int? { dataset.number(ofClass: label) }

        func classNumber(ofSample id: String) -> Int? { samples[id].map { dataset.classOfSample[$0] } }
    }

    /// Whether each support has the right number of samples of its class, all different.
    private func supportViolations(
        of episode: [String: [String]], _ name: String, in samples: SamplesOfClasses, counts: ClosedRange<Int>
    ) -> [SplitViolation] {
        episode.keys.sorted(by: utf8Precedes).flatMap { label -> [SplitViolation] in
            let place = "\(name), class \"\(label)\""
            let support = episode[label] ?? []
            guard let number = samples.number(ofClass: label) else {
                return [violation(place, "a support", "supports of classes of the dataset only")]
            }
            var violations: [SplitViolation] = []
            if Set(support).count != support.count || !counts.contains(support.count) {
                violations.append(
                    violation(
                        place, "\(Set(support).count) different samples among \(support.count)",
                        counts.count == 1 ? "\(shots)" : "1 to \(shots), all different"))
            }
            for id in support where samples.classNumber(ofSample: id) != number {
                violations.append(violation(place, "\"\(id)\"", "samples of the class only"))
            }
            if leftOut.contains(label) {
                violations.append(violation(place, "a support", "none, since the class is listed as left out"))
            }
            return violations
        }
    }

    private func violation(_ place: String, _ found: String, _ expected: String) -> SplitViolation {
        SplitViolation(file: SplitFileName.episodes(shots: shots), place: place, found: found, expected: expected)
    }
}
