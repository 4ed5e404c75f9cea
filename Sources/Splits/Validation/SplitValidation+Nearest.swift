internal import Datasets
public import Files
internal import Foundation
internal import Statistics

extension SplitValidation {
    /// What is wrong with `nearest.csv`, the nearest class of the other side for each class of each level.
    ///
    /// Without embeddings it is only known which classes must be there; with them their distances, too. Any class that is as near
    /// within the tolerance may be the nearest.
    ///
    /// - Parameters:
    ///   - embedded: the embeddings; nil if unknown.
    ///   - tolerance: the greatest deviation of a distance, as a fraction; the table has seven digits.
    /// - Throws: ``SplitError`` for more classes than the axis can serve.
    public func violations(
        ofNearest table: CSVTable, over embedded: EmbeddedDataset? = nil, tolerance: Double = Self.tolerance
    ) throws -> [SplitViolation] {
        let file = SplitFileName.nearest
        let columns = ["level", "side", "class", "nearest", "distance"]
        guard table.columns == columns else {
            return [
                SplitViolation(
                    file: file, place: "line 1", found: "the columns \(excerpt(table.columns.joined(separator: ", ")))",
                    expected: columns.joined(separator: ", "))
            ]
        }
        let classes = try embedded.flatMap { embedded in
            embedded.units.count == dataset.classLabels.count ? try NearestClasses(of: embedded.vectors) : nil
        }
        let places = Dictionary(manifest.levels.indices.map { (manifest.levels[$0].id, $0) }) { first, _ in first }
        let nearest = classes.map { classes in partitions.map { $0.map(classes.nearest) } }
        var violations: [SplitViolation] = []
        var seen = manifest.levels.map { _ in Set<Int>() }
        for (row, line) in zip(table.rows, table.lines) {
            func add(_ found: String, _ expected: String) {
                violations.append(
                    SplitViolation(file: file, place: "line \(line)", found: found, expected: expected))
            }
            guard let level = places[row[0]] else {
                add("the level \"\(row[0])\"", "levels of manifest.json only")
                continue
            }
            guard let partition = partitions[level] else { continue }
            guard let side = Side(rawValue: row[1]), let number = dataset.number(ofClass: row[2]),
                partition.sides[number] == side
            else {
                add("the class \"\(row[2])\" on the side \(excerpt(row[1]))", "the sides of manifest.json")
                continue
            }
            guard seen[level].insert(number).inserted else {
                add("the class \"\(row[2])\" at \(row[0]) twice", "every class once")
                continue
            }
            guard let other = dataset.number(ofClass: row[3]), partition.sides[other] == side.opposite,
                let distance = Double(row[4]), distance >= 0
            else {
                add("\"\(row[3])\" at \(excerpt(row[4])) as the nearest", "a class of the other side, and its distance")
                continue
            }
            guard let classes, let best = nearest?[level]?[number] else { continue }
            let own = Double(classes.distances[number * classes.count + other])
            let room = max(tolerance, 1e-6) * best.distance
            guard abs(distance - best.distance) <= room, abs(own - best.distance) <= room else {
                add(
                    "\"\(row[3])\" at \(row[4]) as the nearest of \"\(row[2])\"",
                    "\"\(dataset.classLabels[best.number])\" at \(best.distance.rounded(significantDigits: 7)), computed from "
                        + "the embeddings")
                continue
            }
        }
        for (level, numbers) in zip(manifest.levels, seen) {
            let count = level.train.count + level.test.count
            guard numbers.count < count, partitions[places[level.id] ?? 0] != nil else { continue }
            violations.append(
                SplitViolation(
                    file: file, place: level.id, found: "\(numbers.count) classes",
                    expected: "all \(count) of both sides"))
        }
        return violations
    }
}
