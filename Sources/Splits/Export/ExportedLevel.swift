internal import Datasets

/// A part of a level.
enum ExportPart: String, CaseIterable {
    case train
    case validation
    case test
    case removed
}

/// Where a level has each class.
struct ExportedLevel {
    /// What names it in paths.
    let name: String
    /// The part of each class.
    let partOfClass: [ExportPart]
    /// The fold of each train class; nil where the level has none, or is reversed.
    let foldOfClass: [Int?]?
    /// The parts that have classes, without the removed ones.
    var parts: [ExportPart] { ExportPart.allCases.filter { $0 != .removed && partOfClass.contains($0) } }

    init(name: String, of level: SplitLevel, in dataset: Dataset, isReversed: Bool, fold: Int?) throws {
        self.name = name
        func classes(_ labels: [String]) throws -> [Int] {
            try labels.map { label in
                guard let number = dataset.number(ofClass: label) else {
                    throw SplitError.unknownClass(level: level.id, label: label)
                }
                return number
            }
        }
        var parts = [ExportPart](repeating: .removed, count: dataset.classLabels.count)
        for number in try classes(isReversed ? level.test : level.train) { parts[number] = .train }
        for number in try classes(isReversed ? level.train : level.test) { parts[number] = .test }
        var folds = [Int?](repeating: nil, count: parts.count)
        for (index, labels) in level.folds.enumerated() {
            for number in try classes(labels) { folds[number] = index }
        }
        if let fold {
            guard level.folds.indices.contains(fold) else {
                throw SplitError.missingFold(level: level.id, fold: fold, count: level.folds.count)
            }
            for number in parts.indices where folds[number] == fold { parts[number] = .validation }
        }
        partOfClass = parts
        foldOfClass = isReversed || level.folds.isEmpty ? nil : folds
    }
}
