import DenseLinearAlgebra
import Embeddings
import Foundation
import Glyphs200
import TestSupport
import Testing

@Suite struct ReportTests {
    private let folder: TemporaryFolder

    /// Splits of twelve classes of images, and their own embeddings scored along them as two models.
    init() throws {
        folder = try TemporaryFolder()
        let classes = ["han", "latin"].flatMap { system in
            ((try? FileManager.default.contentsOfDirectory(
                atPath: EmbeddedBenchmark.images.appending(path: system).path)) ?? [])
                .sorted().prefix(6).map { "\(system)/\($0)" }
        }
        for label in classes {
            let source = EmbeddedBenchmark.images.appending(path: label)
            let names = try FileManager.default.contentsOfDirectory(atPath: source.path).sorted().prefix(5)
            for name in names {
                try folder.write(Data(contentsOf: source.appending(path: name)), to: "glyphs/\(label)/\(name)")
            }
        }
        let commands = [
            ["embed", "--root", "glyphs", "--backbone", EmbeddedBenchmark.backbone.path, "--out", "store"],
            [
                "make-splits", "--features", "store", "--samples", "store/samples.csv", "--out", "splits",
                "--min-classes", "4", "--levels", "3",
            ],
            [
                "evaluate", "--splits", "splits", "--embeddings", "store/embeddings.npy", "--features", "store",
                "--out",
                "results/a",
            ],
            [
                "evaluate", "--splits", "splits", "--embeddings", "store/embeddings.npy", "--features", "store",
                "--out",
                "results/b", "--confidence", "none",
            ],
        ]
        for command in commands {
            let run = try CommandRun(command + ["--quiet"], in: folder.url)
            #expect(run.status == 0, "\(command): \(run.errors)")
        }
    }

