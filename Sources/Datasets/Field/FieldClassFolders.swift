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

    /// Finds the class folders and lists their images; nil if there are none.
    ///
    /// - Parameter others: lower-case names of folders that are no classes although they lie where classes would.
    /// - Throws: what `Dataset.init(classFoldersAt:name:outer:deadLinks:)` throws.
    init?(below root: URL, except others: Set<String> = []) throws {
        guard let (place, parts) = try Self.find(below: root, except: others) else { return nil }
        guard !parts.isEmpty else {
            _ = try add(place, below: root)
            reading.understood.append("read from the class folders \(place.isEmpty ? "in it" : "below \(place)")")
            return
        }
        var classes: [(label: String, part: SplitPart)] = []
        for (part, place) in parts { classes += try add(place, below: root).map { ($0, part) } }
        let below = "read from the class folders below \(parts.map(\.place).joined(separator: " and "))"
        switch SplitPart.division(of: classes) {
        case _ where parts.count == 1: reading.understood.append("\(below) only")
        case .sides(let divided):
            sides = divided
            reading.understood.append("\(below), which divide the classes and are the sides of the official split")
        case .divided(let count, let all):
            reading.understood.append(
                "\(below), which have images of \(count) of the \(all) classes on both sides, so they are not the official split"
            )
        case .oneSided:
            reading.understood.append("\(below), which are on one side only, so they are not the official split")
        }
    }

    /// Where class folders lie: in one place, or in those of the parts.
    private static func find(
        below root: URL, except others: Set<String>
    ) throws -> (place: String, parts: [(part: SplitPart, place: String)])? {
        var place = ""
        for _ in 0..<4 {
            let names = FieldFolder.subfolders(of: root.appending(path: place))
            let named = names.filter(SplitPart.isIn).compactMap { name in
                level(of: "\(place)\(name)/", below: root).map { (name, $0) }
            }
            if !named.isEmpty {
                guard let parts = SplitPart.parts(ofFolders: named.map(\.0)) else {
                    throw FileError.malformed(
                        path: root.appending(path: place).path,
                        found: "the folders \(named.map(\.0).joined(separator: ", ")), several of one part of a split",
                        expected: "each part once, as in train and test")
                }
                let order: [SplitPart] = [.train, .validation, .test, .query, .gallery]
                let places = zip(parts, named).map { (part: $0, place: $1.1) }
                return (place, order.flatMap { part in places.filter { $0.part == part } })
            }
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
        let nested = found.classLabels.filter { $0.holds("/") }
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
