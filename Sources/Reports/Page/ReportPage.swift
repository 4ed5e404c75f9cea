public import Datasets
internal import Embeddings
public import Evaluation
public import Splits
internal import Statistics

/// A benchmark and the models scored on it, as one self-contained HTML page.
///
/// The page holds its style sheet, its script, its charts as SVG and its images as data; it opens from disk and makes
/// no network requests. Without the script, the first choice of the chart's switches and the map of the hardest level are shown, and the
/// class table cannot be sorted.
public struct ReportPage: Sendable {
    /// A model on the page.
    public struct Model: Sendable {
        /// Its name.
        public let name: String
        /// The results of its training runs, one or more.
        public let runs: [EvaluationResults]
        /// How well each class is retrieved in the first run; empty if unknown.
        public let classes: [ClassScores]
        /// Example queries and their results in the first run.
        public let examples: RetrievalExamplesFile?

        /// Joins the results of a model.
        ///
        /// - Precondition: there is at least one run.
        public init(
            name: String, runs: [EvaluationResults], classes: [ClassScores] = [], examples: RetrievalExamplesFile? = nil
        ) {
            precondition(!runs.isEmpty, "the model \(name) has no run")
            self.name = name
            self.runs = runs
            self.classes = classes
            self.examples = examples
        }
    }

    /// The splits.
    public let manifest: SplitManifest
    /// The dataset of the splits.
    public let dataset: Dataset
    /// The chart of the distance along the steps; nil if the steps are unknown.
    public let progression: ProgressionChart?
    /// The map of the classes; nil if unknown.
    public let classMap: ClassMap?
    /// The models.
    public let models: [Model]
    /// The models' curves and differences.
    let comparisons: ReportComparisons?

    /// Joins everything that the page shows.
    ///
    /// - Throws: ``/Evaluation/EvaluationError/incomparable(name:found:expected:)`` if a model was scored on other
    ///   splits than these, or with other settings than the first one.
    public init(
        manifest: SplitManifest, dataset: Dataset, progression: ProgressionChart? = nil, classMap: ClassMap? = nil,
        models: [Model] = []
    ) throws {
        self.manifest = manifest
        self.dataset = dataset
        self.progression = progression
        self.classMap = classMap
        self.models = models
        let levels = Dictionary(manifest.levels.map { ($0.id, $0.fid) }, uniquingKeysWith: { first, _ in first })
        for model in models {
            for run in model.runs {
                try run.requireLevels(levels, of: manifest.dataset.name, name: model.name)
            }
        }
        comparisons =
            models.isEmpty
            ? nil
            : ReportComparisons(
                try ComparedModels(models.map { ($0.name, $0.runs) }, metrics: ReportComparisons.metrics))
    }

    /// All charts of the page, in page order, and the map of every level.
    public var charts: [any Chart] {
        (progression.map { [$0 as any Chart] } ?? []) + manifest.levels.compactMap { map(of: $0) }
            + (comparisons?.charts ?? [])
    }

    /// The tables of the models for a paper, each with a name; none without models.
    public var paperTables: [(name: String, table: TextTable)] {
        comparisons.map { Reports.paperTables($0.leads ?? $0.main, within: $0.within) } ?? []
    }

    /// The map of the classes at a level.
    ///
    /// - Parameter limit: the maximum number of classes shown, evenly chosen from the sorted ones.
    func map(of level: SplitLevel, limit: Int = .max) -> ClassMapChart? {
        classMap.map { map in
            let count = min(limit, map.points.count)
            let shown = (0..<count).map { map.points[$0 * map.points.count / count] }
            let (train, test) = (Set(level.train), Set(level.test))
            return ClassMapChart(
                level: level.id, dataset: manifest.dataset.name,
                points: shown.map { point in
                    ClassMapChart.Point(
                        label: point.classLabel, x: point.x, y: point.y,
                        side: train.contains(point.classLabel)
                            ? .train : test.contains(point.classLabel) ? .test : .removed)
                }, shares: map.shares)
        }
    }

    /// The ids of the samples whose images the page can show.
    public var pictured: Set<String> {
        var ids = picturedInCompositions
        for level in manifest.levels {
            for labels in [level.train, level.test, level.removed] { ids.formUnion(specimens(of: labels)) }
            for side in Side.allCases { ids.formUnion(typical(of: side, at: level)) }
        }
        ids.formUnion(mapPictures.map(\.sample))
        for task in models.flatMap(shownTasks(of:)) {
            for example in task.examples { ids.formUnion([example.query] + example.neighbours.map(\.sample)) }
        }
        return ids
    }

