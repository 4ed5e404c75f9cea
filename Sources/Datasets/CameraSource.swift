internal import Files

/// Where the cameras of samples come from, for the rule of re-identification that what is found must be of another camera
/// than the query.
public enum CameraSource: Sendable, Hashable {
    /// The column `camera`, where there is one.
    case automatic
    /// A column of the table, which must be there.
    case column(String)
    /// The names of the samples, as re-identification datasets have them (``CameraName``).
    case sampleNames
    /// Nowhere: a column `camera` is left alone.
    case none

    /// The source that users write: `none`, `names`, or the name of a column.
    public init(rawValue: String) {
        switch rawValue {
        case "none": self = .none
        case "names": self = .sampleNames
        default: self = .column(rawValue)
        }
    }

    /// Whether it is a column, which only a table can have.
    public var isColumn: Bool {
        if case .column = self { true } else { false }
    }

    /// A column of a table that seems to hold cameras and is not used; nil if there is none.
    func unusedColumn(of table: CSVTable) -> String? {
        guard self == .automatic, !table.columns.contains("camera") else { return nil }
        return table.columns.first {
            ["camera", "camid", "cam_id", "cam", "camera_id", "cameraid"].contains($0.lowercased())
        }
    }

    /// The camera of each row of a table; nil where the rule does not apply.
    ///
    /// - Throws: ``/Files/FileError`` for a column that is missing, or a name without a camera.
    func cameras(of table: CSVTable, path: String) throws -> [String]? {
        func values(_ column: Int) -> [String] { table.rows.map { $0[column] } }
        func missing(_ expected: String) -> FileError {
            .malformed(
                path: path, line: 1, found: "the columns \(excerpt(table.columns.joined(separator: ", ")))",
                expected: expected)
        }
        switch self {
        case .none: return nil
        case .automatic: return table.columns.firstIndex(of: "camera").map(values)
        case .column(let name):
            guard let column = table.columns.firstIndex(of: name) else {
                throw missing("a column \"\(name)\" with the cameras")
            }
            return values(column)
        case .sampleNames:
            guard let column = table.columns.firstIndex(of: "sample") else {
                throw missing("a column sample, to take the cameras from its names")
            }
            return try zip(table.rows, table.lines).map { row, line in
                try camera(inName: row[column], path: path, line: line)
            }
        }
    }
}

/// The camera in a sample's name.
private func camera(inName name: String, path: String, line: Int? = nil) throws -> String {
    guard let parsed = CameraName(name) else {
        throw FileError.malformed(
            path: path, line: line, found: "the sample \"\(name)\"",
            expected: "names with a camera, as of Market-1501, DukeMTMC-reID, MSMT17 or VeRi-776")
    }
    return parsed.camera
}

extension Dataset {
    /// The dataset with the cameras that its samples' names have, or without any; other sources change nothing.
    ///
    /// - Complexity: O(n) for n samples.
    /// - Throws: ``/Files/FileError`` for a name without a camera.
    public func takingCameras(from source: CameraSource) throws -> Dataset {
        guard source == .sampleNames || source == .none else { return self }
        var dataset = self
        dataset.samples = try samples.map { sample in
            guard source == .sampleNames else { return sample.with(camera: nil) }
            return sample.with(camera: try camera(inName: sample.id, path: self.name))
        }
        return dataset
    }
}

extension Sample {
    fileprivate func with(camera: String?) -> Sample {
        Sample(
            id: id, classLabel: classLabel, superclass: superclass, role: role, camera: camera, domain: domain,
            group: group)
    }
}
