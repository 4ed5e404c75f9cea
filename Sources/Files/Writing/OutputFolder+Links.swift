internal import Foundation

extension OutputFolder {
    /// Symbolic links that a command will make.
    package struct LinkPlan {
        /// Paths below the folder, and their targets.
        package var links: [(path: String, target: String)] = []
        /// Whether a run may make a link of this name below the folder; such a link that this run does not make would
        /// look like part of its result, so it is removed if files may be replaced.
        package var isOurs: (String) -> Bool = { _ in false }

        /// Makes a plan; it has no links by default.
        package init(links: [(path: String, target: String)] = [], isOurs: @escaping (String) -> Bool = { _ in false })
        {
            self.links = links
            self.isOurs = isOurs
        }
    }

    /// Links that have been checked before anything is written.
    package struct Links {
        fileprivate let made: [(url: URL, target: String)]
        fileprivate let removed: [URL]
        fileprivate let root: URL
    }

    /// Checks links against what already exists.
    ///
    /// - Throws: ``FileError`` if something different is there and may not be replaced, or if a folder on the path is
    ///   itself a link, since links below it would be written elsewhere.
    func links(_ plan: LinkPlan) throws -> Links {
        let (links, isOurs) = (plan.links, plan.isOurs)
        for folder in Set(links.flatMap { Self.folders(above: $0.path) }).sorted() {
            let place = url.appending(path: folder)
            guard Self.target(of: place) == nil else {
                throw FileError.malformed(
                    path: place.path, found: "a symbolic link", expected: "a folder, or nothing")
            }
        }
        let names = Set(links.map(\.path))
        var found = Self.linksBelow(url)
        // Left by a killed run before the rename; no exported name begins with a dot.
        let leftovers = found.filter { ($0 as NSString).lastPathComponent == Self.temporaryName }
        for name in leftovers { unlink(url.appending(path: name).path) }
        found.removeAll(where: Set(leftovers).contains)
        let stale = found.filter { isOurs($0) && !names.contains($0) }.sorted()
        if let first = stale.first, !force {
            throw FileError.occupied(
                path: url.appending(path: first).path,
                found: "a link of an earlier run with other options is there", remedy: "to remove it")
        }
        var made: [(url: URL, target: String)] = []
        for (path, target) in links {
            let place = url.appending(path: path)
            if let found = Self.target(of: place) {
                if found == target { continue }
                guard force else {
                    throw FileError.occupied(
                        path: place.path, found: "a link to \(found) is there already", remedy: "to replace it")
                }
            } else if FileManager.default.fileExists(atPath: place.path) {
                // A run makes only links, so this might be the only copy of an image.
                throw FileError.occupied(path: place.path, found: "something that is not a link is there")
            }
            made.append((place, target))
        }
        return Links(made: made, removed: stale.map { url.appending(path: $0) }, root: url)
    }

    /// Makes the links; at every moment each is either the old one or the new one.
    func make(_ links: Links) throws {
        func failure(_ place: URL) -> FileError {
            FileError.unwritable(path: place.path, reason: systemReason())
        }
        for folder in Set(links.made.map { $0.url.deletingLastPathComponent() }) {
            try makeFolder(at: folder)
        }
        for (place, target) in links.made {
            // Links have no contents to flush, but the name may be taken: the new link is made beside it and renamed
            // over it.
            let temporary = place.deletingLastPathComponent().appending(path: Self.temporaryName)
            unlink(temporary.path)
            guard symlink(target, temporary.path) == 0 else { throw failure(place) }
            guard rename(temporary.path, place.path) == 0 else {
                let error = failure(place)
                unlink(temporary.path)
                throw error
            }
        }
        for place in links.removed {
            guard unlink(place.path) == 0 else { throw failure(place) }
            var folder = place.deletingLastPathComponent()
            // `rmdir` succeeds only if the folder is empty.
            while folder.standardizedFileURL != links.root.standardizedFileURL, rmdir(folder.path) == 0 {
                folder.deleteLastPathComponent()
            }
        }
    }

    private static let temporaryName = ".link"

    private static func folders(above path: String) -> [String] {
        let parts = path.split(separator: "/").dropLast()
        return parts.indices.map { parts[...$0].joined(separator: "/") }
    }

    /// The target of a symbolic link; nil for anything else.
    private static func target(of place: URL) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: place.path)
    }

    private static func linksBelow(_ folder: URL) -> [String] {
        let found = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
        return found.filter { target(of: folder.appending(path: $0)) != nil }
    }
}
