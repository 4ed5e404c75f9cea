import DenseLinearAlgebra
import Differentiation
import TestSupport

typealias Computation = ([Variable<Double>]) -> Variable<Double>

/// A seeded matrix of values in ±1, moved and scaled.
func seededMatrix(
    _ rowCount: Int, _ columnCount: Int, seed: UInt64, scale: Double = 1, shift: Double = 0
) -> Matrix<Double> {
    var generator = SplitMix64(seed: seed)
    let values = (0..<rowCount * columnCount).map { _ in shift + scale * generator.uniform() }
    return Matrix(rowCount: rowCount, columnCount: columnCount, elements: values)
}

/// The largest difference between the gradient of a computation and central differences, relative to the largest
/// derivative or 1.
///
/// The computation's result, whatever its shape, is multiplied by fixed weights and summed up, so that all of its elements
/// count and each differently.
func errorOfGradient(of inputs: [Matrix<Double>], step: Double = 1e-5, _ computation: Computation) -> Double {
    let tape = Tape<Double>()
    func weighted(_ result: Variable<Double>) -> Variable<Double> {
        (result * tape.constant(seededMatrix(result.rowCount, result.columnCount, seed: 99, shift: 0.5))).sum()
    }
    func value(_ inputs: [Matrix<Double>]) -> Double {
        tape.reset()
        return weighted(computation(inputs.map { tape.variable($0) })).value
    }
    let variables = inputs.map { tape.variable($0) }
    tape.differentiate(weighted(computation(variables)))
    let gradients = variables.map { tape.gradient(of: $0) }
    var (error, largest) = (0.0, 1.0)
    for (number, input) in inputs.enumerated() {
        for i in 0..<input.rowCount {
            for j in 0..<input.columnCount {
                var (above, below) = (inputs, inputs)
                above[number][i, j] += step
                below[number][i, j] -= step
                let difference = (value(above) - value(below)) / (2 * step)
                error = max(error, abs(difference - gradients[number][i, j]))
                if !(difference - gradients[number][i, j]).isFinite { return .infinity }
                largest = max(largest, abs(difference))
            }
        }
    }
    return error / largest
}
