internal import Datasets
internal import Evaluation
internal import Files
internal import Foundation
internal import Reports
internal import Retrieval
internal import Splits

// The rules by which models are scored, and what must be by the same.
extension ModelScoring {
    /// The rules as results record them.
    func rules(withCatalogue: Bool) -> EvaluationSettings {
        EvaluationSettings(
            split: settings.fold.map { "validation fold \($0)" } ?? "test", similarity: settings.similarity,
            loneQueries: settings.loneQueries, confidence: scoring.scorer.confidence,
            catalogue: withCatalogue ? scoring.catalogue : nil, matchedGallery: scoring.matched,
            tricks: settings.tricks.names, roles: EvaluationSettings.RoleRecord(of: splits.dataset),
            cameraCount: splits.dataset.cameras.map { Set($0.compactMap { $0 }).count },
            groupCount: settings.isAcrossGroups ? splits.dataset.groups.map { Set($0.compactMap { $0 }).count } : nil)
    }

    /// What is scored and by what rules, for parts that must agree.
    ///
    /// - Parameter seeds: what `{seed}` stands for in each training run.
    public func descriptionOfRules(seeds: [String?] = [nil]) throws -> String {
        let manifest = try SHA256.hexadecimal(ofFilesAt: [splits.url.appending(path: SplitFileName.manifest)])
        return [
            generator, manifest, models.text, seeds.map { $0 ?? "" }.joined(separator: ","),
            tasks.map { "\($0.level.id) \($0.direction.rawValue)" }.joined(separator: ","),
            settings.metrics.map(\.name).joined(separator: ","), try stableJSON(rules(withCatalogue: true)),
            backbone == nil ? "no backbone" : "beside the backbone", "\(settings.shots ?? 0) shots",
        ].joined(separator: "\n")
    }

    /// Refuses a folder with results that must come out different, before any work is done.
    ///
    /// Other training runs that are there stay beside those of these seeds, so they must be of the same model.
    ///
    /// - Parameter seeds: what `{seed}` stands for in each of the runs that will be written there.
    /// - Throws: ``/Files/FileError/occupied(path:found:remedy:)``.
    public func requireNoOther(in folder: ResultsFolder, seeds: [String?] = [nil]) throws {
        for (file, results) in try folder.present() {
            try requireSame(results, at: file, isAlone: seeds == [nil])
        }
    }

    private func requireSame(_ found: EvaluationResults?, at file: URL, isAlone: Bool) throws {
        func occupied(_ found: String) -> FileError {
            .occupied(path: file.path, found: "\(found) already", remedy: "to replace them")
        }
        guard let found else {
            throw FileError.occupied(
                path: file.path, found: "a file that is no results of this version is there", remedy: "to replace it")
        }
        guard found.model == models.name, (found.seed == nil) == isAlone else {
            throw occupied("results of another model are there")
        }
        guard found.dataset == splits.dataset.name,
            Set(found.levels.map { "\($0.id) \($0.fid)" }) == Set(splits.manifest.levels.map { "\($0.id) \($0.fid)" })
        else { throw occupied("results along other splits are there") }
        guard found.order == splits.manifest.levelOrder else { throw occupied("results along another axis are there") }
        // Whether a file has embeddings of all samples is known only once it is read.
        guard found.settings == rules(withCatalogue: found.settings.catalogue != nil), found.metrics == settings.metrics
        else {
            throw occupied("results by other rules are there")
        }
    }
}
