internal import DenseLinearAlgebra

/// The sums of the rows of each cluster, in double precision and in the order of the rows.
struct ClusterSums {
    /// The sums, k × d.
    let sums: [Double]
    /// The number of rows of each cluster.
    let counts: [Int]

    init(of rows: Matrix<Float>, clusterNumbers: [Int32], clusterCount: Int) {
        let d = rows.columnCount
        var sums = [Double](repeating: 0, count: clusterCount * d)
        var counts = [Int](repeating: 0, count: clusterCount)
        rows.withElements { values in
            sums.withUnsafeMutableBufferPointer { sums in
                for (i, cluster) in clusterNumbers.enumerated() {
                    counts[Int(cluster)] += 1
                    let start = Int(cluster) * d
                    for j in 0..<d { sums[start + j] += Double(values[i * d + j]) }
                }
            }
        }
        self.sums = sums
        self.counts = counts
    }

    /// The mean of each cluster's rows, k × d; no cluster may be empty.
    var means: [Double] {
        let d = counts.isEmpty ? 0 : sums.count / counts.count
        return sums.enumerated().map { $1 / Double(counts[$0 / max(1, d)]) }
    }
}
