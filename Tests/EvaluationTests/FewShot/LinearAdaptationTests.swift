import DenseLinearAlgebra
import Evaluation
import Foundation
import Retrieval
import Testing
import TestSupport

@Suite struct LinearAdaptationTests {
    /// Two classes that vary in x and differ in y.
    ///
    /// Deviations are ±5 in x, with 2 degrees of freedom: S = diag(50, 0). All are alike, so ρ is its least, ⅓, and
    /// Σ = diag(125/3, 25/3). The means differ by 1 in y: B = diag(0, ½ · 3/25), and B/(B + ½) = 3/28.
    @Test func aMapByHand() throws {
        let support: Matrix<Float> = Matrix(rows: [[0, 0], [10, 0], [0, 1], [10, 1]])
        let adaptation = try LinearAdaptation(support: support, classNumbers: [7, 7, 3, 3], similarity: .euclidean)
        #expect(abs(adaptation.shrinkage - 1.0 / 3) < 1e-15)
        #expect(adaptation.dimension == 2)
        let adapted = try adaptation.adapting(Matrix(rows: [[5, 0.5], [6, 0.5], [5, 1.5]]))
        // The first is the mean, and becomes the origin.
        #expect(adapted.row(0).allSatisfy { abs($0) < 1e-7 })
        #expect(abs(innerProduct(adapted, 1, 1) - 3.0 / 125) < 1e-8)
        #expect(abs(innerProduct(adapted, 2, 2) - 3.0 / 25 * 31 / 28) < 1e-7)
        #expect(abs(innerProduct(adapted, 1, 2)) < 1e-8)
    }

    /// Samples and class means scatter alike in all directions, so that all distances change by one factor.
    @Test func aSupportWithoutDirectionsKeepsTheOrder() throws {
        let offsets: [(Float, Float)] = [(1, 0), (-1, 0), (0, 1), (0, -1)]
        let rows = offsets.flatMap { centre in offsets.map { [6 * centre.0 + $0.0 + 4, 6 * centre.1 + $0.1 - 3] } }
        let adaptation = try LinearAdaptation(
            support: Matrix(rows: rows), classNumbers: (0..<16).map { $0 / 4 }, similarity: .euclidean)
        #expect(adaptation.shrinkage == 1)
        let (points, _) = clusteredEmbeddings(n: 30, d: 2, classCount: 3, spread: 2, seed: 71)
        let adapted = try adaptation.adapting(points)
        let factor = negativeSquaredDistance(adapted, 0, 1) / negativeSquaredDistance(points, 0, 1)
        for i in 0..<30 {
            for j in 0..<i {
                let expected = factor * negativeSquaredDistance(points, i, j)
                #expect(abs(negativeSquaredDistance(adapted, i, j) - expected) < 1e-5 * factor)
            }
        }
    }

    private struct Reference: Decodable {
        struct Adaptation: Decodable {
            let support: [[Float]]
            let classNumbers: [Int]
            let queries: [[Float]]
            let similarity: Similarity
            let shrinkage: Double
            let innerProducts: [[Double]]
        }
        let adaptations: [String: Adaptation]
    }

    /// Compares with numpy, scipy and scikit-learn; `Scripts/fixtures/few_shot_reference.py` made the values.
    @Test func productsEqualThoseOfPlainDefinitions() throws {
        let file = testFile("EvaluationTests/Fixtures/few_shot.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let cases = try decoder.decode(Reference.self, from: Data(contentsOf: file)).adaptations
        #expect(cases.count == 5)
        for (name, reference) in cases {
            let adaptation = try LinearAdaptation(
                support: Matrix(rows: reference.support), classNumbers: reference.classNumbers,
                similarity: reference.similarity)
            // Lengths are rounded to single precision before the map where retrieval is by cosine.
            let tolerance = reference.similarity == .cosine ? 1e-6 : 1e-12
            #expect(abs(adaptation.shrinkage - reference.shrinkage) < tolerance, "\(name)")
            let adapted = try adaptation.adapting(Matrix(rows: reference.queries))
            let largest = reference.innerProducts.joined().map(abs).max() ?? 0
            for (i, row) in reference.innerProducts.enumerated() {
                for (j, expected) in row.enumerated() {
                    let value = innerProduct(adapted, i, j)
                    #expect(abs(value - expected) < 1e-6 * largest, "\(name): \(value), not \(expected)")
                }
            }
        }
    }

    @Test func namesOrderAndLengthsDoNotMatter() throws {
        var generator = SplitMix64(seed: 72)
        for (n, d, classCount) in [(40, 6, 9), (30, 20, 4)] {
            let (rows, classes) = clusteredEmbeddings(n: n, d: d, classCount: classCount, spread: 0.6, seed: 73)
            let order = classes.indices.shuffled(using: &generator)
            let shuffled = rows.selectingRows(order)
            let scaled = shuffled.elements.enumerated().map { $1 * (($0 / d) % 2 == 0 ? 4 : 0.5) }
            let first = try LinearAdaptation(support: rows, classNumbers: classes)
            let second = try LinearAdaptation(
                support: Matrix(rowCount: n, columnCount: d, elements: scaled),
                classNumbers: order.map { 1_000_003 * (8 - classes[$0]) })
            #expect(abs(first.shrinkage - second.shrinkage) < 1e-12)
            let (a, b) = (try first.adapting(rows), try second.adapting(rows))
            #expect(zip(a.elements, b.elements).allSatisfy { abs($0 - $1) < 1e-4 })
            // The map is the same for a row by itself.
            #expect(
                zip(try first.adapting(rows.selectingRows([3])).row(0), a.row(3)).allSatisfy { abs($0 - $1) < 1e-5 })
        }
    }

