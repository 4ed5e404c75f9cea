import DenseLinearAlgebra
import Frechet
import Parallel
import TestSupport
import Testing

/// Distances against exact values, which an independent computation in integers found.
@Suite struct ExactDistanceTests {
    @Test func theFixtureIsThere() {
        #expect(FrechetReferenceCase.all.count == 55)
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
        // On one thread, for other tests change the number of BLAS's threads meanwhile, and that turns the last bits.
        let (distance, back) = try withSerialBLAS { (try frechetDistance(a, b), try frechetDistance(b, a)) }
        #expect(reference.accepts(distance.squared, for: reference.exact))
        #expect(reference.accepts(distance.meanPart, for: reference.meanPart))
        #expect(back == distance)
    }

    @Test(arguments: FrechetReferenceCase.all)
    func singlePrecision(_ reference: FrechetReferenceCase) throws {
        let sides = [0, 1].map { side in Matrix(rows: reference.rows(side).map { $0.map(Float.init) }) }
        let distance = try frechetDistance(sides[0], sides[1]).squared
        #expect(reference.accepts(distance, for: reference.exactFloat32))
    }
}
