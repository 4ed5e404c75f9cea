internal import DenseLinearAlgebra

/// How the samples of a support scatter within their classes, and how the class means scatter.
struct SupportScatter: Sendable {
    /// The number c of classes.
    let classCount: Int
    /// The mean of the class means.
    let mean: [Double]
    /// The deviations of class means from their mean over √(c − 1), c × d, so that their Gram matrix is a covariance.
    let between: Matrix<Double>
    /// The variance of a class mean if a sample has variance 1: the mean over classes of 1/(samples of the class).
    let errorOfMeans: Double
    /// The deviations of the samples from their class means, s × d.
    private let within: Matrix<Double>

    /// The degrees of freedom of the within-class scatter, s − c.
    private var degreesOfFreedom: Int { within.rowCount - classCount }

    /// Divides the rows (s × d) by class.
    init(rows: Matrix<Double>, classNumbers: [Int]) {
        let d = rows.columnCount
        let members = Dictionary(grouping: classNumbers.indices) { classNumbers[$0] }
            .sorted { $0.key < $1.key }.map(\.value)
        let count = Double(max(members.count, 1))
        let values = rows.elements
        var within = values
        var between = [Double](repeating: 0, count: members.count * d)
        var mean = [Double](repeating: 0, count: d)
        for (number, members) in members.enumerated() {
            for j in 0..<d {
                let classMean = members.reduce(0) { $0 + values[$1 * d + j] } / Double(members.count)
                for row in members { within[row * d + j] -= classMean }
                between[number * d + j] = classMean
                mean[j] += classMean / count
            }
        }
        let scale = 1 / max(count - 1, 1).squareRoot()
        for number in members.indices {
            for j in 0..<d { between[number * d + j] = (between[number * d + j] - mean[j]) * scale }
        }
        classCount = members.count
        self.mean = mean
        self.between = Matrix(rowCount: members.count, columnCount: d, elements: between)
        self.within = Matrix(rowCount: rows.rowCount, columnCount: d, elements: within)
        errorOfMeans = members.reduce(0) { $0 + 1 / Double($1.count) } / count
    }

    /// Whether some class has two different samples.
    ///
    /// This is exact: a Double holds the sum of equal Float values without rounding, so their mean is the value itself.
    var variesWithin: Bool { within.elements.contains { $0 != 0 } }

    /// The within-class scatter (d × d) shrunk towards a multiple of the identity, and its weight, in (0, 1].
    ///
    /// See ``LinearAdaptation``. The rows are not independent: K samples deviate from their mean in K − 1 directions.
    /// For classes of two samples there are s/2 distinct deviations, each occurring twice, which is exactly the number
    /// of degrees of freedom.
    ///
    /// - Precondition: some class has two different samples.
    func shrunkWithin() -> (shrinkage: Double, scatter: Matrix<Double>) {
        let (s, d, degrees) = (within.rowCount, within.columnCount, Double(degreesOfFreedom))
        var scatter = gramMatrix(within)
        scatter.scaleColumns(by: [Double](repeating: 1 / degrees, count: d))
        let variance = (0..<d).reduce(0) { $0 + scatter[$1, $1] } / Double(d)
        let squares = scatter.symmetricFrobeniusNorm * scatter.symmetricFrobeniusNorm
        let fourthPowers = (0..<s).reduce(0.0) { sum, row in
            let square = within.row(row).reduce(0) { $0 + $1 * $1 }
            return sum + square * square
        }
        let anisotropy = squares - Double(d) * variance * variance
        let error = (fourthPowers * Double(s) / (degrees * degrees) - squares) / degrees
        let shrinkage = min(max(anisotropy > 0 ? error / anisotropy : 1, 1 / (degrees + 1)), 1)
        scatter.scaleColumns(by: [Double](repeating: 1 - shrinkage, count: d))
        for i in 0..<d { scatter[i, i] += shrinkage * variance }
        return (shrinkage, scatter)
    }
}
