public import Datasets
internal import Files
public import Foundation
internal import Splits

/// Where models or their embeddings are: a path in which `{level}`, `{direction}`, `{fold}` and `{seed}` stand for the
/// id of a level, `forward` or `reverse`, the number of a validation fold, and a training run.
///
/// ```swift
/// let models = try ModelFiles("runs/{level}-{direction}.onnx")
/// print(models.url(level: "level-3", direction: .reverse).relativePath)  // runs/level-3-reverse.onnx
/// ```
public struct ModelFiles: Sendable, Equatable {
    /// The words in braces that a path may contain.
    public static let placeholders = ["{level}", "{direction}", "{fold}", "{seed}"]

    /// The path; of several models side by side, their paths with " + " between them.
    public let text: String
    /// The paths of the models whose embeddings are put side by side; that of the model itself if there is one.
    private let parts: [String]

    /// Reads a path.
    ///
    /// - Throws: ``PathError`` for an empty path or another word in braces.
    public init(_ text: String) throws {
        guard !text.isEmpty else { throw PathError(description: "the path is empty; expected a file") }
        if let word = Self.words(in: text).first(where: { !Self.placeholders.contains($0) }) {
            throw PathError(
                description: "\(word) in \(text) is not known; expected {level}, {direction}, {fold} or {seed}")
        }
        self.text = text
        parts = [text]
    }

    /// The heads whose embeddings are put side by side, as one: of m heads each is scaled by 1/√m, so that rows keep length 1.
    ///
    /// - Precondition: there is one, and all tell the same directions apart.
    public init(joining all: [ModelFiles]) {
        precondition(
            !all.isEmpty && Set(all.map(\.directions)).count == 1, "nothing to join in \(all.map(\.text))")
        text = all.map(\.text).joined(separator: " + ")
        parts = all.flatMap(\.parts)
    }

    /// Why a path cannot be used, in one sentence.
    public struct PathError: Error, Equatable, CustomStringConvertible {
        /// The sentence.
        public let description: String
    }

    /// Whether the path is of one file for all levels and directions, which was trained along none of them.
    public var isOneFile: Bool { !text.holds("{level}") && !text.holds("{direction}") }

    /// The directions that the path tells apart; without `{direction}`, models are trained forward.
    public var directions: [Direction] { text.holds("{direction}") ? Direction.allCases : [.forward] }

    /// What results call the models: the path, and of embeddings in memory the name of their folder.
    var name: String {
        guard text.begins(with: MemoryFile.folder), parts.count == 1 else { return text }
        let place = text.dropping(MemoryFile.folder).parts(between: "/")
        return place.count > 1 ? place[0] : text
    }

    /// Whether the path tells validation folds apart.
    public var namesFold: Bool { text.holds("{fold}") }

    /// Whether the path tells training runs apart.
    public var namesSeed: Bool { text.holds("{seed}") }

    /// The file of one task.
    ///
    /// The id of a level may hold braces, which mean nothing.
    public func url(level: String, direction: Direction, fold: Int? = nil, seed: String? = nil) -> URL {
        Self.url(text, level, direction, fold, seed)
    }

    /// The files whose embeddings one task has side by side: ``url(level:direction:fold:seed:)`` alone if there is one model.
    func urls(level: String, direction: Direction, fold: Int?, seed: String?) -> [URL] {
        parts.map { Self.url($0, level, direction, fold, seed) }
    }

    /// The files of a level, in the directions that the path tells apart, in one of which a validation fold is scored.
    public func files(ofLevel level: String, fold: Int? = nil, seed: String? = nil) -> [URL] {
        (fold == nil ? directions : [.forward]).flatMap { urls(level: level, direction: $0, fold: fold, seed: seed) }
    }

    private static func url(
        _ text: String, _ level: String, _ direction: Direction, _ fold: Int?, _ seed: String?
    ) -> URL {
        URL(
            filePath: text.replacing(bytes: [
                "{level}": level, "{direction}": direction.rawValue, "{fold}": fold.map { "\($0)" } ?? "{fold}",
                "{seed}": seed ?? "{seed}",
            ]))
    }

    /// The words in braces, with their braces; a word has no slash and no brace.
    private static func words(in text: String) -> [String] {
        var words: [String] = []
        var start: String.Index?
        for place in text.utf8.indices {
            switch text.utf8[place] {
            case UInt8(ascii: "{"): start = place
            case UInt8(ascii: "/"): start = nil
            case UInt8(ascii: "}"):
                if let first = start { words.append(String(decoding: text.utf8[first...place], as: UTF8.self)) }
                start = nil
            default: break
            }
        }
        return words
    }
}

/// The files of one training run.
struct RunFiles {
    let models: ModelFiles
    let fold: Int?
    let seed: String?

    func file(for task: ScoringTask) -> URL {
        models.url(level: task.level.id, direction: task.direction, fold: fold, seed: seed)
    }

    /// The files whose embeddings a task has side by side.
    func parts(for task: ScoringTask) -> [URL] {
        models.urls(level: task.level.id, direction: task.direction, fold: fold, seed: seed)
    }

    /// Makes sure that all files are there and of their kind, before the first is read.
    ///
    /// - Throws: ``/Files/FileError/unreadable(path:as:reason:)`` if a file is missing; what `check` throws.
    func requireAll(for tasks: [ScoringTask], check: (URL) throws -> Void) throws {
        let files = Set(tasks.flatMap { self.parts(for: $0) })
        let missing = files.filter { !exists($0) }.map(\.path).sorted()
        guard let first = missing.first else {
            for file in files.sorted(by: { $0.path < $1.path }) { try check(file) }
            return
        }
        let parts = Set(tasks.map(\.direction)).count > 1 ? " and direction" : ""
        let expected = models.isOneFile ? "the one of all levels" : "one for each level\(parts)"
        throw FileError.unreadable(
            path: first,
            reason: "there is no such file; expected \(expected), and \(missing.count) of \(files.count) are missing"
                + (Self.hint(for: first) ?? ""))
    }

    /// What lies beside a missing file and is perhaps meant.
    private static func hint(for missing: String) -> String? {
        let file = URL(filePath: missing)
        let (stem, ending) = (file.deletingPathExtension().path, file.pathExtension)
        for mark in ["-", "_", ".", "/"] {
            let other = stem + mark + Direction.forward.rawValue + (ending.isEmpty ? "" : "." + ending)
            if exists(URL(filePath: other)) { return "; \(other) is there, so the path should have {direction}" }
        }
        return nil
    }
}
