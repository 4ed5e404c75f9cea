internal import Evaluation
internal import Files
internal import FoundationEssentials
public import Reports

extension ReportPage {
    /// The page for a folder of splits and the models scored along it.
    ///
    /// - Throws: ``/Files/FileError`` for files that cannot be read, or results that belong to other splits.
    public init(of splits: SplitFolder, models: [ResultsFolder]) throws {
        let names = ResultsFolder.shortNames(of: models)
        let read = try zip(names, models).map { name, folder in
            let contents = try folder.contents()
            return ReportPage.Model(
                name: name, runs: contents.runs, classes: contents.classes, examples: contents.examples)
        }
        do {
            try self.init(
                manifest: splits.manifest, dataset: splits.dataset,
                progression: try splits.progressionChart(),
                classMap: try splits.classMap(), models: read)
        } catch EvaluationError.incomparable(let name, let found, let expected) {
            let folder = zip(names, models).first { $0.0 == name }?.1.url.relativePath ?? name
            throw FileError.malformed(
                path: folder, found: "results that do not belong on this page: \(found)", expected: expected)
        }
    }
}
