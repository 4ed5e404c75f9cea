internal import Files
internal import Foundation

/// The annotations of CARS196 that a folder holds: of all images, as in `car_ims`, and of `cars_train` and `cars_test`.
struct Cars196Annotations {
    private let folder: FieldFolder
    /// The paths of the files below the root; nil for those that are missing.
    let all: String?
    private let meta, train, test: String?

    init(in folder: FieldFolder) throws {
        self.folder = folder
        all = try Self.file("cars_annos", in: folder)
        meta = try Self.file("cars_meta", in: folder)
        train = try Self.file("cars_train_annos", in: folder)
        test = try Self.file("cars_test_annos_withlabels", in: folder)
    }

    /// The path of a file, which browsers call `NAME (1).mat` if they have downloaded another before.
    private static func file(_ name: String, in folder: FieldFolder) throws -> String? {
        for ending in [".mat", " (1).mat", "(1).mat"] {
            if let place = try folder.place(of: name + ending) { return place + name + ending }
        }
        return nil
    }

    /// The names of the files that `cars_train` and `cars_test` need and that are missing.
    var missingOfDevkit: [String] {
        [
            train == nil ? "cars_train_annos.mat" : nil, test == nil ? "cars_test_annos_withlabels.mat" : nil,
            // It has the names too.
            meta == nil && all == nil ? "cars_meta.mat" : nil,
        ].compactMap(\.self)
    }

    /// Whether images have one number in `car_ims` and another in `cars_train` or `cars_test`.
    var listsBothNumberings: Bool { all != nil && train != nil && test != nil }

    /// The images of `car_ims`, and the sides of their classes.
    ///
    /// - Precondition: there are annotations of all images.
    func original() throws -> (samples: [Sample], sides: [String: Side], path: String) {
        guard let all else { preconditionFailure("no annotations of all images in \(folder.root.path)") }
        let classes = try Classes(in: all, below: folder.root)
        let list = try Annotations(in: all, pathField: "relative_im_path", below: folder.root)
        let samples = try list.samples(classes, bases: folder.places(of: "car_ims"), folder)
        return (samples, classes.sides, all)
    }

    /// The images of `cars_train`, then those of `cars_test`, the sides of their classes, and the files that say so.
    ///
    /// - Precondition: no file of the devkit is missing.
    func devkit() throws -> (samples: [Sample], sides: [String: Side], paths: [String]) {
        guard let train, let test, let names = meta ?? all else {
            preconditionFailure("\(missingOfDevkit) are missing in \(folder.root.path)")
        }
        let classes = try Classes(in: names, below: folder.root)
        let samples = try [(train, "cars_train"), (test, "cars_test")].flatMap { path, images in
            let places = folder.places(of: images)
            return try Annotations(in: path, pathField: "fname", below: folder.root)
                .samples(classes, bases: places.flatMap { ["\($0)\(images)/", "\($0)\(images)/\(images)/"] }, folder)
        }
        return (samples, classes.sides, [names, train, test])
    }

    /// The paths in `cars_train` and `cars_test` of the samples of `car_ims`, by the numbers of the samples.
    ///
    /// An image is the same in both if no other of its class has its bounding box on its side of the image split; images
    /// that share it have none.
    func otherNames(of dataset: Dataset) throws -> [Int: String] {
        guard let all, let train, let test else { return [:] }
        var names: [[Int]: [String]] = [:]
        for (path, images, isTest) in [(train, "cars_train", 0), (test, "cars_test", 1)] {
            let list = try Annotations(in: path, pathField: "fname", below: folder.root)
            for index in 0..<list.count {
                guard let box = try list.box(of: index) else { return [:] }
                names[try [list.classNumber(of: index), isTest] + box, default: []]
                    .append("\(images)/\(try list.path(of: index))")
            }
        }
        let list = try Annotations(in: all, pathField: "relative_im_path", below: folder.root)
        var samples: [[Int]: [Int]] = [:]
        for index in 0..<list.count {
            guard let box = try list.box(of: index), let isTest = try list.isTest(index) else { return [:] }
            samples[try [list.classNumber(of: index), isTest] + box, default: []].append(index)
        }
        var found: [Int: String] = [:]
        for (key, indices) in samples where indices.count == 1 {
            if let paths = names[key], paths.count == 1 { found[indices[0]] = paths[0] }
        }
        return found
    }
}

