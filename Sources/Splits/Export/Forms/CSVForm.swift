internal import Datasets
internal import Foundation

extension SplitExport.Form {
    /// One table per level with all samples in the order of the dataset, so that its rows match those of the
    /// embeddings: `sample,class,class_number[,superclass],part[,fold][,role][,camera][,domain][,group][,path]`.
    ///
    /// Removed classes are included, as the part `removed`. There is a path if there is a root.
    public static let csv = SplitExport.Form(
        name: "csv",
        summary: """
            LEVEL.csv with all samples in the order of samples.csv:
            sample, class, class_number, superclass, part (train,
            test, removed), fold, role, camera, domain,
            group, and path if there is a ROOT
            """,
        hasImages: false,
        contents: { splits in
            let files = splits.levels.map { level in
                SplitExport.File(path: "\(level.name).csv", bytes: splits.csv(level))
            }
            return (files, [])
        })
}

extension ExportedSplits {
    fileprivate func csv(_ level: ExportedLevel) -> Data {
        table(
            [
                sample("sample"), label("class"), classNumber("class_number"), superclass("superclass"),
                ("part", { level.partOfClass[$1].rawValue }), fold(level), role, camera, domain, group,
                hasRoot ? path("path") : nil,
            ], samples: Array(dataset.samples.indices))
    }
}
