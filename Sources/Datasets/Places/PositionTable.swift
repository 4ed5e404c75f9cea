internal import Files
public import Foundation

/// Where samples are: a table of positions, or names of files that say it.
public struct PositionTable: Sendable, Equatable {
    /// The path of the file.
    public let path: String
    /// The positions, in the order of the rows.
    public let positions: GroundPositions
    /// The id of each row's sample; nil if the table has no column for it.
    public let samples: [String]?
    /// The role of each row; nil for rows without one.
    public let roles: [SampleRole?]
    /// What the file was taken for, one clause each.
    public let understood: [String]

    /// Reads a table with a pair of columns for positions, and optionally `sample` and `role`.
    ///
    /// The pairs are `x` and `y`, `east` and `north`, `easting` and `northing`, or `utm_east` and `utm_north` in metres; `lat` (or
    /// `latitude`) and `lon` (`lng`, `long`, `longitude`) in degrees; in any case of letters. Without any of them, names of samples of the
    /// form `@east@north@…`, as the benchmarks of the field have them, say where the samples are, in metres. Such names in lines of .txt
    /// are a table too. `role` is query, or gallery (or database), or empty for both.
    ///
    /// - Throws: ``/Files/FileError`` naming the line, for columns of two kinds or none, a position that is missing, no number or
    ///   out of range, a sample that occurs twice, or several zones of UTM.
    public init(contentsOf url: URL) throws {
        let isText = url.pathExtension.lowercased() == "txt"
        let table =
            isText ? CSVTable(column: "sample", of: try TextLines(contentsOf: url)) : try CSVTable(contentsOf: url)
        path = url.path
        guard !table.rows.isEmpty else {
            throw FileError.malformed(path: path, line: 1, found: "no rows", expected: "one for each embedding")
        }
        var understood: [String] = []
        let names = try Self.names(in: table, path: path, &understood)
        samples = names
        let pairs = CoordinatePair.all(in: table)
        guard pairs.count < 2 else {
            throw FileError.malformed(
                path: path, line: 1,
                found:
                    "positions twice, \(pairs.map { "\($0.words(in: table)) (\($0.coordinates))" }.joined(separator: " and "))",
                expected: "one pair of columns for them")
        }
        if let pair = pairs.first {
            positions = try pair.positions(in: table, path: path)
            understood.append("positions are \(pair.coordinates.rawValue), of the columns \(pair.words(in: table))")
        } else {
            positions = try Self.positions(ofNames: names, table, path: path)
            understood.append("positions are metres, as the names of the samples have them (@east@north@…)")
        }
        roles = try Self.roles(in: table, path: path)
        self.understood = understood
    }

    /// The column of the samples' ids, checked.
    private static func names(in table: CSVTable, path: String, _ understood: inout [String]) throws -> [String]? {
        var column = table.columns.firstIndex(of: "sample")
        if column == nil {
            let others = table.columns.indices.filter { sampleNames.contains(table.columns[$0].lowercased()) }
            if others.count == 1 {
                column = others[0]
                understood.append("the column \(table.columns[others[0]]) is taken as sample")
            }
        }
        guard let column else { return nil }
        var rows = NameIndex()
        return try zip(table.rows, table.lines).map { row, line in
            let name = row[column]
            guard !name.isEmpty, !name.utf8.contains(0) else {
                throw FileError.malformed(
                    path: path, line: line, found: name.isEmpty ? "an empty name" : "a NUL in a name",
                    expected: "the name of a sample on every row")
            }
            let (isNew, first) = rows.insert(name)
            guard isNew else {
                throw FileError.malformed(
                    path: path, line: line, found: "the sample \"\(excerpt(name))\" again",
                    expected: "it once, as on line \(table.lines[first])")
            }
            return name
        }
    }

