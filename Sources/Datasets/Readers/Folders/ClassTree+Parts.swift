internal import Files
internal import Foundation

/// The parts of a split, as folders have them.
extension ClassTree {
    /// Whether a folder beside parts of a split has no classes; then it is listed.
    mutating func passOver(besideParts folder: ImageFolder) -> Bool {
        let unlabelled = folder.subfolders.isEmpty || (try? imagesOnly(below: folder)) == true
        guard unlabelled else { return false }
        let name = folder.name
        let isPart = SplitPart.isIn(name)
        guard isPart || folder.images.isEmpty else { return false }
        reading.passedOver.append(
            .init(
                path: folder.path, kind: isPart ? "part without classes" : "folder without images",
                reason: isPart ? "its images are in no class folders" : "it holds no images"))
        return true
    }

    /// Whether a folder holds nothing but one folder of images that is named so, as `val/images` of Tiny ImageNet.
    func imagesOnly(below folder: ImageFolder) throws -> Bool {
        guard folder.subfolders.count == 1, Self.imageFolderNames.contains(folder.subfolders[0].lowercased()) else {
            return false
        }
        return try folder.folder(folder.subfolders[0], links: policy).subfolders.isEmpty
    }

    private static let imageFolderNames: Set = ["images", "image", "imgs", "img", "jpegimages", "pictures", "photos"]

    /// Within the parts of a split, as without them, outer folders that share class names are domains.
    mutating func takeSharedNamesForDomains() {
        var outerOfName: [Name: Set<Name>] = [:]
        for place in places {
            if let superclass = place.superclass {
                outerOfName[Name(place.folder.name), default: []].insert(Name(superclass))
            }
        }
        guard outerOfName.values.contains(where: { $0.count > 1 }) else { return }
        for index in places.indices where places[index].superclass != nil {
            places[index].domain = places[index].superclass
            places[index].superclass = nil
            places[index].label = places[index].folder.name
        }
        noteDomains(Set(places.compactMap { $0.domain.map(Name.init) }).map(\.text).sorted(by: utf8Precedes))
    }

    /// `part/class/image` or `part/superclass/class/image`; a folder `images` within a class says nothing.
    mutating func readPart(_ part: SplitPart, _ folder: ImageFolder) throws {
        noteBesides(folder)
        for name in folder.subfolders {
            var child = try folder.folder(name, links: policy)
            if child.images.isEmpty, try imagesOnly(below: child) {
                noteBesides(child)
                child = try child.folder(child.subfolders[0], links: policy)
            }
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
    mutating func readParts(within folders: [ImageFolder], named names: [String]) throws {
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
}
