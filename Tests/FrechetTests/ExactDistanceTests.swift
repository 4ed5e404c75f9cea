import DenseLinearAlgebra
import Frechet
import TestSupport
import Testing

/// Distances against exact values, which an independent computation in integers found.
@Suite struct ExactDistanceTests {
    @Test func theFixtureIsThere() {
        #expect(FrechetReferenceCase.all.count == 43)
    }

    @Test(arguments: FrechetReferenceCase.all)
    func theInputsAreTheScripts(_ reference: FrechetReferenceCase) {
        for side in 0...1 {
            #expect(FrechetReferenceCase.checksum(reference.rows(side)) == reference.checksums[side])
        }
    }

    @Test(arguments: FrechetReferenceCase.all)
    func doublePrecision(_ reference: FrechetReferenceCase) throws {
        let a = try GaussianStatistics(Matrix(rows: reference.rows(0)))
        let b = try GaussianStatistics(Matrix(rows: reference.rows(1)))
        let distance = try frechetDistance(a, b)
        #expect(isNear(distance.squared, reference.exact), "\(distance.squared / reference.exact - 1)")
        #expect(isNear(distance.meanPart, reference.meanPart), "\(distance.meanPart / reference.meanPart - 1)")
        #expect(try frechetDistance(b, a).squared == distance.squared)
    }

    @Test(arguments: FrechetReferenceCase.all)
    func singlePrecision(_ reference: FrechetReferenceCase) throws {
        let sides = [0, 1].map { side in Matrix(rows: reference.rows(side).map { $0.map(Float.init) }) }
        let distance = try frechetDistance(sides[0], sides[1]).squared
        #expect(isNear(distance, reference.exactFloat32), "\(distance / reference.exactFloat32 - 1)")
    }

    /// To 1e-10; where the sets are identical, 0 up to what rounding leaves of the squared difference of two means.
    private func isNear(_ distance: Double, _ exact: Double) -> Bool {
        abs(distance - exact) <= max(1e-10 * exact, 1e-28)
    }
}
