import Datasets
import Evaluation
import Files
import Reports
import Retrieval
import Testing

@Suite struct TextTableTests {
    @Test func aWholeTable() {
        let table = TextTable(
            columns: [.init("level"), .init("fid", alignment: .right), .init("note")],
            rows: [["easy", "9.5", "–"], ["hardest", "173.94", ""]])
        #expect(
            table.text == """
                level       fid  note
                ───────  ──────  ────
                easy        9.5  –
                hardest  173.94

                """)
    }

    @Test func withoutRowsOrColumns() {
        #expect(TextTable(columns: [.init("a")], rows: []).text == "a\n─\n")
        #expect(TextTable(columns: [], rows: []).text == "\n\n")
    }

    @Test func widthsAreThoseOfATerminal() {
        #expect(displayWidth("") == 0)
        #expect(displayWidth("R@1") == 3)
        #expect(displayWidth("Fréchet") == 7)
        #expect(displayWidth("Fre\u{301}chet") == 7)
        #expect(displayWidth("漢字") == 4)
        #expect(displayWidth("한글") == 4)
        #expect(displayWidth("🦉") == 2)
        #expect(displayWidth("\u{200B}") == 0)
        let table = TextTable(
            columns: [.init("class"), .init("n", alignment: .right)], rows: [["漢字漢字", "1"], ["é", "22"]])
        #expect(table.text == "class      n\n────────  ──\n漢字漢字   1\né         22\n")
    }

    @Test func theLevelTable() {
        let sizes = ["level-1": SideSizes(trainClassCount: 100, testClassCount: 100)]
        let text = levelTable(sampleResults(levelCount: 3), sizes: sizes).text
        #expect(
            text == """
                level    origin    fid  train/test    fwd    rev    R@1      ±  MAP@R      ±  backbone   lead      ±
                ───────  ──────  ─────  ──────────  ─────  ─────  ─────  ─────  ─────  ─────  ────────  ─────  ─────
                level-1  easier  19.16     100/100  0.790  0.760  0.775  0.016  0.258  0.016     0.655  0.120  0.000
                level-2  easier  28.49           –  0.770  0.720  0.745  0.016  0.248  0.016     0.625  0.120  0.000
                level-3  start   52.62           –  0.750  0.724  0.737  0.016  0.246  0.016     0.595  0.142  0.000

                """)
    }

    @Test func theTableOfCurves() {
        let table = curveTable(sampleResults(levelCount: 3))
        let text = table.text
        #expect(
            table.rows.map { Array($0.prefix(3)) } == [
                ["model", "full", "fid"], ["model", "full", "excess"], ["backbone", "full", "fid"],
                ["backbone", "full", "excess"],
            ])
        // Both axes differ by a factor only.
        #expect(table.rows[0].dropFirst(3) == table.rows[1].dropFirst(3))
        // x = 0, 0.27884, 1: 0.27884 · (0.775 + 0.745)/2 + 0.72116 · (0.745 + 0.737)/2.
        #expect(table.rows[0][3] == "0.7463")
        #expect(table.rows[0][9] == "0.737 (level-3)")
        #expect(table.rows[0][10] == "-1.00")
        for line in text.split(separator: "\n") { #expect(displayWidth(String(line)) <= 120) }
        #expect(curveTable(sampleResults(levelCount: 1)).rows.isEmpty)
    }

    /// One line a model, with what becomes of its gain in MAP@R, a third of Recall@1; without a backbone, its scores alone.
    @Test func theTableOfModels() {
        let table = subjectTable([
            sampleResults(model: "a", lead: 0.05, catalogue: true), sampleResults(model: "b", catalogue: true),
        ])
        #expect(table.rows.map { $0[0] } == ["a", "b"])
        #expect(
            table.rows[0].enumerated().filter { [1, 3, 5, 7].contains($0.offset) }.map(\.element) == [
                "0.250", "0.197", "0.050", "-0.003",
            ])
        #expect(table.rows[0].last == "fades")
        let bare = subjectTable([sampleResults(model: "a", backbone: false)])
        #expect(bare.rows[0].count == 5)
        // One line a subject, unless all are wanted.
        let results = sampleResults(catalogue: true)
        #expect(curveTable(results, isWhole: false).rows.count <= 2)
        #expect(curveTable(results).rows.count > 2)
    }

    @Test func theTablesOfAComparison() throws {
        let comparison = try ModelComparison([
            .init(name: "a", runs: [sampleResults(seed: "1", levelCount: 2), sampleResults(seed: "2", levelCount: 2)]),
            .init(name: "b", runs: [sampleResults(levelCount: 2, lead: 0.02)]),
        ])
        #expect(
            modelTable(comparison).text == """
                model  runs     AGS       ±  ± runs  level-1  level-2  ranks  places moved
                ─────  ────  ──────  ──────  ──────  ───────  ───────  ─────  ────────────
                a         2  0.7600  0.0159  0.0000    0.775    0.745  2 2               0
                b         1  0.7800  0.0159       –    0.795    0.765  1 1               0

                """)
        #expect(
            changeTable(comparison).text == """
                against the mean  level-1  level-2   slope       ±  ± levels
                ────────────────  ───────  ───────  ──────  ──────  ────────
                a                  -0.010   -0.010  0.0000  0.0000         –
                b                  +0.010   +0.010  0.0000  0.0000         –

                """)
        #expect(
            pairTable(comparison).text == """
                pair   AGS difference       ±        p  p (Holm)  levels with p (Holm) ≤ 0.05  who is ahead changes at
                ─────  ──────────────  ──────  ───────  ────────  ───────────────────────────  ───────────────────────
                a − b         -0.0200  0.0000  < 0.001   < 0.001  level-1 level-2              –

                """)
        let rows = comparisonTable(comparison).rows
        #expect(rows.count == 4)
        #expect(Array(rows[3].prefix(4)) == ["b", "level-2", "28.49", "recall@1"])
        #expect(Double(rows[3][4]).map { abs($0 - 0.765) < 1e-12 } == true)
        #expect(rows[3][7].isEmpty && Double(rows[0][7]) != nil)
    }

    @Test func theTableAndTheSentenceOfTheCatalogue() throws {
        let results = sampleResults(levelCount: 3, catalogue: true)
        // MAP@R is a third of the model's 0.7, 0.68 and 0.66, and of the backbone's 0.6.
        let table = try #require(catalogueTable(results))
        #expect(
            table.text == """
                level    origin    fid    R@1  MAP@R      ±  frozen   gain      ±
                ───────  ──────  ─────  ─────  ─────  ─────  ──────  ─────  ─────
                level-1  easier  19.16  0.700  0.233  0.016   0.200  0.033  0.000
                level-2  easier  28.49  0.680  0.227  0.016   0.200  0.027  0.000
                level-3  start   52.62  0.660  0.220  0.016   0.200  0.020  0.000

                """)
        // x = 0, 0.27884, 1, so the slope is −0.006667/0.53261. One degree of freedom is not enough to tell a line from
        // chance, whatever the classes say.
        let sentence = try #require(costSentence(results))
        #expect(sentence.hasPrefix("No cost of shift is shown: 0.0125 ± 0.0000 (± 0.0"), "\(sentence)")
        #expect(
            sentence.contains("its gain over the frozen features is 0.0333 at the easiest and 0.0200 at the hardest"))
        let more = try #require(costSentence(sampleResults(catalogue: true)))
        #expect(more.hasPrefix("Shift costs this model 0.0"), "\(more)")
        #expect(more.contains(" by how the levels scatter) of MAP@R from the easiest to the hardest level"))
        let two = try #require(costSentence(sampleResults(levelCount: 2, catalogue: true)))
        #expect(two.hasPrefix("Whether shift costs this model something cannot be told from 2 levels"), "\(two)")
        #expect(catalogueTable(sampleResults()) == nil && costSentence(sampleResults()) == nil)
        let alone = try #require(catalogueTable(sampleResults(backbone: false, catalogue: true)))
        #expect(!alone.columns.contains { ["frozen", "gain"].contains($0.title) })
    }

    /// Gains are columns beside the interval of the first, the last and the mean; only in the catalogue are there any.
    @Test func theTableOfGains() throws {
        let entries = [
            ModelComparison.Entry(name: "a", runs: [sampleResults(levelCount: 3, catalogue: true)]),
            .init(name: "b", runs: [sampleResults(levelCount: 3, lead: -0.09, catalogue: true)]),
            .init(name: "frozen", runs: [sampleResults(levelCount: 3, catalogue: true)], subject: .backbone),
        ]
        let comparison = try ModelComparison(entries, metric: .averagePrecisionAtR, gallery: .catalogue)
        // A third of 0.1, 0.08 and 0.06, and of these less 0.09; the frozen features' error is the model's.
        #expect(
            try #require(gainTable(comparison)).text == """
                gain in MAP@R  level-1  level-2  level-3  ± level-1  ± level-3    mean      ±
                ─────────────  ───────  ───────  ───────  ─────────  ─────────  ──────  ─────
                a               +0.033   +0.027   +0.020      0.000      0.000  +0.027  0.000
                b               +0.003   -0.003   -0.010      0.000      0.000  -0.003  0.000

                """)
        // The frozen features' MAP@R of 0.2 is between b's 0.203 and 0.197.
        #expect(comparison.models.map(\.placesMoved) == [0, 1, 1])
        let rows = comparisonTable(comparison)
        let column = try #require(rows.columns.firstIndex(of: "gain"))
        #expect(Double(rows.rows[0][column]).map { abs($0 - 0.1 / 3) < 1e-12 } == true)
        #expect(!rows.rows[0][column + 1].isEmpty && rows.rows[6][column].isEmpty)
        #expect(gainTable(try ModelComparison(entries)) == nil && tuningTable(comparison) == nil)
    }

    @Test func theTableOfWhatTuningChanged() throws {
        let tuning = HeadTrainingRecord.Tuning(
            level: "level-3", trialCount: 8, given: .init(parameters: "margin=0.2,sampler=semi-hard", score: nil),
            chosen: .init(parameters: "margin=0.35,sampler=semi-hard", score: 0.41239))
        let training = HeadTrainingRecord(
            objectives: [
                .init(name: "triplet", title: "Triplet", parameters: "margin=0.35,sampler=semi-hard", tuning: tuning),
                .init(name: "untrained", title: "None", parameters: ""),
            ], seeds: ["4", "5"])
        let results = sampleResults(levelCount: 2, catalogue: true, training: training)
        #expect(results.title == "Triplet + None, seeds 4 + 5")
        #expect(sampleResults(model: "m.onnx", seed: "3").title == "m.onnx, seed 3")
        let comparison = try ModelComparison([.init(name: "a", runs: [results])], gallery: .catalogue)
        #expect(comparison.models[0].training == training)
        let rows = try #require(tuningTable(comparison)).rows
        #expect(
            rows == [
                ["a", "triplet", "margin", "0.2", "0.35", "diverged", "0.4124", "8"],
                ["", "", "sampler", "semi-hard", "semi-hard", "", "", ""],
            ])
    }

    @Test func whatShiftCostsOneModelMoreThanAnother() throws {
        // The lead of b is the same at all levels, and that of c falls from .2 to 0.
        func steeper() -> EvaluationResults {
            let results = sampleResults(catalogue: true)
            return EvaluationResults(
                tool: "oodml test", dataset: "cub200", model: "c",
                levels: results.levels.enumerated().map { number, level in
                    let other = sampleResults(lead: 0.2 * (1 - level.fid / 200), catalogue: true).levels[number]
                    return LevelEvaluation(
                        id: level.id, origin: level.origin, step: level.step, fid: level.fid, excess: level.excess,
                        forward: nil, reverse: TaskEvaluation(),
                        catalogue: [.model: other.scores(of: .model, gallery: .catalogue)?.mean].compactMapValues(
                            \.self))
                })
        }
        let entries = [
            ModelComparison.Entry(name: "a", runs: [sampleResults(catalogue: true)]),
            .init(name: "b", runs: [sampleResults(lead: 0.02, catalogue: true)]),
        ]
        let alike = try ModelComparison(entries, gallery: .catalogue)
        #expect(changeSentences(alike) == ["It is not shown that shift costs one model more than another."])
        let three = try ModelComparison(entries + [.init(name: "c", runs: [steeper()])], gallery: .catalogue)
        let sentences = changeSentences(three)
        #expect(sentences.count == 2, "\(sentences)")
        #expect(sentences.allSatisfy { $0.hasPrefix("Shift costs c more than ") && $0.hasSuffix("p (Holm) < 0.001.") })
        // Not within the test classes, where a model that was never trained would lose, too.
        #expect(changeSentences(try ModelComparison(entries)).isEmpty)
        let within = modelTable(alike, within: try ModelComparison(entries))
        #expect(within.columns.map(\.title).contains("paper's AGS"))
    }

    @Test func theTableOfFewShots() throws {
        func episode(_ value: Double) -> FewShotEpisodeScores {
            let metrics: [RetrievalMetric] = [.recall(1), .averagePrecisionAtR]
            func scores(_ values: [Double]) -> RetrievalScores {
                RetrievalScores(metrics: metrics, values: values, queryCount: 40, loneQueryCount: 0)
            }
            return FewShotEpisodeScores(
                baseline: scores([0.5, 0.25]), adapted: scores([value, 0.5]), classCount: 10, leftOutClassCount: 0)
        }
        let results = EvaluationResults(
            tool: "oodml test", dataset: "lines", model: "m",
            levels: [
                LevelEvaluation(
                    id: "level-1", origin: "start", step: 0, fid: 2.5,
                    forward: TaskEvaluation(episodes: [episode(0.6), episode(0.8)]), shots: 2)
            ])
        // A gain of 0.1 and 0.3: a standard error of 0.1, times tan(0.475 π) = 12.7062.
        #expect(
            fewShotTable(results)?.text == """
                level     fid  queries  Recall@1  2 shots    gain       ±  MAP@R  2 shots    gain       ±
                ───────  ────  ───────  ────────  ───────  ──────  ──────  ─────  ───────  ──────  ──────
                level-1  2.50       40     0.500    0.700  0.2000  1.2706  0.250    0.500  0.2500  0.0000

                """)
        #expect(fewShotTable(sampleResults()) == nil)
    }

    @Test func columnsWithoutValuesAreLeftOutAndAllFitIn120() {
        let plain = levelTable(sampleResults(reverse: false, backbone: false))
        #expect(
            plain.columns.map(\.title) == [
                "level", "origin", "fid", "R@1", "±", "MAP@R", "±",
            ])
        #expect(plain.rows.count == 9)
        let sizes = Dictionary(
            uniqueKeysWithValues: (1...9).map {
                ("level-\($0)", SideSizes(trainClassCount: 11_318, testClassCount: 11_316))
            })
        let lines = levelTable(sampleResults(), sizes: sizes).text.split(separator: "\n")
        for line in lines { #expect(displayWidth(String(line)) <= 120) }
    }
}
