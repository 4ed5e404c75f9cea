public import Datasets
import Files

/// Published splits matched to the dataset that they divide: what a split folder holds of them.
///
/// *Classes.* All classes are found in the same way, the first of these that finds every one: by label; by the last
/// part of labels `superclass/class`; by the part before the first `_` that a class's file names have in common (the
/// products of Stanford Online Products); by the letters and digits of the label, since a name like `Ram C/V` cannot be a
/// folder's; and, if the splits have numbers and no text, by class number, from 0 in the order of the labels' UTF-8 bytes.
///
/// *Files* of episodes are found among the samples of their class: the sample whose id ends the path, or is itself
/// ended by the path, component by component; otherwise the only sample in the dataset whose file has that name,
/// ignoring case. If some are named like `06189_2.jpg` where the dataset has several `06189.jpg` of the class, in folders
/// of their own, they are taken in the order of the samples. A class whose support cannot be found whole has none in that
/// episode, and episodes without supports are left out.
///
/// *Levels* are named `level-ID` by the published id, in order of increasing distance. The classes in `split_val` are
/// fold 0, those in `split_train` fold 1. Classes of the dataset that a level does not name are its removed ones.
/// Matched training sets are drawn as for any other series, with seed 0.
public struct ImportedSplits: Sendable, Equatable {
    /// The splits.
    public let manifest: SplitManifest
    /// Training sets of equal size for the levels.
    public let matched: MatchedTraining
    /// The few-shot episodes, by increasing number of shots.
    public let episodes: [FewShotEpisodes]
    /// How classes were found, such as `by their labels`.
    public let classMatch: String
    /// How many supports list a sample twice; the support holds it once.
    public let repeatedSupportCount: Int
    /// How many supports the published episodes have, over all classes, episodes and levels.
    public let supportCount: Int
    /// How many of them are left out because a file is no sample of its class, or one of several.
    public let unmatchedSupportCount: Int
    /// The first file of these; nil if there is none.
    public let unmatchedFile: String?
    /// How many supports have a file that was told apart from another of its name only by the order of the samples.
    public let numberedSupportCount: Int

    /// Finds the classes and files of published splits in a dataset.
    ///
    /// - Parameters:
    ///   - path: the file's path, for errors.
    ///   - source: the record of the file.
    /// - Complexity: O(n + L·C + e) for n samples, L levels of C classes and e support samples.
    /// - Throws: ``/Files/FileError/malformed(path:line:found:expected:)`` for a class that is missing from the dataset,
    ///   or a file of a numbered class that is of another class in the dataset;
    ///   ``/Files/FileError/unreadable(path:as:reason:)`` for splits that make no sense.
    public init(
        of splits: PublishedSplits, in dataset: Dataset, path: String, source: SplitManifest.SourceRecord,
        generator: String
    ) throws {
        let classes = try PublishedClasses(of: splits, in: dataset, path: path)
        let reading = ImportReading(path: path, classes: classes, dataset: dataset)
        var seen: Set<Name> = []
        for level in splits.levels where !seen.insert(Name(level.id)).inserted {
            throw reading.failure(level, "it is there twice; expected every id once")
        }
        let partitions = try splits.levels.map(reading.partition)
        let folds = try zip(splits.levels, partitions).map(reading.folds)
        let ids = fileNames(for: splits.levels.map(\.id)).map { "level-\($0)" }
        let matched = MatchedTraining(of: dataset, trainClasses: partitions.map { $0.classes(on: .train) }, seed: 0)
        let compositions = ShiftComposition.compositions(of: partitions, in: dataset, seed: 0)
        let levels = splits.levels.indices.map { index in
            SplitLevel(
                id: ids[index],
                step: Int(splits.levels[index].id).flatMap { NumberRange.count.contains($0) ? $0 : nil } ?? index + 1,
                fid: splits.levels[index].fid,
                partition: partitions[index], folds: folds[index],
                matched: (matched.subsets[index].classes, matched.sampleCount), composition: compositions[index],
                in: dataset)
        }
        var supports = SupportReading(
            files: PublishedFiles(of: splits, classes, in: dataset), mayMisnumber: splits.classesAreNumbers)
        var episodes: [FewShotEpisodes] = []
        for shots in Set(splits.levels.flatMap(\.episodes.keys)).sorted() {
            var byLevel: [String: [[String: [String]]]] = [:]
            for (id, level) in zip(ids, splits.levels) {
                guard let published = level.episodes[shots] else { continue }
                let found = try reading.episodes(published, ofLevel: level, shots: shots, by: &supports)
                if !found.isEmpty { byLevel[id] = found }
            }
            if !byLevel.isEmpty { episodes.append(FewShotEpisodes(shots: shots, byLevel: byLevel)) }
        }
        self.episodes = episodes
        repeatedSupportCount = supports.repeatedCount
        supportCount = supports.count
        unmatchedSupportCount = supports.unmatchedCount
        unmatchedFile = supports.unmatchedFile
        numberedSupportCount = supports.numberedCount
        let settings = ImportedSettings(
            seed: 0, levelCount: levels.count, foldCount: folds.map(\.count).max() ?? 0, shots: episodes.map(\.shots),
            episodeCount: episodes.flatMap { ($0.episodesByLevel ?? [:]).values.map(\.count) }.max() ?? 1)
        manifest = SplitManifest(
            generator: generator, dataset: dataset, source: source, settings: settings, levels: levels)
        self.matched = matched
        classMatch = classes.rule.words
    }
}

