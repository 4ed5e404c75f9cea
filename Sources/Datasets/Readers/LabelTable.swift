import Files
public import Foundation

/// The labels of a set of embeddings, one per row, and the sample ids if the table has them.
public struct LabelTable: Sendable, Equatable {
    /// The label of each row, as written.
    public let labels: [String]
    /// The id of each row's sample; nil if the table has no column `sample`.
    public let samples: [String]?
    /// The camera of each row, empty where there is none; nil if there are no cameras.
    public let cameras: [String]?
    /// The group of each row, empty where there is none; nil if the table has no column `group`.
    public let groups: [String]?
    /// The superclass of each row, empty where there is none; nil if the table has no column `superclass`.
    public let superclasses: [String]?
    /// Whether the table has roles, query and gallery, which are not read here.
    public let hasRoles: Bool
    /// A column that seems to hold cameras and is not used, since it is not called `camera`; nil if there is none.
    public let unusedCameraColumn: String?

    /// Takes labels, one for each row, without the ids of samples.
    public init(labels: [String]) {
        self.init(labels: labels, samples: nil, cameras: nil)
    }

    private init(labels: [String], samples: [String]?, cameras: [String]?) {
        (self.labels, self.samples, self.cameras, hasRoles) = (labels, samples, cameras, false)
        (unusedCameraColumn, groups, superclasses) = (nil, nil, nil)
    }

    /// Reads a table with the column `label` (or `class`, as in samples.csv), and optionally `sample` and `group`.
    ///
    /// - Parameters:
    ///   - url: the table.
    ///   - cameras: where ``cameras`` come from.
    /// - Throws: ``/Files/FileError`` naming the line, for a missing column, an empty field or a sample that occurs twice.
    public init(contentsOf url: URL, cameras: CameraSource = .automatic) throws {
        let table = try CSVTable(contentsOf: url)
        guard let column = table.columns.firstIndex(of: "label") ?? table.columns.firstIndex(of: "class") else {
            throw FileError.malformed(
                path: url.path, line: 1,
                found: "the columns \(excerpt(table.columns.prefix(40).joined(separator: ", ")))",
                expected: "a column label (or class), and optionally sample")
        }
        func values(_ column: Int) throws -> [String] {
            try zip(table.rows, table.lines).map { row, line in
                guard !row[column].isEmpty else {
                    throw FileError.malformed(
                        path: url.path, line: line, found: "an empty \(table.columns[column])",
                        expected: "a \(table.columns[column]) on every row")
                }
                return row[column]
            }
        }
        labels = try values(column)
        unusedCameraColumn = cameras.unusedColumn(of: table)
        let roles = table.columns.firstIndex(of: "role")
        hasRoles = roles.map { role in table.rows.contains { !$0[role].isEmpty } } ?? false
        self.cameras = try cameras.cameras(of: table, path: url.path)
        groups = table.columns.firstIndex(of: "group").map { column in table.rows.map { $0[column] } }
        superclasses = table.columns.firstIndex(of: "superclass").map { column in table.rows.map { $0[column] } }
        samples = try table.columns.firstIndex(of: "sample").map(values)
        var rows = NameIndex()
        for (sample, line) in zip(samples ?? [], table.lines) {
            let (isNew, first) = rows.insert(sample)
            guard isNew else {
                throw FileError.malformed(
                    path: url.path, line: line, found: "the sample \"\(sample)\" again",
                    expected: "it once, as on line \(table.lines[first])")
            }
        }
    }
}

/// Numbers labels by their bytes: labels are neither parsed as numbers nor merged as `String ==` merges Unicode forms.
public struct LabelNumbering: Sendable {
    private var numbers = NameIndex()
    /// The labels, in the order of their numbers.
    public private(set) var labels: [String] = []

    /// Makes an empty numbering.
    public init() {}

    /// The number of a label: its place among the distinct labels seen so far.
    public mutating func number(of label: String) -> Int {
        let (isNew, number) = numbers.insert(label)
        if isNew { labels.append(label) }
        return number
    }
}
