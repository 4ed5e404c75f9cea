import DenseLinearAlgebra
import Differentiation
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
}
