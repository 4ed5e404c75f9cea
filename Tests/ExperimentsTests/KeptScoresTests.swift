import Datasets
import DenseLinearAlgebra
import Embeddings
import Evaluation
import Experiments
import Files
import Foundation
import Parallel
import Ranks
import Splits
import Synchronization
import TestSupport
import Testing

/// Runs of `evaluate` that end before their results are written, on 24 classes of ten samples.
@Suite struct KeptScoresTests {
    private let folder: TemporaryFolder
    private let splits: SplitFolder
    private let matrix: Matrix<Float>
    private var root: URL { folder.url }
    private var features: URL { root.appending(path: "features.npy") }
    private var models: ModelFiles { get throws { try ModelFiles("\(root.path)/e/{level}-{direction}.npy") } }

    init() throws {
        folder = try TemporaryFolder()
        let (matrix, classes) = clusteredEmbeddings(n: 240, d: 6, classCount: 24, spread: 1, seed: 11)
        self.matrix = matrix
        let root = folder.url
        try Data(matrix.numpyFile).write(to: root.appending(path: "features.npy"))
        let rows = classes.enumerated().map { String(format: "%03d,c%02d\n", $0, $1) }.joined()
        try Data(("sample,class\n" + rows).utf8).write(to: root.appending(path: "samples.csv"))
        let dataset = try Dataset(sampleTableAt: root.appending(path: "samples.csv"), name: "clusters")
        var settings = SplitSettings()
        settings.search.removal.minimumClassCount = 4
        settings.nullDraws = 0
        splits = try SplitFolder.make(
            at: root.appending(path: "splits"), of: dataset,
            from: .features(root.appending(path: "features.npy")), by: settings
        ).folder
        try FileManager.default.createDirectory(at: root.appending(path: "e"), withIntermediateDirectories: true)
        for (number, file) in try files().enumerated() { try write(file, scaledBy: Float(number + 1)) }
    }

    /// The files of all tasks, in order.
    private func files() throws -> [URL] {
        let models = try models
        return splits.manifest.levels.flatMap { level in
            Direction.allCases.map { models.url(level: level.id, direction: $0) }
        }
    }

    /// Embeddings that differ from the features in one dimension.
    private func write(_ file: URL, scaledBy factor: Float) throws {
        var matrix = matrix
        for row in 0..<matrix.rowCount { matrix[row, 0] *= factor }
        try Data(matrix.numpyFile).write(to: file)
    }

    /// What a run says and writes.
    private func evaluate(
        into name: String, keeping: Bool = true, withBackbone: Bool = true,
        changing change: (inout ScoringSettings) -> Void = { _ in }
    ) throws -> [String] {
        let said = Mutex<[String]>([])
        let results = root.appending(path: name)
        var settings = ScoringSettings()
        change(&settings)
        var scoring = try ModelScoring(along: splits, of: models, being: .embeddings, by: settings)
        if withBackbone { scoring.backbone = .features(features) }
        if keeping { scoring.kept = KeptScores(beside: results, after: .zero) }
        let scored = try scoring.score { event in
            if case .note(let sentence) = event { said.withLock { $0.append(sentence) } }
        }
        try ResultsFolder(at: results).write(scored)
        scoring.kept?.remove()
        return said.withLock { $0 }
    }

