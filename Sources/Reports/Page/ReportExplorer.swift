internal import Evaluation
internal import Files
internal import Foundation
internal import Retrieval
internal import Statistics

/// Every curve of a page's models, for the one chart that shows them: what is drawn, by which metric, in which gallery and
/// direction.
///
/// Values have six decimals, so that the three that are shown are those of the tables, which round once.
struct ReportExplorer: Encodable, Sendable {
    /// A choice of one switch: its name in the data and its words on the page.
    struct Choice: Encodable, Sendable, Equatable {
        let id: String
        let title: String
    }

    /// A level: its id, the number in its dot, and its place on each axis.
    struct Level: Encodable, Sendable {
        let id: String
        let number: String
        let fid: Double
        let excess: Double?
        let order: Double?
    }

    /// A model, or the frozen features: its name, and how its line looks.
    struct Entry: Encodable, Sendable {
        let name: String
        let series: String
        let dash: String?
        let mark: String
    }

    /// A line: the value at each level, and half the width of its 95 % interval.
    struct Line: Encodable, Sendable {
        let values: [Double?]
        let margins: [Double?]
    }

    let levels: [Level]
    let subjects: [Entry]
    /// What is drawn: the gain over the frozen features, the score, or the score above the mean of the models.
    let shows: [Choice]
    let metrics: [Choice]
    let galleries: [Choice]
    let directions: [Choice]
    /// The axes, that of the first drawing first.
    let axes: [Choice]
    /// The lines of all subjects by the choices, joined by spaces; nil for a subject without one.
    let curves: [String: [Line?]]
    /// What a drawing means, by what is drawn and the gallery, joined by a space.
    let captions: [String: String]
    /// The first choices, in the order of ``key(_:_:_:_:)``.
    let first: [String]
    /// The titles of the axes, and shorter ones for narrow screens.
    let axisTitles: [String: [String]]
    /// What is drawn of the metric, in words; "" for its values.
    let headings: [String: String]

    private let words: LevelWords

    private enum CodingKeys: String, CodingKey {
        case levels, subjects, shows, metrics, galleries, directions, axes, curves, captions, first, axisTitles,
            headings
    }

    /// The heading of the column with the places of the levels.
    var placeTitle: String { words.column.map { "\($0.capitalizedFirst), distance" } ?? "Distance" }

    /// The place of a level, for that column.
    func place(_ number: Int) -> String {
        (levels[number].order.map { words.place($0) + ", " } ?? "") + distanceText(levels[number].fid)
    }

    /// The name of the frozen features among the subjects.
    static let frozen = "frozen features"

    static func key(_ show: String, _ metric: String, _ gallery: String, _ direction: String) -> String {
        [show, metric, gallery, direction].joined(separator: " ")
    }

    /// The lines at the first choices.
    var firstLines: [Line?] { curves[first.joined(separator: " ")] ?? [] }
    /// The heading at the first choice.
    var firstHeading: String {
        let words = [metrics.first { $0.id == first[1] }?.title ?? "", headings[first[0]] ?? ""]
        return words.filter { !$0.isEmpty }.joined(separator: ": ")
    }

