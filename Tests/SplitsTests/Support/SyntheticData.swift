import Datasets
import DenseLinearAlgebra
import Splits
import TestSupport

/// Classes of Gaussian-like clouds about seeded centres.
struct SyntheticData {
    var samples: [Sample] = []
    var rows: [[Float]] = []

    /// Adds a class of `count` samples about `centre`.
    mutating func addClass(
        _ label: String, at centre: [Double], count: Int, spread: Double, using rng: inout SplitMix64
    ) {
        for i in 0..<count {
            samples.append(Sample(id: "\(label)/\(i)", classLabel: label))
            rows.append(centre.map { Float($0 + spread * rng.bell()) })
        }
    }

    /// Classes about random centres, of 3 to 7 samples each.
    static func random(classCount: Int, dimension: Int, seed: UInt64) -> SyntheticData {
        var rng = SplitMix64(seed: seed)
        var data = SyntheticData()
        for number in 0..<classCount {
            let centre = (0..<dimension).map { _ in 2 * rng.bell() }
            data.addClass(
                "class-\(1000 + number)", at: centre, count: 3 + number % 5, spread: 0.5, using: &rng)
        }
        return data
    }

    func embedded(
        statistic: ShiftStatistic = .samples, order: [Int]? = nil, scale: Float = 1
    ) throws -> EmbeddedDataset {
        let order = order ?? Array(samples.indices)
        return try EmbeddedDataset(
            dataset: Dataset(name: "synthetic", samples: order.map { samples[$0] }),
            embeddings: Matrix(rows: order.map { rows[$0].map { $0 * scale } }), statistic: statistic)
    }
}
