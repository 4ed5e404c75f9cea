internal import Files
internal import Foundation

/// The class folders below a folder, and what the folders around them mean.
struct ClassTree {
    /// The folder of one class, or of its images in one part or domain.
    private struct Place {
        let folder: ImageFolder
        let label: String
        var superclass: String?
        var domain: String?
        var part: SplitPart?
    }

    private(set) var reading = DatasetReading()
    private let policy: DeadLinks
    private var places: [Place] = []

    init(_ root: URL, outer: OuterFolders?, links policy: DeadLinks) throws {
        self.policy = policy
        var top = try ImageFolder(root, links: policy)
        if outer == nil {
            // A folder that alone holds all others says nothing. The bound is for links in circles.
            for _ in 0..<4 where top.subfolders.count == 1 && top.images.isEmpty {
                let only = try top.folder(top.subfolders[0], links: policy)
                guard only.holdsFoldersOnly else { break }
                noteBesides(top)
                top = only
            }
            if !top.path.isEmpty { reading.understood.append("all classes are in \(top.path)") }
        }
        noteBesides(top)
        guard !top.subfolders.isEmpty || top.images.isEmpty else {
            throw FileError.malformed(
                path: top.url.path, found: "\(top.images.count) images and no class folder",
                expected: "class/image or outer/class/image; for images in one folder, a table of samples and classes")
        }
        let folders = try top.subfolders.map { try top.folder($0, links: policy) }
        if let mixed = folders.first(where: { !$0.subfolders.isEmpty && !$0.images.isEmpty }) {
            throw DatasetError.mixedLevels(path: mixed.url.path)
        }
        if folders.allSatisfy(\.subfolders.isEmpty) {
            try requireClasses(top.subfolders, of: top)
            places = zip(top.subfolders, folders).map { Place(folder: $1, label: $0) }
        } else {
            try readOuter(folders, named: top.subfolders, in: top, as: outer)
        }
    }

    /// Images in `train` and `test` themselves have no classes.
    private func requireClasses(_ names: [String], of top: ImageFolder) throws {
        guard names.count > 1, SplitPart.parts(ofFolders: names) != nil else { return }
        throw FileError.malformed(
            path: top.url.path, found: "images in \(list(names)), without class folders",
            expected: "\(names[0])/class/image, or a table of samples and classes")
    }

    private mutating func readOuter(
        _ folders: [ImageFolder], named names: [String], in top: ImageFolder, as given: OuterFolders?
    ) throws {
        let inner = folders.filter { !$0.subfolders.isEmpty }
        let parts = SplitPart.parts(ofFolders: names)
        if given == nil, parts == nil, inner.count == folders.count,
            folders.allSatisfy({ SplitPart.parts(ofFolders: $0.subfolders) != nil })
        {
            return try readParts(within: folders, named: names)
        }
        let meaning = try given ?? guess(names, inner, in: top, areParts: parts != nil && inner.count == folders.count)
        if meaning != .superclass, let leaf = folders.first(where: \.subfolders.isEmpty) {
            throw FileError.malformed(
                path: leaf.url.path, found: leaf.images.isEmpty ? "no class folder" : "images and no class folder",
                expected: "class folders in it, as in \(inner[0].url.lastPathComponent)")
        }
        switch meaning {
        case .superclass:
            for (name, folder) in zip(names, folders) {
                guard !folder.subfolders.isEmpty else {
                    places.append(Place(folder: folder, label: name))
                    continue
                }
                for (inner, classFolder) in try classFolders(in: folder) {
                    places.append(Place(folder: classFolder, label: "\(name)/\(inner)", superclass: name))
                }
            }
            reading.understood.append(
                "\(list(inner.map(\.url.lastPathComponent))) \(inner.count == 1 ? "is a superclass" : "are superclasses")"
            )
        case .domain:
            for (name, folder) in zip(names, folders) {
                for (inner, classFolder) in try classFolders(in: try throughOnlyFolder(folder)) {
                    places.append(Place(folder: classFolder, label: inner, domain: name))
                }
            }
            noteDomains(names)
        case .split:
            guard let parts else {
                throw FileError.malformed(
                    path: top.url.path, found: "the folders \(list(names))",
                    expected: "names of parts of a split, such as train, val, test, query and gallery")
            }
            for (part, folder) in zip(parts, folders) { try readPart(part, folder) }
            let validation = zip(names, parts).first { $0.1 == .validation }?.0
            let counts = validation.map {
                " (\($0) counts to the \(SplitPart.validation.side(among: Set(parts)).rawValue) side)"
            }
            reading.understood.append("\(list(names)) are parts of a split\(counts ?? "")")
        }
    }

    /// What the outer folders are by their names.
    private func guess(
        _ names: [String], _ inner: [ImageFolder], in top: ImageFolder, areParts: Bool
    ) throws -> OuterFolders {
        if areParts { return .split }
        // One word alone may be a class of things: trains beside cars.
        guard SplitPart.wordCount(among: names) < 2 else {
            let words = names.filter { SplitPart(word: $0) != nil }
            let others = names.filter { SplitPart(word: $0) == nil }
            throw FileError.malformed(
                path: top.url.path,
                found: "\(list(words)), as of a split, beside \(list(others.isEmpty ? words : others))",
                expected: "either parts of a split only, each once, or no folder named like one")
        }
        let classNames = try inner.flatMap { try throughOnlyFolder($0).subfolders }
        return Set(classNames.map(Name.init)).count < classNames.count ? .domain : .superclass
    }

