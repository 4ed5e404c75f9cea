import Evaluation
import Files
import Foundation
import Retrieval
import Splits
import Testing
import TestSupport

/// The example models, scored along the published splits.
@Suite struct ExampleTests {
    private static let repository = repositoryFolder

    @Test func publishedScoresFollowFromTheModels() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(
            [
                "evaluate", "--splits", "splits/glyphs200", "--model",
                "Examples/glyphs200/models/{level}-{direction}.onnx", "--out", folder.url.path, "--format", "json",
                "-q",
            ], in: Self.repository)
        #expect(run.status == 0, "\(run.errors)")
        let found = try JSONDecoder().decode(EvaluationResults.self, from: Data(run.output.utf8))
        let file = Self.repository.appending(path: "splits/glyphs200/example/results.json")
        let published = try JSONDecoder().decode(EvaluationResults.self, from: Data(contentsOf: file))
        #expect(found.levels.map(\.id) == published.levels.map(\.id))
        #expect(found.metrics == published.metrics)
        // Processors differ in the last bits of an embedding, which can turn a near tie of two neighbours.
        for (a, b) in zip(found.levels, published.levels) {
            for gallery in GalleryKind.allCases {
                for subject in [Subject.model, .backbone] {
                    for direction in gallery == .catalogue ? [.mean] : DirectionOrMean.allCases {
                        let x = try #require(a.scores(of: subject, gallery: gallery)?[direction])
                        let y = try #require(b.scores(of: subject, gallery: gallery)?[direction])
                        for metric in found.metrics {
                            let (p, q) = (try #require(x.estimates[metric]), try #require(y.estimates[metric]))
                            #expect(abs(p.value - q.value) < 0.002, "\(a.id) \(direction.rawValue) \(metric.name)")
                            #expect(abs((p.margin ?? 1) - (q.margin ?? 0)) < 0.002, "\(a.id) \(metric.name)")
                        }
                    }
                }
            }
        }
        // What the README says of them.
        let cost = try #require(published.costOfShift(of: .averagePrecisionAtR))
        #expect(cost.verdict == .costs && abs(cost.cost.value - 0.139) < 0.0005)
        #expect(abs((cost.cost.margin ?? 0) - 0.014) < 0.0005)
        #expect(abs((cost.trend.marginOverLevels ?? 0) - 0.034) < 0.0005)
        // The frozen features are asked the same at every level.
        let frozen = published.levels.map { $0.scores(of: .backbone, gallery: .catalogue)?.mean }
        #expect(frozen.allSatisfy { $0 == frozen[0] } && frozen[0] != nil)
    }

    /// What training adds to the features of the middle of the network, by the published recipe with one of its three seeds: as
    /// much as was published, at every level, and it fades.
    @Test func publishedGainsFollowFromTheRecipe() throws {
        let folder = try TemporaryFolder()
        func run(_ command: String) throws -> CommandRun {
            let splits = Self.repository.appending(path: "splits/glyphs200").path
            let arguments = command.split(separator: " ").map { $0 == "SPLITS" ? splits : String($0) }
            let run = try CommandRun(arguments + ["-q"], in: folder.url)
            try #require(run.status == 0, "\(command): \(run.errors)")
            return run
        }
        _ = try run("embed --dataset glyphs200 --output /features/features.3/Relu_1_output_0 --pool grid-4 --out early")
        _ = try run(
            "train --splits SPLITS --features early --out heads --objective arcface --dimension 64 --steps 300")
        let scored = try run(
            "evaluate --splits SPLITS --features early --heads heads --out results --matched-draws 0 --format json")
        let found = try JSONDecoder().decode(EvaluationResults.self, from: Data(scored.output.utf8))
        let file = Self.repository.appending(path: "splits/glyphs200/heads/comparison.json")
        let published = try JSONDecoder().decode(Published.self, from: Data(contentsOf: file))
        let arcface = try #require(published.models.first { $0.name == "arcface" })
        #expect(arcface.levels.count == 9)
        for (level, other) in zip(found.levels, arcface.levels) {
            let score = try #require(
                level.scores(of: .model, gallery: .catalogue)?.mean.estimates[.averagePrecisionAtR])
            #expect(abs(score.value - other.value.value) < 0.025, "\(level.id)")
        }
        let gains = try found.levels.map { try #require($0.gain()?[.averagePrecisionAtR]) }
        // What the README says: beyond noise at first, nothing at the end.
        #expect(gains[0].value > 0.12 && gains[8].value < 0.03)
        #expect(gains[0].value - (gains[0].margin ?? 1) > 0.1)
        #expect(found.costOfShift(of: .averagePrecisionAtR)?.verdict == .costs)
    }

    /// What is read of the published comparison.
    private struct Published: Decodable {
        struct Model: Decodable {
            struct Level: Decodable {
                struct Score: Decodable { let value: Double }
                let value: Score
            }
            let name: String
            let levels: [Level]
        }
        let models: [Model]
    }

    /// The manifest, the results and the page, to the byte: whatever changes how they are written regenerates them.
    @Test func publishedFilesAreAsTheyWouldBeWritten() throws {
        let splits = Self.repository.appending(path: "splits/glyphs200")
        let manifest = splits.appending(path: "manifest.json")
        #expect(try SplitManifest(readingFrom: manifest).json == Data(contentsOf: manifest))
        for shots in [2, 5] {
            let episodes = splits.appending(path: "episodes-\(shots).json")
            #expect(try FewShotEpisodes(readingFrom: episodes).json == Data(contentsOf: episodes))
        }
        let results = splits.appending(path: "example/results.json")
        let read = try JSONDecoder().decode(EvaluationResults.self, from: Data(contentsOf: results))
        #expect(try stableJSON(read) == String(contentsOf: results, encoding: .utf8))

        let folder = try TemporaryFolder()
        let page = folder.url.appending(path: "report.html")
        let run = try CommandRun(
            ["report", "splits/glyphs200", "splits/glyphs200/example", "--out", page.path, "-q"], in: Self.repository)
        #expect(run.status == 0, "\(run.errors)")
        #expect(try Self.text(of: page) == Self.text(of: splits.appending(path: "report.html")))
    }

    /// A page without the bytes of its images, which versions of the codec may change.
    private static func text(of page: URL) throws -> String {
        try String(contentsOf: page, encoding: .utf8)
            .replacing(/data:image\/webp;base64,[A-Za-z0-9+\/=]*/, with: "")
    }

    @Test func modelsAreSmall() throws {
        let models = Self.repository.appending(path: "Examples/glyphs200/models")
        let names = try FileManager.default.contentsOfDirectory(atPath: models.path).filter { $0.hasSuffix(".onnx") }
        #expect(names.count == 18)
        for name in names {
            #expect(try Data(contentsOf: models.appending(path: name)).count <= 400_000, "\(name)")
        }
    }
}
