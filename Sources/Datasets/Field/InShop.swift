import Files
public import Foundation

extension Dataset {
    /// Reads In-Shop Clothes Retrieval as it is downloaded: `Eval/list_eval_partition.txt` and the images.
    ///
    /// Sample ids are paths relative to `root`, as in `Img/img/WOMEN/Dresses/id_00000002/02_1_front.jpg`, in the order of
    /// the list; class labels are the items' ids. Items of queries and gallery are the test classes, and their samples
    /// keep these roles. The list may also lie in `root` itself, and the images in `img/`.
    ///
    /// - Throws: ``DatasetError`` naming the line, for a missing file or column, a status that is none of the three, a
    ///   line of too few fields, or fewer rows than the first line says; for an item that trains and is tested on; or for
    ///   images that are listed but not there.
    public init(inShopAt root: URL, name: String = KnownDataset.inshop.rawValue) throws {
        let flat = "list_eval_partition.txt"
        let isFlat = FileManager.default.fileExists(atPath: root.appending(path: flat).path)
        let index = try IndexFile(isFlat ? flat : "Eval/\(flat)", below: root, of: .inshop)
        let columns = ["image_name", "item_id", "evaluation_status"]
        try index.requireHeader(columns, at: 1)
        let rows = try index.rows(columns, open: 0, from: 2)
        guard Int(index.firstLine) == rows.count else {
            throw FileError.malformed(
                path: index.path, line: 1, found: "\"\(index.firstLine)\" before \(rows.count) rows",
                expected: "their number")
        }

        let isBare = FileManager.default.fileExists(atPath: root.appending(path: "img").path)
        var sides: [String: Side] = [:]
        let samples = try rows.map { row in
            let (label, status) = (row.fields[1], row.fields[2])
            let role = SampleRole(rawValue: status)
            guard role != nil || status == Side.train.rawValue else {
                throw FileError.malformed(
                    path: index.path, line: row.line, found: "the evaluation_status \"\(status)\"",
                    expected: "train, query or gallery")
            }
            let side: Side = role == nil ? .train : .test
            guard sides.updateValue(side, forKey: label) ?? side == side else {
                throw DatasetError.twoSides(source: index.path, classLabel: label)
            }
            return Sample(id: (isBare ? "" : "Img/") + row.fields[0], classLabel: label, role: role)
        }
        try self.init(name: name, samples: samples, officialSides: sides, source: index.path)
        try requireFiles(below: root)
    }
}
