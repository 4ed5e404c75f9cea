internal import Files
public import Foundation

extension Dataset {
    /// Makes sure that every sample id is the path of a file below `root`.
    ///
    /// Readers of index files call this themselves: it finds in a second what an embedding run would fail on after an
    /// hour.
    ///
    /// - Complexity: one file system call per sample.
    /// - Throws: ``DatasetError`` with the number of missing files and the first of them; ``/Files/FileError`` for an id
    ///   that leads out of the folder.
    public func requireFiles(below root: URL) throws {
        try requirePlaces(samples.lazy.map(\.id), below: root)
        let folder = root.path
        let missing = samples.filter { !exists(path: "\(folder)/\($0.id)") }
        if let first = missing.first {
            throw DatasetError.missingFiles(
                root: folder, count: missing.count, of: samples.count, first: first.id,
                hint: hint(about: first.id, in: folder))
        }
        // What may not be seen is not missing.
        for sample in samples where access("\(folder)/\(sample.id)", F_OK) != 0 {
            let path = "\(folder)/\(sample.id)"
            throw FileError.unreadable(path: path, reason: reasonForReading(errno, at: path))
        }
    }

    /// What is there under nearly the same name.
    private func hint(about id: String, in folder: String) -> String? {
        func exists(_ name: String) -> Bool {
            !name.utf8.elementsEqual(id.utf8) && Files.exists(path: "\(folder)/\(name)")
        }
        if id.utf8.first == UInt8(ascii: "/") { return "it is an absolute path; expected one below this folder" }
        if [id.precomposedStringWithCanonicalMapping, id.decomposedStringWithCanonicalMapping].contains(where: exists) {
            return "its name is there in another Unicode form, composed or decomposed, as programs of macOS write it"
        }
        if exists(id.replacing(bytes: ["\\": "/"])) { return "it is there with / in place of \\" }
        let name = (id as NSString).lastPathComponent
        if let above = (folder as NSString).lastPathComponent.isEmpty ? nil : (folder as NSString).lastPathComponent,
            id.begins(with: above + "/"), exists(id.dropping(above + "/"))
        {
            return "it is there without \(above)/, so the folder above may be meant"
        }
        return exists(name) ? "there is \(name)" : nil
    }
}
