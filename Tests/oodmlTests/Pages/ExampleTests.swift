import Evaluation
import Foundation
import Retrieval
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
                    for direction in DirectionOrMean.allCases {
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
        for gallery in GalleryKind.allCases {
            let growth = try #require(published.gapGrowth(of: .recall(1), gallery: gallery))
            #expect(growth.value > growth.margin ?? .infinity)
        }
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
