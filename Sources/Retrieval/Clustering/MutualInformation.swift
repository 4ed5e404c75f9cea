internal import Foundation

extension ContingencyTable {
    /// The mutual information `Σ nᵢⱼ/n · ln(n·nᵢⱼ / (aᵢ·bⱼ))` over the cells, in nats; never negative.
    ///
    /// - Complexity: O(number of cells).
    var mutualInformation: Double {
        // For independent assignments, rounding can leave a value slightly below zero.
        max(0, cells.reduce(0) { $0 + term(count: $1.count, $1.classSize, $1.clusterSize) })
    }

    /// The entropy `−Σ aᵢ/n · ln(aᵢ/n)` of groups of the given sizes, in nats.
    func entropy(of sizes: [Int]) -> Double {
        sizes.reduce(0) { $0 + Double($1) / Double(itemCount) * log(Double(itemCount) / Double($1)) }
    }

    /// The mean mutual information of all assignments with these class and cluster sizes (the hypergeometric model).
    ///
    /// `E = Σᵢⱼ Σₖ P(k) · k/n · ln(n·k / (aᵢ·bⱼ))`, where P(k) is the probability that aᵢ items drawn without
    /// replacement from n include k of bⱼ given ones (Vinh, Epps, Bailey, "Information Theoretic Measures for
    /// Clusterings Comparison", JMLR 2010, theorem 1).
    ///
    /// P(k) is usually computed as the exponential of nine log-factorials; for 100,000 items these are near a million,
    /// and after they cancel the result has lost six digits. Here P is built outward from its mode and divided by its
    /// sum, which keeps all digits; neighbouring values have the ratio
    /// `P(k + 1) / P(k) = (a − k)(b − k) / ((k + 1)(n − a − b + k + 1))`. Terms below 10⁻²⁵ of the mode are left out.
    /// Groups of equal size share their sum, and since the sizes add up to n, there are no more than √(2n) distinct
    /// sizes.
    ///
    /// - Complexity: O(s·t·w), for s and t distinct sizes, where w is the mean width of the part of P that is summed,
    ///   O(√n) at most.
    var expectedMutualInformation: Double {
        let (classRuns, clusterRuns) = (runs(of: classSizes), runs(of: clusterSizes))
        var sum = 0.0
        for (a, classCount) in classRuns {
            for (b, clusterCount) in clusterRuns {
                sum += Double(classCount) * Double(clusterCount) * expectedTerm(a, b)
            }
        }
        return sum
    }

    /// The mean of a cell's term over the hypergeometric distribution of its count.
    private func expectedTerm(_ a: Int, _ b: Int) -> Double {
        let n = itemCount
        let (lowest, highest) = (max(0, a + b - n), min(a, b))
        let mode = min(highest, max(lowest, Int(Double(a + 1) * Double(b + 1) / Double(n + 2))))
        let negligible = 1e-25
        var (weights, weighted) = (1.0, term(count: mode, a, b))
        var weight = 1.0
        var k = mode
        while k < highest, weight > negligible {
            weight *= Double(a - k) * Double(b - k) / (Double(k + 1) * Double(n - a - b + k + 1))
            k += 1
            weights += weight
            weighted += weight * term(count: k, a, b)
        }
        weight = 1
        k = mode
        while k > lowest, weight > negligible {
            weight *= Double(k) * Double(n - a - b + k) / (Double(a - k + 1) * Double(b - k + 1))
            k -= 1
            weights += weight
            weighted += weight * term(count: k, a, b)
        }
        return weighted / weights
    }

    /// The contribution of a cell to the mutual information; an empty cell contributes nothing.
    private func term(count: Int, _ classSize: Int, _ clusterSize: Int) -> Double {
        guard count > 0 else { return 0 }
        let n = Double(itemCount)
        return Double(count) / n * log(n * Double(count) / (Double(classSize) * Double(clusterSize)))
    }

    /// Each size that occurs in an ascending list, and how often it occurs.
    private func runs(of sizes: [Int]) -> [(size: Int, count: Int)] {
        var runs: [(size: Int, count: Int)] = []
        for size in sizes {
            if let last = runs.last, last.size == size {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((size, 1))
            }
        }
        return runs
    }
}
