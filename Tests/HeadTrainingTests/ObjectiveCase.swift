import DenseLinearAlgebra
import Differentiation
import Foundation
import HeadTraining
import TestSupport

/// What `Scripts/fixtures/objectives.py` computed.
struct ObjectiveFixture: Decodable {
    struct Case: Decodable, CustomStringConvertible {
        struct Own: Decodable {
            let name: String
            let rows: Int
            let columns: Int
            let gradient: [Double]
        }

        let objective: String
        let settings: [String]
        let source: String
        let seed: UInt64
        let loss: Double
        let gradient: [Double]
        let own: [Own]

        var description: String { "\(objective) \(settings)" }
    }

    let classes: [Int]
    let class_count: Int
    let dimension: Int
    let cases: [Case]

    static let stored: ObjectiveFixture? = {
        guard let data = try? Data(contentsOf: testFile("HeadTrainingTests/Fixtures/objectives.json")) else {
            return nil
        }
        return try? JSONDecoder().decode(ObjectiveFixture.self, from: data)
    }()
}

func uniformMatrix<Scalar: TapeScalar>(
    _ rows: Int, _ columns: Int, seed: UInt64, scale: Double = 1, shift: Double = 0
) -> Matrix<Scalar> {
    var generator = SplitMix64(seed: seed)
    let values = (0..<rows * columns).map { _ in Scalar(generator.uniform() * scale + shift) }
    return Matrix(rowCount: rows, columnCount: columns, elements: values)
}

/// The loss of a batch and its derivatives by the outputs and by the objective's own matrices.
struct Derivatives<Scalar: TapeScalar> {
    let loss: Double
    let gradient: [Double]
    let own: [[Double]]

    init(
        _ objective: any Objective, _ values: ObjectiveParameters, outputs: Matrix<Scalar>,
        own matrices: [(name: String, matrix: Matrix<Scalar>)], classes: [Int], classCount: Int,
        differentiating: Bool = true
    ) {
        let tape = Tape<Scalar>()
        let variable = tape.variable(outputs)
        let learnables = matrices.map { (name: $0.name, variable: tape.variable($0.matrix)) }
        let batch = Batch(
            outputs: variable, classes: classes, classCount: classCount, values: values, learnables: learnables,
            random: RandomSource(seed: 1, stream: "test"))
        let result = objective.loss(of: batch)
        loss = Double(result.value)
        if differentiating { tape.differentiate(result) }
        gradient = differentiating ? tape.gradient(of: variable).elements.map { Double($0) } : []
        own = differentiating ? learnables.map { tape.gradient(of: $0.variable).elements.map { Double($0) } } : []
    }
}

/// The largest difference of two lists, relative to the largest value or 1.
func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    let scale = max(b.map(abs).max() ?? 0, 1)
    return zip(a, b).map { $0 == $1 ? 0 : ($0 - $1).isFinite ? abs($0 - $1) / scale : .infinity }.max() ?? 0
}
