import DenseLinearAlgebra
import Differentiation
import HeadTraining
import Testing
import TestSupport

@Suite struct AdamWTests {
    /// The paper's formula in double precision, for counts with and without a rest beside whole vectors.
    @Test(arguments: [1, 7, 8, 21, 64]) func followsTheFormula(_ count: Int) {
        let (rate, decay, beta1, beta2) = (0.01, 0.1, 0.9, 0.999)
        let start: Matrix<Float> = uniformMatrix(1, count, seed: 1)
        let parameter = Parameter(start)
        let optimizer = AdamW(parameter, learningRate: rate, weightDecay: decay)
        var (w, m, v) = (
            start.elements.map { Double($0) }, [Double](repeating: 0, count: count),
            [Double](repeating: 0, count: count)
        )
        for step in 1...20 {
            let gradient: Matrix<Float> = uniformMatrix(1, count, seed: UInt64(step), scale: step == 7 ? 0 : 3)
            for index in 0..<count {
                let g = Double(gradient.elements[index])
                parameter.gradient[index] = gradient.elements[index]
                m[index] = beta1 * m[index] + (1 - beta1) * g
                v[index] = beta2 * v[index] + (1 - beta2) * g * g
                let first = m[index] / (1 - power(beta1, step))
                let second = v[index] / (1 - power(beta2, step))
                w[index] -= rate * decay * w[index]
                w[index] -= rate * first / (second.squareRoot() + 1e-8)
            }
            optimizer.advance()
            for (found, expected) in zip(parameter.values, w) { #expect(abs(Double(found) - expected) < 2e-6) }
        }
    }

    private func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { result, _ in result * base }
    }

    /// Each value depends on its own gradient only, to the bit, wherever it is among the others.
    @Test func placesDoNotMatter() {
        func trained(_ values: [Float], _ gradient: [Float]) -> [Float] {
            let parameter = Parameter(Matrix(rowCount: 1, columnCount: values.count, elements: values))
            let optimizer = AdamW(parameter, learningRate: 0.003, weightDecay: 0.01)
            for _ in 0..<5 {
                for (index, value) in gradient.enumerated() { parameter.gradient[index] = value }
                optimizer.advance()
            }
            return parameter.matrix.elements
        }
        let values = (uniformMatrix(1, 19, seed: 3) as Matrix<Float>).elements
        let gradient = (uniformMatrix(1, 19, seed: 4) as Matrix<Float>).elements
        let together = trained(values, gradient)
        #expect(together == zip(values, gradient).flatMap { trained([$0.0], [$0.1]) })
    }
}
