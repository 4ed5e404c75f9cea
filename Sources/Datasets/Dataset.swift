package import Files

/// A labelled dataset: samples with classes, and its official split.
///
/// Classes are numbered from 0 in the order of their labels' UTF-8 bytes, so the numbers do not depend on the order of
/// the samples, the locale or the machine.
public struct Dataset: Sendable {
    /// The dataset's name, as in `cub200`.
    public let name: String
    /// All samples, in the order of the rows of embeddings.
    public internal(set) var samples: [Sample]
    /// The class labels in the order of their UTF-8 bytes; a class's number is its position here.
    public let classLabels: [String]
    /// The number of each sample's class, in the order of `samples`.
    public let classOfSample: [Int]
    /// The numbers of each class's samples, ascending.
    public let samplesOfClass: [[Int]]
    /// The side of each class in the official split.
    public let officialSides: [Side]
    /// The order of the classes of which the first half trains in the official split; nil if the source says which
    /// classes train.
    public let officialOrder: ClassOrder?
    /// What the reader of this dataset understood, and what it passed over.
    public internal(set) var reading = DatasetReading()
    /// Further columns of the table of samples, by which sides are described; they take no part in equality.
    public internal(set) var otherColumns: [SampleColumn] = []
    /// The column by whose values classes are put in order, if the table was read for one; it takes no part in equality.
    public internal(set) var orderColumn: SampleColumn?
    /// How the classes were made, if they are areas of a grid; it takes no part in equality.
    public internal(set) var areas: DatasetAreas?
    private let classNumbers: NameIndex
    /// The paths that samples have in another form of the dataset, by their numbers, by which published files may name
    /// them.
    package var otherNames: [Int: String] = [:]
    /// One more value per class, for units that are neither classes nor superclasses.
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
    /// Without `officialSides` the first half of the classes trains, as in CUB-200-2011 and CARS196: by number if all
    /// labels are whole numbers, else by the bytes of the labels (``officialOrder``). With an odd number of classes the
    /// train side is the smaller one. Errors name `source`, the file or folder that the samples
    /// came from, or else `name`.
    ///
    /// - Throws: ``DatasetError`` if there is no sample, an id occurs twice, an id or class label is written in two Unicode
    ///   forms, a class has two superclasses, or `officialSides` lacks a class or leaves a side empty.
    public init(
        name: String, samples: [Sample], officialSides: [String: Side]? = nil, source: String? = nil
    ) throws {
        let source = source ?? name
        guard !samples.isEmpty else { throw DatasetError.noSamples(source: source) }
        // Strings rather than `Name`s, so that two Unicode forms of one id are found too.
        var ids: Set<String> = []
        ids.reserveCapacity(samples.count)
        // Classes in the order of their first samples.
        var found = LabelNumbering()
        var superclasses: [String?] = []
        let places = try samples.map { sample in
            let (isNew, known) = ids.insert(sample.id)
            guard isNew else {
                throw Name(known) == Name(sample.id)
                    ? DatasetError.duplicateSample(source: source, id: sample.id)
                    : DatasetError.sampleInTwoUnicodeForms(source: source, id: sample.id)
            }
            let place = found.number(of: sample.classLabel)
            if place == superclasses.count {
                superclasses.append(sample.superclass)
            } else if superclasses[place] != sample.superclass {
                throw DatasetError.twoSuperclasses(source: source, classLabel: sample.classLabel)
            }
            return place
        }
        if let label = found.labels.firstInSecondUnicodeForm {
            throw DatasetError.twoUnicodeForms(source: source, classLabel: label)
        }
        let labels = found.labels.sorted(by: utf8Precedes)
        let numbers = NameIndex(labels)
        let numberOfPlace = found.labels.compactMap { numbers[$0] }
        self.name = name
        self.samples = samples
        classLabels = labels
        classNumbers = numbers
        classOfSample = places.map { numberOfPlace[$0] }
        var members = [[Int]](repeating: [], count: labels.count)
        for (sample, number) in classOfSample.enumerated() { members[number].append(sample) }
        samplesOfClass = members
        officialOrder = officialSides == nil ? ClassOrder(of: labels) : nil
        if let officialSides {
            self.officialSides = try labels.map { label in
                guard let side = officialSides[label] else {
                    throw DatasetError.classWithoutSide(source: source, classLabel: label)
                }
                return side
            }
        } else {
            var sides = [Side](repeating: .test, count: labels.count)
            for number in ClassOrder(of: labels).sorted(labels).prefix(labels.count / 2) { sides[number] = .train }
            self.officialSides = sides
        }
        for side in Side.allCases where !self.officialSides.contains(side) {
            throw DatasetError.emptySide(source: source, side: side, classCount: labels.count)
        }
    }

    /// Adds to what ``reading`` says was understood.
    package mutating func note(_ understood: String) { reading.understood.append(understood) }

    /// The number of the class with this label; nil if there is none.
    ///
    /// Labels are compared by their UTF-8 bytes: é as one code point differs from é as two, although `String ==` says
    /// otherwise.
    ///
    /// ```swift
    /// let owl = dataset.number(ofClass: "owl")  // 2: the third by its bytes
    /// let dodo = dataset.number(ofClass: "dodo")  // nil
    /// ```
    ///
    /// - Complexity: O(1).
    public func number(ofClass label: String) -> Int? { classNumbers[label] }

    /// Makes an index that finds sample numbers by the UTF-8 bytes of their ids.
    ///
    /// - Complexity: O(n) for n samples; each call rebuilds it.
    package func indexOfSamples() -> NameIndex { NameIndex(samples.map(\.id)) }

    /// The superclass of a class; nil if it has none.
    public func superclass(of classNumber: Int) -> String? {
        samples[samplesOfClass[classNumber][0]].superclass
    }

    /// The numbers of a class's samples in the order of their ids' UTF-8 bytes.
    ///
    /// Unlike `samplesOfClass`, this order does not depend on the order of the samples, so seeded choices start from
    /// it.
    ///
    /// - Complexity: O(k log k) comparisons for k samples.
    public func samplesByID(ofClass classNumber: Int) -> [Int] {
        samplesOfClass[classNumber].sorted { utf8Precedes(samples[$0].id, samples[$1].id) }
    }

    /// A number for the camera of each sample, nil for samples without one; nil if no sample has a camera.
    ///
    /// - Complexity: O(n) for n samples.
    public var cameras: [Int?]? { numbers(of: \.camera) }

    /// A number for the group of each sample, nil for samples on their own; nil if no sample is in a group.
    ///
    /// - Complexity: O(n) for n samples.
    public var groups: [Int?]? { numbers(of: \.group) }

    private func numbers(of value: KeyPath<Sample, String?>) -> [Int?]? {
        guard samples.contains(where: { $0[keyPath: value] != nil }) else { return nil }
        var numbering = LabelNumbering()
        return samples.map { $0[keyPath: value].map { numbering.number(of: $0) } }
    }

    /// The numbers of all samples of the given classes, ascending.
    public func samples(ofClasses classes: some Sequence<Int>) -> [Int] {
        classes.flatMap { samplesOfClass[$0] }.sorted()
    }
}

extension Dataset: Equatable {
    /// Whether both have the same name, samples, official sides and class column, however they were read.
    public static func == (a: Dataset, b: Dataset) -> Bool {
        a.name == b.name && a.samples == b.samples && a.officialSides == b.officialSides
            && a.classColumn == b.classColumn
    }
}
