internal import DenseLinearAlgebra
internal import Embeddings
internal import Files
internal import Foundation
internal import Parallel

/// The file system's record of a file, obtained without reading it; empty if there is no such file.
///
/// It changes whenever the file is written or replaced.
func stamp(ofFile path: String) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else { return "" }
    let (written, changed) = (status.st_mtim, status.st_ctim)
    return "\(status.st_size)-\(written.tv_sec).\(written.tv_nsec)-\(changed.tv_sec).\(changed.tv_nsec)"
}

/// The SHA-256 of each file; empty for a file that cannot be read.
func digests(ofFiles paths: [String]) -> [String] {
    concurrentMap(count: paths.count) { number in
        (try? SHA256.hexadecimal(ofFilesAt: [URL(filePath: paths[number])])) ?? ""
    }
}

extension ImageNetwork {
    /// The embeddings and the digests of some files, both computed from the same bytes.
    ///
    /// - Parameters:
    ///   - policy: whether a file that cannot be embedded is an error, or left out.
    /// - Throws: whatever `embed(paths:mirrored:progress:)` throws; ``/Files/FileError`` for a file that keeps
    ///   changing.
    func rows(
        of paths: [String], ids: [String], _ policy: OnUnreadableImage, progress: @escaping @Sendable (Int) -> Void
    ) throws -> (matrix: Matrix<Float>, rows: [StoreChunks.Row]) {
        var changed = 0
        for _ in 0..<3 {
            let stamps = paths.map(stamp(ofFile:))
            let (matrix, reasons) =
                policy == .leaveOut
                ? try embedWhatCanBe(paths, progress: progress)
                : (try embed(paths: paths, mirrored: false) { done, _ in progress(done) }, paths.map { _ in "" })
            let digests = zip(digests(ofFiles: paths), reasons).map { $1.isEmpty ? $0 : "" }
            // A file written to meanwhile may have been embedded before the change and digested after it.
            let isSteady = paths.indices.map {
                stamp(ofFile: paths[$0]) == stamps[$0] && digests[$0].isEmpty != reasons[$0].isEmpty
            }
            guard let index = isSteady.firstIndex(of: false) else {
                let rows = paths.indices.map {
                    StoreChunks.Row(
                        id: ids[$0], digest: digests[$0], reason: reasons[$0], stamp: stamps[$0])
                }
                return (matrix, rows)
            }
            changed = index
        }
        throw FileError.unreadable(
            path: paths[changed], reason: "it was changed each time that it was read; expected it to stay as it is")
    }

    /// The embeddings of the files that can be embedded, and for each file the reason why it cannot; empty if it can.
    func embedWhatCanBe(
        _ paths: [String], progress: @escaping @Sendable (Int) -> Void
    ) throws -> (matrix: Matrix<Float>, reasons: [String]) {
        var reasons = [String](repeating: "", count: paths.count)
        while true {
            let rest = paths.indices.filter { reasons[$0].isEmpty }
            do {
                return (
                    try embed(paths: rest.map { paths[$0] }, mirrored: false) { done, _ in progress(done) }, reasons
                )
            } catch {
                guard let bad = rest.first(where: { paths[$0] == imagePath(of: error) }) else { throw error }
                reasons[bad] = reason(of: error, for: paths[bad])
                // Finds the other bad files of the chunk at once, rather than with one network pass for each.
                for i in rest where i != bad {
                    do {
                        try requireReadable(imageAt: paths[i])
                    } catch {
                        reasons[i] = reason(of: error, for: paths[i])
                    }
                }
            }
        }
    }
}

/// The description without the path, which the table of skipped samples has anyway.
private func reason(of error: any Error, for path: String) -> String {
    let description = "\(error)"
    return description.utf8.starts(with: "\(path): ".utf8)
        ? String(Substring(description.utf8.dropFirst(path.utf8.count + 2))) : description
}
