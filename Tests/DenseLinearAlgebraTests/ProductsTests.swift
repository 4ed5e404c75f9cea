import DenseLinearAlgebra
import TestSupport
import Testing

@Suite struct ProductsTests {
    @Test func productWithTransposes() {
        let a = Matrix<Double>(rows: [[1, 2, 3], [4, 5, 6]])
        let b = Matrix<Double>(rows: [[1, 0], [0, 1], [2, -1]])
        let expected = Matrix<Double>(rows: [[7, -1], [16, -1]])
        #expect(product(a, b) == expected)
        #expect(product(a.transposed(), b.transposed(), transposingLeft: true, transposingRight: true) == expected)
        #expect(product(a.transposed(), b, transposingLeft: true) == expected)
        #expect(product(a, b.transposed(), transposingRight: true) == expected)
    }

    @Test func emptyProductsAreZero() {
        let none = Matrix<Double>(rowCount: 2, columnCount: 0)
        #expect(product(none, none, transposingRight: true) == Matrix(rowCount: 2, columnCount: 2))
        #expect(gramMatrix(Matrix(rowCount: 0, columnCount: 2)) == Matrix(rowCount: 2, columnCount: 2))
    }

    @Test func gramMatrixIsTheProductWithTheTranspose() {
        let a = Matrix<Double>(rows: [[1, 2], [3, 4], [5, 6]])
        #expect(gramMatrix(a) == Matrix(rows: [[35, 44], [44, 56]]))
    }

    @Test func triangularSystems() {
        let u = Matrix<Double>(rows: [[2, 1], [0, 4]])
        let a = Matrix<Double>(rows: [[2, 9], [-4, 6], [0, 4]])
        let x = solve(a, byUpperTriangular: u)
        #expect(x == Matrix(rows: [[1, 2], [-2, 2], [0, 1]]))
        #expect(product(x, u) == a)
        #expect(product(solve(a, byTransposeOfUpperTriangular: u), u, transposingRight: true) == a)
    }

    @Test func innerProductsOfABlockOfRows() {
        let queries = Matrix<Float>(rows: [[9, 9], [1, 2], [3, -1]])
        let gallery = Matrix<Float>(rows: [[1, 0], [0, 1], [1, 1], [2, 2]])
        var buffer: [Float] = []
        innerProducts(ofRows: 1..<3, of: queries, with: gallery, into: &buffer)
        #expect(buffer == [1, 2, 3, 6, 3, -1, 2, 4])
        innerProducts(ofRows: 2..<3, of: queries, with: gallery, into: &buffer)
        #expect(buffer == [3, -1, 2, 4, 3, -1, 2, 4], "a shorter block leaves the rest of the buffer alone")
        innerProducts(ofRows: 0..<2, of: queries, with: gallery, rows: 2..<4, into: &buffer)
        #expect(buffer[..<4] == [18, 36, 3, 6])
    }

    @Test func rowsAndSelections() {
        let a = Matrix<Float>(rows: [[1, 2], [3, 4], [5, 6]])
        #expect(Array(a.row(1)) == [3, 4])
        #expect(a.selectingRows([2, 0, 2]) == Matrix(rows: [[5, 6], [1, 2], [5, 6]]))
        #expect(a.selectingRows([]).columnCount == 2)
        #expect(a.firstNonFinite == nil)
    }
}
