import DenseLinearAlgebra
import Differentiation
import Testing
import TestSupport

/// Every operation against central differences.
@Suite struct OperationTests {
    static let shapes: [(Int, Int)] = [(1, 1), (1, 5), (4, 1), (3, 4), (7, 6)]
    private let tolerance = 1e-8

    private func expect(_ name: String, _ inputs: [Matrix<Double>], _ computation: Computation) {
        let error = errorOfGradient(of: inputs, computation)
        #expect(error < tolerance, "\(name) of \(inputs.map { ($0.rowCount, $0.columnCount) })")
    }

    @Test(arguments: shapes) func functionsOfElements(_ n: Int, _ d: Int) {
        let any = seededMatrix(n, d, seed: 1, scale: 2)
        let positive = seededMatrix(n, d, seed: 2, scale: 0.7, shift: 1)
        let cosines = seededMatrix(n, d, seed: 3, scale: 0.9)
        expect("exp", [any]) { $0[0].exp() }
        expect("log", [positive]) { $0[0].log() }
        expect("log1p", [positive]) { $0[0].log1p() }
        expect("square root", [positive]) { $0[0].squareRoot() }
        expect("square", [any]) { $0[0].squared() }
        expect("reciprocal", [positive]) { $0[0].reciprocal() }
        expect("rectified", [any]) { $0[0].rectified() }
        expect("softplus", [any]) { ($0[0] * 10).softplus() }
        expect("absolute value", [any]) { $0[0].absoluteValue() }
        expect("cosine", [any]) { $0[0].cosine() }
        expect("arccosine", [cosines]) { $0[0].arccosine() }
        expect("clamped", [any]) { $0[0].clamped(to: -0.5...0.75) }
        expect("affine", [any]) { 3 - 2 * $0[0] + $0[0] / 4 - 1 + (1 + -$0[0]) * 0.5 }
    }

    @Test(arguments: shapes) func pairsOfElements(_ n: Int, _ d: Int) {
        let a = seededMatrix(n, d, seed: 4, scale: 2)
        let others = [(n, d), (1, d), (n, 1), (1, 1)].map { seededMatrix($0.0, $0.1, seed: 5, scale: 0.7, shift: 1.5) }
        for b in others {
            for inputs in [[a, b], [b, a]] {
                expect("+", inputs) { $0[0] + $0[1] }
                expect("−", inputs) { $0[0] - $0[1] }
                expect("×", inputs) { $0[0] * $0[1] }
                expect("maximum", inputs) { maximum($0[0], $0[1]) }
                expect("minimum", inputs) { minimum($0[0], $0[1]) }
            }
            expect("÷", [a, b]) { $0[0] / $0[1] }
            expect("÷", [b, b]) { $0[0] / $0[1] }
        }
        // A row with a column.
        let (row, column) = (seededMatrix(1, d, seed: 6), seededMatrix(n, 1, seed: 7))
        expect("row × column", [row, column]) { $0[0] * $0[1] + $0[1] - $0[0] }
        expect("one operand twice", [a]) { $0[0] * $0[0] - $0[0] * 2 }
    }

