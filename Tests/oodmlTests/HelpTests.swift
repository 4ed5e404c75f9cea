import Testing

@Suite struct HelpTests {
    @Test(arguments: [["--help"], ["make-splits", "--help"], ["evaluate", "--help"]])
    func helpShowsExamplesAndFitsATerminal(arguments: [String]) throws {
        let run = try CommandRun(arguments)
        #expect(run.status == 0)
        #expect(run.output.contains("oodml make-splits --dataset glyphs200") || arguments[0] == "evaluate")
        #expect(run.output.contains("USAGE: oodml"))
    }

    @Test func versionIsPrinted() throws {
        #expect(try CommandRun(["--version"]).output == "oodml 0.1.0\n")
    }

    @Test func unknownCommandsAreWrongUsage() throws {
        #expect(try CommandRun(["make-coffee"]).status == 64)
    }
}
