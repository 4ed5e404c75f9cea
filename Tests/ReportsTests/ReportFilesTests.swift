import Datasets
import DenseLinearAlgebra
import Evaluation
import Files
import Foundation
import Reports
import Retrieval
import Testing
import TestSupport

@Suite struct ReportFilesTests {
    private let points = Matrix<Float>(rows: [[1, 0], [1, 0.1], [0, 1], [0.1, 1], [1, 0.2], [-1, 0]])
    private let classes = [0, 0, 1, 1, 2, 3]

    @Test func classesOfATask() throws {
        let model = try RetrievalSet(points, classNumbers: [0, 0, 1, 1, 2, 2]).scores()
        let backbone = try RetrievalSet(points, classNumbers: [0, 0, 1, 1, 2, 2]).scores(
            by: RankingRules(similarity: .euclidean))
        let rows = ClassScores.all(
            level: "level-1", direction: .reverse, labels: ["a", "b,c", "ü"], model: model, backbone: backbone)
        #expect(rows.map(\.classLabel) == ["a", "b,c", "ü"])
        #expect(rows.map(\.queryCount) == [2, 2, 2])
        #expect(rows[1].model == [1, 1] && rows[2].model == [0, 0])
        #expect(rows[1].backbone == [1, 1])
        let alone = ClassScores.all(
            level: "level-1", direction: .reverse, labels: ["a", "b,c", "ü"], model: model, backbone: nil)
        #expect(alone.map(\.model) == rows.map(\.model) && alone.allSatisfy { $0.backbone == [nil, nil] })
    }

    @Test func classesReadBack() throws {
        let rows = [
            ClassScores(
                level: "level-1", direction: .forward, classLabel: "a \"b\", c", queryCount: 3, model: [1.0 / 3, 0.25],
                backbone: [nil, nil]),
            ClassScores(
                level: "level-2", direction: .reverse, classLabel: "ü", queryCount: 1, model: [0, 0],
                backbone: [1, 0.5]),
        ]
        let folder = try TemporaryFolder()
        let read = try ClassScores.all(readingFrom: folder.write(ClassScores.table(rows).text, to: "per-class.csv"))
        #expect(read.map(\.classLabel) == rows.map(\.classLabel) && read.map(\.backbone) == rows.map(\.backbone))
        #expect(read[0].model == [0.333333, 0.25] && read[1] == rows[1])
        let header = "level,direction,class,queries,recall@1,map@r,backbone_recall@1,backbone_map@r\n"
        for (text, part) in [
            ("a,b\n1,2\n", "the columns a,b"), (header + "l,up,a,1,0,0,,\n", "\"up\" as direction"),
            (header + "l,forward,a,-1,0,0,,\n", "\"-1\" as queries"),
            (header + "l,forward,a,1,1.5,0,,\n", "\"1.5\" as recall@1"),
            (header + "l,forward,a,1,nan,0,,\n", "\"nan\""), ("a,\"b\nc\"\n1,2\n", "the columns a,b c"),
            (header + "l,\"u\np\",a,1,0,0,,\n", "\"u p\" as direction"),
        ] {
            let file = try folder.write(text, to: "bad.csv")
            do {
                _ = try ClassScores.all(readingFrom: file)
                Issue.record("\(text) was read")
            } catch {
                #expect("\(error)".contains(part) && "\(error)".contains("bad.csv") && !"\(error)".contains("\n"))
            }
        }
    }

    @Test func examplesByName() throws {
        let scores = try RetrievalSet(points, classNumbers: classes).scores([.averagePrecisionAtR])
        let found = retrievalExamples(
            from: scores, by: .averagePrecisionAtR, in: points, countPerPlace: 1, neighbourCount: 2)
        let file = RetrievalExamplesFile(
            metric: .averagePrecisionAtR,
            tasks: [
                .init(
                    level: "level-1", direction: .forward,
                    examples: found.map { example in
                        .init(example, ids: { "img/\($0)" }, classLabels: { "class \(classes[$0])" })
                    })
            ])
        let folder = try TemporaryFolder()
        let url = try folder.write(try stableJSON(file), to: "examples.json")
        let read = try RetrievalExamplesFile(readingFrom: url)
        #expect(read == file)
        #expect(read.tasks[0].examples.map(\.place) == [.best, .median, .worst])
        let best = read.tasks[0].examples[0]
        #expect(best.query == "img/3" && best.classLabel == "class 1")
        #expect(best.neighbours.map(\.sample) == ["img/2", "img/4"])
        #expect(best.neighbours[0].classLabel == "class 1")
        let other = try folder.write("{}", to: "other.json")
        #expect(
            throws: FileError.unreadable(
                path: other.path, as: "retrieval examples", reason: "schema_version is missing")
        ) { try RetrievalExamplesFile(readingFrom: other) }
    }
}
