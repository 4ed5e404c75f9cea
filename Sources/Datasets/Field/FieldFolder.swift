internal import Files
internal import Foundation

/// The folder of a standard dataset, searched for the files by which its copies are told apart.
///
/// Archives add folders around what they hold, as in `cars_train/cars_train` and `car_devkit/devkit`; so files are looked
/// for in the folder itself and in those up to two levels below it.
struct FieldFolder {
    let root: URL
    /// Paths below the root, `""` or ending with `/`; the shallower first.
    private let places: [String]

    /// More subfolders than this are classes, and hold no lists.
    private static let subfolderLimit = 16

    init(_ root: URL) {
        self.root = root
        var places = [""]
        var level = [""]
        for _ in 0..<2 {
            level = level.flatMap { place -> [String] in
                let names = Self.subfolders(of: root.appending(path: place))
                return names.count > Self.subfolderLimit ? [] : names.map { "\(place)\($0)/" }
            }
            places += level
        }
        self.places = places
    }

    /// The places at which there is something with this path, the shallower first.
    func places(of path: String) -> [String] {
        places.filter { exists(root.appending(path: $0 + path)) }
    }

    /// The shallowest place of a file; nil if there is none.
    ///
    /// - Throws: ``/Files/FileError`` if there are two, equally deep, with different contents.
    func place(of path: String) throws -> String? {
        let found = places(of: path)
        guard let first = found.first else { return nil }
        for other in found.dropFirst() where Self.depth(of: other) == Self.depth(of: first) {
            guard try readFile(root.appending(path: first + path)) == readFile(root.appending(path: other + path))
            else {
                throw FileError.malformed(
                    path: root.path, found: "different files \(first)\(path) and \(other)\(path)",
                    expected: "one of them, or the folder of one as the folder of the dataset")
            }
        }
        return first
    }

    /// How many folders below the root a place is.
    static func depth(of place: String) -> Int { place.utf8.count { $0 == UInt8(ascii: "/") } }

    /// The first of some places below which one of the first thousand listed files lies; nil if none lies below any.
    func base(of files: some Sequence<String>, among bases: [String]) -> String? {
        for file in files.prefix(1000) {
            if let base = bases.first(where: { exists(root.appending(path: $0 + file)) }) { return base }
        }
        return nil
    }

    /// The visible subfolders of a folder, sorted by their bytes; empty if it cannot be read.
    static func subfolders(of folder: URL) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { name in
            // Asking the system about every image of a folder would take long on a network's disk.
            let isImage = Dataset.imageExtensions.contains(URL(filePath: name).pathExtension.lowercased())
            return !isImage && !name.begins(with: ".") && !foldersOfPrograms.contains(name)
                && isFolder(folder.appending(path: name))
        }.sorted(by: utf8Precedes)
    }
}
