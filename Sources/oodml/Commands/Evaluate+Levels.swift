import ArgumentParser
import Experiments
import Files
import Foundation
import Splits

/// Which levels are scored.
enum ScoredLevels: Equatable {
    /// Those that have the files of all their tasks.
    case found
    /// Those with these ids.
    case named([String])

    /// Parses ids separated by commas, or `found`.
    init(_ argument: String) throws {
        if argument == "found" {
            self = .found
            return
        }
        let ids = argument.parts(between: ",")
        guard !ids.contains(""), Set(ids).count == ids.count else {
            throw ValidationError(
                "found \"\(argument)\"; expected ids of levels separated by commas, each once, or found")
        }
        self = .named(ids)
    }
}

extension Evaluate {
    /// The splits with the levels that are asked for.
    ///
    /// - Throws: `ValidationError` for levels that the splits do not have. Where no level has its files, all are kept, so that
    ///   what is missing is said as usual.
    func chosen(from splits: SplitFolder, for subjects: [Subject], on terminal: Terminal) throws -> SplitFolder {
        guard let levels else { return splits }
        let all = splits.manifest.levels.map(\.id)
        switch levels {
        case .named(let ids):
            if let unknown = ids.first(where: { !all.contains($0) }) {
                throw ValidationError("--levels names \(unknown); expected some of \(all.joined(separator: ", "))")
            }
            return splits.keeping(levels: Set(ids))
        case .found:
            let ids = all.filter { id in subjects.allSatisfy { $0.hasFiles(ofLevel: id) } }
            guard !ids.isEmpty, ids.count < all.count else { return splits }
            terminal.note(
                "\(ids.count) of \(all.count) levels have their files and are scored: \(ids.joined(separator: ", ")). Compare them "
                    + "with results of the same levels only.")
            return splits.keeping(levels: Set(ids))
        }
    }
}

extension Evaluate.Subject {
    /// Whether the files of all tasks of a level are there.
    fileprivate func hasFiles(ofLevel level: String) -> Bool {
        seeds.allSatisfy { seed in
            models.files(ofLevel: level, fold: fold, seed: seed).allSatisfy { exists($0) }
        }
    }
}
