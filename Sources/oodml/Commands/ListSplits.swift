import ArgumentParser
import Foundation
import PublishedBenchmarks
import Reports

struct ListSplits: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "splits",
        abstract: "List the benchmarks whose splits are published.",
        discussion: manual(
            """
            Nothing is downloaded, and no images are a part of the list. Each benchmark comes with the command that makes its \
            splits beside images that you have; the splits of others' releases are within this program, and so are the images \
            of glyphs200.

            Distances are comparable between the levels of one benchmark, not between benchmarks. Whoever has the images of \
            a dataset can add splits of it: splits/README.md says how.
            """,
            reads: """
                nothing
                """,
            prints: """
                names, sizes, distances, images and commands; --format json: a list
                """,
            examples: """
                oodml splits
                oodml splits --format json
                """))

    @Option(help: "What to print on standard output.")
    var format: OutputFormat = .text

    func run() throws {
        switch format {
        case .json: try printJSON(PublishedBenchmark.all)
        case .text:
            let display = StandardStream.output.display
            try printText(
                PublishedBenchmark.all.map { $0.entry(on: display) }.joined(separator: "\n"), on: display,
                terminator: ""
            )
        }
    }
}

extension PublishedBenchmark {
    /// The benchmark as `oodml splits` prints it.
    fileprivate func entry(on display: TextDisplay) -> String {
        let range = String(format: "fid %.2f to %.2f", fid.least, fid.greatest)
        let lines = [
            ("splits", "\(levels) levels of \(classes) classes, \(samples) samples (\(dataset)), \(range)"),
            ("measured", "by \(backbone), \(distance)"), ("images", images), ("use", command), ("folder", path),
        ]
        let width = lines.map(\.0.count).max() ?? 0
        return display.wrapped("\(name): \(title)", indentation: 4) + "\n"
            + lines.map { name, text in
                let head = "  \(name)" + String(repeating: " ", count: width - name.count + 2)
                return head + display.wrapped(text, indentation: head.count, from: head.count) + "\n"
            }.joined()
    }
}
