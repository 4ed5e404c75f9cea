internal import Foundation

/// Recall@1 in galleries of more classes than are there, from how many of those that are there are rivals of each query.
///
/// The chance p that a class is a rival is taken to be 0 or one of a hundred values, evenly spaced in log p from a fiftieth of one
/// class to nearly 1, with weights that make the numbers of rivals likeliest, found by a thousand steps of expectation and
/// maximisation from equal ones. More steps, values or smaller ones change forecasts by less than their error.
public struct GrowthForecast: Sendable {
    private let chances: [Double]
    private let weights: [Double]
    /// The part of the queries that are not answered rightly in any gallery.
    private let blocked: Double

    /// - Parameters:
    ///   - counts: the number of rivals of each query.
    ///   - classCount: how many classes there are besides the query's own.
    ///   - blockedCount: how many queries more there are that are never answered rightly.
    init(ofCounts counts: [Int], among classCount: Int, blockedCount: Int) {
        blocked = Double(blockedCount) / Double(max(counts.count + blockedCount, 1))
        let size = Double(max(classCount, 1))
        let (low, high) = (log(0.02 / size), log(0.999))
        let chances = [0] + (0..<100).map { exp(low + (high - low) * Double($0) / 99) }
        self.chances = chances
        var frequency: [Int: Int] = [:]
        for count in counts { frequency[count, default: 0] += 1 }
        // What is far from the smallest counts need not be told apart by ones: up to 64 each, then by a twentieth.
        var binned: [Int: (sum: Int, count: Int)] = [:]
        for (count, queries) in frequency {
            let bin = count <= 64 ? count : 64 + Int(log(Double(count) / 64) / log(1.05)) + 1
            binned[bin, default: (0, 0)].sum += count * queries
            binned[bin, default: (0, 0)].count += queries
        }
        let bins = binned.sorted { $0.key < $1.key }.map {
            (Double($0.value.sum) / Double($0.value.count), $0.value.count)
        }
        // The likelihood of each number under each chance, up to a factor that is the same for all chances.
        let likelihoods = bins.map { count, _ -> [Double] in
            let logs = chances.map { p in
                p == 0 ? (count == 0 ? 0 : -.infinity) : count * log(p) + (size - count) * log1p(-p)
            }
            let highest = logs.max() ?? 0
            return logs.map { exp($0 - highest) }
        }
        var weights = [Double](repeating: 1 / Double(chances.count), count: chances.count)
        let total = Double(max(counts.count, 1))
        for _ in 0..<(bins.isEmpty ? 0 : 1000) {
            var next = [Double](repeating: 0, count: chances.count)
            for (likelihood, (_, queries)) in zip(likelihoods, bins) {
                var sum = 0.0
                for k in weights.indices { sum += weights[k] * likelihood[k] }
                let share = Double(queries) / total / sum
                for k in weights.indices { next[k] += share * weights[k] * likelihood[k] }
            }
            weights = next
        }
        self.weights = weights
    }

    /// Recall@1 in a gallery of so many classes, the query's own among them.
    ///
    /// - Precondition: there is at least one class.
    public func recall(ofClasses count: Int) -> Double {
        precondition(count > 0, "\(count) classes")
        let right = zip(chances, weights).reduce(0) { $0 + $1.1 * exp(Double(count - 1) * log1p(-$1.0)) }
        return (1 - blocked) * right
    }
}