    @Test(arguments: shapes) func sumsAndRows(_ n: Int, _ d: Int) {
        let a = seededMatrix(n, d, seed: 8, scale: 3)
        for part in [nil, 0, 1, 2] as [Int?] {
            func mask(_ x: Variable<Double>) -> Mask? {
                part.map { part in x.tape.mask(rowCount: n, columnCount: d) { ($0 + 2 * $1) % 3 < part } }
            }
            expect("row sums", [a]) { $0[0].rowSums(where: mask($0[0])) }
            expect("column sums", [a]) { $0[0].columnSums(where: mask($0[0])) }
            expect("sum", [a]) { $0[0].sum(where: mask($0[0])) }
            expect("mean", [a]) { $0[0].mean(where: mask($0[0])) }
            expect("log-sum-exp", [a]) { $0[0].rowLogSumExp(where: mask($0[0])) }
            expect("log-sum-exp with one", [a]) { $0[0].rowLogSumExp(where: mask($0[0]), addingOne: true) }
            expect("softmax", [a]) { $0[0].rowSoftmax(where: mask($0[0])) }
            expect("row maxima", [a]) { $0[0].rowMaxima(where: mask($0[0]), otherwise: 7) }
            expect("row minima", [a]) { $0[0].rowMinima(where: mask($0[0]), otherwise: 7) }
            guard part != nil else { continue }
            expect("filled", [a]) { x in mask(x[0]).map { x[0].filled(where: $0, with: 5) } ?? x[0] }
            expect("select", [a, a]) { x in mask(x[0]).map { select($0, x[0], x[1] * 3) } ?? x[0] }
        }
        expect("row means", [a]) { $0[0].rowMeans() }
        expect("column means", [a]) { $0[0].columnMeans() }
        expect("normalised rows", [a]) { $0[0].normalizedRows() }
        expect("reshaped", [a]) { $0[0].reshaped(rowCount: d, columnCount: n) }
        expect("transposed", [a]) { $0[0].transposed() * 2 }
    }

    @Test func products() {
        for (m, n, k) in [(1, 1, 1), (2, 3, 4), (5, 1, 3), (1, 4, 2), (6, 7, 5)] {
            for (left, right) in [(false, false), (true, false), (false, true), (true, true)] {
                let a = left ? seededMatrix(k, m, seed: 9) : seededMatrix(m, k, seed: 9)
                let b = right ? seededMatrix(n, k, seed: 10) : seededMatrix(k, n, seed: 10)
                expect("product", [a, b]) {
                    product($0[0], $0[1], transposingLeft: left, transposingRight: right)
                }
            }
            let (a, b) = (seededMatrix(m, k, seed: 11, shift: 0.3), seededMatrix(n, k, seed: 12))
            expect("inner products", [a, b]) { innerProducts($0[0], $0[1]) }
            expect("cosines", [a, b]) { cosines($0[0], $0[1]) }
            expect("squared distances", [a, b]) { squaredDistances($0[0], $0[1]) }
            expect("distances", [a, b]) { distances($0[0], $0[1]) }
            expect("log-sum-exp of inner products", [a, b]) { logSumExpOfInnerProducts($0[0], $0[1]) * 2 }
            expect("squared distances within", [a]) { squaredDistances($0[0], $0[0]) }
        }
        for (groups, count, d) in [(1, 1, 1), (3, 2, 4), (2, 5, 3), (4, 1, 2)] {
            let a = seededMatrix(groups * count, d, seed: 16)
            expect("inner products in groups", [a]) { groupedInnerProducts($0[0], groupsOf: count) }
            expect("inner products in groups and more", [a]) {
                groupedInnerProducts($0[0], groupsOf: count).rowSums() * $0[0]
            }
            let tape = Tape<Double>()
            let x = tape.variable(a)
            let (found, whole) = (groupedInnerProducts(x, groupsOf: count).matrix, innerProducts(x, x).matrix)
            for i in 0..<groups * count {
                for j in 0..<count { #expect(abs(found[i, j] - whole[i, i / count * count + j]) < 1e-12) }
            }
        }
        let square = seededMatrix(4, 4, seed: 13)
        expect("log-sum-exp of inner products with itself", [square]) { logSumExpOfInnerProducts($0[0], $0[0]) }
        expect("a product with itself", [square]) { product($0[0], $0[0]) }
        expect("a product with its transpose", [square]) { product($0[0], $0[0], transposingRight: true) }
    }

    /// In several blocks it is what the whole matrix of inner products gives.
    @Test func innerProductsInBlocks() {
        let tape = Tape<Double>()
        let (a, b) = (seededMatrix(150, 3, seed: 17, scale: 2), seededMatrix(20_000, 3, seed: 18, scale: 2))
        let weights = tape.constant(seededMatrix(150, 1, seed: 19))
        var found: [[Matrix<Double>]] = []
        for inBlocks in [true, false] {
            let (x, y) = (tape.variable(a), tape.variable(b))
            let sums = inBlocks ? logSumExpOfInnerProducts(x, y) : innerProducts(x, y).rowLogSumExp()
            tape.differentiate((sums * weights).sum())
            found.append([sums.matrix, tape.gradient(of: x), tape.gradient(of: y)])
        }
        for (some, all) in zip(found[0], found[1]) {
            #expect(zip(some.elements, all.elements).allSatisfy { abs($0 - $1) < 1e-10 })
            #expect(all.elements.contains { abs($0) > 1e-4 })
        }
        #expect(
            logSumExpOfInnerProducts(tape.variable(a), tape.variable(Matrix(rowCount: 0, columnCount: 3))).matrix
                == Matrix(rowCount: 150, columnCount: 1))
    }

