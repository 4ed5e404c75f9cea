import DenseLinearAlgebra
import Differentiation
import HeadTraining
import Testing
import TestSupport

@Suite struct ObjectiveTests {
    @Test func thereAreStoredValues() {
        #expect((ObjectiveFixture.stored?.cases.count ?? 0) > 20)
    }

    /// Losses and gradients by PyTorch, of pytorch-metric-learning or of the papers' formulas.
    @Test(arguments: ObjectiveFixture.stored?.cases ?? []) func agreesWithPyTorch(_ stored: ObjectiveFixture.Case)
        throws
    {
        let fixture = try #require(ObjectiveFixture.stored)
        let objective = try KnownObjectives.objective(named: stored.objective)
        let values = try ObjectiveParameters(of: objective, parsing: stored.settings)
        func check<Scalar: TapeScalar>(_: Scalar.Type, tolerance: Double) {
            let outputs: Matrix<Scalar> = uniformMatrix(fixture.classes.count, fixture.dimension, seed: stored.seed)
            let own = stored.own.enumerated().map { place, own in
                let isBoundary = own.name == "beta"
                let matrix: Matrix<Scalar> = uniformMatrix(
                    own.rows, own.columns, seed: stored.seed + 1 + UInt64(place), scale: isBoundary ? 0.2 : 1,
                    shift: isBoundary ? 1.2 : 0)
                return (name: own.name, matrix: matrix)
            }
            let found = Derivatives(
                objective, values, outputs: outputs, own: own, classes: fixture.classes,
                classCount: fixture.class_count)
            #expect(abs(found.loss - stored.loss) / max(abs(stored.loss), 1) < tolerance, "\(stored) \(Scalar.self)")
            #expect(largestDifference(found.gradient, stored.gradient) < tolerance, "\(stored) \(Scalar.self)")
            for (own, gradient) in zip(stored.own, found.own) {
                #expect(largestDifference(gradient, own.gradient) < tolerance, "\(stored) \(own.name) \(Scalar.self)")
            }
        }
        check(Double.self, tolerance: 1e-8)
        check(Float.self, tolerance: 1e-5)
    }

    /// What an objective asks for beside the head is what the stored cases have.
    @Test(arguments: ObjectiveFixture.stored?.cases ?? []) func matricesOfItsOwn(_ stored: ObjectiveFixture.Case) throws
    {
        let fixture = try #require(ObjectiveFixture.stored)
        let objective = try KnownObjectives.objective(named: stored.objective)
        let values = try ObjectiveParameters(of: objective, parsing: stored.settings)
        let asked = objective.learnables(
            ObjectiveShape(classCount: fixture.class_count, dimension: fixture.dimension), values)
        #expect(asked.map(\.name) == stored.own.map(\.name))
        #expect(asked.map(\.rowCount) == stored.own.map(\.rows))
        #expect(asked.map(\.columnCount) == stored.own.map(\.columns))
    }

    /// Every objective with its defaults against central differences, on larger batches.
    ///
    /// The weights of BIER's later learners are no function of the outputs, by definition; its first one has none.
    @Test(arguments: KnownObjectives.all.map(\.name)) func agreesWithFiniteDifferences(_ name: String) throws {
        let objective = try KnownObjectives.objective(named: name)
        let values = try ObjectiveParameters(of: objective, parsing: name == "bier" ? ["learners=1"] : [])
        let classes = [0, 0, 0, 0, 2, 2, 2, 1, 1, 4, 4, 4, 6, 6, 5, 6]
        let shape = ObjectiveShape(classCount: 7, dimension: 9)
        let outputs: Matrix<Double> = uniformMatrix(classes.count, 9, seed: 4)
        let own = objective.learnables(shape, values).enumerated().map { place, learnable in
            let matrix: Matrix<Double> =
                switch learnable.start {
                case .constant(let value):
                    uniformMatrix(learnable.rowCount, learnable.columnCount, seed: 5, scale: 0.1, shift: value)
                case .random(let deviation):
                    uniformMatrix(
                        learnable.rowCount, learnable.columnCount, seed: 6 + UInt64(place), scale: 1.7 * deviation)
                }
            return (name: learnable.name, matrix: matrix)
        }
        func derivatives(
            _ outputs: Matrix<Double>, _ own: [(name: String, matrix: Matrix<Double>)], _ differentiating: Bool
        ) -> Derivatives<Double> {
            Derivatives(
                objective, values, outputs: outputs, own: own, classes: classes, classCount: 7,
                differentiating: differentiating)
        }
        let found = derivatives(outputs, own, true)
        let step = 1e-6
        func difference(_ change: (Double) -> Derivatives<Double>) -> Double {
            (change(step).loss - change(-step).loss) / (2 * step)
        }
        var expected: [Double] = []
        for i in 0..<outputs.rowCount {
            for j in 0..<outputs.columnCount {
                expected.append(
                    difference { step in
                        var moved = outputs
                        moved[i, j] += step
                        return derivatives(moved, own, false)
                    })
            }
        }
        #expect(largestDifference(found.gradient, expected) < 1e-6)
        #expect(expected.contains { abs($0) > 1e-4 })
        for number in own.indices {
            var expected: [Double] = []
            for index in 0..<own[number].matrix.elements.count {
                let d = own[number].matrix.columnCount
                expected.append(
                    difference { step in
                        var moved = own
                        moved[number].matrix[index / d, index % d] += step
                        return derivatives(outputs, moved, false)
                    })
            }
            #expect(largestDifference(found.own[number], expected) < 1e-6, "\(own[number].name)")
        }
    }

    /// A batch in which no sample has another of its class is no error: there is nothing to pull.
    @Test(arguments: KnownObjectives.all.map(\.name)) func isFiniteWithoutPairs(_ name: String) throws {
        let objective = try KnownObjectives.objective(named: name)
        let shape = ObjectiveShape(classCount: 4, dimension: 5)
        for classes in [[0, 1, 2, 3], [1, 1, 1, 1], [2]] {
            // Rows of zeros and equal rows too.
            for outputs: Matrix<Float> in [
                uniformMatrix(classes.count, 5, seed: 8), Matrix(rowCount: classes.count, columnCount: 5),
                Matrix(rowCount: classes.count, columnCount: 5, repeating: 1),
            ] {
                let own = objective.learnables(shape, objective.defaults).enumerated().map { place, learnable in
                    let matrix: Matrix<Float> = uniformMatrix(
                        learnable.rowCount, learnable.columnCount, seed: 9 + UInt64(place))
                    return (name: learnable.name, matrix: matrix)
                }
                let found = Derivatives(
                    objective, objective.defaults, outputs: outputs, own: own, classes: classes, classCount: 4)
                #expect(found.loss.isFinite && found.gradient.allSatisfy(\.isFinite))
                #expect(found.own.allSatisfy { $0.allSatisfy(\.isFinite) })
            }
        }
    }

    /// What the list prints of each objective is there, and names can be typed.
    @Test func describesItself() {
        let names = KnownObjectives.all.map(\.name)
        #expect(Set(names).count == names.count)
        for objective in KnownObjectives.all {
            #expect(objective.name.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || $0 == 45 || $0 == 43 })
            #expect(!objective.title.isEmpty && !objective.paper.title.isEmpty && objective.paper.year > 1990)
            let parameters = objective.parameters.map(\.name)
            #expect(Set(parameters).count == parameters.count)
            #expect(objective.parameters.allSatisfy { !$0.meaning.isEmpty && !$0.meaning.hasSuffix(".") })
        }
    }
}
