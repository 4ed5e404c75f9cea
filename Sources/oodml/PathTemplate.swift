import ArgumentParser
import Foundation
import Splits

/// A path in which `{level}`, `{direction}`, `{fold}` and `{seed}` stand for the id of a level, for forward or reverse, for
/// the number of a validation fold and for a training run.
struct PathTemplate {
    static let placeholders = ["{level}", "{direction}", "{fold}", "{seed}"]

    let text: String

    /// - Throws: `ValidationError` for an empty path or another word in braces.
    init(_ text: String) throws {
        guard !text.isEmpty else { throw ValidationError("the path is empty; expected a file") }
        for match in text.matches(of: #/\{[^{}\/]*\}/#) where !Self.placeholders.contains(String(match.output)) {
            throw ValidationError(
                "\(match.output) in \(text) is not known; expected {level}, {direction}, {fold} or {seed}")
        }
        self.text = text
    }

    /// The tasks that the path tells apart: without `{direction}` only forward ones.
    var directions: [TrainingDirection] {
        text.contains("{direction}") ? TrainingDirection.allCases : [.forward]
    }

    /// The file for one task.
    func url(level: String, direction: TrainingDirection, fold: Int?, seed: String?) -> URL {
        var path = text.replacingOccurrences(of: "{level}", with: level)
            .replacingOccurrences(of: "{direction}", with: direction.rawValue)
        if let fold { path = path.replacingOccurrences(of: "{fold}", with: "\(fold)") }
        if let seed { path = path.replacingOccurrences(of: "{seed}", with: seed) }
        return URL(filePath: path)
    }

    /// Whether the path tells validation folds apart.
    var namesFold: Bool { text.contains("{fold}") }

    /// Whether the path tells training runs apart.
    var namesSeed: Bool { text.contains("{seed}") }
}

/// Which side of a level a model was trained on.
enum TrainingDirection: String, CaseIterable {
    /// Trained on the level's train classes, tested on its test classes.
    case forward
    /// Trained on the level's test classes, tested on its train classes.
    case reverse

    /// The labels of the classes that the model is tested on.
    func testClasses(of level: SplitLevel) -> [String] {
        switch self {
        case .forward: level.test
        case .reverse: level.train
        }
    }
}