    @Test func unitsDoNotMatter() throws {
        let (rows, classes) = clusteredEmbeddings(n: 24, d: 5, classCount: 4, spread: 0.6, seed: 74)
        let larger = Matrix(rowCount: 24, columnCount: 5, elements: rows.elements.map { $0 * 1024 })
        let first = try LinearAdaptation(support: rows, classNumbers: classes, similarity: .euclidean)
        let second = try LinearAdaptation(support: larger, classNumbers: classes, similarity: .euclidean)
        let (a, b) = (try first.adapting(rows), try second.adapting(larger))
        #expect(zip(a.elements, b.elements).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(a.elements.contains { abs($0) > 0.1 })
    }

    @Test func oneClassIsWhitened() throws {
        // S = diag(4, 1) · 2/3 of four deviations with 3 degrees of freedom.
        let support: Matrix<Float> = Matrix(rows: [[2, 0], [-2, 0], [0, 1], [0, -1]])
        let adaptation = try LinearAdaptation(support: support, classNumbers: [1, 1, 1, 1], similarity: .euclidean)
        let adapted = try adaptation.adapting(Matrix(rows: [[1, 0], [0, 1]]))
        let rho = adaptation.shrinkage
        let (x, y) = (8.0 / 3 * (1 - rho) + 5.0 / 3 * rho, 2.0 / 3 * (1 - rho) + 5.0 / 3 * rho)
        #expect(abs(innerProduct(adapted, 0, 0) - 1 / x) < 1e-6)
        #expect(abs(innerProduct(adapted, 1, 1) - 1 / y) < 1e-6)
    }

    @Test func aSupportMustVaryWithinClasses() {
        let rows: Matrix<Float> = Matrix(rows: [[1, 2], [3, 5], [0, 1]])
        #expect(throws: EvaluationError.uniformSupport(sampleCount: 3, classCount: 3)) {
            try LinearAdaptation(support: rows, classNumbers: [0, 1, 2])
        }
        // 0.1 has no exact sum of three, but the mean of equal values is the value.
        let same = Matrix<Float>(rows: Array(repeating: [0.1, 0.7], count: 3) + [[0.3, 0.2]])
        #expect(throws: EvaluationError.uniformSupport(sampleCount: 4, classCount: 2)) {
            try LinearAdaptation(support: same, classNumbers: [5, 5, 5, 6])
        }
        #expect(throws: EvaluationError.uniformSupport(sampleCount: 0, classCount: 0)) {
            try LinearAdaptation(support: Matrix(rowCount: 0, columnCount: 2), classNumbers: [])
        }
        // Under cosine, samples of one direction are the same.
        let parallel: Matrix<Float> = Matrix(rows: [[1, 2], [2, 4], [1, 0], [8, 0]])
        #expect(throws: EvaluationError.uniformSupport(sampleCount: 4, classCount: 2)) {
            try LinearAdaptation(support: parallel, classNumbers: [0, 0, 1, 1])
        }
        #expect(throws: Never.self) {
            try LinearAdaptation(support: parallel, classNumbers: [0, 0, 1, 1], similarity: .euclidean)
        }
    }

    @Test func onlyFiniteEmbeddingsAreMapped() throws {
        #expect(throws: RetrievalError.nonFiniteEmbedding(row: 1, column: 0)) {
            try LinearAdaptation(support: Matrix(rows: [[1, 2], [.nan, 3]]), classNumbers: [0, 0])
        }
        let adaptation = try LinearAdaptation(support: Matrix(rows: [[1, 2], [4, 3]]), classNumbers: [0, 0])
        #expect(throws: RetrievalError.nonFiniteEmbedding(row: 0, column: 1)) {
            try adaptation.adapting(Matrix(rows: [[1, .infinity]]))
        }
        #expect(try adaptation.adapting(Matrix(rowCount: 0, columnCount: 2)).rowCount == 0)
    }
}
