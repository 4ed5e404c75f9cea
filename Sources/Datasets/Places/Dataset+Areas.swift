internal import Files

/// How the classes of a dataset were made from positions: they are areas of a grid.
public struct DatasetAreas: Sendable, Equatable {
    /// The grid.
    public let grid: AreaGrid
    /// How many samples lie in a gap between areas, and so are not in the dataset.
    public let leftOutCount: Int
    /// The row of each sample in the table of positions, which has rows for those in gaps too.
    package let rows: [Int]
    /// How many rows that table has.
    package var rowCount: Int { rows.count + leftOutCount }
}

extension Dataset {
    /// Makes a dataset whose classes are areas of a grid.
    ///
    /// Samples in a gap are left out. Without another split, the first half of the areas by their names trains in the official one.
    /// ``reading`` says how many samples lie in gaps, and warns of areas of one sample and of small grids and gaps.
    ///
    /// - Parameters:
    ///   - table: the samples' positions.
    ///   - side: the side of an area in metres, gap included.
    ///   - gap: how far areas are apart, in metres.
    ///   - name: the name to give the dataset.
    /// - Throws: ``/Files/FileError`` for a table without samples' names, or samples that all lie in gaps; what
    ///   ``init(name:samples:officialSides:source:)`` refuses.
    /// - Precondition: as of ``AreaGrid``.
    public init(areasOf table: PositionTable, side: Double, gap: Double, name: String) throws {
        guard let names = table.samples else {
            throw FileError.malformed(
                path: table.path, line: 1, found: "no names of samples",
                expected: "a column sample, by which splits name their samples")
        }
        let grid = AreaGrid(side: side, gap: gap, coordinates: table.positions.coordinates)
        var samples: [Sample] = []
        var rows: [Int] = []
        for (row, area) in grid.areas(of: table.positions).enumerated() {
            guard let area else { continue }
            samples.append(Sample(id: names[row], classLabel: area.name, role: table.roles[row]))
            rows.append(row)
        }
        let (inGaps, count) = (names.count - rows.count, names.count)
        guard !samples.isEmpty else {
            throw FileError.malformed(
                path: table.path, found: "all \(count) samples in the gaps of a grid of \(metres(side))",
                expected: "a smaller --gap than \(metres(gap)), or a larger --grid")
        }
        try self.init(name: name, samples: samples, source: table.path)
        areas = DatasetAreas(grid: grid, leftOutCount: inGaps, rows: rows)
        reading.understood =
            table.understood + [
                "classes are areas of \(metres(side)), \(metres(gap)) apart",
                "\(inGaps) of \(count) samples lie between areas and are left out",
            ]
        let lone = samplesOfClass.count { $0.count == 1 }
        if lone > 0 {
            reading.warnings.append(
                "\(lone) of \(classLabels.count) areas \(lone == 1 ? "has" : "have") one sample only, which has no other in its area to find"
            )
        }
        for (what, length) in [("grid", side), ("gap", gap)] where length < Self.usualRadius {
            reading.warnings.append(
                "the \(what) of \(metres(length)) is less than the \(metres(Self.usualRadius)) within which images usually count as "
                    + "of one place"
                    + (what == "gap" ? ", so train and test may have images of the same places" : ""))
        }
    }

    /// Within how many metres images count as of one place, as the benchmarks of the field have it.
    public static let usualRadius = 25.0
}

/// A length in metres, without decimals that say nothing.
private func metres(_ length: Double) -> String {
    length == length.rounded() && length < 1e15 ? "\(Int(length)) m" : "\(length) m"
}
