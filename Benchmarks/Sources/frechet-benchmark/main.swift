// Usage: frechet-benchmark A.npy B.npy
//
// Prints, as JSON, the least of several times in seconds: of the Fréchet distance from the rows of two files, from
// Gaussians that were fitted before, and of the distance between 100 and 100 of their rows, as class means would be.

import DenseLinearAlgebra
import Embeddings
import Foundation
import Frechet

func least(of repetitions: Int, _ body: () throws -> Void) rethrows -> Double {
    var best = Double.infinity
    for _ in 0..<repetitions {
        let clock = ContinuousClock()
        let elapsed = try clock.measure(body)
        best = min(best, Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18)
    }
    return best
}

guard CommandLine.arguments.count == 3 else {
    FileHandle.standardError.write(Data("usage: frechet-benchmark A.npy B.npy\n".utf8))
    exit(64)
}
keepFreedMemory()  // as the command does
let (a, b) = (
    try Matrix<Float>(numpyFileAt: URL(filePath: CommandLine.arguments[1])),
    try Matrix<Float>(numpyFileAt: URL(filePath: CommandLine.arguments[2]))
)
var distance = 0.0
let fromRows = try least(of: 3) { distance = try frechetDistance(a, b).squared }
func covariance(_ matrix: Matrix<Float>) throws -> GaussianStatistics {
    let fitted = try GaussianStatistics(matrix)
    let covariance = product(fitted.covarianceFactor, fitted.covarianceFactor, transposingLeft: true)
    return try GaussianStatistics(count: fitted.count, mean: fitted.mean, covariance: covariance)
}
let fitting = try least(of: 1) { _ = try GaussianStatistics(a) }
let (first, second) = (try covariance(a), try covariance(b))
let fromFitted = try least(of: 3) { _ = try frechetDistance(first, second) }
let fromCovariances = try least(of: 3) {
    _ = try frechetDistance(
        GaussianStatistics(
            count: first.count, mean: first.mean,
            covariance: product(first.covarianceFactor, first.covarianceFactor, transposingLeft: true)),
        second)
}
let means = [a, b].map { $0.selectingRows(Array(0..<min(100, $0.rowCount))) }
let classMeans = try least(of: 20) { _ = try frechetDistance(means[0], means[1]) }
let square = Matrix<Double>(rowCount: 2048, columnCount: 2048, repeating: 0.5)
let gemm = 2 * 2048.0 * 2048 * 2048 / least(of: 3) { _ = product(square, square) } / 1e9
print(
    """
    {"from_rows": \(fromRows), "from_statistics": \(fromFitted), "class_means": \(classMeans), "fit": \(fitting), \
    "from_covariances": \(fromCovariances), "value": \(distance), "dgemm_gflops": \(gemm)}
    """)
