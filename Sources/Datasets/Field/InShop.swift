import Files
import Foundation

extension KnownDataset {
    /// In-Shop Clothes Retrieval of DeepFashion (Liu et al., CVPR 2016).
    ///
    /// It is read from `Eval/list_eval_partition.txt`. Sample ids are paths below the folder, as in
    /// `Img/img/WOMEN/Dresses/id_00000002/02_1_front.jpg`, in the order of the list; class labels are the items' ids.
    /// Items in the query and gallery sets are the test classes, and their samples keep these roles. The list may also
    /// lie in the folder itself, and the images in `img/`.
    ///
    /// A status other than train, query or gallery, a line with too few fields, a number of rows other than the first
    /// line says, and an item used for both training and testing are errors that name the file, and the line where there is one.
    public static let inshop = KnownDataset(
        name: "inshop", title: "In-Shop Clothes Retrieval",
        counts: DatasetCounts(
            trainSamples: 25882, trainClasses: 3997, testSamples: 26830, testClasses: 3985, querySamples: 14218,
            gallerySamples: 12612),
        layout: [
            ("Eval/list_eval_partition.txt", "a count, then image_name item_id evaluation_status; or beside Eval/"),
            ("Img/img/…/IMAGE.jpg", "the images, unpacked from Img/img.zip; or img/…/IMAGE.jpg"),
        ],
        officialSplit:
            "evaluation_status is train, query or gallery; the items of queries and gallery are the test classes.",
        requiredFiles: "Eval/list_eval_partition.txt",
        read: Dataset.init(inShopAt:name:))
}

extension Dataset {
    fileprivate init(inShopAt root: URL, name: String) throws {
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
    }
}