    @Test func partsOfMatrices() {
        let (a, b) = (seededMatrix(4, 5, seed: 14), seededMatrix(3, 5, seed: 15))
        expect("rows", [a]) { $0[0].rows(at: [2, 0, 2, 3]) }
        expect("elements of rows", [a]) { $0[0].elements(atColumns: [4, 0, 0, 2]) }
        expect("elements", [a]) { $0[0].elements(atRows: [1, 1, 3, 1], columns: [0, 4, 2, 0]) }
        expect("rows appended", [a, b]) { $0[0].appendingRows($0[1]) }
        expect("columns appended", [a, b]) { $0[0].transposed().appendingColumns($0[1].transposed()) }
        expect("rows sliced", [a]) { $0[0].rows(1..<3) }
        expect("columns sliced", [a]) { $0[0].columns(2..<5) + $0[0].columns(0..<3) }
    }

    /// Where a function has a corner or no elements, the derivative is as its documentation says.
    @Test func edges() {
        let tape = Tape<Double>()
        func gradient(_ values: [Double], _ computation: (Variable<Double>) -> Variable<Double>) -> [Double] {
            tape.reset()
            let x = tape.variable(Matrix(rowCount: 1, columnCount: values.count, elements: values))
            tape.differentiate(computation(x).sum())
            return tape.gradient(of: x).elements
        }
        #expect(gradient([-1, 0, 1]) { $0.rectified() } == [0, 0, 1])
        #expect(gradient([-1, 0, 1]) { $0.absoluteValue() } == [-1, 0, 1])
        #expect(gradient([0, 4]) { $0.squareRoot() } == [0, 0.25])
        #expect(gradient([-1, 0, 1, 2]) { $0.clamped(to: 0...1) } == [0, 1, 1, 0])
        #expect(gradient([0, 0]) { $0.normalizedRows() } == [0, 0])
        #expect(gradient([3, 3, 1]) { $0.rowMaxima() } == [1, 0, 0])
        #expect(gradient([1, 3, 1]) { $0.rowMinima() } == [1, 0, 0])
        #expect(gradient([2, 2]) { maximum($0, $0 * 1) } == [1, 1])
        #expect(gradient([0]) { $0.log() } == [.infinity])
        #expect(gradient([800, -800]) { $0.softplus() } == [1, 0])
        #expect(gradient([1000, 0]) { $0.rowLogSumExp() } == [1, 0])
        #expect(gradient([-1000]) { $0.rowLogSumExp(addingOne: true) } == [0])
        let none = { (x: Variable<Double>) in x.tape.mask(rowCount: 1, columnCount: 2) { _, _ in false } }
        #expect(gradient([1, 2]) { $0.rowLogSumExp(where: none($0)) } == [0, 0])
        #expect(gradient([1, 2]) { $0.rowSoftmax(where: none($0)) } == [0, 0])
        #expect(gradient([1, 2]) { $0.rowMaxima(where: none($0), otherwise: 9) } == [0, 0])
        #expect(gradient([1, 2]) { $0.detached() * $0 } == [1, 2])
        // Coincident rows have a distance of 0 with a derivative of 0.
        #expect(gradient([3, 4]) { distances($0, $0.detached()) } == [0, 0])
    }

