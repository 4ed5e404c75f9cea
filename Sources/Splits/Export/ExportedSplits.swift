internal import Datasets
internal import Files
internal import Foundation

/// What forms are built from: a dataset, the levels to export, and the columns that several forms share.
struct ExportedSplits {
    let dataset: Dataset
    /// The dataset's name in the manifest.
    let name: String
    let levels: [ExportedLevel]
    /// Whether image paths have a prefix.
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

    /// A column: its name, and its field for a sample of a class.
    typealias Column = (name: String, field: (_ sample: Int, _ class: Int) -> String)

    /// A table with one row per sample; columns that are nil are left out.
    func table(_ columns: [Column?], samples: [Int]) -> Data {
        let columns = columns.compactMap { $0 }
        let rows = samples.map { sample in columns.map { $0.field(sample, dataset.classOfSample[sample]) } }
        return Data(CSVTable(columns: columns.map(\.name), rows: rows).text.utf8)
    }

    /// The numbers of the samples whose classes are in certain parts of a level.
    func samples(of level: ExportedLevel, in parts: [ExportPart]) -> [Int] {
        dataset.samples.indices.filter { parts.contains(level.partOfClass[dataset.classOfSample[$0]]) }
    }

    func sample(_ name: String) -> Column { (name, { sample, _ in dataset.samples[sample].id }) }

    func label(_ name: String) -> Column { (name, { dataset.classLabels[$1] }) }

    func classNumber(_ name: String) -> Column { (name, { String($1) }) }

    /// The paths of the images: below the root if there is one, otherwise the sample ids.
    func path(_ name: String) -> Column {
        let start = root.map { $0.ends(with: "/") ? $0 : $0 + "/" } ?? ""
        return (name, { sample, _ in start + dataset.samples[sample].id })
    }

    /// The superclasses, if any class has one.
    func superclass(_ name: String) -> Column? {
        superclasses.map { values in (name, { values[$1] }) }
    }

    /// The samples' roles, if any sample has one.
    var role: Column? {
        guard dataset.samples.contains(where: { $0.role != nil }) else { return nil }
        return ("role", { sample, _ in dataset.samples[sample].role?.rawValue ?? "" })
    }

    /// The samples' cameras, if any sample has one.
    var camera: Column? { optional("camera", \.camera) }

    /// The samples' domains, if any sample has one.
    var domain: Column? { optional("domain", \.domain) }

    /// The samples' groups, if any sample has one.
    var group: Column? { optional("group", \.group) }

    private func optional(_ name: String, _ value: @escaping (Sample) -> String?) -> Column? {
        guard dataset.samples.contains(where: { value($0) != nil }) else { return nil }
        return (name, { sample, _ in value(dataset.samples[sample]) ?? "" })
    }

    /// The folds of the train classes, if the level has any.
    func fold(_ level: ExportedLevel) -> Column? {
        level.foldOfClass.map { folds in ("fold", { folds[$1].map(String.init) ?? "" }) }
    }
}