/// The classes of CARS196 by their numbers.
private struct Classes {
    let path: String
    let names: [String]

    init(in path: String, below root: URL) throws {
        let file = try MATLABFile(contentsOf: root.appending(path: path))
        let names = try file.strings(inCellArray: "class_names")
        var numbers = NameIndex()
        for (index, label) in names.enumerated() {
            let (isNew, first) = numbers.insert(label)
            guard isNew else {
                throw FileError.malformed(
                    path: root.appending(path: path).path,
                    found: "the name \"\(excerpt(label))\" for the classes \(first + 1) and \(index + 1)",
                    expected: "a name of its own for each")
            }
        }
        if let label = names.firstInSecondUnicodeForm {
            throw DatasetError.twoUnicodeForms(source: root.appending(path: path).path, classLabel: label)
        }
        (self.path, self.names) = (path, names)
    }

    /// The first half of the classes by number trains.
    var sides: [String: Side] {
        Dictionary(
            uniqueKeysWithValues: names.enumerated().map { ($1, $0 < names.count / 2 ? Side.train : .test) })
    }
}

/// One list of annotated images.
private struct Annotations {
    private let structs: MATLABStructs
    private let pathField: String
    private let file: String

    var count: Int { structs.count }

    init(in path: String, pathField: String, below root: URL) throws {
        let url = root.appending(path: path)
        structs = try MATLABFile(contentsOf: url).structs("annotations", fields: [pathField, "class"])
        (self.pathField, file) = (pathField, url.path)
    }

    func path(of index: Int) throws -> String { try structs.string(pathField, of: index) }

    /// The class, from 1 on.
    func classNumber(of index: Int) throws -> Int {
        let number = try structs.number("class", of: index)
        guard let position = Int(exactly: number), position >= 1 else {
            throw FileError.malformed(
                path: file,
                found: "the class \(Int(exactly: number).map(String.init) ?? "\(number)") in annotation \(index + 1)",
                expected: "a whole number from 1 on")
        }
        return position
    }

    /// The bounding box; nil if the annotations have none in whole numbers.
    func box(of index: Int) throws -> [Int]? {
        let fields = ["bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2"]
        guard fields.allSatisfy(structs.fields.contains) else { return nil }
        let box = try fields.compactMap { try Int(exactly: structs.number($0, of: index)) }
        return box.count == fields.count ? box : nil
    }

    /// 1 for an image of `cars_test`, 0 for one of `cars_train`; nil if the annotations do not say.
    func isTest(_ index: Int) throws -> Int? {
        structs.fields.contains("test") ? try Int(exactly: structs.number("test", of: index)) : nil
    }

    /// The samples, with ids below the root.
    ///
    /// - Parameter bases: where the images may lie; the first that has any of them.
    func samples(_ classes: Classes, bases: [String], _ folder: FieldFolder) throws -> [Sample] {
        let paths = try (0..<count).map(path)
        let base = folder.base(of: paths, among: bases) ?? bases.first ?? ""
        return try paths.enumerated().map { index, path in
            let number = try structs.number("class", of: index)
            let position = Int(exactly: number)
            guard let position, classes.names.indices.contains(position - 1) else {
                throw FileError.malformed(
                    path: file,
                    found: "the class \(position.map(String.init) ?? "\(number)") in annotation \(index + 1)",
                    expected: "one from 1 to \(classes.names.count), as in class_names")
            }
            return Sample(id: base + path, classLabel: classes.names[position - 1])
        }
    }
}
