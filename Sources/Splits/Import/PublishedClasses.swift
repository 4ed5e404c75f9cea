internal import Datasets
internal import Files

/// Which class of a dataset each class of published splits corresponds to.
struct PublishedClasses {
    /// How classes are found, the same for all of them.
    enum Rule: CaseIterable {
        case label
        case folder
        case product
        case position

        /// What is compared, in words.
        var words: String {
            switch self {
            case .label: "by their labels"
            case .folder: "by the last part of their labels"
            case .product: "by the start of their file names"
            case .position: "by their places in the order of the labels"
            }
        }
    }

    let rule: Rule
    private let numbers: [String: Int]

    /// Finds the first rule that finds every class.
    ///
    /// - Throws: ``/Files/FileError/malformed(path:line:found:expected:)`` if no rule does.
    init(of splits: PublishedSplits, in dataset: Dataset, path: String) throws {
        var wanted: Set<String> = []
        for level in splits.levels {
            wanted.formUnion(level.train)
            wanted.formUnion(level.test)
        }
        var nearest: (missing: [String], rule: Rule)?
        for rule in Rule.allCases where rule != .position || splits.classesAreNumbers {
            let numbers = Self.numbers(of: dataset, by: rule)
            let missing = wanted.filter { numbers[$0] == nil }
            if missing.isEmpty {
                self.rule = rule
                self.numbers = numbers
                return
            }
            if missing.count < nearest?.missing.count ?? .max { nearest = (Array(missing), rule) }
        }
        let missing = nearest?.missing.sorted(by: utf8Precedes) ?? []
        throw FileError.malformed(
            path: path,
            found: "the class \"\(excerpt(missing.first ?? ""))\", which is no class of \(dataset.name)"
                + (missing.count > 1 ? ", as \(missing.count - 1) others of \(wanted.count)" : ""),
            expected: "classes named as its \(dataset.classLabels.count) classes are, such as "
                + "\"\(dataset.classLabels[0])\"")
    }

    /// The number of the class that a label of the splits refers to; nil if there is none.
    subscript(label: String) -> Int? { numbers[label] }

    /// The classes by the key that a rule compares, without keys that several classes share.
    private static func numbers(of dataset: Dataset, by rule: Rule) -> [String: Int] {
        let keys = dataset.classLabels.indices.map { number -> String? in
            let label = dataset.classLabels[number]
            switch rule {
            case .label: return label
            case .folder: return lastComponent(label)
            case .product:
                let starts = Set(
                    dataset.samplesOfClass[number].map { sample in
                        String(lastComponent(dataset.samples[sample].id).prefix { $0 != "_" })
                    })
                return starts.count == 1 ? starts.first : nil
            case .position: return String(number)
            }
        }
        var result: [String: Int] = [:]
        var shared: Set<String> = []
        for (number, key) in keys.enumerated() {
            guard let key else { continue }
            if result.updateValue(number, forKey: key) != nil { shared.insert(key) }
        }
        return result.filter { !shared.contains($0.key) }
    }
}

/// Which sample of a dataset each file of published episodes is.
struct PublishedFiles {
    private let dataset: Dataset
    /// By file name and class.
    private var samplesOfName: [String: [Int: [Int]]] = [:]
    private var samplesOfLowercaseName: [String: [Int]] = [:]
    private var known: [String: Int] = [:]

    init(in dataset: Dataset) {
        self.dataset = dataset
        for (number, sample) in dataset.samples.enumerated() {
            let name = lastComponent(sample.id)
            samplesOfName[name, default: [:]][dataset.classOfSample[number], default: []].append(number)
            samplesOfLowercaseName[name.lowercased(), default: []].append(number)
        }
    }

    /// The sample of a class that a path refers to; nil if there is none, or more than one.
    ///
    /// It is the sample whose id ends the path, or is itself ended by the path; otherwise the only sample in the whole
    /// dataset whose file has that name, ignoring case.
    mutating func sample(of file: String, inClass number: Int) -> Int? {
        if let sample = known[file], dataset.classOfSample[sample] == number { return sample }
        let name = lastComponent(file)
        let path = components(file)
        let fitting = (samplesOfName[name]?[number] ?? []).filter { sample in
            zip(components(dataset.samples[sample].id).reversed(), path.reversed()).allSatisfy { $0 == $1 }
        }
        var found = fitting.count == 1 ? fitting[0] : nil
        if fitting.isEmpty, let alike = samplesOfLowercaseName[name.lowercased()], alike.count == 1,
            dataset.classOfSample[alike[0]] == number
        {
            found = alike[0]
        }
        if let found { known[file] = found }
        return found
    }
}

/// The components of a path, from any operating system.
private func components(_ path: String) -> [Substring] { path.split { $0 == "/" || $0 == "\\" } }

private func lastComponent(_ path: String) -> String { components(path).last.map(String.init) ?? path }
