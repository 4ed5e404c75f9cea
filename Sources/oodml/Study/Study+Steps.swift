import Foundation
import Glyphs200

// The commands that a study runs, and the settings that they depend on.
extension Study {
    /// What is made unless options say otherwise.
    static let standard = (
        levels: 9, objective: "arcface,multi-similarity,triplet", seeds: "0", dimension: 64, steps: 300
    )

    static func words(
        ofSteps: (levels: Int, objective: String, seeds: String, dimension: Int, steps: Int)
    ) -> [String] {
        [
            "--levels=\(ofSteps.levels)", "--objective=\(ofSteps.objective)", "--seeds=\(ofSteps.seeds)",
            "--dimension=\(ofSteps.dimension)", "--steps=\(ofSteps.steps)",
        ]
    }

    /// What the steps depend on, as words of a command line.
    var words: [String] {
        data.words + word("--features", features?.relativePath) + word("--backbone", backbone?.relativePath)
            + word("--output", outputName) + word("--pool", pooling)
            + Self.words(ofSteps: (levels, objective, seeds, dimension, steps))
    }

    func plan(in folder: StudyFolder) -> [StudyStep] {
        let at = folder.path
        let network =
            word("--backbone", backbone?.relativePath) + word("--output", outputName) + word("--pool", pooling)
        var steps: [StudyStep] = []
        var source = word("--features", features?.relativePath) + word("--samples", data.samples?.relativePath)
        var inputs = [features, data.samples].compactMap { $0?.relativePath }
        var trained = features?.relativePath ?? at("store")
        if features == nil {
            steps.append(
                StudyStep(
                    "embed", "the features of the images", data.words + network, makes: at("store"), from: nil))
            source = ["--features", at("store")]
            inputs = [at("store")]
            if data.dataset == EmbeddedBenchmark.name, network.isEmpty {
                // Its network was trained for such characters, so training on its own embedding adds nothing: heads are
                // trained on the middle of it.
                steps.append(
                    StudyStep(
                        "embed", "features of the middle of the network, for the heads",
                        data.words + ["--output", EmbeddedBenchmark.middle, "--pool", "grid-4"], makes: at("middle"),
                        from: nil))
                trained = at("middle")
            }
        }
        let (splits, heads) = (at("splits"), at("heads"))
        let receipts = [splits, trained, heads]
        steps.append(
            StudyStep(
                "make-splits", "\(levels) levels, from easy to hard",
                source + word("--camera", data.cameraWord) + word("--name", features == nil ? data.name : name)
                    + ["--levels", "\(levels)"], makes: splits, from: inputs))
        steps.append(
            StudyStep(
                "train", "heads of \(objective) for each level",
                ["--splits", splits] + word("--features", trained)
                    + [
                        "--objective=\(objective)", "--seeds=\(seeds)", "--dimension=\(dimension)",
                        "--steps=\(self.steps)",
                    ],
                makes: heads, from: Array(receipts.prefix(2))))
        let results = folder.results(of: objective)
        let scored = results.map { $0 + "/receipt.csv" }
        steps.append(
            StudyStep(
                "evaluate", "their scores at each level",
                ["--splits", splits] + word("--features", trained) + ["--heads", heads],
                // The results of a single objective have no folder of their own.
                makes: results.count == 1 ? results[0] : at("results"), knownBy: scored, from: receipts))
        steps.append(
            StudyStep(
                "compare", "the objectives side by side", results + ["--backbone"], makes: at("comparison"),
                from: scored))
        steps.append(
            StudyStep(
                "report", "the page", [splits] + results + word("--root", data.root?.relativePath),
                makes: at("report.html"), knownBy: [at("report.html")], from: [splits] + scored))
        return steps
    }
}