    private func run(_ arguments: String...) throws -> CommandRun {
        try CommandRun(["report"] + arguments, in: folder.url)
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOf: folder.url.appending(path: path), encoding: .utf8)
    }

    @Test func aPageWithImagesAndCharts() throws {
        let made = try run("splits", "results/a", "--root", "glyphs", "--out", "pages/r.html", "--charts", "figures")
        #expect(made.status == 0, "\(made.errors)")
        let page = try text("pages/r.html")
        #expect(page.contains("data:image/webp;base64,"))
        #expect(page.contains("id=\"classes\"") && page.contains("id=\"examples\"") && page.contains("id=\"map\""))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: "figures").path)
        let kinds = Dictionary(grouping: names.filter { $0 != "receipt.csv" && !$0.hasPrefix("table-") }) {
            URL(filePath: $0).pathExtension
        }
        .mapValues(\.count)
        #expect(kinds.count == 4 && Set(kinds.values).count == 1 && names.contains("progression.pdf"))
        #expect(names.contains("table-summary.tex") && names.contains("table-gains.md"))
        // One entry a folder, and not one a file.
        #expect(made.output == "Written: figures (\(names.count - 1) files), pages/r.html\n")
        for (name, start) in [("curves-recall-1.png", "\u{89}PNG"), ("curves-recall-1.pdf", "%PDF")] {
            let data = try Data(contentsOf: folder.url.appending(path: "figures/\(name)"))
            #expect(String(data: data.prefix(4), encoding: .isoLatin1) == start)
        }
        // The same run finds what it would write; another page needs --force.
        #expect(
            try run("splits", "results/a", "--root", "glyphs", "--out", "pages/r.html", "--charts", "figures").status
                == 0)
        let other = try run("splits", "--root", "glyphs", "--out", "pages/r.html")
        #expect(other.status == 1 && other.errors.contains("--force"))
        #expect(try text("pages/r.html") == page)
    }

    /// The width on paper, in the drawing, the picture and the document; no title, and the font.
    @Test(arguments: [("3.25in", 312.0), ("8.255cm", 312), ("82.55mm", 312), ("234.8775pt", 312), ("500px", 500)])
    func figuresForAPaper(width: String, pixels: Double) throws {
        let made = try run(
            "splits", "results/a", "--out", "r.html", "--charts", "figures", "--width", width, "--no-title", "--font",
            "DejaVu Serif")
        #expect(made.status == 0, "\(made.errors)")
        let svg = try text("figures/gain-map-r.svg")
        let size = try #require(svg.firstMatch(of: #/<svg [^>]*width="([0-9.]+)"/#)?.1)
        #expect(abs((Double(size) ?? 0) - pixels) < 0.01)
        #expect(svg.contains("font-family=\"'DejaVu Serif', ") && !svg.contains("font-weight=\"600\""))
        let picture = try Data(contentsOf: folder.url.appending(path: "figures/gain-map-r.png"))
        let columns = picture[16..<20].reduce(0) { $0 << 8 | Int($1) }
        #expect(abs(Double(columns) - pixels * 300 / 96) <= 1)
        let document = try Data(contentsOf: folder.url.appending(path: "figures/gain-map-r.pdf"))
        let box = try #require(
            String(decoding: document, as: UTF8.self).firstMatch(of: #/MediaBox \[ 0 0 ([0-9.]+) /#)?.1)
        #expect(abs((Double(box) ?? 0) - pixels * 0.75) < 0.5)
    }

    @Test func figuresThatNoPaperHas() throws {
        for (arguments, part) in [
            (["--charts", "c", "--width", "1in"], "'1in'"), (["--charts", "c", "--width", "3.25"], "'3.25'"),
            (["--charts", "c", "--width", "nanin"], "'nanin'"), (["--charts", "c", "--font", "a'b"], "--font"),
            (["--width", "3in"], "expected --charts"), (["--no-title"], "expected --charts"),
        ] {
            let made = try CommandRun(["report", "splits"] + arguments, in: folder.url)
            #expect(made.status == 64 && made.errors.contains(part), "\(made.errors)")
        }
    }

    /// What compare prints for a paper.
    @Test(arguments: [("latex", "\\begin{tabular}"), ("markdown", "| MAP@R, gain over frozen |")])
    func tablesForAPaper(format: String, start: String) throws {
        let run = try CommandRun(["compare", "results/a", "--format", format, "--out", "compared"], in: folder.url)
        #expect(run.status == 0 && run.output.hasPrefix(start), "\(run.errors)\(run.output)")
        #expect(FileManager.default.fileExists(atPath: folder.url.appending(path: "compared/comparison.json").path))
    }

    @Test func withoutImagesAndModels() throws {
        let made = try run("splits", "--format", "json")
        #expect(made.status == 0 && made.errors.contains("--root"))
        #expect(made.output.contains("\"page\": \"splits/report.html\""))
        #expect(!(try text("splits/report.html")).contains("data:image/webp"))
        let bad = try run("splits", "--root", "nowhere", "--out", "r.html")
        #expect(bad.status == 0 && bad.errors.contains("images cannot be shown") && bad.errors.contains("nowhere"))
    }

    @Test func oneSentenceWhatIsWrong() throws {
        try folder.edit("results/b/results.json", replacing: "\"dataset\": \"glyphs\"", with: "\"dataset\": \"other\"")
        // The receipts would say that files were changed since.
        for result in ["splits", "results/a", "results/b"] { try folder.remove("\(result)/receipt.csv") }
        for (arguments, part) in [
            (["nowhere"], "nowhere/manifest.json"),
            (["splits", "nowhere"], "nowhere: cannot be read as results of a model: there is no results.json"),
            (["splits", "results/b"], "results/b: found results that do not belong on this page"),
        ] {
            let made = try CommandRun(["report"] + arguments + ["--out", "x.html"], in: folder.url)
            #expect(made.status == 1 && made.errors.contains(part), "\(made.errors)")
        }
        try folder.write("class,samples\n", to: "splits/class-map.csv")
        #expect(try run("splits").errors.contains("class-map.csv"))
        try folder.remove("splits/class-map.csv")
        try folder.write("{\"schema_version\": 9}", to: "results/a/retrieval-examples.json")
        let damaged = try run("splits", "results/a", "--out", "x.html")
        #expect(
            damaged.status == 1
                && damaged.errors.contains(
                    "results/a/retrieval-examples.json: cannot be read as retrieval examples: its schema version is 9")
        )
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "x.html").path))
    }

    /// Two models that were not scored alike cannot stand beside one another.
    @Test func resultsByOtherRulesAreRefused() throws {
        let made = try run("splits", "results/a", "results/b", "--out", "x.html")
        #expect(made.status == 1 && made.errors.contains("results/b"), "\(made.errors)")
    }
}
