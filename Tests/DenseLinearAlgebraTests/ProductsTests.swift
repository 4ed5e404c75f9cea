import DenseLinearAlgebra
import Testing

@Suite struct ProductsTests {
    @Test func productWithTransposes() {
        let a = Matrix<Double>(rows: [[1, 2, 3], [4, 5, 6]])
        let b = Matrix<Double>(rows: [[1, 0], [0, 1], [2, -1]])
        let expected = Matrix<Double>(rows: [[7, -1], [16, -1]])
        #expect(product(a, b) == expected)
        #expect(product(a.transposed(), b.transposed(), transposingLeft: true, transposingRight: true) == expected)
    }
}
