internal import Files
internal import Foundation

/// The class folders below a folder, and what the folders around them mean.
struct ClassTree {
    /// The folder of one class, or of its images in one part or domain.
    struct Place {
        let folder: ImageFolder
        var label: String
        var superclass: String?
        var domain: String?
        var part: SplitPart?
    }

    var reading = DatasetReading()
    let policy: DeadLinks
    var places: [Place] = []

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
        let all = try top.subfolders.map { try top.folder($0, links: policy) }
        if let mixed = all.first(where: { !$0.subfolders.isEmpty && !$0.images.isEmpty }) {
            throw DatasetError.mixedLevels(path: mixed.url.path)
        }
        guard !all.allSatisfy(\.subfolders.isEmpty) else {
            try requireClasses(in: top)
            places = zip(top.subfolders, all).map { Place(folder: $1, label: $0) }
            return
        }
        // Beside parts of a split there may be annotations, and parts whose images have no classes, as tests of contests.
        let hasParts = outer == nil && SplitPart.named(among: top.subfolders).count > 1
        let folders = hasParts ? all.filter { !passOver(besideParts: $0) } : all
        if folders.isEmpty { try requireClasses(in: top) }
        try readOuter(folders, named: folders.map(\.name), in: top, as: outer)
    }

    /// Folders named for parts of a split that hold images have no classes.
    private func requireClasses(in top: ImageFolder) throws {
        let parts = SplitPart.named(among: top.subfolders)
        guard parts.count > 1 else { return }
        let names = Set(top.subfolders)
        let known = [
            ("bounding_box_train", "Market-1501 and DukeMTMC-reID"), ("image_train", "VeRi-776"),
            ("cars_train", "CARS196"),
        ].first { names.contains($0.0) }
        throw FileError.malformed(
            path: top.url.path, found: "images in \(list(parts)), without class folders",
            expected: "\(parts[0])/class/image, or a table of samples and classes"
                + (known.map { "; \($0.1) has a reader of its own" } ?? ""))
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
        if given == nil, parts == nil, try folders.allSatisfy({ try $0.images.isEmpty && imagesOnly(below: $0) }) {
            places = try zip(names, folders).map { name, folder in
                Place(folder: try folder.folder(folder.subfolders[0], links: policy), label: name)
            }
            return
        }
        let meaning = try given ?? guess(names, inner, in: top, areParts: parts != nil)
        if meaning != .superclass, let leaf = folders.first(where: \.subfolders.isEmpty) {
            throw FileError.malformed(
                path: leaf.url.path, found: leaf.images.isEmpty ? "no class folder" : "images and no class folder",
                expected: "class folders in it, as in \(inner[0].name)")
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
                "\(list(inner.map(\.name))) \(inner.count == 1 ? "is a superclass" : "are superclasses")"
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
            // As in training_set/training_set/CLASS; one part alone may have one superclass.
            let lone = try folders.map { ($0, try throughOnlyFolder($0)) }
            let areAllLone = lone.allSatisfy { $0.path != $1.path }
            for (part, (folder, only)) in zip(parts, lone) {
                try readPart(part, areAllLone || SplitPart.isIn(only.name) ? only : folder)
            }
            takeSharedNamesForDomains()
            let validation = zip(names, parts).first { $0.1 == .validation }?.0
            let counts = validation.map {
                SplitPart.validation.side(among: Set(parts)) == .test
                    ? " (\($0) is taken as test)" : " (\($0) counts to train)"
            }
            let superclassed = places.contains { $0.superclass != nil } ? ", with superclasses in them" : ""
            reading.understood.append(
                "\(list(names)) \(names.count == 1 ? "is a part" : "are parts") of a split\(counts ?? "")\(superclassed)"
            )
        }
    }

    /// What the outer folders are by their names.
    private func guess(
        _ names: [String], _ inner: [ImageFolder], in top: ImageFolder, areParts: Bool
    ) throws -> OuterFolders {
        if areParts { return .split }
        // One word alone may be a class of things: trains beside cars.
        let words = SplitPart.named(among: names)
        guard words.count < 2 || !words.contains(where: { SplitPart(word: $0) != nil }) else {
            let others = names.filter { !words.contains($0) }
            throw FileError.malformed(
                path: top.url.path,
                found: "\(list(words)), which are parts of a split"
                    + (others.isEmpty ? ", several of one kind" : ", beside \(list(others))"),
                expected: "either parts of a split only, each once, or no folder named like one")
        }
        let classNames = try inner.flatMap { try throughOnlyFolder($0).subfolders }
        return Set(classNames.map(Name.init)).count < classNames.count ? .domain : .superclass
    }

    mutating func noteDomains(_ names: [String]) {
        let classes = Dictionary(grouping: places, by: { Name($0.label) }).values
        let shared = classes.count { places in Set(places.map { $0.domain.map(Name.init) }).count > 1 }
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

    mutating func classFolders(in folder: ImageFolder) throws -> [(name: String, folder: ImageFolder)] {
        noteBesides(folder)
        return try folder.subfolders.map { name in
            let classFolder = try folder.folder(name, links: policy)
            guard classFolder.subfolders.isEmpty else { throw DatasetError.tooDeep(path: classFolder.url.path) }
            return (name, classFolder)
        }
    }

    /// Lists what lies beside the folders of a folder and may be a sample that is not where samples belong.
    mutating func noteBesides(_ folder: ImageFolder) {
        reading.passedOver += folder.passedOver.filter {
            !$0.kind.begins(with: ".") && $0.kind != "without an extension"
        }
        reading.passedOver += folder.images.map {
            .init(path: folder.pathOf($0), kind: "image outside the classes", reason: "it is in no class folder")
        }
    }
}

/// Names in one phrase, at most six of them.
func list(_ names: [String]) -> String {
    let shown = names.count > 6 ? names.prefix(5) + ["\(names.count - 5) others"] : names[...]
    guard let last = shown.last, shown.count > 1 else { return names.joined() }
    return shown.dropLast().joined(separator: ", ") + " and " + last
}
