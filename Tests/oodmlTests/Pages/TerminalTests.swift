import DenseLinearAlgebra
import Embeddings
import Foundation
import Reports
import TestSupport
import Testing

/// What is shown on a terminal, and nowhere else.
@Suite struct TerminalTests {
    private let folder: TemporaryFolder
    private static let evaluation = [
        "evaluate", "--splits", "splits", "--embeddings", "f.npy", "--features", "f.npy", "--out", "results",
    ]

    /// Splits of twenty-four classes of five samples.
    init() throws {
        folder = try TemporaryFolder()
        var rng = SplitMix64(seed: 3)
        var table = "sample,class\n"
        var rows: [[Float]] = []
        for number in 0..<24 {
            let centre = (0..<6).map { _ in rng.bell() }
            for i in 0..<5 {
                table += "\(number)-\(i),class \(10 + number)\n"
                rows.append(centre.map { Float($0 + rng.bell()) })
            }
        }
        try folder.write(table, to: "s.csv")
        try folder.write(Matrix(rows: rows).numpyFile, to: "f.npy")
        let run = try CommandRun(Self.making + ["-q"], in: folder.url)
        try #require(run.status == 0, "\(run.errors)")
    }

    private static let making = [
        "make-splits", "--features", "f.npy", "--samples", "s.csv", "--out", "splits", "--min-classes", "5",
    ]

    private func shown(
        _ arguments: [String] = evaluation, _ streams: TerminalRun.Streams = .output, columns: UInt16 = 80,
        _ environment: [String: String] = [:]
    ) throws -> TerminalRun {
        let run = try TerminalRun(
            arguments, showing: streams, columns: columns, environment: environment, in: folder.url)
        #expect(run.status == 0, "\(run.piped)\(run.shown)")
        return run
    }

    private func withoutStyles(_ text: String) -> String { text.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") }

    @Test func coloursAreOnTerminalsOnly() throws {
        let colored = try shown().shown
        #expect(colored.contains("\u{1B}[1mlevel\u{1B}[0m"))
        for environment in [["NO_COLOR": "1"], ["TERM": "dumb"], ["TERM": ""]] {
            let plain = try shown(Self.evaluation, columns: 80, environment).shown
            #expect(plain == withoutStyles(colored), "\(environment)")
        }
        // Empty is unset, as no-color.org has it.
        #expect(try shown(Self.evaluation, columns: 80, ["NO_COLOR": ""]).shown == colored)
        let piped = try CommandRun(Self.evaluation, in: folder.url, environment: ["TERM": "xterm", "COLUMNS": "40"])
        #expect(piped.status == 0 && !piped.output.contains("\u{1B}") && !piped.errors.contains("\u{1B}"))
    }

    @Test func pipesHaveTheWholeTableAndNoCurve() throws {
        let piped = try CommandRun(Self.evaluation, in: folder.url, environment: ["COLUMNS": "40"]).output
        let wide = try shown(columns: 900, ["NO_COLOR": "1"]).shown
        #expect(!piped.contains("┤") && wide.contains("┤"))
        #expect(!piped.contains("left out") && !wide.contains("left out"))
        // But for the curve, the terminal gets what the pipe gets.
        #expect(
            wide.split(separator: "\n\n").filter { !$0.contains("┤") }.map { $0 }
                == piped.split(separator: "\n\n").map { $0 })
        #expect(try shown(Self.evaluation, .errors).piped == piped)
    }

    @Test(arguments: [40, 60, 80, 120] as [UInt16])
    func tablesAndCurvesFit(columns: UInt16) throws {
        for arguments in [Self.making, Self.evaluation, ["compare", "results", "--out", "results/c"], ["datasets"]] {
            if arguments[0] == "compare" { _ = try CommandRun(Self.evaluation, in: folder.url) }
            let byWindow = try shown(arguments, columns: columns, ["NO_COLOR": "1"]).shown
            for line in byWindow.split(separator: "\n") where !line.contains(#/[^ ]{30}/#) {
                #expect(displayWidth(String(line)) <= Int(columns), "\(line)")
            }
            // What the user says goes before what the window has.
            let byVariable = try shown(
                arguments, columns: 200, ["NO_COLOR": "1", "COLUMNS": "\(columns)"]
            ).shown
            #expect(byVariable == byWindow)
        }
    }

    @Test func localesWithoutUnicodeHaveASCII() throws {
        for environment in [["LANG": "C"], ["LANG": "de_DE.ISO-8859-1"], ["LC_ALL": "POSIX"]] {
            let text = try shown(
                Self.evaluation, columns: 120, environment.merging(["NO_COLOR": "1"]) { $1 }
            ).shown
            #expect(text.utf8.allSatisfy { $0 < 0x80 }, "\(environment)")
            #expect(text.contains("\n* model   o frozen features\n"))
        }
    }

    @Test func progressIsRewrittenOnTerminalsOnly() throws {
        // The terminal gets progress, though results go to a file.
        let run = try shown(Self.making, .errors)
        #expect(run.shown.contains("\r\u{1B}[K") && run.shown.contains("reading"))
        #expect(!run.piped.contains("\u{1B}"))
        // Nothing of it stays; what was understood does.
        #expect(
            run.shown.split(separator: "\r\u{1B}[K").allSatisfy {
                $0 == "reading" || $0.contains(" classes, ") || !$0.hasSuffix("\n")
            })
        for line in run.shown.split(separator: "\r\u{1B}[K") where !line.hasSuffix("\n") && !line.hasSuffix("\r\n") {
            #expect(displayWidth(String(line)) < 80)
        }
        let dumb = try shown(Self.making, .errors, columns: 80, ["TERM": "dumb"])
        #expect(!dumb.shown.contains("\u{1B}") && !dumb.shown.contains("\r"))
        #expect(try shown(Self.making + ["--quiet"], .errors).shown == "")
    }

    @Test func errorsAreOneSentenceAndTheirWordStandsOut() throws {
        func failed(_ environment: [String: String] = [:]) throws -> String {
            let run = try TerminalRun(
                ["distance", "f.npy", "none.npy", "--format", "json"], showing: .errors, environment: environment,
                in: folder.url)
            #expect(run.status == 1 && run.piped == "")
            return run.shown.replacing(#/\r\u{1B}\[K(reading)?/#, with: "")
        }
        let plain = try failed(["NO_COLOR": "1"])
        #expect(plain.hasPrefix("Error: ") && plain.contains("none.npy") && plain.split(separator: "\n").count == 1)
        #expect(try failed() == plain.replacing("Error:", with: "\u{1B}[1;31mError:\u{1B}[0m"))
        let usage = try TerminalRun(["distance"], showing: .errors, in: folder.url)
        #expect(usage.status == 64 && usage.shown.hasPrefix("\u{1B}[1;31mError:\u{1B}[0m Missing"))
    }
}
