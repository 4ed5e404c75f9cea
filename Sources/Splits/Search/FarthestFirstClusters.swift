internal import DenseLinearAlgebra

/// Divides the rows of a matrix into `count` clusters by k-means: the row numbers of each, ascending.
///
/// The first centre is the row farthest from the mean, and each further one the row farthest from the centres before it.
/// Lloyd's iterations follow. Sums are plain and ties go to the smaller number, so the clusters are always the same.
///
/// - Complexity: O(n·d·`count`) per iteration, for at most 20 iterations.
func farthestFirstClusters(of rows: Matrix<Double>, count: Int) -> [[Int]] {
    let (n, d) = (rows.rowCount, rows.columnCount)
    func squaredDistance(_ i: Int, _ centre: [Double]) -> Double {
        rows.withElements { values in
            var sum = 0.0
            for j in 0..<d {
                let difference = values[i * d + j] - centre[j]
                sum += difference * difference
            }
            return sum
        }
    }
    let middle = Array(rows.means(ofRowGroups: [Array(0..<n)]).row(0))
    var nearest = (0..<n).map { squaredDistance($0, middle) }
    var centres: [[Double]] = []
    for _ in 0..<min(count, n) {
        var farthest = 0
        for i in 0..<n where nearest[i] > nearest[farthest] * (1 + Tie.tolerance) { farthest = i }
        let centre = Array(rows.row(farthest))
        if centres.isEmpty { nearest = Array(repeating: .infinity, count: n) }
        centres.append(centre)
        for i in 0..<n { nearest[i] = min(nearest[i], squaredDistance(i, centre)) }
    }
    var assignment = [Int](repeating: -1, count: n)
    for _ in 0..<20 {
        let before = assignment
        for i in 0..<n {
            var best = (centre: 0, distance: Double.infinity)
            for (number, centre) in centres.enumerated() {
                let distance = squaredDistance(i, centre)
                if distance < best.distance * (1 - Tie.tolerance) { best = (number, distance) }
            }
            assignment[i] = best.centre
        }
        guard assignment != before else { break }
        for number in centres.indices {
            let members = (0..<n).filter { assignment[$0] == number }
            if !members.isEmpty { centres[number] = Array(rows.means(ofRowGroups: [members]).row(0)) }
        }
    }
    return centres.indices.map { number in (0..<n).filter { assignment[$0] == number } }.filter { !$0.isEmpty }
}