    /// Positions that names have, as in `@0550000.00@4180000.00@…@.jpg`.
    private static func positions(ofNames names: [String]?, _ table: CSVTable, path: String) throws -> GroundPositions {
        var (east, north): ([Double], [Double]) = ([], [])
        guard let names, names.allSatisfy({ $0.holds("@") }) else {
            throw FileError.malformed(
                path: path, line: 1,
                found: "the columns \(excerpt(table.columns.prefix(40).joined(separator: ", ")))",
                expected:
                    "x and y in metres (or east and north, easting and northing), or lat and lon in degrees, or names @east@north@…"
            )
        }
        for (name, line) in zip(names, table.lines) {
            let parts = name.parts(between: "@")
            let numbers = parts.dropFirst().prefix(2).compactMap { Double($0) }
            guard numbers.count == 2, numbers.allSatisfy({ abs($0) <= GroundPositions.largestCoordinate }) else {
                throw FileError.malformed(
                    path: path, line: line, found: "the name \"\(excerpt(name))\"",
                    expected: "one of the form @east@north@…, in metres, as the others are")
            }
            east.append(numbers[0])
            north.append(numbers[1])
        }
        return GroundPositions(east: east, north: north)
    }

    private static func roles(in table: CSVTable, path: String) throws -> [SampleRole?] {
        guard let column = table.columns.firstIndex(of: "role") else { return table.rows.map { _ in nil } }
        return try zip(table.rows, table.lines).map { row, line in
            switch row[column].lowercased() {
            case "": return nil
            case "query", "queries": return .query
            case "gallery", "database": return .gallery
            default:
                throw FileError.malformed(
                    path: path, line: line, found: "the role \"\(excerpt(row[column]))\"",
                    expected: "query, gallery (or database) or nothing")
            }
        }
    }
}

/// Two columns that say where samples are.
private struct CoordinatePair {
    let coordinates: GroundPositions.Coordinates
    /// The columns of what goes to the east, and of what goes to the north.
    let (east, north): (Int, Int)

    /// The names of the columns, in lower case.
    private static let names: [(east: Set<String>, north: Set<String>, GroundPositions.Coordinates)] = [
        (["x"], ["y"], .metres), (["east"], ["north"], .metres), (["easting"], ["northing"], .metres),
        (["utm_east", "utm_easting"], ["utm_north", "utm_northing"], .metres),
        (["lon", "lng", "long", "longitude"], ["lat", "latitude"], .degrees),
    ]

    /// All pairs that a table has.
    static func all(in table: CSVTable) -> [CoordinatePair] {
        names.flatMap { names -> [CoordinatePair] in
            func columns(_ names: Set<String>) -> [Int] {
                table.columns.indices.filter { names.contains(table.columns[$0].lowercased()) }
            }
            return columns(names.east).flatMap { east in
                columns(names.north).map { CoordinatePair(coordinates: names.2, east: east, north: $0) }
            }
        }
    }

    func words(in table: CSVTable) -> String {
        coordinates == .metres
            ? "\(table.columns[east]) and \(table.columns[north])"
            : "\(table.columns[north]) and \(table.columns[east])"
    }

    /// - Throws: ``/Files/FileError`` for what is no position, or zones of UTM that have no common plane.
    func positions(in table: CSVTable, path: String) throws -> GroundPositions {
        if let column = table.columns.firstIndex(where: { ["utm_zone", "zone"].contains($0.lowercased()) }),
            coordinates == .metres,
            let other = table.rows.firstIndex(where: { Name($0[column]) != Name(table.rows[0][column]) })
        {
            throw FileError.malformed(
                path: path, line: table.lines[other],
                found:
                    "the \(table.columns[column]) \"\(excerpt(table.rows[other][column]))\" beside \"\(excerpt(table.rows[0][column]))\"",
                expected: "metres of one zone, or lat and lon, since metres of two zones have no common origin")
        }
        func numbers(_ column: Int, _ range: ClosedRange<Double>) throws -> [Double] {
            try zip(table.rows, table.lines).map { row, line in
                guard let number = Double(row[column].trimmingCharacters(in: .whitespaces)), range.contains(number)
                else {
                    throw FileError.malformed(
                        path: path, line: line,
                        found: row[column].isEmpty
                            ? "an empty \(table.columns[column])"
                            : "the \(table.columns[column]) \"\(excerpt(row[column]))\"",
                        expected: coordinates == .metres
                            ? "a number of metres on every row, up to 100,000 km"
                            : "degrees on every row, from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
                }
                return number
            }
        }
        switch coordinates {
        case .metres:
            let range = -GroundPositions.largestCoordinate...GroundPositions.largestCoordinate
            return GroundPositions(east: try numbers(east, range), north: try numbers(north, range))
        case .degrees:
            return GroundPositions(
                latitudes: try numbers(north, -90...90), longitudes: try numbers(east, -180...360))
        }
    }
}
