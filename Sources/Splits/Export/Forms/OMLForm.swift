internal import Datasets
internal import Foundation

extension SplitExport.Form {
    /// The tables of Open Metric Learning: `label,path,split,is_query,is_gallery[,category]`.
    ///
    /// `label` is the class's number and `category` its superclass. `split` is `train` or `validation`: `validation` is
    /// the test part or, with a fold, that fold, in which case the test part is left out. All validation samples are
    /// both queries and gallery, unless their role in the dataset is only one of these.
    public static let oml = SplitExport.Form(
        name: "oml",
        summary: """
            LEVEL.csv of Open Metric Learning: label, path, split,
            is_query, is_gallery (True, or as the samples' roles
            say), category (the superclass)
            """,
        hasImages: false,
        contents: { splits in
            let files = splits.levels.map { level in
                SplitExport.File(path: "\(level.name).csv", bytes: splits.oml(level))
            }
            return (files, [])
        })
}

extension ExportedSplits {
    fileprivate func oml(_ level: ExportedLevel) -> Data {
        // The format has two parts, so a fold takes the place of the test part: validation must not see the test
        // classes.
        let validation: ExportPart = level.partOfClass.contains(.validation) ? .validation : .test
        // Samples without a role are both queries and gallery, as in oodml's own evaluation.
        func flag(_ sample: Int, _ number: Int, unless role: SampleRole) -> String {
            guard level.partOfClass[number] != .train else { return "" }
            return dataset.samples[sample].role == role ? "False" : "True"
        }
        return table(
            [
                classNumber("label"), path("path"),
                ("split", { level.partOfClass[$1] == .train ? "train" : "validation" }),
                ("is_query", { flag($0, $1, unless: .gallery) }), ("is_gallery", { flag($0, $1, unless: .query) }),
                superclass("category"),
            ], samples: samples(of: level, in: [.train, validation]))
    }
}
