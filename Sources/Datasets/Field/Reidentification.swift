internal import Files
internal import Foundation

extension KnownDataset {
    /// Market-1501 (Zheng et al., ICCV 2015).
    ///
    /// It is read from the names of the images in `bounding_box_train`, `query` and `bounding_box_test`. Sample ids are paths
    /// below the folder, class labels the persons' numbers as written, cameras `c1` to `c6`. The persons of
    /// `bounding_box_train` train; those of the other two folders are the test classes, with the roles query and gallery.
    /// Images of person `-1`, which do not count, and distractors, person `0000`, belong to no class and are passed over.
    ///
    /// A name of another form, and a person in both train and test, are errors.
    public static let market1501 = reidentification(
        name: "market1501", title: "Market-1501",
        counts: DatasetCounts(
            trainSamples: 12_936, trainClasses: 751, testSamples: 16_483, testClasses: 750, querySamples: 3368,
            gallerySamples: 13_115),
        folders: ["bounding_box_train", "query", "bounding_box_test"], distractor: "0000")

    /// DukeMTMC-reID (Zheng, Zheng and Yang, ICCV 2017), read like ``market1501``.
    ///
    /// Persons whom one camera only has seen are in the gallery, as distractors with classes of their own.
    public static let dukeMTMC = reidentification(
        name: "dukemtmc", title: "DukeMTMC-reID",
        counts: DatasetCounts(
            trainSamples: 16_522, trainClasses: 702, testSamples: 19_889, testClasses: 1110, querySamples: 2228,
            gallerySamples: 17_661),
        folders: ["bounding_box_train", "query", "bounding_box_test"])

    /// VeRi-776, vehicles (Liu et al., ECCV 2016), read like ``market1501`` from `image_train`, `image_query` and
    /// `image_test`.
    public static let veri776 = reidentification(
        name: "veri776", title: "VeRi-776",
        counts: DatasetCounts(
            trainSamples: 37_778, trainClasses: 576, testSamples: 13_257, testClasses: 200, querySamples: 1678,
            gallerySamples: 11_579),
        folders: ["image_train", "image_query", "image_test"])

    private static func reidentification(
        name: String, title: String, counts: DatasetCounts, folders: [String], distractor: String? = nil
    ) -> KnownDataset {
        let meanings = ["the train classes", "the queries", "the gallery"]
        return KnownDataset(
            name: name, title: title, counts: counts,
            layout: zip(folders, meanings).map { ("\($0)/IDENTITY_CAMERA_….jpg", $1) },
            officialSplit:
                "The identities in \(folders[0]) train, those in \(folders[1]) and \(folders[2]) are the test classes.",
            requiredFiles: folders.joined(separator: ", ")
        ) { root, given in
            try Dataset(
                reidentificationAt: root, name: given, folders: folders, distractor: distractor,
                missing:
                    "there is no such folder; expected the folder of \(title) with \(folders.joined(separator: ", "))")
        }
    }

    /// MSMT17 (Wei et al., CVPR 2018).
    ///
    /// It is read from `list_train.txt`, `list_val.txt`, `list_query.txt` and `list_gallery.txt`, whose lines are a path and a
    /// number; paths are below `train` for the first two and below `test` for the others. Persons have the same numbers
    /// there, so class labels are `train/0000` and `test/0000`. Cameras are the third part of the images' names.
    ///
    /// A line with too few fields, and a name of another form, are errors that name the file and the line.
    public static let msmt17 = KnownDataset(
        name: "msmt17", title: "MSMT17",
        counts: DatasetCounts(
            trainSamples: 32_621, trainClasses: 1041, testSamples: 93_820, testClasses: 3060, querySamples: 11_659,
            gallerySamples: 82_161),
        layout: [
            ("list_train.txt, list_val.txt", "path number, of images below train/"),
            ("list_query.txt, list_gallery.txt", "the same, below test/"), ("train/…, test/…", "the images"),
        ],
        officialSplit: "list_train.txt and list_val.txt are the train classes, the other two lists the test classes.",
        requiredFiles: "list_train.txt, list_val.txt, list_query.txt and list_gallery.txt",
        read: Dataset.init(msmt17At:name:))
}

extension Dataset {
    fileprivate init(
        reidentificationAt root: URL, name: String, folders: [String], distractor: String?, missing: String
    ) throws {
        var samples: [Sample] = []
        var sides: [String: Side] = [:]
        var left: [DatasetReading.PassedOver] = []
        guard let place = FieldFolder(root).places(of: folders[0]).first else {
            throw FileError.unreadable(path: root.appending(path: folders[0]).path, reason: missing)
        }
        for (folderName, role) in zip(folders, [nil, SampleRole.query, .gallery]) {
            let folder = try ImageFolder(
                root.appending(path: place + folderName), path: place + folderName, links: .refuse)
            left += folder.passedOver
            for image in folder.images {
                guard let parsed = CameraName(image) else {
                    throw FileError.malformed(
                        path: folder.url.path, found: "the image \"\(image)\"",
                        expected: "names such as 0002_c1s1_000451_03.jpg: identity, camera")
                }
                guard parsed.identity != "-1", parsed.identity != distractor else {
                    let kind = parsed.identity == "-1" ? "image that does not count" : "distractor"
                    left.append(.init(path: folder.pathOf(image), kind: kind, reason: "it is of no identity"))
                    continue
                }
                let side: Side = role == nil ? .train : .test
                guard sides.updateValue(side, forKey: parsed.identity) ?? side == side else {
                    throw DatasetError.twoSides(source: root.path, classLabel: parsed.identity)
                }
                samples.append(
                    Sample(
                        id: folder.pathOf(image), classLabel: parsed.identity, role: role, camera: parsed.camera))
            }
        }
        try self.init(name: name, samples: samples, officialSides: sides, source: root.path)
        reading.passedOver = left
        if left.contains(where: { $0.kind == "distractor" }) {
            reading.understood.append("distractors are left out, which the field's own protocol keeps in the gallery")
        }
    }

    fileprivate init(msmt17At root: URL, name: String) throws {
        var samples: [Sample] = []
        var sides: [String: Side] = [:]
        let lists: [(String, String, SampleRole?)] = [
            ("list_train.txt", "train", nil), ("list_val.txt", "train", nil), ("list_query.txt", "test", .query),
            ("list_gallery.txt", "test", .gallery),
        ]
        let place = FieldFolder(root).places(of: lists[0].0).first ?? ""
        // The second version, with faces masked, names its folders otherwise.
        let isMasked = exists(root.appending(path: "\(place)mask_train_v2"))
        for (file, folder, role) in lists {
            let index = try IndexFile(place + file, below: root, of: .msmt17)
            for row in try index.rows(["path", "number"], open: 0) {
                guard let parsed = CameraName(row.fields[0]) else {
                    throw FileError.malformed(
                        path: index.path, line: row.line, found: "the image \"\(row.fields[0])\"",
                        expected: "names such as 0000_000_01_0303morning_0015_0.jpg: identity, image, camera, time")
                }
                let label = "\(folder)/\(parsed.identity)"
                sides[label] = role == nil ? .train : .test
                samples.append(
                    Sample(
                        id: "\(place)\(isMasked ? "mask_\(folder)_v2" : folder)/\(row.fields[0])", classLabel: label,
                        role: role, camera: parsed.camera))
            }
        }
        try self.init(name: name, samples: samples, officialSides: sides, source: root.path)
    }
}
