package import Foundation

/// The place of a file below a folder, by a path that is data: a sample's id, or a name made of a level's or a class's.
///
/// Paths to read go through here; what is written below a folder is an ``OutputItem``, whose paths are narrower still:
/// without `.` and doubled slashes, as a receipt lists them. Nothing leads out of the folder but links that its owner put there: `..` is
/// refused wherever it stands, since what is before it may be a link; a NUL too, at which the system would stop reading;
/// and a path without a name. A slash at the start, doubled slashes and `.` stay below the folder.
///
/// - Throws: ``FileError/malformed(path:line:found:expected:)``, with the folder's path.
package func place(of path: String, below folder: URL) throws -> URL {
    try requirePlaces(CollectionOfOne(path), below: folder)
    return folder.appending(path: path)
}

/// Refuses paths of which any leads out of a folder: see ``place(of:below:)``.
///
/// - Complexity: O(n) for n bytes in all paths.
package func requirePlaces(_ paths: some Sequence<String>, below folder: URL) throws {
    for path in paths {
        guard let fault = faultOfPath(path) else { continue }
        throw FileError.malformed(
            path: folder.path, found: "the path \"\(path.escaped(for: .line))\", which \(fault)",
            expected: "paths of files below this folder")
    }
}

/// Why a path does not lead to a file below the folder that it starts from; nil if it does.
package func faultOfPath(_ path: String) -> String? {
    if path.utf8.contains(0) { return "has a NUL" }
    let parts = path.parts(between: "/", keepingEmpty: false)
    if parts.contains(where: { $0.utf8.elementsEqual("..".utf8) }) { return "has \"..\" in it" }
    return parts.allSatisfy { $0.utf8.elementsEqual(".".utf8) } ? "has no name in it" : nil
}
