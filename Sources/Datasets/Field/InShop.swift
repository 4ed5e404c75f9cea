import Files
import Foundation

extension KnownDataset {
    /// In-Shop Clothes Retrieval of DeepFashion (Liu et al., CVPR 2016).
    ///
    /// It is read from `Eval/list_eval_partition.txt`. Sample ids are paths below the folder, as in
    /// `Img/img/WOMEN/Dresses/id_00000002/02_1_front.jpg`, in the order of the list; class labels are the items' ids.
    /// Items in the query and gallery sets are the test classes, and their samples keep these roles. The list may also
    /// lie in the folder itself or in `Anno/`, the images in `img/`, and all of it one or two levels below the folder.
    /// Where there is no `img/`, the same images in high resolution are read from `img_highres/`.
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
            (
                "Img/img/…/IMAGE.jpg",
                "the images, unpacked from Img/img.zip; or img/…/IMAGE.jpg; or img_highres instead of img"
            ),
        ],
        officialSplit:
            "evaluation_status is train, query or gallery; the items of queries and gallery are the test classes.",
        requiredFiles: "Eval/list_eval_partition.txt",
        read: clothes)
}

private func clothes(_ root: URL, _ name: String) throws -> Dataset {
    let folder = FieldFolder(root)
    let file = "list_eval_partition.txt"
    // In one of the two folders that the authors' archive has, or beside the images.
    let places = ["Eval/", "Anno/", ""].map { $0 + file }
    var found: (place: String, path: String)?
    for path in places where found == nil { found = try folder.place(of: path).map { ($0, $0 + path) } }
    let (place, path) = found ?? ("", "Eval/\(file)")
    let bases = [place, ""].flatMap { ["\($0)Img/", $0] }
    let (samples, sides, images) = try clothesSamples(in: folder, list: path, bases: bases)
    let source = root.appending(path: path).path
    var dataset = try Dataset(name: name, samples: samples, officialSides: sides, source: source)
    dataset.reading.understood.append(
        "read from \(path) with the images of \(images)")
    return dataset
}

/// The samples that the list names, the sides of their classes, and the folder of the images.
///
/// - Parameter bases: where the folder of the images may lie.
private func clothesSamples(
    in folder: FieldFolder, list: String, bases: [String]
) throws -> (samples: [Sample], sides: [String: Side], images: String) {
    let index = try IndexFile(list, below: folder.root, of: .inshop)
    let columns = ["image_name", "item_id", "evaluation_status"]
    try index.requireHeader(columns, at: 1)
    let rows = try index.rows(columns, open: 0, from: 2)
    guard Int(index.firstLine) == rows.count else {
        throw FileError.malformed(
            path: index.path, line: 1, found: "\"\(index.firstLine)\" before \(rows.count) rows",
            expected: "their number")
    }

    // The list names the images in usual resolution.
    let forms = ["img/", "img_highres/"].flatMap { images in bases.map { $0 + images } }
    func inForm(_ path: String) -> String { path.dropping("img/") }
    let form =
        folder.base(of: rows.lazy.map { inForm($0.fields[0]) }, among: forms)
        ?? forms.first { isFolder(folder.root.appending(path: $0)) } ?? forms[0]
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
        return Sample(id: form + inForm(row.fields[0]), classLabel: label, role: role)
    }
    return (samples, sides, String(form.dropLast()))
}