    @Test func valuesComputedByHand() {
        let tape = Tape<Double>()
        let x = tape.variable(Matrix(rows: [[3, 4], [0, 0], [1, -1]]))
        for (value, expected) in zip(x.normalizedRows().matrix.row(0), [0.6, 0.8]) {
            #expect(abs(value - expected) < 1e-15)
        }
        #expect(x.normalizedRows().matrix.row(1).elementsEqual([0, 0]))
        #expect(squaredDistances(x, x).matrix.row(0).elementsEqual([0, 25, 29]))
        #expect(x.columnSums().matrix.elements == [4, 3] && x.rowSums().matrix.elements == [7, 0, 0])
        #expect(x.sum().value == 7 && abs(x.mean().value - 7.0 / 6) < 1e-15)
        #expect(x.transposed().matrix == Matrix(rows: [[3, 0, 1], [4, 0, -1]]))
        let mask = x .> 0.5
        #expect(Array(mask.elements) == [true, true, false, false, true, false] && mask.count == 3)
        #expect(x.rowMaxima(where: mask, otherwise: -7).matrix.elements == [4, -7, 1])
        #expect(x.rowLogSumExp(where: mask).matrix[1, 0] == 0)
        #expect(Array((.!mask .& (x .< 0.1)).elements) == [false, false, true, true, false, true])
        #expect(Array(mask.rowsWithAny.elements) == [true, false, true])
        #expect(Array(mask.columnsWithAny.elements) == [true, true])
        #expect(mask.positions.rows == [0, 0, 2] && mask.positions.columns == [0, 1, 0])
        #expect(tape.constant(mask).rowSums().matrix.elements == [2, 0, 1])
        let classes = tape.equality([5, 7, 5], [5, 7, 5])
        #expect((classes .& .!tape.diagonal(3)).positions.columns == [2, 0])
        #expect(product(x, x, transposingRight: true).matrix[0, 2] == -1)
        let ranked = tape.variable(Matrix(rows: [[1, 5, 5, 2, 5], [9, 0, -1, 9, 3]]))
        #expect(ranked.largest(2).positions.columns == [1, 2, 0, 3])
        #expect(ranked.largest(4).positions.columns == [1, 2, 3, 4, 0, 1, 3, 4])
        #expect(ranked.largest(9).count == 10 && ranked.largest(0).count == 0)
        var values: [Double] = []
        x.copyValues(into: &values)
        #expect(values == [3, 4, 0, 0, 1, -1])
        #expect(x.appendingRows(x).rowCount == 6 && x.columns(1..<2).matrix.elements == [4, 0, -1])
    }

    /// Both precisions are one code.
    @Test func singlePrecisionAgrees() {
        let a = seededMatrix(6, 9, seed: 20)
        func loss<Scalar: TapeScalar>(_ x: Variable<Scalar>) -> Variable<Scalar> {
            let s = cosines(x, x)
            let others = .!x.tape.diagonal(x.rowCount)
            return (s * 5).rowLogSumExp(where: others, addingOne: true).mean()
                + distances(x, x).rowMaxima(where: others).softplus().sum() + (s.rowSoftmax() * s).sum()
        }
        let (precise, tape) = (Tape<Double>(), Tape<Float>())
        let x = precise.variable(a)
        let y = tape.variable(Matrix<Float>(rowCount: 6, columnCount: 9, elements: a.elements.map { Float($0) }))
        let (first, second) = (loss(x), loss(y))
        precise.differentiate(first)
        tape.differentiate(second)
        #expect(abs(Double(second.value) - first.value) < 1e-5)
        for (p, q) in zip(precise.gradient(of: x).elements, tape.gradient(of: y).elements) {
            #expect(abs(p - Double(q)) < 1e-5)
        }
    }
}
