internal import Files
internal import Foundation
public import Parallel

extension SeriesTraining {
    /// Joins the heads that several runs have trained, each a part, to what one run of all would have written.
    ///
    /// - Parameters:
    ///   - parts: their folders.
    ///   - folder: where the heads are written.
    ///   - replacing: whether heads that are there may be replaced.
    ///   - report: called with warnings.
    /// - Returns: what was trained.
    /// - Throws: ``/Files/FileError`` for a part of another plan, one that was changed, or a head that no part has.
    /// - Precondition: there is no search for parameters.
    @discardableResult
    public func join(
        _ parts: [HeadsFolder], into folder: HeadsFolder, replacing: Bool = false,
        report: @escaping WorkReport = { _ in }
    ) throws -> TrainingRecord {
        precondition(settings.trialCount == nil, "a search for parameters in parts of a run")
        let record = record(of: settings.objectives, tuning: nil)
        for part in parts {
            if let difference = record.difference(from: try part.record()) {
                throw FileError.malformed(
                    path: part.url.path, found: "heads trained otherwise (\(difference))",
                    expected: "the options with which this part was trained")
            }
            try part.requireUnchanged()
        }
        let output = try OutputFolder(folder.url, result: HeadsFolder.resultName, force: replacing) {
            report(.warning($0))
        }
        let jobs = jobs(of: record, settings.objectives)
        var (items, files): ([OutputItem], [URL]) = ([], [])
        for job in jobs {
            let own = parts.lazy.map { $0.url.appending(path: job.path) }
            guard let found = own.first(where: { exists($0.appendingPathExtension("safetensors")) }) else {
                throw FileError.malformed(
                    path: parts.first?.url.path ?? "", found: "no head \(job.path), here or in the other parts",
                    expected: "every head in one of them")
            }
            for ending in ["onnx", "safetensors"] {
                items.append(
                    OutputItem("\(job.path).\(ending)", .copy(of: found.appendingPathExtension(ending))))
            }
            files.append(found.appendingPathExtension("safetensors"))
        }
        let losses = try losses(of: jobs, in: files)
        try output.write(
            items + [
                OutputItem(HeadsFolder.Name.losses, text: losses),
                OutputItem(HeadsFolder.Name.record, text: try stableJSON(record)),
            ])
        return record
    }
}
