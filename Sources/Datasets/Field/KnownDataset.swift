/// A dataset of the field that is read as it is downloaded.
///
/// ```swift
/// let dataset = try Dataset(cub200At: root)
/// for warning in KnownDataset.cub200.counts.differences(in: dataset) { print(warning) }
/// ```
public enum KnownDataset: String, Sendable, Hashable, CaseIterable {
    /// Caltech-UCSD Birds-200-2011, of Wah et al., 2011.
    case cub200
    /// Stanford Cars, of Krause et al., 2013.
    case cars196
    /// Stanford Online Products, of Song et al., CVPR 2016.
    case sop
    /// In-Shop Clothes Retrieval of DeepFashion, of Liu et al., CVPR 2016.
    case inshop

    /// The name that papers give it.
    public var title: String {
        switch self {
        case .cub200: "CUB-200-2011"
        case .cars196: "CARS196"
        case .sop: "Stanford Online Products"
        case .inshop: "In-Shop Clothes Retrieval"
        }
    }

    /// What the dataset has when nothing is missing, as published.
    public var counts: DatasetCounts {
        switch self {
        case .cub200:
            DatasetCounts(trainSamples: 5864, trainClasses: 100, testSamples: 5924, testClasses: 100)
        case .cars196:
            DatasetCounts(trainSamples: 8054, trainClasses: 98, testSamples: 8131, testClasses: 98)
        case .sop:
            DatasetCounts(
                trainSamples: 59551, trainClasses: 11318, testSamples: 60502, testClasses: 11316, superclasses: 12)
        case .inshop:
            DatasetCounts(
                trainSamples: 25882, trainClasses: 3997, testSamples: 26830, testClasses: 3985, querySamples: 14218,
                gallerySamples: 12612)
        }
    }

    /// The files that its folder must have, each with what it is for.
    public var layout: [(path: String, meaning: String)] {
        switch self {
        case .cub200:
            [
                ("images.txt", "image_id path, the path below images/"),
                ("image_class_labels.txt", "image_id class_id"),
                ("classes.txt", "class_id name"),
                ("images/CLASS/IMAGE.jpg", "the images"),
            ]
        case .cars196:
            [
                ("cars_annos.mat", "annotations with relative_im_path and class, and class_names"),
                ("car_ims/IMAGE.jpg", "the images; or, instead of both,"),
                ("images/CLASS/IMAGE.jpg", "class folders, below images/ or the folder itself"),
            ]
        case .sop:
            [
                ("Ebay_train.txt", "image_id class_id super_class_id path, with a header"),
                ("Ebay_test.txt", "the same for the test classes"),
                ("CATEGORY_final/IMAGE.JPG", "the images"),
            ]
        case .inshop:
            [
                ("Eval/list_eval_partition.txt", "a count, then image_name item_id evaluation_status; or beside Eval/"),
                ("Img/img/…/IMAGE.jpg", "the images, unpacked from Img/img.zip; or img/…/IMAGE.jpg"),
            ]
        }
    }

    /// Where the official sides come from, and what of the folder has no say in them, in one or two sentences.
    public var officialSplit: String {
        switch self {
        case .cub200:
            "Classes 1 to 100 train. train_test_split.txt divides the images of every class, so it is not read."
        case .cars196:
            "Classes 1 to 98 train, which are the first 98 by name as well. The field test divides the images of every "
                + "class, so it is not read."
        case .sop:
            "Ebay_train.txt lists the train classes, Ebay_test.txt the test classes; super_class_id names the superclass."
        case .inshop:
            "evaluation_status is train, query or gallery; the items of queries and gallery are the test classes."
        }
    }

    /// Why a file that the folder must have cannot be read if it is not there.
    public var missingFile: String {
        let files =
            switch self {
            case .cub200: "images.txt, image_class_labels.txt and classes.txt"
            case .cars196: "cars_annos.mat, or class folders"
            case .sop: "Ebay_train.txt and Ebay_test.txt"
            case .inshop: "Eval/list_eval_partition.txt"
            }
        return "there is no such file; expected the folder of \(title) with \(files)"
    }
}

/// How many samples and classes a dataset has, in all and on the sides of its official split.
public struct DatasetCounts: Sendable, Hashable {
    /// The samples of the train classes.
    public let trainSamples: Int
    /// The classes that train.
    public let trainClasses: Int
    /// The samples of the test classes.
    public let testSamples: Int
    /// The classes that are tested on.
    public let testClasses: Int
    /// The superclasses; 0 if it has none.
    public let superclasses: Int
    /// The samples that are queries; 0 if it has no roles.
    public let querySamples: Int
    /// The samples that are the gallery; 0 if it has no roles.
    public let gallerySamples: Int

    /// All samples.
    public var samples: Int { trainSamples + testSamples }
    /// All classes.
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

    /// Counts what a dataset has.
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

    /// What another dataset has more or fewer of than these counts, as in "24 samples (not 11788)"; empty if it agrees.
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