/// Turns names into numbers, and reports those that it cannot.
private struct ImportReading {
    let path: String
    let classes: PublishedClasses
    let dataset: Dataset

    func failure(_ level: PublishedSplits.Level, _ reason: String) -> FileError {
        .unreadable(path: path, as: "published splits", reason: "split \"\(excerpt(level.id))\": \(reason)")
    }

    func partition(of level: PublishedSplits.Level) throws -> ClassPartition {
        var sides = [Side?](repeating: nil, count: dataset.classLabels.count)
        for (labels, side) in [(level.train, Side.train), (level.test, .test)] {
            guard !labels.isEmpty else { throw failure(level, "\(side.rawValue) has no class; expected at least one") }
            for label in labels {
                // Every class was found beforehand, so none is skipped here.
                guard let number = classes[label] else { continue }
                guard sides[number] == nil else {
                    throw failure(
                        level,
                        "the class \"\(excerpt(label))\" is "
                            + (sides[number] == side ? "twice in \(side.rawValue)" : "in train and in test")
                            + "; expected every class once")
                }
                sides[number] = side
            }
        }
        return ClassPartition(sides: sides)
    }

    /// The validation classes and those to train on meanwhile; empty if either is missing.
    func folds(of level: PublishedSplits.Level, _ partition: ClassPartition) throws -> [[Int]] {
        guard let tuning = level.tuning, !tuning.validation.isEmpty, !tuning.train.isEmpty else { return [] }
        var seen: Set<Int> = []
        return try [("split_val", tuning.validation), ("split_train", tuning.train)].map { name, labels in
            try labels.map { label in
                let shown = "the class \"\(excerpt(label))\" of \(name)"
                guard let number = classes[label], partition.sides[number] == .train else {
                    throw failure(level, "\(shown) is not in train; expected classes of train only")
                }
                guard seen.insert(number).inserted else {
                    throw failure(level, "\(shown) is there twice; expected it once in split_val or split_train")
                }
                return number
            }.sorted()
        }
    }

    /// The episodes of a level without the supports that cannot be found.
    func episodes(
        _ episodes: [[String: [String]]], ofLevel level: PublishedSplits.Level, shots: Int,
        by supports: inout SupportReading
    ) throws -> [[String: [String]]] {
        let test = Set(level.test)
        var result: [[String: [String]]] = []
        for (index, episode) in episodes.enumerated() {
            var found: [String: [String]] = [:]
            for label in episode.keys.sorted(by: utf8Precedes) {
                let place = "\(shots) shots, episode \(index + 1), class \"\(excerpt(label))\""
                guard test.contains(label), let number = classes[label] else {
                    throw failure(level, "\(place): the class is not in test; expected test classes only")
                }
                let names = episode[label] ?? []
                guard (1...shots).contains(names.count) else {
                    throw failure(level, "\(place): \(names.count) files; expected \(shots)")
                }
                do {
                    found[dataset.classLabels[number]] = try supports.samples(of: names, inClass: number)?
                        .map { dataset.samples[$0].id }
                } catch let misplaced as MisplacedFile {
                    throw FileError.malformed(
                        path: path,
                        found: "the file \"\(excerpt(misplaced.name))\" in split \"\(excerpt(level.id))\", \(place)",
                        expected: "one that is one sample of this class, as \""
                            + dataset.samples[dataset.samplesOfClass[number][0]].id + "\" is")
                }
            }
            if !found.isEmpty { result.append(found) }
        }
        return result
    }
}

/// A file of a class that the dataset has in another class.
private struct MisplacedFile: Error {
    let name: String
}

/// Finds the samples of supports, and counts what it does not find.
private struct SupportReading {
    var files: PublishedFiles
    /// Whether classes were found by numbers: files of other classes then show that the numbers mean other classes.
    let mayMisnumber: Bool
    private(set) var count = 0
    private(set) var repeatedCount = 0
    private(set) var numberedCount = 0
    private(set) var unmatchedCount = 0
    private(set) var unmatchedFile: String?

    init(files: PublishedFiles, mayMisnumber: Bool) {
        (self.files, self.mayMisnumber) = (files, mayMisnumber)
    }

    /// The samples of one support, each once; nil if a file is not found.
    mutating func samples(of names: [String], inClass number: Int) throws -> [Int]? {
        count += 1
        var samples: [Int] = []
        var isNumbered = false
        for name in names {
            switch files.match(of: name, inClass: number) {
            case .sample(let sample): samples.append(sample)
            case .numbered(let sample):
                samples.append(sample)
                isNumbered = true
            case .elsewhere where mayMisnumber: throw MisplacedFile(name: name)
            case .none, .elsewhere:
                unmatchedCount += 1
                unmatchedFile = unmatchedFile ?? name
                return nil
            }
        }
        var seen: Set<Int> = []
        let distinct = samples.filter { seen.insert($0).inserted }
        if distinct.count < names.count { repeatedCount += 1 }
        if isNumbered { numberedCount += 1 }
        return distinct
    }
}
