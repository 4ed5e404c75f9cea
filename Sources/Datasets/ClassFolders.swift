public import Foundation

extension Dataset {
    /// The file name extensions, in lower case, that make a file in a class folder a sample.
    public static let imageExtensions: Set<String> = ["png", "jpg", "jpeg", "webp"]

    /// Reads class folders of one or two levels: `root/class/image` or `root/superclass/class/image`.
    ///
    /// Sample ids are paths relative to `root`; a class's label is its folder's path, so classes of the same name in two
    /// superclasses stay apart. Samples are sorted by the UTF-8 bytes of their ids. Hidden entries, files beside the
    /// class folders and files that are not images are passed over; symbolic links are followed.
    ///
    /// - Throws: ``DatasetError`` for a folder that is missing, unreadable or empty, a class without images, or folders
    ///   of which some hold images and others hold classes.
    public init(classFoldersAt root: URL, name: String) throws {
        var samples: [Sample] = []
        for first in try Folder(root).subfolders {
            let folder = try Folder(root.appending(path: first))
            if folder.subfolders.isEmpty {
                samples += try folder.samples(classLabel: first, superclass: nil)
                continue
            }
            guard folder.images.isEmpty else { throw DatasetError.mixedLevels(path: folder.url.path) }
            for second in folder.subfolders {
                let classFolder = try Folder(folder.url.appending(path: second))
                guard classFolder.subfolders.isEmpty else {
                    throw DatasetError.tooDeep(path: classFolder.url.path)
                }
                samples += try classFolder.samples(classLabel: "\(first)/\(second)", superclass: first)
            }
        }
        samples.sort { utf8Precedes($0.id, $1.id) }
        try self.init(name: name, samples: samples, source: root.path)
    }
}

/// The visible entries of one folder, sorted by their bytes.
private struct Folder {
    let url: URL
    var subfolders: [String] = []
    var images: [String] = []

    init(_ url: URL) throws {
        self.url = url
        let entries: [String]
        do {
            entries = try FileManager.default.contentsOfDirectory(atPath: url.path)
        } catch {
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
            let reason =
                exists
                ? (isFolder.boolValue ? "permission is denied" : "it is a file; expected a folder")
                : "there is no such folder"
            throw DatasetError.unreadable(path: url.path, reason: reason)
        }
        for entry in entries.sorted(by: utf8Precedes) where !entry.hasPrefix(".") {
            var isFolder: ObjCBool = false
            let path = url.appending(path: entry).path
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw DatasetError.unreadable(path: path, reason: "the link leads nowhere")
            }
            if isFolder.boolValue {
                subfolders.append(entry)
            } else if Dataset.imageExtensions.contains((entry as NSString).pathExtension.lowercased()) {
                images.append(entry)
            }
        }
    }

    func samples(classLabel: String, superclass: String?) throws -> [Sample] {
        guard !images.isEmpty else { throw DatasetError.emptyClass(path: url.path) }
        return images.map { Sample(id: "\(classLabel)/\($0)", classLabel: classLabel, superclass: superclass) }
    }
}
