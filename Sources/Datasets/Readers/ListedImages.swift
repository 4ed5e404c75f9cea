public import Foundation

extension Dataset {
    /// Makes sure that every sample id is the path of a file below `root`.
    ///
    /// Readers of index files call this themselves: it finds in a second what an embedding run would fail on after an
    /// hour.
    ///
    /// - Complexity: one file system call per sample.
    /// - Throws: ``DatasetError`` with the number of missing files and the first of them.
    public func requireFiles(below root: URL) throws {
        let folder = root.path
        let missing = samples.filter {
            $0.id.utf8.contains(0) || !FileManager.default.fileExists(atPath: "\(folder)/\($0.id)")
        }
        if let first = missing.first {
            throw DatasetError.missingFiles(root: folder, count: missing.count, of: samples.count, first: first.id)
        }
    }
}
