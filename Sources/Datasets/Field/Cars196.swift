import Files
import Foundation

extension KnownDataset {
    /// Stanford Cars (Krause et al., 2013).
    ///
    /// It is read in the first of these forms that the folder, or one up to two levels below it, holds:
    ///
    /// 1. `cars_annos.mat` with the images of `car_ims`, in the order of the annotations;
    /// 2. `cars_train` and `cars_test` with `cars_train_annos.mat` and `cars_meta.mat` of the devkit and
    ///    `cars_test_annos_withlabels.mat`, as torchvision has them;
    /// 3. class folders: in the folder itself, below `images/`, or below `train/` and `test/`, as copies on Kaggle and
    ///    elsewhere have them.
    ///
    /// Sample ids are paths below the folder; class labels are the names in `class_names`, or of the class folders. The
    /// first half of the classes by number, 98 of 196, trains. The first half by name is the same half, so class folders
    /// have the same sides. The division into `cars_train` and `cars_test`, or by the field `test`, is one of the images of
    /// each class, so it is not a split of classes; where `train/` and `test/` hold different classes, these are the sides.
    ///
    /// ```swift
    /// let dataset = try Dataset(.cars196, at: root)
    /// print(dataset.classLabels.count)  // 196 where nothing is missing
    /// ```
    ///
    /// It refuses `cars_train` and `cars_test` without the annotations that list their images; `cars_annos.mat` lists
    /// only those of `car_ims`, which are numbered otherwise. It refuses annotations that are not a MATLAB file of
    /// version 5 or lack a variable, field, path or class, a class number without a name, and anything that
    /// `Dataset.init(classFoldersAt:name:outer:deadLinks:)` refuses.
    public static let cars196 = KnownDataset(
        name: "cars196", title: "CARS196",
        counts: DatasetCounts(trainSamples: 8054, trainClasses: 98, testSamples: 8131, testClasses: 98),
        layout: [
            ("cars_annos.mat", "annotations with relative_im_path and class, and class_names"),
            ("car_ims/IMAGE.jpg", "the images; or, instead of both,"),
            ("devkit/cars_train_annos.mat", "annotations of cars_train with fname and class,"),
            ("cars_test_annos_withlabels.mat", "those of cars_test, here or in devkit/,"),
            ("devkit/cars_meta.mat", "class_names, and"),
            ("cars_{train,test}/IMAGE.jpg", "the images; or, instead of all these,"),
            ("images/CLASS/IMAGE.jpg", "class folders, below images/, train/ and test/, or the folder itself"),
        ],
        officialSplit:
            "Classes 1 to 98 train, which are the first 98 by name as well. cars_train and cars_test, or the field test, "
            + "divide the images of every class, so they are no sides.",
        requiredFiles: "cars_annos.mat and car_ims, cars_train and cars_test with the devkit, or class folders",
        read: { root, name in try Cars196Folder(root).dataset(name: name) })
}

/// A folder that holds CARS196 in one of its forms.
private struct Cars196Folder {
    private let root: URL
    private let annotations: Cars196Annotations
    private let folder: FieldFolder

    init(_ root: URL) throws {
        self.root = root
        folder = FieldFolder(root)
        annotations = try Cars196Annotations(in: folder)
    }

    /// Lower-case names of folders that hold images or annotations, and no class folders.
    private static let flatFolders: Set<String> = ["car_ims", "cars_train", "cars_test", "devkit", "car_devkit"]

    func dataset(name: String) throws -> Dataset {
        let images = folder.places(of: "car_ims")
        if annotations.all != nil, !images.isEmpty { return try original(name) }
        let flat = ["cars_train", "cars_test"].filter { Self.holdsImages($0, in: folder) }
        if !flat.isEmpty, annotations.missingOfDevkit.isEmpty { return try devkit(name) }
        if let classes = try FieldClassFolders(below: root, except: Self.flatFolders) {
            var dataset = try classes.dataset(name: name, root: root)
            if !flat.isEmpty {
                dataset.reading.understood.append("the images of \(flat.joined(separator: " and ")) are not read")
            }
            return dataset
        }
        // Says which images are missing.
        if flat.isEmpty, annotations.all != nil { return try original(name) }
        throw refusal(flat: flat)
    }

    /// Whether a folder, or one of the same name in it, holds images rather than class folders.
    private static func holdsImages(_ name: String, in folder: FieldFolder) -> Bool {
        folder.places(of: name).contains { place in
            let url = folder.root.appending(path: place + name)
            return FieldFolder.subfolders(of: url).filter { $0 != name }.isEmpty
        }
    }

    /// `cars_annos.mat` with `car_ims`.
    private func original(_ name: String) throws -> Dataset {
        let (samples, sides, path) = try annotations.original()
        var dataset = try Dataset(
            name: name, samples: samples, officialSides: sides, source: root.appending(path: path).path)
        dataset.reading.understood.append("read from \(path) with the images of car_ims")
        if annotations.listsBothNumberings {
            dataset.otherNames = try annotations.otherNames(of: dataset)
            dataset.reading.understood.append(
                "the devkit gives \(dataset.otherNames.count) of these images their numbers in cars_train or cars_test")
        }
        return dataset
    }

    /// `cars_train` and `cars_test` with the devkit.
    private func devkit(_ name: String) throws -> Dataset {
        let (samples, sides, paths) = try annotations.devkit()
        var dataset = try Dataset(name: name, samples: samples, officialSides: sides, source: root.path)
        dataset.reading.understood.append(
            "read from \(paths.joined(separator: ", ")) with the images of cars_train and cars_test")
        return dataset
    }

    private func refusal(flat: [String]) -> FileError {
        let expected = root.appending(path: "cars_annos.mat").path
        guard !flat.isEmpty else {
            return .unreadable(path: expected, reason: KnownDataset.cars196.missingFile)
        }
        let missing = annotations.missingOfDevkit
        let images = "the images of \(flat.joined(separator: " and "))"
        let found =
            annotations.all == nil
            ? images : "cars_annos.mat, which lists only the images of car_ims, and \(images), numbered otherwise,"
        return .malformed(
            path: root.path, found: "\(found) without \(missing.joined(separator: " and "))",
            expected:
                "\(missing.count == 1 ? "this file" : "these files") of the devkit, car_ims with cars_annos.mat, or "
                + "class folders")
    }
}
