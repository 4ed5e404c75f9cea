internal import Datasets
internal import Files
internal import Foundation

/// Which class of a dataset each class of published splits corresponds to.
struct PublishedClasses {
    /// How classes are found, the same for all of them.
    enum Rule: CaseIterable {
        case label
        case folder
        case product
        case letters
        case position

        /// What is compared, in words.
        var words: String {
            switch self {
            case .label: "by their labels"
            case .folder: "by the last part of their labels"
            case .product: "by the start of their file names"
            case .letters: "by the letters and digits of their labels"
            case .position: "by their places in the order of the labels"
            }
        }
    }

    let rule: Rule
    /// The numbers of the classes by their labels in the splits.
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
            let keys = Self.numbers(of: dataset, by: rule)
            var numbers: [String: Int] = [:]
            for label in wanted { numbers[label] = keys[rule == .letters ? letters(of: label) : label] }
            if numbers.count == wanted.count {
                self.rule = rule
                self.numbers = numbers
                return
            }
            let missing = wanted.filter { numbers[$0] == nil }
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
            case .letters: return letters(of: label)
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

/// The letters and digits of a label, without accents: what is left of it in the name of any folder.
private func letters(of label: String) -> String {
    String(
        String.UnicodeScalarView(
            label.decomposedStringWithCanonicalMapping.unicodeScalars.filter {
                $0.properties.isAlphabetic || $0.properties.numericType != nil
            }))
}

/// The components of a path, from any operating system.
func components(_ path: String) -> [Substring] { path.split { $0 == "/" || $0 == "\\" } }

func lastComponent(_ path: String) -> String { components(path).last.map(String.init) ?? path }
