internal import Datasets
internal import Files
internal import Foundation

extension SplitExport.Form {
    /// One folder per level with `metadata.csv` in the format of WILDS:
    /// `split,y,filename,class[,superclass][,fold][,role][,camera][,domain][,group]`, where `split` is `train`, `val` or `test`; and with
    /// `categories.csv`: `y,name`.
    public static let wilds = SplitExport.Form(
        name: "wilds",
        summary: """
            LEVEL/metadata.csv as WILDS has it: split, y, filename,
            class, superclass, fold, role, camera, domain, group;
            LEVEL/categories.csv: y, name
            """,
        hasImages: false,
        contents: { splits in
            let files = splits.levels.flatMap { level in
                [
                    SplitExport.File(path: "\(level.name)/categories.csv", bytes: splits.categories),
                    SplitExport.File(path: "\(level.name)/metadata.csv", bytes: splits.wilds(level)),
                ]
            }
            return (files, [])
        })
}

extension ExportedSplits {
    fileprivate func wilds(_ level: ExportedLevel) -> Data {
        table(
            [
                ("split", { level.partOfClass[$1] == .validation ? "val" : level.partOfClass[$1].rawValue }),
                classNumber("y"), path("filename"), label("class"), superclass("superclass"), fold(level), role, camera,
                domain, group,
            ], samples: samples(of: level, in: level.parts))
    }

    /// The number and label of each class.
    fileprivate var categories: Data {
        let rows = dataset.classLabels.enumerated().map { [String($0.offset), $0.element] }
        return Data(CSVTable(columns: ["y", "name"], rows: rows).text.utf8)
    }
}
