import DenseLinearAlgebra
import Differentiation
import HeadTraining
import TestSupport
import Testing

/// Snippets of derivatives and of training.
@Suite struct TrainingSnippets {
    @Test func tape() {
        let lines = printed {
            // snippet
            let tape = Tape<Double>()
            let x = tape.variable(Matrix(rows: [[3, 4]]))
            let length = x.squared().sum().squareRoot()
            tape.differentiate(length)
            print(length.value, tape.gradient(of: x).elements)  // 5.0, and 0.6 and 0.8 but for rounding
            // end
        }
        #expect(lines.count == 1 && lines[0].hasPrefix("5.0 [0.6") && lines[0].hasSuffix(", 0.8]"))
    }

    @Test func head() throws {
        let (features, labels) = clusteredEmbeddings(n: 400, d: 16, classCount: 40, spread: 0.5, seed: 3)
        let (unseen, _) = clusteredEmbeddings(n: 10, d: 16, classCount: 4, spread: 0.5, seed: 4)
        // snippet
        let objective = try KnownObjectives.objective(named: "proxy-anchor")
        var settings = HeadTrainingSettings(objective: objective)
        settings.stepCount = 300
        let trained = try trainHead(features: features, labels: labels, settings: settings)
        let embeddings = trained.head.embeddings(of: unseen)
        // end
        #expect(embeddings.rowCount == 10 && embeddings.columnCount == 128 && trained.losses.count == 6)
    }
}
