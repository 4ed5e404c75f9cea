/// How many samples and classes a dataset has, in all and on the sides of its official split.
public struct DatasetCounts: Sendable, Hashable {
    /// The number of samples of train classes.
    public let trainSamples: Int
    /// The number of train classes.
    public let trainClasses: Int
    /// The number of samples of test classes.
    public let testSamples: Int
    /// The number of test classes.
    public let testClasses: Int
    /// The number of superclasses; 0 if it has none.
    public let superclasses: Int
    /// The number of queries; 0 if it has no roles.
    public let querySamples: Int
    /// The number of gallery samples; 0 if it has no roles.
    public let gallerySamples: Int

    /// The number of all samples.
    public var samples: Int { trainSamples + testSamples }
    /// The number of all classes.
    public var classes: Int { trainClasses + testClasses }

    /// Makes counts from their parts.
    public init(
        trainSamples: Int, trainClasses: Int, testSamples: Int, testClasses: Int, superclasses: Int = 0,
        querySamples: Int = 0, gallerySamples: Int = 0
    ) {
        self.trainSamples = trainSamples
        self.trainClasses = trainClasses
        self.testSamples = testSamples
        self.testClasses = testClasses
        self.superclasses = superclasses
        self.querySamples = querySamples
        self.gallerySamples = gallerySamples
    }

    /// Counts the samples and classes of a dataset.
    ///
    /// - Complexity: O(n) for n samples.
    public init(of dataset: Dataset) {
        let trains = dataset.officialSides.map { $0 == .train }
        let trainSamples = dataset.classOfSample.count { trains[$0] }
        let trainClasses = trains.count { $0 }
        self.init(
            trainSamples: trainSamples, trainClasses: trainClasses,
            testSamples: dataset.samples.count - trainSamples, testClasses: trains.count - trainClasses,
            superclasses: Set(dataset.samples.compactMap(\.superclass)).count,
            querySamples: dataset.samples.count { $0.role == .query },
            gallerySamples: dataset.samples.count { $0.role == .gallery })
    }

    /// How a dataset's counts differ from these, as in "24 samples (not 11788)"; empty if they agree.
    public func differences(in dataset: Dataset) -> [String] {
        let found = DatasetCounts(of: dataset)
        let parts: [(KeyPath<DatasetCounts, Int>, String)] = [
            (\.samples, "samples"), (\.classes, "classes"), (\.trainSamples, "train samples"),
            (\.trainClasses, "train classes"), (\.testSamples, "test samples"), (\.testClasses, "test classes"),
            (\.superclasses, "superclasses"), (\.querySamples, "queries"), (\.gallerySamples, "gallery samples"),
        ]
        return parts.compactMap { part, name in
            found[keyPath: part] == self[keyPath: part]
                ? nil : "\(found[keyPath: part]) \(name) (not \(self[keyPath: part]))"
        }
    }
}
