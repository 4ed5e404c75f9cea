internal import Files

/// A labelled dataset: samples of classes, and the split that the field calls its own.
///
/// Classes are numbered from 0 in the order of their labels' UTF-8 bytes, so the numbers do not depend on the order of
/// the samples, on a locale or on the machine.
public struct Dataset: Sendable, Equatable {
    /// The dataset's name, as in `cub200`.
    public let name: String
    /// All samples, in the order in which embeddings have their rows.
    public let samples: [Sample]
    /// The class labels in the order of their UTF-8 bytes; a class's number is its position here.
    public let classLabels: [String]
    /// The number of each sample's class, in the order of `samples`.
    public let classOfSample: [Int]
    /// The numbers of each class's samples, ascending.
    public let samplesOfClass: [[Int]]
    /// The side of each class in the official split.
    public let officialSides: [Side]
    /// One more thing known of each class, for units that are neither classes nor superclasses.
    ///
    /// - Precondition: there is one value for each class.
    public var classColumn: ClassColumn? {
        willSet {
            let count = newValue?.values.count ?? classLabels.count
            precondition(count == classLabels.count, "\(count) values for \(classLabels.count) classes")
        }
    }

    /// Makes a dataset.
    ///
    /// Without `officialSides` the first half of the sorted classes trains, as CUB-200-2011 and CARS196 do it; with an
    /// odd number of classes the train side is the smaller one. Errors speak of `source`, the file or folder that the
    /// samples came from, or else of `name`.
    ///
    /// - Throws: ``DatasetError`` if there is no sample, an id occurs twice, a class has two superclasses or is written in
    ///   two Unicode forms, or `officialSides` lacks a class or leaves a side empty.
    public init(
        name: String, samples: [Sample], officialSides: [String: Side]? = nil, source: String? = nil
    ) throws {
        let source = source ?? name
        guard !samples.isEmpty else { throw DatasetError.noSamples(source: source) }
        var superclasses: [String: String?] = [:]
        var seen: Set<String> = []
        seen.reserveCapacity(samples.count)
        for sample in samples {
            guard seen.insert(sample.id).inserted else {
                throw DatasetError.duplicateSample(source: source, id: sample.id)
            }
            if let known = superclasses.updateValue(sample.superclass, forKey: sample.classLabel),
                known != sample.superclass
            {
                throw DatasetError.twoSuperclasses(source: source, classLabel: sample.classLabel)
            }
        }
        let labels = superclasses.keys.sorted(by: utf8Precedes)
        // Swift takes strings for equal that differ in their Unicode form alone; nothing else here must.
        let forms = Dictionary(uniqueKeysWithValues: zip(labels, labels.map { Array($0.utf8) }))
        for sample in samples where forms[sample.classLabel] != Array(sample.classLabel.utf8) {
            throw DatasetError.twoUnicodeForms(source: source, classLabel: sample.classLabel)
        }
        let numbers = Dictionary(uniqueKeysWithValues: zip(labels, labels.indices))
        self.name = name
        self.samples = samples
        classLabels = labels
        classOfSample = samples.map { numbers[$0.classLabel] ?? 0 }
        var members = [[Int]](repeating: [], count: labels.count)
        for (sample, number) in classOfSample.enumerated() { members[number].append(sample) }
        samplesOfClass = members
        if let officialSides {
            self.officialSides = try labels.map { label in
                guard let side = officialSides[label] else {
                    throw DatasetError.classWithoutSide(source: source, classLabel: label)
                }
                return side
            }
        } else {
            self.officialSides = labels.indices.map { $0 < labels.count / 2 ? .train : .test }
        }
        for side in Side.allCases where !self.officialSides.contains(side) {
            throw DatasetError.emptySide(source: source, side: side, classCount: labels.count)
        }
    }

    /// The superclass of a class, where the dataset has one.
    public func superclass(of classNumber: Int) -> String? {
        samples[samplesOfClass[classNumber][0]].superclass
    }

    /// The numbers of a class's samples in the order of their ids' UTF-8 bytes.
    ///
    /// Unlike `samplesOfClass`, the order is the same however the dataset was listed; seeded choices start from it.
    ///
    /// - Complexity: O(k log k) comparisons for k samples.
    public func samplesByID(ofClass classNumber: Int) -> [Int] {
        samplesOfClass[classNumber].sorted { utf8Precedes(samples[$0].id, samples[$1].id) }
    }

    /// The numbers of all samples of the given classes, ascending.
    public func samples(ofClasses classes: some Sequence<Int>) -> [Int] {
        classes.flatMap { samplesOfClass[$0] }.sorted()
    }
}
