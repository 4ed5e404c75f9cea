public import Datasets
public import Files
public import Foundation
package import Ranks
public import Retrieval

/// How well the model and the backbone retrieve a class in one task: a row of `per-class.csv`.
public struct ClassScores: Sendable, Equatable {
    /// The level's id.
    public let level: String
    /// The direction of the task.
    public let direction: Direction
    /// The class's label.
    public let classLabel: String
    /// The number of its queries.
    public let queryCount: Int
    /// The model's means over the class's queries, in the order of ``metrics``; nil if unknown.
    public let model: [Double?]
    /// The same for the backbone.
    public let backbone: [Double?]

    /// The metrics reported for each class.
    public static let metrics: [RetrievalMetric] = [.recall(1), .averagePrecisionAtR]

    /// Combines a class's scores.
    ///
    /// - Precondition: there is one value, or nil, for each of ``metrics``.
    public init(
        level: String, direction: Direction, classLabel: String, queryCount: Int, model: [Double?],
        backbone: [Double?]
    ) {
        precondition(
            model.count == Self.metrics.count && backbone.count == Self.metrics.count,
            "\(model.count) and \(backbone.count) values for \(Self.metrics.count) metrics")
        self.level = level
        self.direction = direction
        self.classLabel = classLabel
        self.queryCount = queryCount
        self.model = model
        self.backbone = backbone
    }

    /// The scores of all classes of a task.
    ///
    /// - Parameters:
    ///   - labels: the labels of all classes, by class number.
    ///   - backbone: the scores of the same queries, if there are any.
    public static func all(
        level: String, direction: Direction, labels: [String], model: QueryScores, backbone: QueryScores?
    ) -> [ClassScores] {
        func means(_ scores: QueryScores?) -> [[Int: Double]] {
            metrics.map { metric in
                let means = scores?.classMeans(of: metric) ?? []
                return Dictionary(uniqueKeysWithValues: means.map { ($0.classNumber, $0.mean) })
            }
        }
        let (own, other) = (means(model), means(backbone))
        let counts = Dictionary(grouping: model.classNumbers, by: \.self).mapValues(\.count)
        return counts.keys.sorted().map { number in
            ClassScores(
                level: level, direction: direction, classLabel: labels[number], queryCount: counts[number] ?? 0,
                model: own.map { $0[number] }, backbone: other.map { $0[number] })
        }
    }
}

extension ClassScores {
    private static let columns =
        ["level", "direction", "class", "queries"] + metrics.map(\.name) + metrics.map { "backbone_\($0.name)" }

    /// The rows as a table, `per-class.csv`.
    ///
    /// Values have six decimals; unknown values are empty.
    public static func table(_ rows: [ClassScores]) -> CSVTable {
        CSVTable(
            columns: columns,
            rows: rows.map { row in
                [row.level, row.direction.rawValue, row.classLabel, "\(row.queryCount)"]
                    + (row.model + row.backbone).map { $0.map { String(format: "%.6f", $0) } ?? "" }
            })
    }

    /// Reads a `per-class.csv`.
    ///
    /// - Throws: ``/Files/FileError`` if the file cannot be read, has other columns, or has a field that does not fit
    ///   its column.
    public static func all(readingFrom url: URL) throws -> [ClassScores] {
        let table = try CSVTable(contentsOf: url)
        guard table.columns == columns else {
            throw FileError.malformed(
                path: url.path, line: 1, found: "the columns \(excerpt(table.columns.joined(separator: ",")))",
                expected: columns.joined(separator: ","))
        }
        return try zip(table.rows, table.lines).map { fields, line in
            func fail(_ field: Int, _ expected: String) -> FileError {
                .malformed(
                    path: url.path, line: line, found: "\"\(excerpt(fields[field]))\" as \(columns[field])",
                    expected: expected)
            }
            guard let direction = Direction(rawValue: fields[1]) else { throw fail(1, "forward or reverse") }
            guard let count = Int(fields[3]), NumberRange.count.contains(count) else {
                throw fail(3, "a number of queries")
            }
            let values = try (4..<columns.count).map { field -> Double? in
                guard !fields[field].isEmpty else { return nil }
                guard let value = Double(fields[field]), (0...1).contains(value) else {
                    throw fail(field, "a number from 0 to 1, or nothing")
                }
                return value
            }
            return ClassScores(
                level: fields[0], direction: direction, classLabel: fields[2], queryCount: count,
                model: Array(values.prefix(metrics.count)), backbone: Array(values.suffix(metrics.count)))
        }
    }
}

extension Direction: Portable {}

extension ClassScores: Portable {
    package func put(into bytes: inout PortableBytes) {
        bytes.put(level, direction, classLabel, queryCount, model, backbone)
    }

    package init(from bytes: inout PortableBytes) throws {
        self.init(
            level: try bytes.get(), direction: try bytes.get(), classLabel: try bytes.get(),
            queryCount: try bytes.get(), model: try bytes.get(), backbone: try bytes.get())
    }
}
