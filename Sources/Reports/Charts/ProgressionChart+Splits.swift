internal import Files
public import Foundation
internal import Frechet
public import Splits

extension ProgressionChart {
    /// The distances along the kept steps of a progression, with the levels of its manifest marked.
    public init(of progression: Progression, manifest: SplitManifest) {
        self.init(
            steps: progression.keptSteps.map { ($0.arm.rawValue, $0.step, $0.distance.squared) }, manifest: manifest)
    }

    /// The same chart from the table of steps, `progression.csv`.
    ///
    /// - Throws: ``/Files/FileError`` for a file that cannot be read, lacks a column, or has a field that is not a number.
    public init(readingFrom url: URL, manifest: SplitManifest) throws {
        let table = try CSVTable(contentsOf: url)
        let places = try table.positions(ofColumns: ["origin", "step", "kept", "fid"], path: url.path)
        let steps = try zip(table.rows, table.lines).compactMap { fields, line -> (String, Int, Double)? in
            guard fields[places[2]] == "true" else { return nil }
            guard let step = Int(fields[places[1]]), let fid = Double(fields[places[3]]),
                NumberRange.count.contains(step), NumberRange.distance.contains(fid)
            else {
                throw FileError.malformed(
                    path: url.path, line: line, found: "step \(fields[places[1]]) at \(fields[places[3]])",
                    expected: "two numbers from 0 on")
            }
            return (fields[places[0]], step, fid)
        }
        self.init(steps: steps, manifest: manifest)
    }

    private init(steps: [(origin: String, step: Int, fid: Double)], manifest: SplitManifest) {
        self.init(
            title: "Splits of \(manifest.dataset.name)",
            steps: steps.map { step in
                let level = manifest.levels.first { $0.arm.rawValue == step.origin && $0.step == step.step }
                return Step(
                    origin: step.origin, step: step.step, fid: step.fid, level: level?.id, null: level?.null?.range)
            }, isOrdered: manifest.levelOrder != nil)
    }
}
