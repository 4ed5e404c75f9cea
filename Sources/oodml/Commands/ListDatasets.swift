import ArgumentParser
import Datasets
import Files
import Foundation
import Glyphs200
import Reports

struct ListDatasets: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "datasets",
        abstract: "List the datasets that are read as they are downloaded, and how their folders must look.",
        discussion: manual(
            """
            Nothing is downloaded. Each dataset comes with the number of samples and classes that it has when nothing is \
            missing; `oodml make-splits` warns if it finds other numbers. Any other dataset can be class folders or a \
            table.
            """,
            reads: """
                nothing
                """,
            prints: """
                names, layouts, counts and official splits; --format json: a list of them
                """,
            examples: """
                oodml datasets
                oodml datasets --format json
                """))

    @Option(help: "What to print on standard output.")
    var format: OutputFormat = .text

    func run() throws {
        switch format {
        case .json: try printJSON(KnownDataset.all.map(DatasetEntry.init))
        case .text:
            let display = StandardStream.output.display
            let entries = KnownDataset.all.map { $0.entry(on: display) } + [ownEntry(on: display)]
            try printText(entries.joined(separator: "\n"), on: display, terminator: "")
        }
    }

    /// The other sources that `make-splits` reads.
    private func ownEntry(on display: TextDisplay) -> String {
        let forms = [
            ("--dataset \(EmbeddedBenchmark.name)", "the benchmark that comes with oodml"),
            (
                "--root DIR",
                "class/image or outer/class/image: parts of a split such as train and test, domains that share class names, or "
                    + "superclasses"
            ),
            (
                "--root DIR --samples S.csv",
                "a table with the columns sample (a path below DIR), class, and optionally superclass, split (train or "
                    + "test), role (query or gallery), camera, domain and group"
            ),
        ]
        return "Other images\n" + list(forms, on: display)
    }
}

/// Names and their meanings, in two columns, or one below the other if columns would leave too little room.
private func list(_ entries: [(name: String, meaning: String)], on display: TextDisplay) -> String {
    let width = entries.map { displayWidth($0.name) }.max() ?? 0
    let isNarrow = display.width.map { $0 < width + 34 } ?? false
    return entries.map { name, meaning in
        let padding = String(repeating: " ", count: width - displayWidth(name) + 2)
        return "  " + name + (isNarrow ? "\n      " : padding)
            + display.wrapped(
                meaning, indentation: isNarrow ? 6 : width + 4, from: isNarrow ? 6 : width + 4) + "\n"
    }.joined()
}

extension KnownDataset {
    /// The dataset as `oodml datasets` prints it.
    fileprivate func entry(on display: TextDisplay) -> String {
        let files = list(layout.map { ($0.path, $0.meaning) }, on: display)
        var sizes = "\(counts.samples) images of \(counts.classes) classes"
        if counts.superclasses > 0 { sizes += " in \(counts.superclasses) superclasses" }
        sizes += "; train \(counts.trainSamples) of \(counts.trainClasses), test \(counts.testSamples) of "
        sizes += "\(counts.testClasses)"
        if counts.querySamples > 0 {
            sizes += " (\(counts.querySamples) queries, \(counts.gallerySamples) in the gallery)"
        }
        let lines = [sizes, officialSplit].map { "  " + display.wrapped($0, indentation: 2, from: 2) + "\n" }
        return display.wrapped("\(title): --dataset \(name) --root DIR\n", indentation: 4) + files + lines.joined()
    }
}

/// A dataset as JSON.
private struct DatasetEntry: Encodable {
    struct File: Encodable {
        let path: String
        let meaning: String
    }

    struct Counts: Encodable {
        let samples, classes, trainSamples, trainClasses, testSamples, testClasses: Int
        let superclasses, querySamples, gallerySamples: Int?

        enum CodingKeys: String, CodingKey {
            case samples, classes, superclasses
            case trainSamples = "train_samples"
            case trainClasses = "train_classes"
            case testSamples = "test_samples"
            case testClasses = "test_classes"
            case querySamples = "query_samples"
            case gallerySamples = "gallery_samples"
        }
    }

    let name: String
    let title: String
    let layout: [File]
    let counts: Counts
    let officialSplit: String

    enum CodingKeys: String, CodingKey {
        case name, title, layout, counts
        case officialSplit = "official_split"
    }

    init(_ dataset: KnownDataset) {
        name = dataset.name
        title = dataset.title
        layout = dataset.layout.map { File(path: $0.path, meaning: $0.meaning) }
        officialSplit = dataset.officialSplit
        let counts = dataset.counts
        func stated(_ count: Int) -> Int? { count > 0 ? count : nil }
        self.counts = Counts(
            samples: counts.samples, classes: counts.classes, trainSamples: counts.trainSamples,
            trainClasses: counts.trainClasses, testSamples: counts.testSamples, testClasses: counts.testClasses,
            superclasses: stated(counts.superclasses), querySamples: stated(counts.querySamples),
            gallerySamples: stated(counts.gallerySamples))
    }
}
