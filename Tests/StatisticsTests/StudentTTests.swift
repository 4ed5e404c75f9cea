import Foundation
import Statistics
import Testing
import TestSupport

@Suite struct StudentTTests {
    private struct Reference: Decodable {
        struct Value: Decodable {
            let degrees: Double
            let t: Double
            let p: Double
        }
        let survivals: [Value]
        let quantiles: [Value]
    }

    /// Compares with mpmath and scipy; `Scripts/fixtures/student_t_reference.py` made the values.
    @Test func valuesEqualThoseOfEstablishedTools() throws {
        let file = testFile("StatisticsTests/Fixtures/student_t.json")
        let reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
        #expect(reference.survivals.count > 100 && reference.quantiles.count > 100)
        for value in reference.survivals {
            let upper = studentTSurvival(value.t, degreesOfFreedom: value.degrees)
            expect(upper, value.p, "P(T > \(value.t)), \(value.degrees) degrees of freedom")
            expect(studentTSurvival(-value.t, degreesOfFreedom: value.degrees), 1 - value.p, "P(T > −\(value.t))")
        }
        for value in reference.quantiles {
            let t = -studentTQuantile(value.p, degreesOfFreedom: value.degrees)
            expect(t, value.t, "quantile of \(value.p), \(value.degrees) degrees of freedom")
        }
    }

    private func expect(
        _ value: Double, _ expected: Double, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(
            abs(value - expected) <= 1e-12 * abs(expected), "\(name): \(value), not \(expected)",
            sourceLocation: sourceLocation)
    }

    /// With 1 degree of freedom P(T > t) = ½ − arctan(t)/π; with 2 it is ½ − t/√(8 + 4t²).
    @Test func closedForms() {
        for t in [0.001, 0.3, 1, 2.5, 11] {
            expect(studentTSurvival(t, degreesOfFreedom: 1), 0.5 - atan(t) / .pi, "Cauchy")
            expect(studentTSurvival(t, degreesOfFreedom: 2), 0.5 - t / (8 + 4 * t * t).squareRoot(), "2")
            expect(studentTQuantile(0.5 + atan(t) / .pi, degreesOfFreedom: 1), t, "Cauchy")
        }
        // 1/(πt) far out, where the square of t overflows.
        expect(studentTSurvival(1e200, degreesOfFreedom: 1), 1 / (.pi * 1e200), "Cauchy")
    }

    @Test func tableOfTextbooks() {
        #expect(abs(studentTQuantile(0.975, degreesOfFreedom: 9) - 2.262) < 0.0005)
        #expect(abs(studentTQuantile(0.975, degreesOfFreedom: 19) - 2.093) < 0.0005)
        #expect(abs(studentTQuantile(0.95, degreesOfFreedom: 1) - 6.314) < 0.0005)
        #expect(abs(studentTQuantile(0.975, degreesOfFreedom: 1e6) - 1.95996) < 0.00001)
    }

    @Test func symmetryAndEnds() {
        #expect(studentTQuantile(0.5, degreesOfFreedom: 3) == 0)
        #expect(studentTQuantile(0.75, degreesOfFreedom: 3) == -studentTQuantile(0.25, degreesOfFreedom: 3))
        #expect(studentTSurvival(0, degreesOfFreedom: 3) == 0.5)
        #expect(studentTSurvival(.infinity, degreesOfFreedom: 3) == 0)
        #expect(studentTSurvival(-.infinity, degreesOfFreedom: 3) == 1)
        #expect(studentTQuantile(1e-300, degreesOfFreedom: 0.5) == -.infinity)
    }

    @Test func quantilesGrow() {
        for degrees in [1.0, 2, 9, 40] {
            // Through ¼ and ¾, where another equation is solved.
            let quantiles = (1..<400).map { studentTQuantile(Double($0) / 400, degreesOfFreedom: degrees) }
            #expect(zip(quantiles, quantiles.dropFirst()).allSatisfy(<))
        }
    }
}
