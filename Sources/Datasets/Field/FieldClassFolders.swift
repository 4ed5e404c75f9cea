internal import Files
internal import Foundation

/// Class folders of a standard dataset, as copies of it have them: in the folder itself, below `images/`, or below
/// `train/` and `test/`, each perhaps below more folders of one entry.
struct FieldClassFolders {
    /// The samples, part after part, with ids below the root and without superclasses.
    private(set) var samples: [Sample] = []
    /// The sides of the classes if the parts divide them; nil if every class is in several parts, or there are no parts.
    private(set) var sides: [String: Side]?
    private var reading = DatasetReading()

    /// A part of a dataset, by the name of its folder.
    private enum Part: String, CaseIterable {
        case train, validation, test

        init?(folder: String) {
            let name = folder.lowercased()
            let part = Self.allCases.first { part in
                part.names.contains { name == $0 || name.hasSuffix("_\($0)") || name.hasSuffix("-\($0)") }
            }
            guard let part else { return nil }
            self = part
        }

        private var names: [String] {
            switch self {
            case .train: ["train", "training"]
            case .validation: ["val", "valid", "validation"]
            case .test: ["test", "testing"]
            }
        }
    }

    /// Finds the class folders and lists their images; nil if there are none.
    ///
    /// - Parameter others: lower-case names of folders that are no classes although they lie where classes would.
    /// - Throws: what `Dataset.init(classFoldersAt:name:)` throws.
    init?(below root: URL, except others: Set<String> = []) throws {
        guard let (place, parts) = Self.find(below: root, except: others) else { return nil }
        guard !parts.isEmpty else {
            _ = try add(place, below: root)
            reading.understood.append("read from the class folders \(place.isEmpty ? "in it" : "below \(place)")")
            return
        }
        var places: [String] = []
        var classes: [Part: Set<String>] = [:]
        for part in Part.allCases {
            for found in parts where found.part == part {
                classes[part, default: []].formUnion(try add(found.place, below: root))
                places.append(found.place)
            }
        }
        let below = "read from the class folders below \(places.joined(separator: " and "))"
        let (train, test) = (classes[.train] ?? [], classes[.test] ?? [])
        let all = classes.values.reduce(into: Set<String>()) { $0.formUnion($1) }
        let tested = test.subtracting(train).subtracting(classes[.validation] ?? [])
        if parts.count == 1 {
            reading.understood.append("\(below) only")
        } else if !train.isEmpty, !test.isEmpty, tested == test {
            sides = Dictionary(uniqueKeysWithValues: all.map { ($0, tested.contains($0) ? Side.test : .train) })
            reading.understood.append("\(below), which divide the classes and are the sides of the official split")
        } else {
            let shared = all.filter { label in classes.values.count { $0.contains(label) } > 1 }
            reading.understood.append(
                "\(below), which divide the images of \(shared.count) of the \(all.count) classes and are no sides")
        }
    }

    /// Where class folders lie: in one place, or in those of the parts.
    private static func find(
        below root: URL, except others: Set<String>
    ) -> (place: String, parts: [(part: Part, place: String)])? {
        var place = ""
        for _ in 0..<4 {
            let names = FieldFolder.subfolders(of: root.appending(path: place))
            let parts = names.compactMap { name in
                Part(folder: name).flatMap { part in level(of: "\(place)\(name)/", below: root).map { (part, $0) } }
            }
            if !parts.isEmpty { return (place, parts) }
            let next = names.first { $0.lowercased() == "images" } ?? (names.count == 1 ? names[0] : nil)
            guard let next, level(of: "\(place)\(next)/", below: root) != nil else {
                return names.isEmpty || names.contains { others.contains($0.lowercased()) } ? nil : (place, [])
            }
            place += "\(next)/"
        }
        return (place, [])
    }

    /// The folder, at a place or below it, that holds class folders; nil if there are no folders.
    private static func level(of place: String, below root: URL) -> String? {
        var place = place
        for _ in 0..<3 {
            let names = FieldFolder.subfolders(of: root.appending(path: place))
            guard names.count == 1 else { return names.isEmpty ? nil : place }
            place += "\(names[0])/"
        }
        return nil
    }

    /// Adds the samples in the class folders at a place.
    ///
    /// - Returns: the labels of the classes.
    private mutating func add(_ place: String, below root: URL) throws -> Set<String> {
        let folder = place.isEmpty ? root : root.appending(path: place)
        let found = try Dataset(classFoldersAt: folder, name: "", outer: .superclass)
        // One name of CARS196 has a slash. More such folders hold other datasets, or other parts of this one.
        let nested = found.classLabels.filter { $0.contains("/") }
        guard nested.count < 2 else {
            throw FileError.malformed(
                path: folder.path,
                found: "folders of folders, as \"\(excerpt(nested[0]))\" and \"\(excerpt(nested[1]))\"",
                expected: "class folders, or folders train and test that hold them")
        }
        samples += found.samples.map { Sample(id: place + $0.id, classLabel: $0.classLabel) }
        reading.passedOver += found.reading.passedOver.map {
            DatasetReading.PassedOver(path: place + $0.path, kind: $0.kind, reason: $0.reason)
        }
        reading.warnings += found.reading.warnings
        return Set(found.classLabels)
    }

    /// The dataset, in which the first half of the classes trains unless the parts divide them.
    func dataset(name: String, root: URL) throws -> Dataset {
        var dataset = try Dataset(name: name, samples: samples, officialSides: sides, source: root.path)
        dataset.reading = reading
        return dataset
    }
}
