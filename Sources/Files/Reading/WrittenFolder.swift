package import Foundation

/// A folder with a result of oodml, as one run wrote it.
///
/// Its receipt says which files belong together. They are read within ``reading(_:of:_:)``, which reads again if another
/// run replaces them meanwhile, so that nobody takes half of each.
package struct WrittenFolder: Sendable {
    /// The folder.
    package let url: URL
    /// The name of the result, as in "splits".
    package let result: String
    /// The folder with the receipt: this one, or the one above, if the result has folders.
    private let root: URL
    private let prefix: String
    /// The receipt; nil if the folder has none of this result, as one that somebody put together by hand.
    package let receipt: Receipt?

    /// Looks at a folder, and ends what a killed run began there.
    ///
    /// - Throws: ``FileError`` for a receipt that cannot be read.
    package init(_ url: URL, of result: String) throws {
        try settle(url)
        (self.url, self.result) = (url, result)
        let real = URL(filePath: try targetPath(url) ?? url.standardizedFileURL.path)
        let above = real.deletingLastPathComponent()
        let own = try Self.receipt(in: url)
        if own == nil, let whole = try Self.receipt(in: above), whole.has(result) {
            let prefix = real.lastPathComponent + "/"
            (root, self.prefix, receipt) = (above, prefix, whole)
        } else {
            (root, prefix, receipt) = (url, "", own.flatMap { $0.has(result) ? $0 : nil })
        }
    }

    private static func receipt(in folder: URL) throws -> Receipt? {
        let file = folder.appending(path: Receipt.name)
        guard let status = try? FileStatus(of: file.path), status.kind == .file, Receipt.isThere(file) else {
            return nil
        }
        do {
            return try Receipt(readingFrom: file)
        } catch FileError.unreadable(let path, let kind, let reason) {
            // Its owner may just have replaced it.
            guard try FileStatus(of: path) != nil else { return nil }
            throw FileError.unreadable(path: path, as: kind, reason: reason)
        }
    }

    /// Whether a file is there and part of the result.
    package func has(_ name: String) -> Bool {
        guard let receipt else { return exists(url.appending(path: name)) }
        return receipt[path: prefix + name]?.result == result
    }

    /// The names of the folders and files directly in the folder that are part of the result, in the order of their
    /// bytes.
    package var names: [String] {
        get throws {
            guard let receipt else { return try Files.names(in: url.path) }
            let own = receipt.paths(of: result).filter { $0.begins(with: prefix) }.map { path in
                String(
                    decoding: path.utf8.dropFirst(prefix.utf8.count).prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self)
            }
            return Set(own.map(Name.init)).sorted().map(\.text)
        }
    }

    /// The names of everything in the folder, whosever it is, in the order of their bytes.
    package var present: [String] {
        get throws { try Files.names(in: url.path) }
    }

    /// Makes sure that a file is the one that was written with the others.
    ///
    /// Files of more than 64 MB are compared by their size only.
    ///
    /// - Throws: ``FileError`` for a file that is missing, not part of the result, or another one.
    package func require(_ name: String) throws {
        guard let receipt else { return }
        let file = url.appending(path: name)
        let advice =
            "as \(root.appending(path: Receipt.name).path) lists it (without that file, all are taken as they are)"
        guard let entry = receipt[path: prefix + name], entry.result == result,
            case .file(let size, let sha256) = entry.content
        else {
            guard exists(file) else { return }
            throw FileError.malformed(
                path: file.path, found: "a file that was not written with the others", expected: "one \(advice)")
        }
        guard try FileStatus(of: file.path, following: true) != nil else {
            throw FileError.malformed(path: file.path, found: "no such file", expected: "the file \(advice)")
        }
        let present = try InputFile(file)
        guard present.byteCount == size else {
            throw FileError.malformed(
                path: file.path, found: "\(present.byteCount) bytes", expected: "\(size), \(advice)")
        }
        guard try size > 64 << 20 || SHA256.hexadecimal(ofFilesAt: [file]) == sha256 else {
            throw FileError.malformed(
                path: file.path, found: "other contents than were written with the other files",
                expected: "the file \(advice)")
        }
    }

    /// The files of the result, below this folder, that are missing or were changed since; empty without a receipt.
    package var strangers: [(file: String, found: String, expected: String)] {
        guard let receipt else { return [] }
        return receipt.paths(of: result).filter { $0.begins(with: prefix) }.compactMap { path in
            let name = String(decoding: path.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
            guard exists(url.appending(path: name)) else {
                return (name, "no such file", "the one that was written with the others")
            }
            if case .link(let target) = receipt[path: path]?.content {
                let found = try? linkTarget(of: url.appending(path: name).path)
                return found.map(Name.init) == Name(target)
                    ? nil : (name, "another link, or a file", "a link to \(target), as it was written")
            }
            do {
                try require(name)
                return nil
            } catch FileError.malformed(_, _, let found, let expected) {
                return (name, found, expected)
            } catch FileError.unreadable(_, _, let reason) {
                return (name, reason, "the file that was written with the others")
            } catch {
                return (name, "\(error)", "the file that was written with the others")
            }
        }
    }

    /// Whether the folder is still the one that was looked at.
    package var isCurrent: Bool {
        guard let present = try? WrittenFolder(url, of: result) else { return false }
        return present.receipt == receipt && Name(present.root.path) == Name(root.path)
    }

    /// Makes sure that the folder is still the one that was looked at.
    package func requireCurrent() throws {
        guard isCurrent else {
            throw FileError.unreadable(
                path: url.path,
                reason: "another run replaced it while it was read; the same command reads what is there now")
        }
    }

    /// Reads files of a folder that belong together.
    ///
    /// - Parameter body: reads them; it runs again if another run replaced the folder meanwhile.
    /// - Throws: what `body` throws; ``FileError`` if the folder is replaced again and again.
    package static func reading<Result>(
        _ url: URL, of result: String, _ body: (WrittenFolder) throws -> Result
    ) throws -> Result {
        for _ in 0..<10 {
            let folder = try WrittenFolder(url, of: result)
            do {
                let read = try body(folder)
                if folder.isCurrent { return read }
            } catch {
                if folder.isCurrent { throw error }
            }
        }
        throw FileError.unreadable(path: url.path, reason: "other runs replace it again and again")
    }

    /// Reads files of this folder later, if it is still the one that was looked at.
    ///
    /// - Parameter names: the files that `body` reads.
    package func reading<Result>(_ names: [String], _ body: () throws -> Result) throws -> Result {
        do {
            for name in names { try require(name) }
            let read = try body()
            try requireCurrent()
            return read
        } catch {
            try requireCurrent()
            throw error
        }
    }
}
