internal import Evaluation
internal import Retrieval

extension ConfidenceMethod {
    /// What other draws the intervals are over, or nil if there are none.
    var overWhat: String? {
        switch kind {
        case .none: return nil
        case .fixedGalleryBootstrap: return "other queries in front of the same gallery"
        case .classJackknife:
            guard let families, families.name != "group" || families.areWhole else { return "other classes" }
            let name = families.name == "superclass" ? "superclasses" : "values of \(families.name)"
            return families.areWhole ? "other \(name)" : "other classes of the same \(name)"
        }
    }

    /// "with the 95 % interval over …", for the end of a caption; nothing where there is none.
    var intervalClause: String { overWhat.map { ", with the 95 % interval over \($0)" } ?? "" }
}