    /// Collects the curves; nil where there are no levels.
    init?(_ compared: ComparedModels) {
        let models = compared.models.map { ModelComparison.Entry(name: $0.name, runs: $0.runs) }
        let frozen = models.first { model in model.runs[0].levels.allSatisfy { $0.scores(of: .backbone) != nil } }
            .map { ModelComparison.Entry(name: Self.frozen, runs: [$0.runs[0]], subject: .backbone) }
        let entries = models + (frozen.map { [$0] } ?? [])
        var metrics = compared.all.map(\.metric)
        let others = models[0].runs[0].metrics.filter { metric in
            !metrics.contains(metric) && models.allSatisfy { $0.runs.allSatisfy { $0.metrics.contains(metric) } }
        }
        // A page of very many curves would be heavy to open.
        let room = 800 / max(entries.count * compared.main.levels.count, 1)
        metrics += others.prefix(max(room - metrics.count, 0))

        var curves: [String: [Line?]] = [:]
        for metric in metrics {
            for gallery in [GalleryKind.catalogue, .full, .matched] {
                for direction in [DirectionOrMean.mean, .forward, .reverse] {
                    for (show, lines) in Self.lines(
                        models: models, frozen: frozen, metric: metric, gallery: gallery, direction: direction)
                    {
                        curves[Self.key(show, metric.name, gallery.rawValue, direction.rawValue)] = lines
                    }
                }
            }
        }
        func isThere(_ place: Int, _ id: String) -> Bool {
            curves.keys.contains { $0.parts(between: " ", keepingEmpty: true)[place] == id }
        }
        let levels = compared.main.levels
        words = LevelWords(compared.main)
        let words = words
        let source = models[0].runs[0].levels
        let numbers = levelNumbers(levels.map(\.id))
        self.levels = zip(levels, numbers).map { level, number in
            Level(
                id: level.id, number: number, fid: level.fid ?? level.shift,
                excess: source.first { $0.id == level.id }?.excess, order: level.fid == nil ? nil : level.shift)
        }
        subjects = entries.enumerated().map { number, entry in
            let style = LineStyle.model(number)
            return Entry(
                name: entry.name, series: style.className, dash: style.dash,
                mark: style.marker.path(x: 0, y: 0, radius: 4.5))
        }
        shows = [
            Choice(id: "lead", title: "Gain"), Choice(id: "score", title: "Score"),
            Choice(id: "above", title: "Above the mean"),
        ].filter { isThere(0, $0.id) }
        self.metrics = metrics.map { Choice(id: $0.name, title: $0.title) }.filter { isThere(1, $0.id) }
        galleries = [
            Choice(id: GalleryKind.catalogue.rawValue, title: "All classes"),
            Choice(id: GalleryKind.matched.rawValue, title: "Equal galleries"),
            Choice(id: GalleryKind.full.rawValue, title: "Test classes"),
        ].filter { isThere(2, $0.id) }
        directions = [
            Choice(id: DirectionOrMean.mean.rawValue, title: "Both"),
            Choice(id: DirectionOrMean.forward.rawValue, title: "Forward"),
            Choice(id: DirectionOrMean.reverse.rawValue, title: "Reverse"),
        ].filter { isThere(3, $0.id) }
        axes =
            (words.order.map { [Choice(id: "order", title: $0.words)] } ?? []) + [Choice(id: "fid", title: "Distance")]
            + (self.levels.allSatisfy { $0.excess != nil } ? [Choice(id: "excess", title: "Above random sides")] : [])
        var axisTitles = [
            "fid": ["Fréchet distance between train and test (squared)", "Fréchet distance (squared)"],
            "excess": [
                "Fréchet distance above that of random sides (squared)", "distance above that of random sides",
            ],
        ]
        if words.order != nil { axisTitles["order"] = [words.title, words.shortTitle] }
        self.axisTitles = axisTitles
        let (shows, galleries) = (shows, galleries)
        headings = [
            "lead": "gain over the frozen features", "score": "", "above": "above the mean of the models",
        ].filter { key, _ in shows.contains { $0.id == key } }
        captions = Self.captions(compared).filter { key, _ in
            let parts = key.parts(between: " ", keepingEmpty: true)
            return shows.contains { $0.id == parts[0] } && galleries.contains { $0.id == parts[1] }
        }
        self.curves = curves
        let main = [compared.main.metric.name, compared.main.gallery.rawValue, DirectionOrMean.mean.rawValue]
        let start = ["lead", "score"].map { [$0] + main }.first { curves[$0.joined(separator: " ")] != nil }
        guard let start, !levels.isEmpty else { return nil }
        // Outside the catalogue the lead changes for embeddings that were never trained, so it does not come first.
        first = compared.main.gallery == .catalogue ? start : ["score"] + main
    }

