internal import Datasets
internal import Files
internal import Foundation

/// The SHA-256 of the image files of some samples.
struct ImageDigests: Equatable {
    private let ids: [String]
    /// The digest of each sample's file, in hexadecimal.
    let digests: [String]

    /// What identifies the images together, in whatever order and folder: the SHA-256 of the lines SAMPLE, a tab, DIGEST and a
    /// newline, sorted by their UTF-8 bytes.
    var sha256: String {
        let lines = zip(ids, digests).map { "\($0)\t\($1)\n" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return SHA256.hexadecimal(of: Array(lines.joined().utf8))
    }

    /// The digests of the files below a folder.
    ///
    /// - Throws: ``/Files/FileError`` for a file that cannot be read.
    init(of ids: [String], below images: URL) throws {
        let paths = try ids.map { try place(of: $0, below: images).path }
        self.ids = ids
        digests = Experiments.digests(ofFiles: paths)
        if let missing = digests.firstIndex(of: "") {
            throw FileError.unreadable(path: paths[missing], reason: "its bytes cannot be read")
        }
    }

    /// The digests that the table of a store has of some samples; nil if it lacks one of them.
    init?(of ids: [String], in table: CSVTable) {
        guard let sample = table.columns.firstIndex(of: "sample"),
            let digest = table.columns.firstIndex(of: StoreContents.digestColumn)
        else { return nil }
        let known = Dictionary(table.rows.map { ($0[sample], $0[digest]) }) { first, _ in first }
        let found = ids.compactMap { known[$0] }
        guard found.count == ids.count else { return nil }
        self.ids = ids
        digests = found
    }

    /// The groups of positions whose files have the same bytes, ordered by their first.
    static func groups(of digests: [String]) -> [[Int]] {
        Dictionary(grouping: digests.indices) { digests[$0] }.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    }

    /// What a reader should know of files with the same bytes; nil if there are none.
    func warning(for dataset: Dataset) -> String? {
        let groups = Self.groups(of: digests)
        guard let first = groups.first(where: { isDivided($0, in: dataset) }) ?? groups.first else { return nil }
        let names = first.prefix(2).map { excerpt(dataset.samples[$0].id) }
        return duplicateWarning(
            groupCount: groups.count, acrossClasses: groups.count { isDivided($0, in: dataset) },
            more: "first \(names[0]) and \(names[1])")
    }

    private func isDivided(_ group: [Int], in dataset: Dataset) -> Bool {
        Set(group.map { dataset.classOfSample[$0] }).count > 1
    }
}

/// The sentence that warns of files with the same bytes.
///
/// - Parameters:
///   - groupCount: how many groups of such files there are.
///   - acrossClasses: how many of them have files of several classes.
///   - more: which they are.
public func duplicateWarning(groupCount: Int, acrossClasses: Int, more: String) -> String {
    let groups = groupCount == 1 ? "1 group of files has" : "\(groupCount) groups of files have"
    let across =
        acrossClasses == 0
        ? "each within one class"
        : (acrossClasses == groupCount ? "in several classes" : "\(acrossClasses) of them in several classes")
            + ", so that a split can have the same image on both sides"
    return "\(groups) the same bytes, \(across); \(more)"
}
