import Evaluation
import Foundation
import Retrieval
import Splits
import Testing
import TestSupport

/// What the pages tell users to type.
@Suite struct DocumentedCommandsTests {
    private static let bash = URL(filePath: "/bin/bash")

    /// A folder in which relative paths lead to what is in a clone.
    private static func clone(_ names: [String] = ["Examples", "Scripts", "Sources", "splits"]) throws
        -> TemporaryFolder
    {
        let folder = try TemporaryFolder()
        for name in names {
            try FileManager.default.createSymbolicLink(
                at: folder.url.appending(path: name), withDestinationURL: Repository.page(name))
        }
        return folder
    }

    /// Each command gets one option more that does not exist: where that is all there is to complain about, the others do.
    @Test func everyOptionExists() throws {
        let folder = try TemporaryFolder()
        var count = 0
        for page in try Repository.pages {
            for block in try Repository.shellBlocks(of: page) {
                let lines = block.replacingOccurrences(of: "\\\n", with: " ").split(separator: "\n").map(String.init)
                for line in lines where line.hasPrefix("oodml ") || line.hasPrefix("$oodml ") {
                    let command = line.hasPrefix("$") ? String(line.dropFirst()) : line
                    // A store that an earlier line makes: what is given as one must be there before options are looked at.
                    if let store = line.firstMatch(of: #/--features (stores/[a-z0-9-]+)/#) {
                        try folder.write("", to: "\(store.1)/embeddings.npy")
                    }
                    let run = try CommandRun(["-c", "\(command) --no-such-option"], in: folder.url, program: Self.bash)
                    #expect(run.status == 64, "\(page.lastPathComponent): \(command)")
                    #expect(
                        run.errors.contains(" has no option --no-such-option; oodml "),
                        "\(page.lastPathComponent): \(command): \(run.errors)")
                    #expect(!run.errors.contains("Usage: oodml <subcommand>"), "\(command) is no command")
                    count += 1
                }
            }
        }
        #expect(count >= 15)
    }

    /// The tutorial, command for command, but for what needs the network, and what it says of the outcome.
    @Test func theTutorialHoldsWhatItSays() throws {
        let folder = try Self.clone()
        let blocks = try Repository.shellBlocks(of: Repository.page("Sources/oodml/Documentation.docc/Tutorial.md"))
        var count = 0
        for block in blocks where !block.contains("Scripts/setup") && !block.contains("pip install") {
            let run = try CommandRun(["-euo", "pipefail", "-c", block], in: folder.url, program: Self.bash)
            try #require(run.status == 0, "\(block): \(run.errors)")
            count += 1
        }
        #expect(count >= 7)
        let root = folder.url.appending(path: "runs/tutorial")
        let manifest = try SplitManifest(readingFrom: root.appending(path: "splits/manifest.json"))
        let start = try #require(manifest.levels.first { $0.arm == .start })
        #expect(abs((start.excess ?? 0) - 2) < 0.5 && start.isShift == false)
        #expect(
            manifest.levels.filter { $0.arm == .swap || $0.arm == .removal }.allSatisfy { $0.isShift == true })
        #expect(manifest.levels.last?.test.count == 12)
        let results = try JSONDecoder().decode(
            EvaluationResults.self, from: Data(contentsOf: root.appending(path: "results/weights/results.json")))
        let recalls = results.curve(of: .recall(1)).points.map(\.estimate.value)
        #expect(
            zip([recalls[0], recalls.min() ?? 0, recalls[8]], [0.76, 0.69, 0.74]).allSatisfy { abs($0 - $1) < 0.01 })
        let comparison = try EditableJSON(Data(contentsOf: root.appending(path: "comparison/comparison.json")))
        let pairs = try #require(comparison["pairs"] as? [[String: Any]])
        #expect(pairs.count == 3)
        let gains = try #require(results.levels.map { $0.gain()?[.averagePrecisionAtR]?.value } as? [Double])
        #expect(abs(gains[0] + 0.007) < 0.001 && abs(gains[8] + 0.005) < 0.001)
        #expect(results.costOfShift(of: .averagePrecisionAtR)?.verdict == .notShown)
        let adjusted = pairs.map { ($0["ags"] as? [String: Any])?["p_adjusted"] as? Double ?? .nan }
        #expect(abs(adjusted[0] - 0.015) < 0.003 && adjusted[1] > 0.05 && adjusted[2] > 0.05)
        #expect((pairs[0]["change"] as? [String: Any])?["loses_more"] as? String == "squared")
        for pair in pairs.dropFirst() {
            #expect((pair["change"] as? [String: Any])?["loses_more"] == nil)
            #expect((pair["levels"] as? [[String: Any]] ?? []).allSatisfy { ($0["p_adjusted"] as? Double ?? 1) > 0.05 })
        }
        #expect(FileManager.default.fileExists(atPath: root.appending(path: "comparison/curves.svg").path))
    }

    /// What only those have who follow a page: their own images and features, and what is downloaded.
    private static let ownThings = [
        "photos", "feats.npy", "CUB_200_2011", "stanford_cars", "pip install", "level-3.npy", "splits/cub200-paper",
        "probes.npy", "database.npy", "dino.npy", "embeddings.npy --labels labels.csv", "million.npy",
    ]

    /// The pages of questions, command for command where they need nothing but a clone; each with how many blocks these are.
    @Test(
        arguments: [
            "WhichBackbone": 1, "HardHoldOut": 2, "LeakageFreeSplit": 2, "OnACluster": 1, "ReproduceThePaper": 1,
            "HowWellDoesItVerify": 1, "GrowingCatalogue": 1, "LevelsInAnOrder": 2, "DoesItFindThePlace": 2,
            "IsTheAxisReal": 2,
        ])
    func thePagesOfQuestionsRun(page: String, count: Int) throws {
        // They write splits of their own.
        let folder = try Self.clone(["Scripts", "Sources"] + (page == "IsTheAxisReal" ? ["splits"] : []))
        let file = Repository.page("Sources/oodml/Documentation.docc/\(page).md")
        let blocks = try Repository.shellBlocks(of: file).filter { block in
            !Self.ownThings.contains { block.contains($0) }
        }
        #expect(blocks.count == count)
        let text = try String(contentsOf: file, encoding: .utf8)
        for block in blocks {
            let run = try CommandRun(["-euo", "pipefail", "-c", block], in: folder.url, program: Self.bash)
            try #require(run.status == 0, "\(page): \(block): \(run.errors)")
            guard page == "IsTheAxisReal" else { continue }
            guard block.contains("oodml axis") else {
                let said = run.output.replacing(#/\s+/#, with: " ")
                #expect(said.contains("53 % (1 and 2), 51 % (1 and 3), 59 % (1 and 4), 55 % (2 and 3)"), "\(said)")
                continue
            }
            let lines = text.split(separator: "\n").filter { $0.hasPrefix("level-") }
            #expect(lines.count == 9 && lines.allSatisfy(run.output.contains))
            let said = run.output.replacing(#/\s+/#, with: " ")
            for value in ["0.062 ± 0.049", "0.184 ± 0.022", "0.081 ± 0.024", "τ is 0.89 to 1.00"] {
                #expect(said.contains(value), "\(value): \(said)")
            }
        }
        #expect(text.contains("\n## Where to go on\n"))
        guard page == "WhichBackbone" else { return }
        // The table, but for what training amplifies of a processor's rounding.
        for (name, title) in [("late", "late: "), ("middle", "middle: ")] {
            let results = try JSONDecoder().decode(
                EvaluationResults.self,
                from: Data(contentsOf: folder.url.appending(path: "results/\(name)/results.json")))
            let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("| \(title)") })
            let cells = row.replacing("−", with: "-").split(separator: "|").dropFirst()
                .compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
            try #require(cells.count == results.levels.count)
            for (cell, level) in zip(cells, results.levels) {
                func score(_ subject: Subject) -> Double? {
                    level.scores(of: subject, gallery: .catalogue)?.mean.estimates[.averagePrecisionAtR]?.value
                }
                let lead = try #require(score(.model)) - #require(score(.backbone))
                #expect(abs(lead - cell) < 0.015, "\(name), \(level.id)")
            }
        }
    }

    /// The distances on the page about the reference, made again without the null bands, which nothing else hangs on.
    @Test func theReferencesNumbersAreAsThePageSays() throws {
        let folder = try TemporaryFolder()
        let page = Repository.page("Sources/oodml/Documentation.docc/WhyNotTheReferencesNumbers.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        for command in try Repository.shellBlocks(of: page)[0].split(separator: "\n") {
            let run = try CommandRun(["-c", "\(command) --draws 0 -q"], in: folder.url, program: Self.bash)
            try #require(run.status == 0, "\(command): \(run.errors)")
        }
        func levels(_ name: String) throws -> [SplitLevel] {
            try SplitManifest(readingFrom: folder.url.appending(path: "runs/\(name)/manifest.json")).levels
        }
        let (own, means, reference) = (try levels("own"), try levels("means"), try levels("reference"))
        func fid(_ levels: [SplitLevel], _ choose: (SplitLevel) -> Bool) -> String {
            levels.last(where: choose).map { String(format: "%.2f", $0.fid) } ?? ""
        }
        let (samples, classMeans) = (fid(own) { $0.arm == .start }, fid(means) { $0.arm == .start })
        #expect(text.contains("start \(classMeans) → \(samples)"))
        let hardest = [reference, means].map { fid($0) { $0.arm == .swap } }
        #expect(text.contains("| hardest exchange | greedy walk | search | \(hardest[0]) → \(hardest[1]) |"))
        let easiest = [reference, means].map { String(format: "%.2f", $0[0].fid) }
        #expect(text.contains("| easiest exchange | greedy walk | search | \(easiest[0]) → \(easiest[1]) |"))
        let removals = reference.filter { $0.arm == .removal }
        func sentence(_ values: [Double]) -> String {
            let words = values.map { String(format: "%.2f", $0) }
            return "\(words[0]), \(words[1]) and \(words[2])"
        }
        #expect(text.contains("\(sentence(removals.map { $0.referenceFid ?? 0 })) in\nthe file"))
        #expect(text.contains("\(sentence(removals.map(\.fid))) for the classes"))
        let ridge = reference.filter { $0.arm != .removal }.compactMap { level in
            level.referenceFid.map { abs(level.fid - $0) / level.fid }
        }
        #expect((ridge.max() ?? 1) < 5e-7 && ridge.count >= 4)
    }
}