    /// The lines of all subjects for each thing that can be drawn.
    private static func lines(
        models: [ModelComparison.Entry], frozen: ModelComparison.Entry?, metric: RetrievalMetric, gallery: GalleryKind,
        direction: DirectionOrMean
    ) -> [(show: String, lines: [Line?])] {
        func compared(_ entries: [ModelComparison.Entry]) -> ModelComparison? {
            try? ModelComparison(entries, metric: metric, gallery: gallery, direction: direction)
        }
        guard let alone = compared(models) else { return [] }
        let isolated = frozen.flatMap { compared([models[0], $0])?.models.last }
        let none: [Line?] = frozen == nil ? [] : [nil]
        var all: [(show: String, lines: [Line?])] = [
            (
                "score",
                alone.models.map { line($0.curve.points.map(\.estimate)) }
                    + (frozen == nil ? [] : [isolated.map { line($0.curve.points.map(\.estimate)) }])
            )
        ]
        if frozen != nil {
            let leads = models.map { model -> Line? in
                let leads = alone.levels.compactMap { level -> Estimate? in
                    let own = model.runs.compactMap { run -> Estimate? in
                        let level = run.levels.first { $0.id == level.id }
                        func score(_ subject: Subject) -> Estimate? {
                            level?.scores(of: subject, gallery: gallery)?[direction]?.estimates[metric]
                        }
                        guard let model = score(.model), let backbone = score(.backbone) else { return nil }
                        return model - backbone
                    }
                    return own.count == model.runs.count ? .mean(of: own) : nil
                }
                return leads.count == alone.levels.count ? line(leads) : nil
            }
            if leads.contains(where: { $0 != nil }) { all.append(("lead", leads + none)) }
        }
        if models.count > 1 { all.append(("above", alone.models.map { line($0.changes) } + none)) }
        return all
    }

    private static func line(_ estimates: [Estimate]) -> Line {
        func rounded(_ value: Double?) -> Double? {
            // What is too large to be a score is not drawn; the sum turns −0 into 0.
            value.flatMap { abs($0) < 1e9 ? ($0 * 1e6).rounded() / 1e6 + 0 : nil }
        }
        return Line(values: estimates.map { rounded($0.value) }, margins: estimates.map { rounded($0.margin) })
    }

    private static func captions(_ compared: ComparedModels) -> [String: String] {
        let values = compared.all[0]
        let galleries: [(GalleryKind, String, ModelComparison?)] = [
            (
                .catalogue,
                "The whole dataset is searched, seen, unseen and removed classes alike, with the same queries at every level: "
                    + "an embedding that is never trained is a flat line.", values.catalogue
            ),
            (
                .full,
                "The protocol of the paper: only the level's test classes are searched. Lines rise and fall here for "
                    + "embeddings that were never trained, too: the test classes differ from level to level, hard ones are "
                    + "more alike, and hard levels may have fewer of them.", values.values
            ),
            (
                .matched,
                "Equally many test classes and samples are searched at every level, so that the number of distractors plays "
                    + "no part; how alike they are still does.", values.matched
            ),
        ]
        var captions: [String: String] = [:]
        for (gallery, words, comparison) in galleries {
            let interval = comparison?.confidence.overWhat.map { " Shaded: the 95 % interval over \($0)." } ?? ""
            captions["score \(gallery.rawValue)"] = words + interval
            captions["lead \(gallery.rawValue)"] =
                (gallery == .catalogue
                    ? "The model's score less the frozen features': where a line falls, the shift costs the model part of "
                        + "what training gained. "
                    : "The model's score less the frozen features'. ") + words + interval
            captions["above \(gallery.rawValue)"] =
                "Each model's score less the mean of all at the same level. " + words + interval
        }
        return captions
    }

    /// The data as JSON, for a `script` element.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return ((try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "null").escaped(for: .script)
    }
}
