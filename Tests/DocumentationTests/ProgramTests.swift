import Datasets
import DenseLinearAlgebra
import Evaluation
import Frechet
import Retrieval
import Splits
import Statistics
import Testing

/// The program of "Use from Swift".
@Suite struct ProgramTests {
    @Test func splitsFromAMatrixAndLabels() throws {
        let lines = try printed {
            // snippet
            let labels = (0..<400).map { "class \($0 / 20)" }  // 20 classes of 20 samples
            var noise = SeededGenerator(seed: 1, stream: "noise")
            let rows = labels.indices.map { i in
                (0..<8).map { Float((i / 20 + 1) * ($0 + 3) % 7) + .random(in: -2...2, using: &noise) }
            }
            let samples = zip(labels.indices, labels).map { Sample(id: "\($0)", classLabel: $1) }
            let dataset = try Dataset(name: "mine", samples: samples)
            let embedded = try EmbeddedDataset(dataset: dataset, embeddings: Matrix(rows: rows))
            var settings = SplitSettings()
            settings.search.removal.minimumClassCount = 5
            for level in try Progression(of: embedded, by: settings).levels(count: 5) {
                let test = dataset.samples(ofClasses: level.partition.classes(on: .test))
                let classes = test.map { dataset.classOfSample[$0] }
                let scores = try RetrievalSet(embedded.embeddings.selectingRows(test), classNumbers: classes).scores()
                    .mean()
                print(level.arm, level.distance.squared, scores[.recall(1)] ?? 0)
            }
            // end
        }
        #expect(lines.count >= 4 && lines.contains { $0.hasPrefix("start ") }, "\(lines)")
        let columns = lines.map { $0.split(separator: " ").compactMap { Double($0) } }
        #expect(columns.allSatisfy { $0.count == 2 && $0[1] > 0 && $0[1] <= 1 })
        #expect(zip(columns, columns.dropFirst()).allSatisfy { $0[0] < $1[0] })
    }
}
