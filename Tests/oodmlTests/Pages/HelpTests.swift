import Foundation
import TestSupport
import Testing

@Suite struct HelpTests {
    private static let commands = [
        [], ["study"], ["make-splits"], ["holdout"], ["embed"], ["train"], ["evaluate"], ["compare"], ["score"],
        ["grow"], ["places"], ["verify"], ["axis"],
        ["validate"],
        ["distance"],
        ["export"],
        ["import"], ["report"], ["datasets"], ["splits"], ["completions"], ["completions", "install"],
    ]

    @Test(arguments: commands)
    func helpShowsExamplesAndFitsATerminal(command: [String]) throws {
        let run = try CommandRun(command + ["--help"])
        #expect(run.status == 0)
        #expect(run.output.contains("\n  oodml \(command.isEmpty ? "make-splits" : command[0])"))
        #expect(run.output.contains("USAGE: oodml"))
        // The examples can be pasted: none is broken by the wrapping of long lines.
        let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
        for (line, next) in zip(lines, lines.dropFirst()) where line.hasPrefix("  oodml ") {
            #expect(next.hasPrefix("  ") || next.isEmpty, "\(next)")
        }
    }

    @Test(arguments: commands.filter { !$0.isEmpty && $0 != ["completions"] })
    func sectionsAreInTheSameOrder(command: [String]) throws {
        let help = try CommandRun(command + ["--help"]).output
        let titles = help.split(separator: "\n").compactMap { line in
            line.firstMatch(of: #/^(READS|WRITES|PRINTS|EXAMPLES|EXIT STATUS|USAGE|OPTIONS):/#).map { String($0.1) }
        }
        let all = ["READS", "WRITES", "PRINTS", "EXAMPLES", "EXIT STATUS", "USAGE", "OPTIONS"]
        #expect(titles == all || titles == all.filter { $0 != "WRITES" })
    }

    /// Every example is understood: in a folder where nothing is, it fails for that or succeeds, and is no wrong usage.
    @Test(arguments: commands)
    func examplesAreUnderstood(command: [String]) throws {
        let folder = try TemporaryFolder()
        // No example gets to the work of minutes where its output folder cannot be.
        for name in ["splits", "stores", "results", "exports", "runs", "studies"] { try folder.write("", to: name) }
        let examples = Self.examples(in: try CommandRun(command + ["--help"]).output)
        #expect(!examples.isEmpty)
        for arguments in examples {
            let run = try CommandRun(
                arguments, in: folder.url, environment: ["HOME": folder.url.path, "SHELL": "/bin/bash"])
            #expect([0, 1].contains(run.status), "\(arguments): \(run.errors)")
            #expect(run.status == 0 || run.sentence != nil, "\(arguments): \(run.errors)")
            #expect(!run.errors.contains("Usage:"), "\(arguments): \(run.errors)")
        }
    }

    /// A mistyped word is named with what was perhaps meant, before anything that its absence leads to.
    @Test(arguments: [
        ("evalute --splits x", "there is no command \"evalute\"; did you mean evaluate?"),
        ("make-splits --datset glyphs200", "make-splits has no option --datset; did you mean --dataset?"),
        ("make-splits --datset=glyphs200", "make-splits has no option --datset; did you mean --dataset?"),
        (
            "make-splits --dataset glyps200",
            "--dataset glyps200 is not known (did you mean glyphs200?); expected glyphs200, "
        ),
        ("train --splits x --objective tripplet", "there is no objective \"tripplet\"; did you mean triplet?"),
        ("score f.npy --lables l.csv", "score has no option --lables; did you mean --labels?"),
    ])
    func whatWasPerhapsMeantIsNamed(line: String, sentence: String) throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(line.split(separator: " ").map(String.init), in: folder.url)
        #expect(run.status == 64 && run.errors.contains(sentence), "\(run.errors)")
    }

    /// The arguments of each command line in the examples of a help text.
    private static func examples(in help: String) -> [[String]] {
        guard let start = help.range(of: "\nEXAMPLES") else { return [] }
        let block = help[start.upperBound...].replacing(#/ \\\n +/#, with: " ")
        return block.split(separator: "\n").filter { $0.hasPrefix("  oodml ") }.map { line in
            line.matches(of: #/'([^']*)'|([^ ']+)/#).dropFirst().map { String($0.1 ?? $0.2 ?? "") }
        }
    }

    @Test func versionIsPrinted() throws {
        #expect(try CommandRun(["--version"]).output == "oodml 0.1.0\n")
    }

    @Test func unknownCommandsAreWrongUsage() throws {
        #expect(try CommandRun(["make-coffee"]).status == 64)
    }
}
