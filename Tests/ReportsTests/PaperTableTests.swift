import Evaluation
import Files
import Foundation
import Reports
import TestSupport
import Testing

/// Tables for papers.
@Suite struct PaperTableTests {
    private static let table = TextTable(
        columns: [
            .init("model"), .init("AGS", alignment: .right), .init("±", alignment: .right, name: "± of AGS"),
            .init("gain_1", alignment: .right), .init("ranks"),
        ], rows: [["a_b & 5%", "0.6123", "0.0210", "-0.012", "1 1"], ["-x|y", "0.5", "–", "+0.1", "2 2"]])

    @Test func latexHasTheRulesOfBooktabs() {
        #expect(
            Self.table.latex == #"""
                \begin{tabular}{lrrl}
                \toprule
                model & AGS & gain\_1 & ranks \\
                \midrule
                a\_b \& 5\% & 0.6123 $\pm$ 0.0210 & $-$0.012 & 1 1 \\
                -x\textbar{}y & 0.5 & +0.1 & 2 2 \\
                \bottomrule
                \end{tabular}

                """#)
    }

    /// What may follow the end of a row is no name of LaTeX's.
    @Test func rowsBeginWithNames() {
        let table = TextTable(columns: [.init("a")], rows: [["[baseline]"], ["*star"], ["plain"]])
        let rows = table.latex.split(separator: "\n").map(String.init)
        #expect(rows.contains { $0.hasPrefix("{}[") || $0.hasPrefix("{}{[}") } && rows.contains { $0.hasPrefix("{}*") })
        #expect(rows.contains("plain \\\\"))
    }

    @Test func markdownHasARowForEach() {
        #expect(
            Self.table.markdown == #"""
                | model | AGS | gain\_1 | ranks |
                | :-- | --: | --: | :-- |
                | a\_b \& 5% | 0.6123 ± 0.0210 | −0.012 | 1 1 |
                | -x\|y | 0.5 | +0.1 | 2 2 |

                """#)
    }

    /// No name ends a cell or a row, or says anything else.
    @Test(arguments: hostileTexts)
    func namesStayNames(name: String) {
        let table = TextTable(columns: [.init("a"), .init("b")], rows: [[name, "x"]])
        let rows = table.latex.textLines
        #expect(rows.count == 8)
        // Every sign of LaTeX is one of its own: what is left without escapes and commands has none.
        let plain = rows[4].dropLast(3).replacing(
            #/\\(textbackslash|textasciicircum|textasciitilde|textless|textgreater|textbar)\{\}|\\[{}$&#%_]|\$\\?[a-z-]+\$/#
                .matchingSemantics(.unicodeScalar), with: "")
        #expect(plain.unicodeScalars.count { $0 == "&" } == 1)
        #expect(!plain.unicodeScalars.contains { "\\{}$#%_^~<>|\"".unicodeScalars.contains($0) }, "\(rows[4])")
        let lines = table.markdown.textLines
        #expect(lines.count == 4)
        let bars = lines[2].replacing(#/\\[\\`*_\[\]|~$&!#]/#.matchingSemantics(.unicodeScalar), with: "")
            .unicodeScalars.count { $0 == "|" }
        #expect(bars == 3, "\(lines[2])")
    }

    @Test func theTablesOfAComparison() throws {
        let comparison = try ModelComparison(
            [0, 0.05].map { .init(name: "model \($0)", runs: [sampleResults(lead: $0, catalogue: true)]) },
            gallery: .catalogue)
        let tables = paperTables(comparison)
        #expect(tables.map(\.name) == ["summary", "models", "gains", "pairs"])
        #expect(tables[1].table.latex.contains("model 0.05 & "))
        // .7 − .02 i, over .6: from .1 to −.06, and the scores' errors cancel.
        let summary = tables[0].table
        #expect(
            summary.columns.map(\.title) == [
                "Recall@1, gain over frozen", "AGS", "±", "easiest", "±", "hardest", "±", "change", "±", "beyond noise",
            ])
        #expect(Array(summary.rows[0][3...6]) == ["+0.100", "0.000", "-0.060", "0.000"], "\(summary.rows[0])")
        #expect(summary.rows[0][9] == "yes")
        let alone = try ModelComparison([.init(name: "m", runs: [sampleResults()])])
        #expect(paperTables(alone).map(\.name) == ["summary", "models"])
    }
}
