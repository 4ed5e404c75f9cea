internal import Datasets
internal import Files
internal import Foundation

extension SplitExport.Form {
    /// `level/part/class/image`, and `classes.csv`, which says which folder is which class.
    public static let imagefolder = SplitExport.Form(
        name: "imagefolder",
        summary: """
            LEVEL/PART/CLASS/IMAGE, and classes.csv: which folder is
            which class
            """,
        hasImages: true,
        contents: { splits in
            let tree = try ExportTree(of: splits.dataset)
            let rows = zip(tree.folders, splits.dataset.classLabels).enumerated().map { [$1.0, $1.1, String($0)] }
            let table = CSVTable(columns: ["folder", "class", "class_number"], rows: rows)
            return (
                [SplitExport.File(path: "classes.csv", bytes: Data(table.text.utf8))],
                splits.levels.flatMap(tree.links)
            )
        })
}
