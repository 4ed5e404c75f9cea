import DenseLinearAlgebra
import Retrieval
import Testing
import TestSupport

@Suite struct PrincipalComponentsTests {
    @Test func valuesOfScikitLearn() throws {
        let references = try TestTimeTricksFixture().components
        #expect(references.count == 3)
        for reference in references {
            let (points, _) = clusteredEmbeddings(
                n: reference.n, d: reference.d, classCount: reference.classCount, spread: reference.spread,
                seed: reference.seed)
            let components = try PrincipalComponents(of: points, count: reference.count)
            #expect(components.variances.count == reference.count)
            for (value, expected) in zip(components.variances, reference.variances) {
                #expect(abs(value - expected) < 1e-12 * reference.variances[0])
            }
            // Signs too: scikit-learn has the same rule.
            for (value, expected) in zip(components.directions.elements, reference.directions.joined()) {
                #expect(abs(value - expected) < 1e-9)
            }
            let projected = components.projection(of: points)
            #expect(projected.rowCount == reference.n && projected.columnCount == reference.count)
            for (value, expected) in zip(projected.elements, reference.projections.joined()) {
                #expect(abs(Double(value) - expected) < 1e-6)
            }
        }
    }

    /// Points on a line through (1, 2) along (3, −4): one direction, and −4 is the value of largest magnitude.
    @Test func aLineByHand() throws {
        let line = Matrix<Float>(rows: [[1, 2], [4, -2], [-2, 6]])
        let components = try PrincipalComponents(of: line, count: 1)
        #expect(components.mean == [1, 2])
        for (value, expected) in zip(components.directions.elements, [-0.6, 0.8]) {
            #expect(abs(value - expected) < 1e-15)
        }
        #expect(abs(components.variances[0] - 25) < 1e-13)
        #expect(components.projection(of: line).elements == [0, -5, 5])
        #expect(components.projection(of: Matrix(rows: [[1 - 4, 2 - 3]])).elements.allSatisfy { abs($0) < 1e-6 })
        #expect(throws: RetrievalError.tooFewDirections(found: 1, expected: 2)) {
            try PrincipalComponents(of: line, count: 2)
        }
    }

    /// With more rows than columns, with fewer, and with as many.
    @Test(arguments: [(50, 7, 7), (6, 20, 5), (12, 12, 11), (2, 3, 1)])
    func allDirectionsKeepEveryDistance(n: Int, d: Int, rank: Int) throws {
        let (points, classes) = clusteredEmbeddings(n: n, d: d, classCount: 4, spread: 1, seed: UInt64(n))
        let components = try PrincipalComponents(of: points, count: rank)
        let projected = components.projection(of: points)
        for i in 0..<n {
            for j in 0..<n {
                #expect(abs(negativeSquaredDistance(points, i, j) - negativeSquaredDistance(projected, i, j)) < 1e-5)
            }
        }
        #expect(
            try RetrievalSet(projected, classNumbers: classes).ranks(by: RankingRules(similarity: .euclidean))
                == RetrievalSet(points, classNumbers: classes).ranks(by: RankingRules(similarity: .euclidean)))
        let identity = product(components.directions, components.directions, transposingRight: true)
        for (value, expected) in zip(identity.elements, Matrix<Double>.identity(rank).elements) {
            #expect(abs(value - expected) < 1e-12)
        }
    }

    /// More rows than are centred at a time, so that blocks meet.
    @Test func fewerDirectionsAreTheLeadingOnes() throws {
        let (points, _) = clusteredEmbeddings(n: 2500, d: 24, classCount: 30, spread: 0.5, seed: 8)
        let all = try PrincipalComponents(of: points, count: 24)
        let few = try PrincipalComponents(of: points, count: 5)
        #expect(few.variances == Array(all.variances[..<5]))
        #expect(few.directions == all.directions.selectingRows(0..<5))
        #expect(zip(all.variances, all.variances.dropFirst()).allSatisfy { $0 >= $1 })
        // The variance along a direction is that of the projections.
        let projected = few.projection(of: points)
        for k in 0..<5 {
            let values = (0..<2500).map { Double(projected[$0, k]) }
            #expect(abs(values.reduce(0, +) / 2500) < 1e-6)
            #expect(abs(values.reduce(0) { $0 + $1 * $1 } / 2499 - few.variances[k]) < 1e-6)
        }
        // Rows by themselves go where they go among others, but for the rounding of a product of another size.
        let two = few.projection(of: points.selectingRows([7, 1999]))
        for (value, expected) in zip(two.elements, projected.selectingRows([7, 1999]).elements) {
            #expect(abs(value - expected) < 1e-6)
        }
    }

    @Test func refusals() throws {
        #expect(throws: RetrievalError.tooFewDirections(found: 0, expected: 1)) {
            try PrincipalComponents(of: Matrix(rows: [[1, 2]]), count: 1)
        }
        #expect(throws: RetrievalError.tooFewDirections(found: 0, expected: 2)) {
            try PrincipalComponents(of: Matrix(rowCount: 9, columnCount: 3, repeating: 0.1), count: 2)
        }
        // Three rows span two directions, whatever the number of columns.
        let (points, _) = clusteredEmbeddings(n: 3, d: 8, classCount: 3, spread: 1, seed: 1)
        #expect(throws: RetrievalError.tooFewDirections(found: 2, expected: 5)) {
            try PrincipalComponents(of: points, count: 5)
        }
        #expect(throws: RetrievalError.nonFiniteEmbedding(row: 1, column: 0)) {
            try PrincipalComponents(of: Matrix(rows: [[1, 2], [.nan, 2]]), count: 1)
        }
    }
}