    /// The page as HTML.
    ///
    /// - Parameter images: URLs of small images by sample id, usually `data:` URLs; samples without one are only named.
    public func html(images: [String: String] = [:]) -> String {
        var html = Markup()
        html.raw("<!DOCTYPE html>")
        html.group("html", [("lang", "en")]) { html in
            head(&html)
            html.group("body", []) { html in
                html.element("a", [("class", "skip"), ("href", "#content")], content: "Skip to the content")
                front(&html, images: images)
                let sections = sections(images: images)
                html.group("nav", [("aria-label", "Sections")]) { html in
                    html.group("ul", []) { html in
                        for section in sections {
                            html.group("li", []) {
                                $0.element("a", [("href", "#\(section.id)")], content: section.title)
                            }
                        }
                    }
                }
                html.group("main", [("id", "content")]) { html in
                    for section in sections {
                        html.group("section", [("id", section.id), ("aria-labelledby", "\(section.id)-title")]) {
                            html in
                            html.element("h2", [("id", "\(section.id)-title")], content: section.title)
                            section.body(&html)
                        }
                    }
                }
                html.group("footer", []) {
                    $0.element(
                        "p", [], content: "Splits by \(manifest.generator). This page asks no network for anything.")
                }
                html.raw("<script>\n\(String(decoding: PackageResources.report_js, as: UTF8.self))</script>")
            }
        }
        return html.lines.joined(separator: "\n") + "\n"
    }

    typealias Section = (id: String, title: String, body: (inout Markup) -> Void)

    private func sections(images: [String: String]) -> [Section] {
        var all: [Section] = []
        // Without models, the first screen has it.
        if let progression, comparisons != nil { all.append(("series", "The series", { series(progression, &$0) })) }
        if classMap != nil { all.append(("map", "Map of the classes", { map(&$0, images: images) })) }
        all.append(("levels", "Levels", { levels(&$0, images: images) }))
        if hasCompositions { all.append(("shift", "What the shift is", { compositions(&$0, images: images) })) }
        if let comparisons {
            all.append(("models", "Models", { models(comparisons, &$0) }))
            if models.contains(where: { $0.examples != nil }) {
                all.append(("examples", "Retrieval examples", { examples(&$0, images: images) }))
            }
            if models.contains(where: { !$0.classes.isEmpty }) {
                all.append(("classes", "Classes", { classes(&$0) }))
            }
        }
        all.append(("provenance", "Provenance and citation", { provenance(&$0) }))
        return all
    }

    private func head(_ html: inout Markup) {
        html.group("head", []) { html in
            html.element("meta", [("charset", "utf-8")])
            html.element("meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")])
            let title = "\(manifest.dataset.name): how far the shift carries"
            html.element("title", [], content: title)
            // What a preview of a link shows.
            let description = answer.joined(separator: " ")
            html.element("meta", [("name", "description"), ("content", description)])
            for (property, content) in [
                ("og:type", "article"), ("og:site_name", "oodml"), ("og:title", title), ("og:description", description),
            ] {
                html.element("meta", [("property", property), ("content", content)])
            }
            html.element("meta", [("name", "twitter:card"), ("content", "summary")])
            html.element("meta", [("name", "color-scheme"), ("content", "light dark")])
            // The page makes no requests, not even for the icon that browsers look for.
            html.element("link", [("rel", "icon"), ("type", "image/svg+xml"), ("href", Self.icon)])
            html.style(
                String(decoding: PackageResources.report_css, as: UTF8.self) + ChartStyle.lightSheet + ChartStyle.sheet)
        }
    }

    /// The page's icon, a falling line, as a `data:` URL.
    private static let icon =
        "data:image/svg+xml,%3Csvg xmlns='http:%2F%2Fwww.w3.org%2F2000%2Fsvg' viewBox='0 0 32 32'%3E"
        + "%3Crect width='32' height='32' rx='6' fill='%230072B2'/%3E"
        + "%3Cpath d='M5 9L12 12L19 20L27 23' fill='none' stroke='%23fff' stroke-width='3' stroke-linejoin='round' "
        + "stroke-linecap='round'/%3E%3C/svg%3E"
}
