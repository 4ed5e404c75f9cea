import Testing

@Suite struct HelpTests {
    @Test(arguments: [
        ["--help"], ["make-splits", "--help"], ["evaluate", "--help"], ["validate", "--help"], ["distance", "--help"],
        ["score", "--help"], ["compare", "--help"], ["datasets", "--help"], ["embed", "--help"],
        ["export", "--help"],
    ])
    func helpShowsExamplesAndFitsATerminal(arguments: [String]) throws {
        let run = try CommandRun(arguments)
        #expect(run.status == 0)
        #expect(run.output.contains("\n  oodml \(arguments.count == 1 ? "make-splits" : arguments[0]) "))
        #expect(run.output.contains("USAGE: oodml"))
        // The examples can be pasted: none is broken by the wrapping of long lines.
        let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
        for (line, next) in zip(lines, lines.dropFirst()) where line.hasPrefix("  oodml ") {
            #expect(next.hasPrefix("  ") || next.isEmpty, "\(next)")
        }
    }

    @Test func versionIsPrinted() throws {
        #expect(try CommandRun(["--version"]).output == "oodml 0.1.0\n")
    }

    @Test func unknownCommandsAreWrongUsage() throws {
        #expect(try CommandRun(["make-coffee"]).status == 64)
    }
}
