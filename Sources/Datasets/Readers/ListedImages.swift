public import Foundation

extension Dataset {
    /// Makes sure that every sample's id is the path of a file below `root`.
    ///
    /// Readers of index files do so themselves: what a long embedding would fail on in an hour is known in a second.
    ///
    /// - Complexity: one look at the file system a sample.
    /// - Throws: ``DatasetError`` with the number of files that are missing and the first.
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
