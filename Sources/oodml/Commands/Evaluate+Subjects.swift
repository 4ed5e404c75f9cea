import ArgumentParser
import Evaluation
import Experiments
import Files
import Foundation

/// What heads are put side by side as one embedding.
enum HeadJoin: String, CaseIterable, ExpressibleByArgument {
    /// Those of all seeds of an objective: independent learners.
    case seeds
    /// Those of all objectives with one seed.
    case objectives
    /// All.
    case all
}

extension Evaluate {
    /// Models that are scored by the same rules, each with results of its own.
    struct Subject {
        let models: ModelFiles
        let seeds: [String?]
        let folder: ResultsFolder
        let fold: Int?
        /// The objectives whose heads these are, with what a search for parameters changed.
        var tunings: [String: HeadTrainingRecord.Tuning] = [:]
    }

    /// The path of the models; nil for a folder of heads.
    var template: ModelFiles? {
        get throws {
            if let files = model ?? embeddings { return files }
            guard let heads else { return nil }
            if heads.ends(with: ".onnx") {
                throw ValidationError(
                    "--heads are read from .safetensors; found \(heads), the same for other programs")
            }
            guard heads.holds("{") || heads.ends(with: ".safetensors") else { return nil }
            return try modelFiles(heads)
        }
    }

    /// What is scored, each with results of its own.
    func subjects() throws -> [Subject] {
        guard let template = try template else { return try subjects(below: HeadsFolder(at: try path(heads ?? ""))) }
        let folder = ResultsFolder(at: out ?? defaultFolder(splits))
        guard join != nil else {
            return [
                Subject(
                    models: template, seeds: seeds.isEmpty ? [nil] : seeds.map(Optional.some), folder: folder,
                    fold: fold)
            ]
        }
        let parts = try seeds.map { try ModelFiles(template.text.replacing(bytes: ["{seed}": $0])) }
        return [Subject(models: ModelFiles(joining: parts), seeds: [nil], folder: folder, fold: fold)]
    }

    private func subjects(below folder: HeadsFolder) throws -> [Subject] {
        if !folder.isThere {
            let above = [folder.url, folder.url.deletingLastPathComponent()].map {
                HeadsFolder(at: $0.deletingLastPathComponent())
            }
            if let run = above.first(where: \.isThere) {
                throw CommandError(
                    "\(folder.url.relativePath) is a part of the heads of \(run.url.relativePath); expected that folder, or the "
                        + "path of the heads, with {level} and {direction}")
            }
        }
        let record = try folder.record()
        try folder.requireUnchanged()
        if let fold, fold != record.fold {
            throw ValidationError(
                "--fold is \(fold); expected \(record.fold.map { "\($0)" } ?? "no fold"), as the heads of \(folder.url.relativePath)"
            )
        }
        return try subjects(of: record, in: folder)
    }

    private func subjects(of record: TrainingRecord, in folder: HeadsFolder) throws -> [Subject] {
        let names = record.objectives.map(\.name)
        let results = out ?? defaultFolder(folder.url)
        let tunings = Dictionary(
            uniqueKeysWithValues: names.compactMap { name in record.change(byTuning: name).map { (name, $0) } })
        let apart: [String?] = record.seeds.count > 1 ? record.seeds.map { "\($0)" } : [nil]
        func subject(_ models: ModelFiles, seeds: [String?], name: String?) -> Subject {
            Subject(
                models: models, seeds: seeds,
                folder: ResultsFolder(at: name.map { results.appending(path: $0) } ?? results), fold: record.fold,
                tunings: tunings)
        }
        func heads(of name: String) throws -> [ModelFiles] {
            try record.seeds.map { try folder.heads(of: name, in: record, seed: $0) }
        }
        switch join {
        case nil, .seeds:
            return try names.map { name in
                subject(
                    try join == nil ? folder.heads(of: name, in: record) : ModelFiles(joining: heads(of: name)),
                    seeds: join == nil ? apart : [nil], name: names.count > 1 ? name : nil)
            }
        case .objectives:
            let parts = try names.map { try folder.heads(of: $0, in: record) }
            return [subject(ModelFiles(joining: parts), seeds: apart, name: nil)]
        case .all: return [subject(ModelFiles(joining: try names.flatMap(heads)), seeds: [nil], name: nil)]
        }
    }

    /// Refuses what cannot be put side by side.
    func requireJoinable() throws {
        guard let join else { return }
        guard heads != nil else { throw ValidationError("--join puts heads side by side; expected --heads") }
        guard try template == nil || (join == .seeds && !seeds.isEmpty) else {
            throw ValidationError(
                "--join \(join.rawValue) needs a folder of heads, or for seeds a path with {seed} and --seeds; found "
                    + "\(heads ?? "")")
        }
    }
}
