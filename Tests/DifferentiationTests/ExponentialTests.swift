import DenseLinearAlgebra
import Differentiation
import Foundation
import Testing

/// The exponential of single precision, which is our own, against that of double precision.
@Suite struct ExponentialTests {
    private func exponentials(of values: [Float]) -> [Float] {
        let tape = Tape<Float>()
        return tape.variable(Matrix(rowCount: 1, columnCount: values.count, elements: values)).exp().matrix.elements
    }

    @Test func isWithinOneUnitInTheLastPlace() {
        // All exponents, of both signs, a few thousand values each; and every result that is not a subnormal number.
        let values = (0..<400_000).map { Float(-87.3 + 176.0 * Double($0) / 400_000) }.filter { $0 < 88.7 }
        let tiny = (-126..<6).flatMap { exponent in
            (0..<64).flatMap { step in
                let size = Float(sign: .plus, exponent: exponent, significand: 1 + Float(step) / 64)
                return [size, -size]
            }
        }
        var worst = 0.0
        for (x, y) in zip(values + tiny, exponentials(of: values + tiny)) {
            let exact = Foundation.exp(Double(x))
            worst = max(worst, abs(Double(y) - exact) / Double(Float(exact).ulp))
        }
        #expect(worst < 1.1)
        #expect(worst > 0.5, "no rounding at all: the test does not see single precision")
    }

    @Test func limits() {
        let largest = Float.greatestFiniteMagnitude
        let values: [Float] = [
            0, -0.0, 88.72283, 88.7229, 89, 1e30, largest, .infinity, -104, -1e30, -largest, -.infinity,
        ]
        for (x, y) in zip(values, exponentials(of: values)) {
            let expected = Float(Foundation.exp(Double(x)))
            #expect(y == expected || abs(y / expected - 1) < 2e-7, "exp \(x) = \(y)")
        }
        #expect(exponentials(of: [.nan])[0].isNaN)
        // Subnormal results lose digits, but not to 0.
        let small = exponentials(of: [-88, -95, -103])
        for (x, y) in zip([-88.0, -95, -103], small) {
            #expect(abs(Double(y) - Foundation.exp(x)) <= 1.5 * Double(Float.leastNonzeroMagnitude))
        }
    }
}
