package import Foundation

/// A folder for temporary files, which nobody else can read or write, removed with its owner.
///
/// It is made below the folder that the variable `TMPDIR` names, or else in /tmp.
package final class ScratchFolder {
    /// The folder.
    package let url: URL

    /// Makes a folder.
    ///
    /// - Parameter purpose: a part of its name, as in "charts".
    /// - Throws: ``FileError/unwritable(path:reason:)`` that names `TMPDIR`.
    package init(for purpose: String) throws(FileError) {
        let stated = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        let parent = stated.isEmpty ? "/tmp" : stated
        var template = Array("\(parent)/oodml-\(purpose)-XXXXXX".utf8CString)
        let path = template.withUnsafeMutableBufferPointer { buffer -> String? in
            guard let base = buffer.baseAddress, let path = mkdtemp(base) else { return nil }
            return String(cString: path)
        }
        guard let path else {
            let code = errno
            url = URL(filePath: parent)
            let reason = code == ENOENT ? "there is no such folder" : reasonForReading(code, "folder", at: parent)
            throw .unwritable(
                path: parent, reason: "no folder for temporary files can be made there, \(reason); TMPDIR names another"
            )
        }
        url = URL(filePath: path, directoryHint: .isDirectory)
        isMade = true
    }

    private var isMade = false

    deinit {
        if isMade { try? FileManager.default.removeItem(at: url) }
    }

    /// Writes a file into the folder.
    ///
    /// - Parameter name: its name, or a path of folders and a name, which are made.
    /// - Returns: where it is.
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    @discardableResult
    package func write(_ bytes: Data, named name: String) throws(FileError) -> URL {
        let file = try place(named: name)
        do {
            try bytes.write(to: file)
        } catch {
            throw failure(file, error)
        }
        return file
    }

    /// Puts another file into the folder: as a hard link, which costs nothing but works only on one disk, or as a copy.
    ///
    /// - Parameter name: its name, or a path of folders and a name, which are made.
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    @discardableResult
    package func add(_ original: URL, named name: String) throws(FileError) -> URL {
        let file = try place(named: name)
        do {
            do {
                try FileManager.default.linkItem(at: original, to: file)
            } catch {
                try FileManager.default.copyItem(at: original, to: file)
            }
        } catch {
            throw failure(file, error)
        }
        return file
    }

    private func place(named name: String) throws(FileError) -> URL {
        precondition(
            !name.isEmpty && name.utf8.first != UInt8(ascii: "/") && !name.utf8.contains(0)
                && !name.utf8.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) },
            "\(name) leads out of a folder")
        let file = url.appending(path: name)
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        } catch {
            throw failure(file, error)
        }
        return file
    }

    private func failure(_ file: URL, _ error: any Error) -> FileError {
        .unwritable(path: file.path, reason: "\(systemReason(of: error)); TMPDIR names another folder for such files")
    }
}