    private func contents(of name: String) throws -> [String: Data] {
        let folder = root.appending(path: name)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).reduce(into: [:]) { contents, file in
            contents[file] = try Data(contentsOf: folder.appending(path: file))
        }
    }

    private func kept(beside name: String) -> [URL] {
        let parts = root.appending(path: ".\(name).oodml/parts")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parts.path)) ?? []
        return names.map { parts.appending(path: $0) }
    }

    /// Ends a run at the task with this number, whose file has too few rows.
    private func stop(at number: Int, into name: String) throws {
        let file = try files()[number]
        let whole = try Data(contentsOf: file)
        try Data(Matrix<Float>(rowCount: 3, columnCount: 6).numpyFile).write(to: file)
        #expect(throws: FileError.self) { try evaluate(into: name) }
        try whole.write(to: file)
    }

    @Test func aStoppedRunGoesOn() throws {
        #expect(try evaluate(into: "whole", keeping: false).isEmpty)
        let count = try files().count
        try stop(at: 5, into: "stopped")
        // Five tasks, and the backbone among all classes.
        #expect(kept(beside: "stopped").count == 6)
        let said = try evaluate(into: "stopped")
        #expect(said == ["5 of \(count) tasks are scored already, by a run that was stopped."])
        #expect(try contents(of: "stopped") == contents(of: "whole"))
        #expect(!FileManager.default.fileExists(atPath: root.appending(path: ".stopped.oodml").path))
    }

    /// What was scored of another file of the same name is not taken for it.
    @Test func aModelThatChangedIsScoredAnew() throws {
        try stop(at: 4, into: "stopped")
        try write(files()[2], scaledBy: 0.1)
        let said = try evaluate(into: "stopped")
        #expect(said.count == 1 && said[0].hasPrefix("3 of "))
        _ = try evaluate(into: "whole", keeping: false)
        #expect(try contents(of: "stopped") == contents(of: "whole"))
    }

    @Test func otherRulesTakeNothingOver() throws {
        try stop(at: 4, into: "stopped")
        #expect(try evaluate(into: "stopped") { $0.matchedDraws = 3 }.isEmpty)
        try stop(at: 4, into: "alone")
        #expect(try evaluate(into: "alone", withBackbone: false).isEmpty)
    }

    /// One file serves all tasks and is read once; what takes its place meanwhile has not been scored.
    @Test func aModelThatIsReplacedMeanwhileIsScoredAnew() throws {
        let file = root.appending(path: "model.npy")
        func evaluate(replacingAt task: Int? = nil) throws -> [String] {
            var scoring = try ModelScoring(along: splits, of: ModelFiles(file.path), being: .embeddings)
            scoring.kept = KeptScores(beside: root.appending(path: "replaced"), after: .zero)
            let said = Mutex<[String]>([])
            let files = self
            _ = try scoring.score { event in
                if case .note(let sentence) = event { said.withLock { $0.append(sentence) } }
                if case .stage(_, _, let number, _) = event, number == task {
                    #expect(throws: Never.self) { try files.write(file, scaledBy: 9) }
                }
            }
            // The results are not written, as if the run were stopped just before.
            return said.withLock { $0 }
        }
        try write(file, scaledBy: 3)
        #expect(try evaluate(replacingAt: 2).isEmpty)
        // What was kept before is of the first contents, of which nothing is left.
        #expect(try evaluate().isEmpty)
        #expect(try evaluate().count == 1)
        try write(file, scaledBy: 3)
        #expect(try evaluate().count == 1)
    }

    /// From what is taken over on, a stop costs little.
    @Test func whatIsTakenOverIsSaid() throws {
        try stop(at: 5, into: "stopped")
        let calls = Mutex(0)
        var scoring = try ModelScoring(along: splits, of: models, being: .embeddings)
        scoring.backbone = .features(features)
        scoring.kept = KeptScores(beside: root.appending(path: "stopped"), after: .seconds(1_000)) {
            calls.withLock { $0 += 1 }
        }
        _ = try scoring.score()
        #expect(calls.withLock { $0 } == 1)
    }

    /// A part that is damaged is worth nothing, and harms nobody.
    @Test func damagedPartsAreScoredAnew() throws {
        _ = try evaluate(into: "whole", keeping: false)
        try stop(at: 6, into: "stopped")
        for (number, file) in kept(beside: "stopped").enumerated() {
            var bytes = try Data(contentsOf: file)
            if number % 2 == 0 { bytes[bytes.count / 2] ^= 0x10 } else { bytes.removeLast(7) }
            try bytes.write(to: file)
        }
        #expect(try evaluate(into: "stopped").isEmpty)
        #expect(try contents(of: "stopped") == contents(of: "whole"))
    }

    /// Several ranks go on where one was, and one where several were.
    @Test(arguments: [2, 3]) func ranksGoOn(count: Int) throws {
        _ = try evaluate(into: "whole", keeping: false)
        try stop(at: 5, into: "one")
        for result in ThreadRanks.run(count, { _ in try evaluate(into: "one") }) {
            let said = try result.get()
            #expect(said.isEmpty || said[0].hasPrefix("5 of "))
        }
        #expect(try contents(of: "one") == contents(of: "whole"))

        let file = try files()[7]
        let whole = try Data(contentsOf: file)
        try Data(Matrix<Float>(rowCount: 3, columnCount: 6).numpyFile).write(to: file)
        for result in ThreadRanks.run(count, { _ in try evaluate(into: "several") }) {
            #expect(throws: (any Error).self) { try result.get() }
        }
        try whole.write(to: file)
        // The tasks of whole rounds.
        let said = try evaluate(into: "several")
        #expect(said.count == 1 && said[0].hasPrefix("6 of "))
        #expect(try contents(of: "several") == contents(of: "whole"))
    }
}
