internal import Datasets
internal import Files
internal import Foundation

/// What forms are made of: a dataset, the levels that are exported, and the columns that more than one form has.
struct ExportedSplits {
    let dataset: Dataset
    /// What the manifest calls the dataset.
    let name: String
    let levels: [ExportedLevel]
    /// Whether there is something that stands before the paths of images.
    var hasRoot: Bool { root != nil }
    private let root: String?
    private let superclasses: [String]?

    init(of dataset: Dataset, name: String, levels: [ExportedLevel], root: String?) {
        self.dataset = dataset
        self.name = name
        self.levels = levels
        self.root = root
        let all = dataset.classLabels.indices.map { dataset.superclass(of: $0) }
        superclasses = all.contains { $0 != nil } ? all.map { $0 ?? "" } : nil
    }

    /// A column: its name, and the field of a sample of a class.
    typealias Column = (name: String, field: (_ sample: Int, _ class: Int) -> String)

    /// A table with one row a sample; columns that are nil are left out.
    func table(_ columns: [Column?], samples: [Int]) -> Data {
        let columns = columns.compactMap { $0 }
        let rows = samples.map { sample in columns.map { $0.field(sample, dataset.classOfSample[sample]) } }
        return Data(CSVTable(columns: columns.map(\.name), rows: rows).text.utf8)
    }

    /// The numbers of the samples whose classes are in some parts of a level.
    func samples(of level: ExportedLevel, in parts: [ExportPart]) -> [Int] {
        dataset.samples.indices.filter { parts.contains(level.partOfClass[dataset.classOfSample[$0]]) }
    }

    func sample(_ name: String) -> Column { (name, { sample, _ in dataset.samples[sample].id }) }

    func label(_ name: String) -> Column { (name, { dataset.classLabels[$1] }) }

    func classNumber(_ name: String) -> Column { (name, { String($1) }) }

    /// The paths of the images: below the root where there is one, or else the sample ids.
    func path(_ name: String) -> Column {
        let start = root.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? ""
        return (name, { sample, _ in start + dataset.samples[sample].id })
    }

    /// The superclasses, where any class has one.
    func superclass(_ name: String) -> Column? {
        superclasses.map { values in (name, { values[$1] }) }
    }

    /// The samples' roles, where any has one.
    var role: Column? {
        guard dataset.samples.contains(where: { $0.role != nil }) else { return nil }
        return ("role", { sample, _ in dataset.samples[sample].role?.rawValue ?? "" })
    }

    /// The folds of the train classes, where the level has some.
    func fold(_ level: ExportedLevel) -> Column? {
        level.foldOfClass.map { folds in ("fold", { folds[$1].map(String.init) ?? "" }) }
    }
}
