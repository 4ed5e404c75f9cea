import Foundation
import TestSupport
import Testing

/// What the README promises of itself: short, in its order, with what it shows in its place.
@Suite struct ReadmeTests {
    private let text: String
    /// The blocks of code, with their languages.
    private let blocks: [(language: String, lines: [String])]

    init() throws {
        text = try String(contentsOf: Repository.page("README.md"), encoding: .utf8)
        var blocks: [(language: String, lines: [String])] = []
        var isOpen = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("```") {
                if !isOpen { blocks.append((String(line.dropFirst(3)), [])) }
                isOpen.toggle()
            } else if isOpen {
                blocks[blocks.count - 1].lines.append(line)
            }
        }
        self.blocks = blocks
    }

    @Test func itIsShortAndFitsTheWidth() {
        #expect(text.split(whereSeparator: \.isWhitespace).count <= 900)
        // GitHub shows about a hundred characters of code in a line.
        for line in blocks.flatMap(\.lines) { #expect(line.count <= 100, "\(line)") }
        for row in text.split(separator: "\n") where row.hasPrefix("|") {
            let shown = row.replacing(#/\]\([^)]*\)/#, with: "").filter { !"|[]`".contains($0) }
            #expect(shown.count <= 110 && row.count(where: { $0 == "|" }) <= 5, "\(row)")
        }
    }

    /// The line that installs, then the picture, then the commands of developers, and so on.
    @Test func itIsInItsOrder() throws {
        let parts = [
            "pip install oodml-", "thesis.svg)", "Scripts/quickstart\n", "np.save(\"feats.npy\"", "page.png)",
            "## What it costs", "## Beside others", "## Cite", "https://arxiv.org/abs/2107.09562", "## Read on",
        ]
        let places = try parts.map { try #require(text.range(of: $0), "\($0)").lowerBound }
        #expect(places == places.sorted())
        #expect(blocks[0].lines.count == 1)
    }

    /// Two commands for developers, which are there.
    @Test func developersHaveTwoCommands() throws {
        let block = try #require(blocks.dropFirst().first)
        #expect(block.language == "sh" && block.lines == ["Scripts/quickstart", "Scripts/test"])
        for command in block.lines {
            #expect(FileManager.default.isExecutableFile(atPath: Repository.page(command).path))
        }
    }

    /// The version is that of the wheel, and of the citation.
    @Test func theVersionIsTheProgramsOwn() throws {
        let version = try CommandRun(["--version"]).output.dropFirst("oodml ".count).dropLast()
        #expect(blocks[0].lines[0] == "pip install oodml-\(version)-py3-none-manylinux_2_28_x86_64.whl")
        #expect(text.contains("version = {\(version)}"))
        let citation = try String(contentsOf: Repository.page("CITATION.cff"), encoding: .utf8)
        #expect(citation.contains("\nversion: \(version)\n"))
    }

    /// Ten lines from a network of PyTorch to files that `study` takes.
    ///
    /// `Tests/Python/test_readme.py` runs them.
    @Test func theSnippetHasTenLines() throws {
        let block = try #require(blocks.first { $0.language == "python" })
        #expect(block.lines.filter { !$0.isEmpty }.count == 10)
    }

    @Test func whatItLinksToIsThere() throws {
        var count = 0
        for match in text.matches(of: #/\]\(([^)#]+)[^)]*\)/#) {
            let target = String(match.1)
            guard !target.hasPrefix("https://") else { continue }
            #expect(FileManager.default.fileExists(atPath: Repository.page(target).path), "\(target)")
            count += 1
        }
        #expect(count >= 15)
    }

    @Test func thePicturesAreSmall() throws {
        for (name, start) in [("thesis.svg", "<svg "), ("page.png", "\u{89}PNG")] {
            let file = Repository.page("Sources/oodml/Documentation.docc/Resources/\(name)")
            let bytes = try Data(contentsOf: file)
            #expect(
                bytes.count < 300_000 && bytes.starts(with: start.unicodeScalars.map { UInt8($0.value) }), "\(name)")
        }
    }

    /// The quoted answer and the numbers of the picture are those of the published comparison, but for one seed in three.
    @Test func thePictureIsDrawnAnew() throws {
        let copy = try TemporaryFolder()
        for name in ["splits", "Scripts", "Sources/Glyphs200"] {
            let place = copy.url.appending(path: name)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            if name == "Scripts" {
                let script = try Data(contentsOf: Repository.page("Scripts/thesis.py"))
                try copy.write(script, to: "Scripts/thesis.py")
            } else {
                try FileManager.default.createSymbolicLink(at: place, withDestinationURL: Repository.page(name))
            }
        }
        let run = try Python.run([copy.url.appending(path: "Scripts/thesis.py").path])
        #expect(run.status == 0, "\(run.output)")
        let path = "Sources/oodml/Documentation.docc/Resources/thesis.svg"
        #expect(try Data(contentsOf: copy.url.appending(path: path)) == Data(contentsOf: Repository.page(path)))
    }
}
