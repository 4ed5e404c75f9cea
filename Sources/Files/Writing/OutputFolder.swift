package import Foundation

/// The folder that a command writes its results to.
///
/// Files of an earlier run stay as they are if this run has the same contents, and are replaced only if the user asked.
package struct OutputFolder {
    package let url: URL
    package let force: Bool
    private let warn: @Sendable (String) -> Void

    /// Makes sure, before any work is done, that the folder is writable; it is made only when there is something to
    /// write.
    ///
    /// - Parameter warn: called with a sentence about what the file system cannot do.
    package init(_ url: URL, force: Bool, warn: @escaping @Sendable (String) -> Void = { _ in }) throws {
        self.url = url
        self.warn = warn
        self.force = force
        var existing = url.standardizedFileURL
        while !FileManager.default.fileExists(atPath: existing.path), existing.path != "/" {
            existing.deleteLastPathComponent()
        }
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: existing.path, isDirectory: &isFolder)
        guard isFolder.boolValue else {
            throw FileError.unwritable(path: existing.path, reason: "it is a file; expected a folder")
        }
        guard access(existing.path, W_OK | X_OK) == 0 else {
            throw FileError.unwritable(path: existing.path, reason: systemReason())
        }
    }

    /// Writes all files, in such an order that the last of `files` appears last: once it exists, the others are
    /// complete.
    ///
    /// All bytes are on disk before anything changes, so a full disk leaves the old files. While files are being
    /// replaced, the last of them is missing, so an interrupted run leaves no mixture that looks complete. Runs into
    /// the same folder take turns.
    ///
    /// - Parameters:
    ///   - isOurs: whether a run may write a file of this name below the folder. Such a file that this run does not
    ///     write would look like part of its result, so it is removed if files may be replaced.
    ///   - links: the links to make as well, before the files take their names.
    ///   - keepingElsewhere: whether, if it cannot be done, the files go to a new folder beside this one, or else among the
    ///     temporary files, since they may have taken hours; the error then says where they are.
    /// - Returns: the paths, in the order of `files`.
    /// - Throws: ``FileError`` before anything is written here, if a different file is there and may not be replaced.
    package func write(
        _ files: [(name: String, bytes: Data)], replacing isOurs: (String) -> Bool = { _ in false },
        links: LinkPlan = LinkPlan(), keepingElsewhere: Bool = false
    ) throws -> [String] {
        do {
            return try writeInPlace(files, replacing: isOurs, links: links)
        } catch let error as FileError {
            throw (keepingElsewhere ? keep(files) : nil).map { error.keeping($0) } ?? error
        }
    }

    /// Writes files elsewhere, and returns the folder; nil if there is no place for them.
    private func keep(_ files: [(name: String, bytes: Data)]) -> URL? {
        let name = url.standardizedFileURL.lastPathComponent
        let parents = [
            url.standardizedFileURL.deletingLastPathComponent(), FileManager.default.temporaryDirectory,
        ]
        for parent in parents {
            var template = Array(parent.appending(path: "\(name).kept-XXXXXX").path.utf8CString)
            guard mkdtemp(&template) != nil else { continue }
            let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let folder = URL(filePath: path, directoryHint: .isDirectory)
            do {
                for (name, bytes) in files {
                    let file = folder.appending(path: name)
                    try makeFolder(at: file.deletingLastPathComponent())
                    try writeAtomically(bytes, to: file)
                }
                return folder
            } catch {
                try? FileManager.default.removeItem(at: folder)
            }
        }
        return nil
    }

    private func writeInPlace(
        _ files: [(name: String, bytes: Data)], replacing isOurs: (String) -> Bool, links: LinkPlan
    ) throws -> [String] {
        try makeFolder(at: url)
        let lock = try FolderLock(of: url, waits: true, warn: warn)
        try withExtendedLifetime(lock) {
            let found = (try? FileManager.default.subpathsOfDirectory(atPath: url.path)) ?? []
            removeLeftovers(of: files.map(\.name), among: found)
            let stale = try stale(among: found.filter(isOurs), besides: Set(files.map(\.name)))
            let changed = try changed(files)
            let links = try self.links(links)
            let staged = try changed.map { file, bytes in
                try makeFolder(at: file.deletingLastPathComponent())
                let staged = try StagedFile(replacing: file)
                try staged.append(bytes)
                try staged.finish()
                return staged
            }
            if let last = files.last.map({ url.appending(path: $0.name) }), changed.count > 1 || !stale.isEmpty,
                changed.last?.url == last
            {
                unlink(last.path)
            }
            if staged.contains(where: \.lacksPermissions) {
                warn(
                    "\(url.path): this file system refuses to set permissions, so who may read the files is up to it")
            }
            try remove(stale)
            try make(links)
            for file in staged { try file.commit() }
        }
        return files.map { url.appending(path: $0.name).relativePath }
    }

    /// Files of an earlier run that this one does not write.
    private func stale(among found: [String], besides names: Set<String>) throws -> [String] {
        let stale = found.filter { !names.contains($0) }.sorted()
        if let first = stale.first, !force {
            throw FileError.occupied(
                path: url.appending(path: first).path,
                found: "a file of an earlier run with other options is there", remedy: "to remove it")
        }
        return stale
    }

    /// The files that are missing or have other contents.
    private func changed(_ files: [(name: String, bytes: Data)]) throws -> [(url: URL, bytes: Data)] {
        try files.compactMap { name, bytes in
            let file = url.appending(path: name)
            if let existing = try? Data(contentsOf: file) {
                if existing == bytes { return nil }
                guard force else {
                    throw FileError.occupied(
                        path: file.path, found: "a different file is there already", remedy: "to replace it")
                }
            }
            return (file, bytes)
        }
    }

    private func remove(_ stale: [String]) throws {
        for name in stale {
            let file = url.appending(path: name)
            let folder = file.deletingLastPathComponent()
            guard unlink(file.path) == 0 else {
                throw FileError.unwritable(path: file.path, reason: "the file of an earlier run cannot be removed")
            }
            // `rmdir` succeeds only if the folder is empty.
            if folder.standardizedFileURL != url.standardizedFileURL { rmdir(folder.path) }
        }
    }

    /// Removes the staged files of killed runs.
    private func removeLeftovers(of names: [String], among found: [String]) {
        let files = Dictionary(grouping: names.map { URL(filePath: $0) }, by: { $0.deletingLastPathComponent().path })
            .mapValues { $0.map(\.lastPathComponent) }
        for path in found where path.contains(".") {
            let file = URL(filePath: path)
            guard file.lastPathComponent.hasPrefix("."),
                let names = files[file.deletingLastPathComponent().path],
                names.contains(where: { StagedFile.isLeftover(file.lastPathComponent, of: $0) })
            else { continue }
            unlink(url.appending(path: path).path)
        }
    }
}
