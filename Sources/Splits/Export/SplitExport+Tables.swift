internal import Datasets
internal import Files
internal import Foundation

/// The tables of exported levels.
struct ExportTables {
    let dataset: Dataset
    private let root: String?
    private let superclasses: [String]?

    init(dataset: Dataset, root: String?) {
        self.dataset = dataset
        self.root = root
        let all = dataset.classLabels.indices.map { dataset.superclass(of: $0) }
        superclasses = all.contains { $0 != nil } ? all.map { $0 ?? "" } : nil
    }

    /// A column: its name, and the field of a sample of a class.
    typealias Column = (name: String, field: (_ sample: Int, _ class: Int) -> String)

    func table(_ columns: [Column?], samples: [Int]) -> Data {
        let columns = columns.compactMap { $0 }
        let rows = samples.map { sample in columns.map { $0.field(sample, dataset.classOfSample[sample]) } }
        return Data(CSVTable(columns: columns.map(\.name), rows: rows).text.utf8)
    }

    func samples(of level: ExportedLevel, in parts: [ExportPart]) -> [Int] {
        dataset.samples.indices.filter { parts.contains(level.partOfClass[dataset.classOfSample[$0]]) }
    }

    private func path(_ sample: Int) -> String {
        guard let root else { return dataset.samples[sample].id }
        return root + (root.hasSuffix("/") ? "" : "/") + dataset.samples[sample].id
    }

    func superclass(_ name: String) -> Column? {
        superclasses.map { values in (name, { values[$1] }) }
    }

    /// The samples' roles, where any has one.
    var role: Column? {
        guard dataset.samples.contains(where: { $0.role != nil }) else { return nil }
        return ("role", { sample, _ in dataset.samples[sample].role?.rawValue ?? "" })
    }

    private func fold(_ level: ExportedLevel) -> Column? {
        level.foldOfClass.map { folds in ("fold", { folds[$1].map(String.init) ?? "" }) }
    }

    func plain(_ level: ExportedLevel) -> Data {
        table(
            [
                ("sample", { sample, _ in dataset.samples[sample].id }), ("class", { dataset.classLabels[$1] }),
                ("class_number", { String($1) }), superclass("superclass"),
                ("part", { level.partOfClass[$1].rawValue }), fold(level),
                role, root == nil ? nil : ("path", { sample, _ in path(sample) }),
            ], samples: Array(dataset.samples.indices))
    }

    func oml(_ level: ExportedLevel) -> Data {
        // The format has two parts; which classes a fold is validated on, it must not see beside those of the test.
        let validation: ExportPart = level.partOfClass.contains(.validation) ? .validation : .test
        // Samples without a role are queries and in the gallery, as oodml evaluate has them.
        func flag(_ sample: Int, _ number: Int, unless role: SampleRole) -> String {
            guard level.partOfClass[number] != .train else { return "" }
            return dataset.samples[sample].role == role ? "False" : "True"
        }
        return table(
            [
                ("label", { String($1) }), ("path", { sample, _ in path(sample) }),
                ("split", { level.partOfClass[$1] == .train ? "train" : "validation" }),
                ("is_query", { flag($0, $1, unless: .gallery) }), ("is_gallery", { flag($0, $1, unless: .query) }),
                superclass("category"),
            ], samples: samples(of: level, in: [.train, validation]))
    }

    func wilds(_ level: ExportedLevel) -> Data {
        table(
            [
                ("split", { level.partOfClass[$1] == .validation ? "val" : level.partOfClass[$1].rawValue }),
                ("y", { String($1) }), ("filename", { sample, _ in path(sample) }),
                ("class", { dataset.classLabels[$1] }), superclass("superclass"), fold(level), role,
            ], samples: samples(of: level, in: level.parts))
    }

    /// The numbers of the classes.
    var categories: Data {
        let rows = dataset.classLabels.enumerated().map { [String($0.offset), $0.element] }
        return Data(CSVTable(columns: ["y", "name"], rows: rows).text.utf8)
    }
}

/// Folders of classes that hold images.
struct ExportTree {
    private let dataset: Dataset
    private let folders: [String]
    private let files: [String]

    /// - Throws: ``SplitError/unsafeSample(id:)``.
    init(of dataset: Dataset) throws {
        for sample in dataset.samples {
            let parts = sample.id.split(separator: "/", omittingEmptySubsequences: false)
            guard !sample.id.utf8.contains(0), parts.allSatisfy({ !["", ".", ".."].contains($0) }) else {
                throw SplitError.unsafeSample(id: sample.id)
            }
        }
        self.dataset = dataset
        folders = fileNames(for: dataset.classLabels)
        // Below the folder of its class an image needs no more of its path than what is below that class.
        let isBelowClass = dataset.samples.allSatisfy { $0.id.utf8.starts(with: "\($0.classLabel)/".utf8) }
        files = fileNames(
            for: dataset.samples.map { sample in
                isBelowClass
                    ? String(decoding: sample.id.utf8.dropFirst(sample.classLabel.utf8.count + 1), as: UTF8.self)
                    : sample.id
            })
    }

    /// A sample's path below the folder of its part.
    func path(of sample: Int) -> String { "\(folders[dataset.classOfSample[sample]])/\(files[sample])" }

    func links(of level: ExportedLevel) -> [SplitExport.Link] {
        dataset.samples.indices.compactMap { sample in
            let part = level.partOfClass[dataset.classOfSample[sample]]
            guard part != .removed else { return nil }
            return SplitExport.Link(
                path: "\(level.name)/\(part.rawValue)/\(path(of: sample))", sample: dataset.samples[sample].id)
        }
    }

    /// Which folder is which class.
    var classTable: Data {
        let rows = zip(folders, dataset.classLabels).enumerated().map { [$1.0, $1.1, String($0)] }
        return Data(CSVTable(columns: ["folder", "class", "class_number"], rows: rows).text.utf8)
    }
}
