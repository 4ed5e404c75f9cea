import Evaluation
import Reports
import Testing

/// Tables where there is little room.
@Suite struct NarrowTableTests {
    private let table = TextTable(
        columns: [
            .init("level"), .init("origin", spareOrder: 3), .init("fid", alignment: .right),
            .init("R@1", alignment: .right), .init("±", alignment: .right, name: "± of R@1", spareOrder: 2),
            .init("gap", alignment: .right, spareOrder: 3),
        ],
        rows: [
            ["level-1", "easier", "5.39", "0.957", "0.008", "0.015"], ["level-2", "start", "26.67", "0.924", "–", "–"],
        ])

    @Test func columnsLeaveInTheirOrder() {
        let width = 7 + 6 + 5 + 5 + 5 + 5 + 5 * 2
        #expect(table.text(on: TextDisplay(width: width)) == table.text)
        #expect(
            table.text(on: TextDisplay(width: width - 1), elsewhere: "f.csv has all") == """
                level    origin    fid    R@1      ±
                ───────  ──────  ─────  ─────  ─────
                level-1  easier   5.39  0.957  0.008
                level-2  start   26.67  0.924      –
                1 column left out for want of room: gap;
                f.csv has all

                """)
        #expect(
            table.text(on: TextDisplay(width: 24)) == """
                level      fid    R@1
                ───────  ─────  ─────
                level-1   5.39  0.957
                level-2  26.67  0.924
                3 columns left out for
                want of room: origin,
                ± of R@1, gap

                """)
    }

    @Test func namesAreShortenedInTheMiddleAndNumbersNever() {
        let table = TextTable(
            columns: [.init("model"), .init("AGS", alignment: .right)],
            rows: [["resnet50-proxy-anchor-seed-1", "0.7463"], ["漢字漢字漢字漢字", "0.7"]])
        #expect(
            table.text(on: TextDisplay(width: 22)) == """
                model              AGS
                ──────────────  ──────
                resnet5…seed-1  0.7463
                漢字漢…字漢字      0.7

                """)
        let tiny = table.text(on: TextDisplay(width: 3))
        #expect(tiny.contains("0.7463") && tiny.contains("model"))
    }

    @Test func signsInASCII() {
        let text = table.text(on: TextDisplay(width: 80, isUnicode: false))
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
        #expect(text.contains("  +-  "))
        let lines = text.split(separator: "\n")
        #expect(lines.allSatisfy { displayWidth(String($0)) == displayWidth(String(lines[0])) })
    }

    @Test func stylesChangeNothingButStyles() {
        let marked = TextTable(columns: table.columns, rows: table.rows, significant: [.init(row: 1, column: 3)])
        let text = marked.text(on: TextDisplay(width: 80, isColored: true))
        #expect(text.contains("\u{1B}[1mlevel\u{1B}[0m"))
        #expect(text.contains("\u{1B}[1;32m0.924\u{1B}[0m"))
        #expect(text.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") == table.text)
        // The mark goes with its column when others leave.
        #expect(
            marked.text(on: TextDisplay(width: 24, isColored: true)).contains("\u{1B}[1;32m0.924\u{1B}[0m"))
    }

    @Test(arguments: [40, 60, 80, 120, 200])
    func allTablesFit(width: Int) throws {
        let results = sampleResults()
        let sizes = Dictionary(
            uniqueKeysWithValues: results.levels.map {
                ($0.id, SideSizes(trainClassCount: 11_318, testClassCount: 11_316))
            })
        let comparison = try ModelComparison([
            .init(name: "a-model", runs: [sampleResults(seed: "1"), sampleResults(seed: "2")]),
            .init(name: "b-model", runs: [sampleResults(lead: 0.02)]),
        ])
        let setting = HeadTrainingRecord.Setting(parameters: "temperature=0.05,sampler=semi-hard", score: 0.5)
        let training = HeadTrainingRecord(
            objectives: [
                .init(
                    name: "normalized-softmax", title: "", parameters: "",
                    tuning: .init(level: "level-3", trialCount: 20, given: setting, chosen: setting))
            ], seeds: ["0"])
        let among = try ModelComparison(
            [.init(name: "a-model", runs: [sampleResults(catalogue: true, training: training)])], gallery: .catalogue)
        let display = TextDisplay(width: width)
        for table in [
            try #require(gainTable(among)), try #require(tuningTable(among)), levelTable(results, sizes: sizes),
            curveTable(results), modelTable(comparison), changeTable(comparison),
            pairTable(comparison), try #require(catalogueTable(sampleResults(catalogue: true), sizes: sizes)),
        ] {
            let text = table.text(on: display, elsewhere: "--format json and results.csv have all")
            for line in text.split(separator: "\n") { #expect(displayWidth(String(line)) <= width, "\(line)") }
            // What is left out is named, and what is there has its whole title.
            for column in table.columns { #expect(text.contains(column.title), "\(column.title) at \(width)") }
        }
    }
}
