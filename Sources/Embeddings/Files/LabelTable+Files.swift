public import Datasets
internal import Files
public import Foundation

extension LabelTable {
    /// Reads labels from a table, or from an array or a list with one label for each row.
    ///
    /// - `.npy`: one dimension, of strings or whole numbers.
    /// - `.txt`: one label on each line; blank lines may follow the last.
    /// - any other file: a table, as ``/Datasets/LabelTable/init(contentsOf:cameras:)`` reads it.
    ///
    /// - Parameters:
    ///   - url: the file.
    ///   - cameras: where cameras come from.
    /// - Throws: ``/Files/FileError`` for a file that is missing, of another kind, or has an empty label.
    public init(readingFrom url: URL, cameras: CameraSource = .automatic) throws {
        let labels: [String]
        switch url.pathExtension.lowercased() {
        case "npy":
            let file = try InputFile(url)
            let header = try NumpyHeader(file)
            guard let column = NumpyColumn(header), column.count > 0 else {
                throw file.malformed(
                    "an array of \(header.summary)", "labels in one dimension, as strings or whole numbers")
            }
            labels = try column.texts(in: file)
            if column.kind == .number, let label = labels.first(where: { Int($0) == nil }) {
                throw file.malformed("the label \(label)", "labels as strings or whole numbers")
            }
        case "txt":
            labels = try TextLines(contentsOf: url).enumerated().map { index, line in
                let label = line.text.trimmingCharacters(in: .whitespaces)
                guard line.number == index + 1, !label.isEmpty else {
                    throw FileError.malformed(
                        path: url.path, line: index + 1, found: "an empty label", expected: "one for each row")
                }
                return label
            }
        case "npz", "parquet", "h5", "hdf5", "mat", "pt", "pth", "pkl":
            throw FileError.malformed(
                path: url.path, found: "a .\(url.pathExtension.lowercased()) file",
                expected: "labels in a .csv, an .npy or lines of .txt; in Python: numpy.save(\"labels.npy\", labels)")
        default:
            try self.init(contentsOf: url, cameras: cameras)
            return
        }
        guard cameras == .automatic || cameras == .none else {
            throw FileError.malformed(
                path: url.path, found: "labels only", expected: "a table, to take the cameras from")
        }
        if let row = labels.firstIndex(of: "") {
            throw FileError.malformed(
                path: url.path, found: "an empty label in row \(row)", expected: "one for each row")
        }
        self.init(labels: labels)
    }
}

extension Dataset {
    /// Makes a dataset of labels alone, in a `.npy` or in lines of a `.txt`; its samples are named by their rows, from 0.
    ///
    /// - Throws: as `LabelTable.init(readingFrom:cameras:)` does; ``/Datasets/DatasetError`` for labels that are of
    ///   one class.
    public init(labelsAt url: URL, name: String) throws {
        let labels = try LabelTable(readingFrom: url).labels
        try self.init(
            name: name, samples: labels.enumerated().map { Sample(id: "\($0.offset)", classLabel: $0.element) },
            source: url.path)
        note("the samples are named by their rows, 0 to \(labels.count - 1)")
    }
}
