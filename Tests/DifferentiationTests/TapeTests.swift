import DenseLinearAlgebra
import Differentiation
import Testing
import TestSupport

@Suite struct TapeTests {
    private func step(_ tape: Tape<Float>, _ weights: Parameter<Float>, _ rows: [Int]) -> Float {
        tape.reset()
        let w = tape.leaf(weights)
        let x = tape.constant(Matrix(rowCount: 8, columnCount: 5, repeating: 0.5)).rows(at: rows)
        let s = cosines(x, w.transposed()) + product(x, w).softplus()
        let mask = tape.equality([0, 1, 0, 1], [0, 1, 0])
        let loss = (s * 3).rowLogSumExp(where: mask .| (s .> 0.5), addingOne: true).mean()
        tape.differentiate(loss)
        return loss.value
    }

    @Test func aStepAfterTheFirstTakesNoMemory() {
        let tape = Tape<Float>()
        var generator = SplitMix64(seed: 1)
        let values = (0..<15).map { _ in generator.nextFloat() }
        let weights = Parameter<Float>(Matrix(rowCount: 5, columnCount: 3, elements: values))
        let first = step(tape, weights, [0, 1, 2, 3])
        let gradient = weights.gradientMatrix
        #expect(gradient.elements.contains { $0 != 0 })
        let (count, notes) = (tape.allocationCount, tape.count)
        for _ in 0..<3 {
            #expect(step(tape, weights, [0, 1, 2, 3]) == first)
            #expect(weights.gradientMatrix == gradient)
        }
        #expect(tape.allocationCount == count && tape.count == notes && count > 0)
    }

    /// Memory that held larger matrices of another computation does not show.
    @Test func aTapeIsReusedForOtherComputations() {
        let tape = Tape<Double>()
        for (n, seed) in [(9, 1), (2, 2), (5, 3), (1, 4)] as [(Int, UInt64)] {
            let a = seededMatrix(n, 4, seed: seed)
            func run(_ tape: Tape<Double>) -> (Double, Matrix<Double>) {
                tape.reset()
                let x = tape.variable(a)
                let result =
                    (cosines(x, x).exp() * tape.constant(seededMatrix(n, n, seed: 9))).sum() + x.squared().sum()
                tape.differentiate(result)
                return (result.value, tape.gradient(of: x))
            }
            let (reused, fresh) = (run(tape), run(Tape()))
            #expect(reused.0 == fresh.0 && reused.1 == fresh.1)
        }
    }

    @Test func onlyWhatTheResultDependsOnHasAGradient() {
        let tape = Tape<Double>()
        let (x, y, c) = (
            tape.variable(Matrix(rows: [[2]])), tape.variable(Matrix(rows: [[3]])), tape.constant(Matrix(rows: [[5]]))
        )
        let first = x * c
        let second = x * y
        tape.differentiate(first)
        #expect(tape.gradient(of: x).elements == [5] && tape.gradient(of: y).elements == [0])
        tape.differentiate(second)
        #expect(tape.gradient(of: x).elements == [3] && tape.gradient(of: y).elements == [2])
        #expect(tape.gradient(of: c).elements == [0])
    }

    @Test func parametersAreNotCopied() {
        let tape = Tape<Double>()
        let parameter = Parameter<Double>(Matrix(rows: [[2, 3]]))
        let x = tape.leaf(parameter)
        parameter.values[1] = 5
        let result = x.squared().sum()
        tape.differentiate(result)
        #expect(result.value == 29 && Array(parameter.gradient) == [4, 10])
        #expect(parameter.matrix == Matrix(rows: [[2, 5]]))
    }

    @Test func emptyMatrices() {
        let tape = Tape<Double>()
        let x = tape.variable(Matrix(rowCount: 0, columnCount: 3))
        #expect(x.sum().value == 0 && x.mean().value == 0 && x.rowSums().rowCount == 0)
        #expect(x.columnSums().matrix.elements == [0, 0, 0])
        let distances = squaredDistances(x, tape.variable(Matrix(rows: [[1, 2, 3]])))
        #expect(distances.rowCount == 0 && distances.columnCount == 1)
        let empty = tape.variable(Matrix(rowCount: 2, columnCount: 0))
        #expect(product(empty, empty, transposingRight: true).matrix == Matrix(rows: [[0, 0], [0, 0]]))
        #expect(empty.rowMaxima(otherwise: 4).matrix.elements == [4, 4])
        tape.differentiate(empty.normalizedRows().sum() + x.squared().sum())
        #expect(tape.gradient(of: x).rowCount == 0)
    }
}
