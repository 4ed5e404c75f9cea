internal import Datasets
internal import Files

/// Which sample of a dataset each file of published episodes is.
struct PublishedFiles {
    enum Match: Equatable {
        case sample(Int)
        /// One of several samples of the class that have the file's name, by their order.
        case numbered(Int)
        /// No sample of the class, or several.
        case none
        /// No sample of the class, although other classes have one of that name.
        case elsewhere
    }

    private let dataset: Dataset
    /// By file name and class.
    private var samplesOfName: [String: [Int: [Int]]] = [:]
    private var samplesOfLowercaseName: [String: [Int]] = [:]
    private var known: [String: (sample: Int, match: Match)] = [:]
    /// Whether the splits were made of a folder in which files of one name were numbered apart, as `06189.jpg` and
    /// `06189_2.jpg`, which the dataset still keeps in several folders.
    private var areNumberedApart = false

    /// Prepares to find the files of splits.
    ///
    /// - Complexity: O(n + e) for n samples and e support samples.
    init(of splits: PublishedSplits, _ classes: PublishedClasses, in dataset: Dataset) {
        self.dataset = dataset
        for (number, sample) in dataset.samples.enumerated() {
            let names = Set([sample.id, dataset.otherNames[number]].compactMap { $0.map(lastComponent) })
            for name in names {
                samplesOfName[name, default: [:]][dataset.classOfSample[number], default: []].append(number)
            }
            for name in Set(names.map { $0.lowercased() }) {
                samplesOfLowercaseName[name, default: []].append(number)
            }
        }
        areNumberedApart = splits.levels.contains { level in
            level.episodes.values.joined().contains { episode in
                episode.contains { label, files in
                    guard let number = classes[label] else { return false }
                    return files.contains {
                        fitting($0, inClass: number).isEmpty && repeated($0, inClass: number) != nil
                    }
                }
            }
        }
    }

    /// The sample of a class that a path refers to.
    ///
    /// It is the sample whose id ends the path, or is itself ended by the path; otherwise the only sample in the whole
    /// dataset whose file has that name, ignoring case. Files that were numbered apart are taken in the order of the
    /// dataset.
    mutating func match(of file: String, inClass number: Int) -> Match {
        if let (sample, match) = known[file], dataset.classOfSample[sample] == number { return match }
        let match = find(file, inClass: number)
        switch match {
        case .sample(let sample), .numbered(let sample): known[file] = (sample, match)
        case .none, .elsewhere: break
        }
        return match
    }

    private func find(_ file: String, inClass number: Int) -> Match {
        let samples = fitting(file, inClass: number)
        if samples.count == 1 { return .sample(samples[0]) }
        if samples.count > 1 { return areNumberedApart ? .numbered(samples[0]) : .none }
        if let sample = repeated(file, inClass: number) { return .numbered(sample) }
        let alike = samplesOfLowercaseName[lastComponent(file).lowercased()] ?? []
        if alike.count == 1, dataset.classOfSample[alike[0]] == number { return .sample(alike[0]) }
        return alike.isEmpty || alike.contains { dataset.classOfSample[$0] == number } ? .none : .elsewhere
    }

    /// The samples of a class one of whose names ends a path, or is ended by it.
    private func fitting(_ file: String, inClass number: Int) -> [Int] {
        let path = components(file)
        return (samplesOfName[lastComponent(file)]?[number] ?? []).filter { sample in
            [dataset.samples[sample].id, dataset.otherNames[sample]].contains { name in
                guard let name else { return false }
                return zip(components(name).reversed(), path.reversed()).allSatisfy { $0 == $1 }
            }
        }
    }

    /// The second sample of a class that `NAME` fits for the file `NAME_2`, the third for `NAME_3`, and so on.
    private func repeated(_ file: String, inClass number: Int) -> Int? {
        let name = lastComponent(file)
        guard let point = name.utf8.lastIndex(of: UInt8(ascii: ".")),
            let line = name.utf8[..<point].lastIndex(of: UInt8(ascii: "_")),
            let place = Int(name[name.utf8.index(after: line)..<point]), place >= 2
        else { return nil }
        let base =
            String(decoding: file.utf8.dropLast(name.utf8.count), as: UTF8.self) + String(name[..<line])
            + String(name[point...])
        let samples = fitting(base, inClass: number)
        return samples.count >= place ? samples[place - 1] : nil
    }
}
