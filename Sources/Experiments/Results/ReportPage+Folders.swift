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
        let contents = try models.map { try $0.contents() }
        // A folder that is called as an objective on the command line has that objective's heads: the field has a name for it.
        let titles = zip(names, contents).map { name, contents in
            let objectives = contents.runs[0].provenance?.training?.objectives ?? []
            return objectives.count == 1 && objectives[0].name == name ? objectives[0].title : name
        }
        let shown = Set(titles).count == titles.count ? titles : names
        let read = zip(shown, contents).map { name, contents in
            ReportPage.Model(name: name, runs: contents.runs, classes: contents.classes, examples: contents.examples)
        }
        do {
            try self.init(
                manifest: splits.manifest, dataset: splits.dataset,
                progression: try splits.progressionChart(),
                classMap: try splits.classMap(), models: read)
        } catch EvaluationError.incomparable(let name, let found, let expected) {
            let folder = zip(shown, models).first { $0.0 == name }?.1.url.relativePath ?? name
            throw FileError.malformed(
                path: folder, found: "results that do not belong on this page: \(found)", expected: expected)
        }
    }
}
