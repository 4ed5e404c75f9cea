import DenseLinearAlgebra
import Testing

/// Matrices whose values lie in memory of somebody else.
@Suite struct MatrixTests {
    /// Six values, and who keeps them.
    private final class Keeper: Sendable {
        nonisolated(unsafe) let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: 6)
        init() { for place in 0..<6 { values[place] = Float(place) } }
        deinit { values.deallocate() }
    }

    private let keeper = Keeper()
    private var elsewhere: Matrix<Float> {
        Matrix(rowCount: 3, columnCount: 2, valuesIn: UnsafeBufferPointer(keeper.values), keptBy: keeper)
    }
    private let own = Matrix<Float>(rows: [[0, 1], [2, 3], [4, 5]])

    @Test func valuesThatLieElsewhereAreValues() {
        let matrix = elsewhere
        #expect(matrix == own && matrix.elements == own.elements && Array(matrix.row(1)) == [2, 3])
        #expect(matrix[2, 0] == 4 && matrix.selectingRows([2, 0]) == own.selectingRows([2, 0]))
        #expect(matrix.transposed() == own.transposed() && Matrix<Double>(matrix) == Matrix<Double>(own))
        #expect(matrix.withElements { $0.baseAddress } == UnsafePointer(keeper.values.baseAddress))
        #expect(matrix != Matrix<Float>(rowCount: 2, columnCount: 3, elements: own.elements))
        #expect(matrix.firstNonFinite == nil)
        keeper.values[3] = .nan
        #expect(matrix.firstNonFinite.map { [$0.row, $0.column] } == [1, 1])
    }

    @Test func whoeverChangesThemGetsACopy() {
        var matrix = elsewhere
        matrix[1, 0] = 7
        #expect(matrix == Matrix(rows: [[0, 1], [7, 3], [4, 5]]) && elsewhere == own)
    }

    /// The memory stays for as long as a matrix needs it.
    @Test func aMatrixKeepsItsKeeper() {
        weak var last: Keeper?
        do {
            let keeper = Keeper()
            last = keeper
            let matrix = Matrix(
                rowCount: 2, columnCount: 3, valuesIn: UnsafeBufferPointer(keeper.values), keptBy: keeper)
            let copy = matrix
            #expect(last != nil && copy[1, 2] == 5)
        }
        #expect(last == nil)
    }
}