    private mutating func noteDomains(_ names: [String]) {
        let classes = Dictionary(grouping: places, by: { Name($0.label) }).values
        let shared = classes.count { $0.count > 1 }
        let sentence =
            "\(list(names)) are domains, not superclasses: \(shared) of the \(classes.count) class names "
            + "\(shared == 1 ? "occurs" : "occur") in several of them, and each is one class"
        if shared < classes.count - shared {
            reading.warnings.append(sentence)
        } else {
            reading.understood.append(sentence)
        }
    }

    /// The folder in this one if it is alone and holds folders only, as `images` in each domain of Office-31.
    private func throughOnlyFolder(_ folder: ImageFolder) throws -> ImageFolder {
        guard folder.subfolders.count == 1 else { return folder }
        let only = try folder.folder(folder.subfolders[0], links: policy)
        return only.holdsFoldersOnly ? only : folder
    }

    private mutating func classFolders(in folder: ImageFolder) throws -> [(name: String, folder: ImageFolder)] {
        noteBesides(folder)
        return try folder.subfolders.map { name in
            let classFolder = try folder.folder(name, links: policy)
            guard classFolder.subfolders.isEmpty else { throw DatasetError.tooDeep(path: classFolder.url.path) }
            return (name, classFolder)
        }
    }

    /// `part/class/image` or `part/superclass/class/image`.
    private mutating func readPart(_ part: SplitPart, _ folder: ImageFolder) throws {
        noteBesides(folder)
        for name in folder.subfolders {
            let child = try folder.folder(name, links: policy)
            guard !child.subfolders.isEmpty else {
                places.append(Place(folder: child, label: name, part: part))
                continue
            }
            guard child.images.isEmpty else { throw DatasetError.mixedLevels(path: child.url.path) }
            for (inner, classFolder) in try classFolders(in: child) {
                places.append(Place(folder: classFolder, label: "\(name)/\(inner)", superclass: name, part: part))
            }
        }
    }

    /// `class/part/image`.
    private mutating func readParts(within folders: [ImageFolder], named names: [String]) throws {
        var words: [String] = []
        for (name, folder) in zip(names, folders) {
            for (inner, leaf) in try classFolders(in: folder) {
                guard let part = SplitPart.parts(ofFolders: [inner])?.first else { continue }
                if !words.contains(inner) { words.append(inner) }
                places.append(Place(folder: leaf, label: name, part: part))
            }
        }
        reading.understood.append("\(list(words)) within each class are parts of a split")
    }

    /// Lists what lies beside the folders of a folder and may be a sample that is not where samples belong.
    private mutating func noteBesides(_ folder: ImageFolder) {
        reading.passedOver += folder.passedOver.filter { !$0.kind.hasPrefix(".") && $0.kind != "without an extension" }
        reading.passedOver += folder.images.map {
            .init(path: folder.pathOf($0), kind: "image outside the classes", reason: "it is in no class folder")
        }
    }

    /// All samples, in the order of the bytes of their ids.
    mutating func samples() throws -> [Sample] {
        var samples: [Sample] = []
        for place in places {
            let folder = place.folder
            reading.passedOver += folder.passedOver
            guard !folder.images.isEmpty else {
                guard policy == .passOver else {
                    throw DatasetError.emptyClass(
                        path: folder.url.path,
                        found: folder.passedOver.isEmpty ? nil : folder.passedOver.countsByKind)
                }
                reading.passedOver.append(
                    .init(path: folder.path, kind: "class folder without images", reason: "it holds no image"))
                continue
            }
            samples += folder.images.map {
                Sample(
                    id: folder.pathOf($0), classLabel: place.label, superclass: place.superclass,
                    role: place.part?.role, domain: place.domain)
            }
        }
        samples.sort { utf8Precedes($0.id, $1.id) }
        return samples
    }

    /// The sides that the parts of a split give the classes; nil if there are none or they do not divide the classes.
    mutating func officialSides() -> [String: Side]? {
        let filled = places.filter { !$0.folder.images.isEmpty }
        let parts = Set(filled.compactMap(\.part))
        guard !parts.isEmpty else { return nil }
        var sides: [String: Set<Side>] = [:]
        for place in filled {
            guard let part = place.part else { continue }
            sides[place.label, default: []].insert(part.side(among: parts))
        }
        let divided = sides.values.count { $0.count > 1 }
        if divided > 0 {
            reading.warnings.append(
                "\(divided) of the \(sides.count) classes have images in a train part and in a test part, so these parts are "
                    + "no class-disjoint split and are not taken for the official one")
            return nil
        }
        guard Set(sides.values.joined()).count == 2 else {
            reading.warnings.append(
                "the parts of the split are on one side only, so they are not taken for the official split")
            return nil
        }
        return sides.compactMapValues(\.first)
    }
}

/// Names in one phrase, at most six of them.
private func list(_ names: [String]) -> String {
    let shown = names.count > 6 ? names.prefix(5) + ["\(names.count - 5) others"] : names[...]
    guard let last = shown.last, shown.count > 1 else { return names.joined() }
    return shown.dropLast().joined(separator: ", ") + " and " + last
}
