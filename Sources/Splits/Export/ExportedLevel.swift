internal import Datasets

/// A part of a level.
enum ExportPart: String, CaseIterable {
    case train
    case validation
    case test
    case removed
}

/// The part of a level that each class is in.
struct ExportedLevel {
    /// The level's name in paths.
    let name: String
    /// The part of each class.
    let partOfClass: [ExportPart]
    /// The fold of each train class; nil if the level has none, or is reversed.
    let foldOfClass: [Int?]?
    /// The parts that have classes, except the removed ones.
    var parts: [ExportPart] { ExportPart.allCases.filter { $0 != .removed && partOfClass.contains($0) } }

    init(name: String, of level: SplitLevel, in dataset: Dataset, direction: Direction, fold: Int?) throws {
        self.name = name
        func classes(_ labels: [String]) throws -> [Int] { try level.numbers(ofClasses: labels, in: dataset) }
        var parts = [ExportPart](repeating: .removed, count: dataset.classLabels.count)
        for number in try classes(level.classes(on: direction.trainingSide)) { parts[number] = .train }
        for number in try classes(level.classes(on: direction.testSide)) { parts[number] = .test }
        var folds = [Int?](repeating: nil, count: parts.count)
        for (index, labels) in level.folds.enumerated() {
            for number in try classes(labels) { folds[number] = index }
        }
        if let fold {
            for number in try classes(level.labels(ofFold: fold)) { parts[number] = .validation }
        }
        partOfClass = parts
        foldOfClass = direction == .reverse || level.folds.isEmpty ? nil : folds
    }
}
