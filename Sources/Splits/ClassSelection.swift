internal import Datasets
internal import DenseLinearAlgebra

/// Picks the classes that change places or leave, by how their means stand to the means of the two sides.
///
/// With μ_c the mean of class c, and μ_own and μ_other the means of its own and of the other side,
///
///     gap(c) = ‖μ_c − μ_own‖ − ‖μ_c − μ_other‖
///
/// is large for a class that looks as if it belonged to the other side. (The reference code ranks by the same gap.)
struct ClassSelection {
    /// Differences below this part of the values compared are ties, and go to the class of the smaller number.
    static let tieTolerance = 1e-9
    /// How many classes of each side are looked at for the pair that makes the sides most alike.
    static let shortlistLength = 128

    let embedded: EmbeddedDataset
    let partition: ClassPartition

    /// The classes of one side in the order of falling gap, `allowed` ones only.
    func byGap(on side: Side, where allowed: (Int) -> Bool) -> [Int] {
        let own = embedded.weightedSum(ofClasses: partition.classes(on: side)).mean
        let other = embedded.weightedSum(ofClasses: partition.classes(on: side.opposite)).mean
        return partition.classes(on: side).filter(allowed).map { number in
            let mean = embedded.classMeans.row(number)
            let (toOwn, toOther) = (distance(mean, own), distance(mean, other))
            return (number, value: toOwn - toOther, scale: toOwn + toOther)
        }.rankedByFallingValue()
    }

    /// The train and the test class whose exchange brings the means of the two sides closest together.
    ///
    /// The means after an exchange follow exactly from those before. All pairs are tried where a side has at most
    /// ``shortlistLength`` classes; of larger sides, the classes whose own departure brings the means closest.
    ///
    /// - Complexity: O((C + `shortlistLength`²)·d) for C classes.
    func pairOfSmallestMeanDistance(where allowed: (Int) -> Bool) -> (train: Int, test: Int)? {
        let train = embedded.weightedSum(ofClasses: partition.classes(on: .train))
        let test = embedded.weightedSum(ofClasses: partition.classes(on: .test))
        let trainCandidates = shortlist(of: .train, from: train, to: test, where: allowed)
        let testCandidates = shortlist(of: .test, from: test, to: train, where: allowed)
        var best: (train: Int, test: Int, distance: Double)?
        for a in trainCandidates {
            for b in testCandidates {
                let after = meanDistance(train, test, leaving: a, entering: b)
                if let known = best, after >= known.distance * (1 - Self.tieTolerance) { continue }
                best = (a, b, after)
            }
        }
        return best.map { ($0.train, $0.test) }
    }

    /// At most ``shortlistLength`` allowed classes of a side, ascending.
    private func shortlist(
        of side: Side, from own: WeightedSum, to other: WeightedSum, where allowed: (Int) -> Bool
    ) -> [Int] {
        let classes = partition.classes(on: side).filter(allowed)
        guard classes.count > Self.shortlistLength else { return classes }
        return classes.map { number in
            let after = meanDistance(own, other, leaving: number, entering: nil)
            return (number, value: -after, scale: after)
        }.rankedByFallingValue().prefix(Self.shortlistLength).sorted()
    }

    /// ‖μ₁ − μ₂‖ once class `leaving` has gone from the first sum to the second, and `entering` the other way.
    private func meanDistance(
        _ first: WeightedSum, _ second: WeightedSum, leaving: Int, entering: Int?
    ) -> Double {
        let (means, weights) = (embedded.classMeans, embedded.classWeights)
        let weightIn = entering.map { weights[$0] } ?? 0
        let moved = weights[leaving] - weightIn
        let (w1, w2) = (first.weight - moved, second.weight + moved)
        guard w1 > 0, w2 > 0 else { return .infinity }
        let d = means.columnCount
        let (a, b) = (leaving * d, (entering ?? leaving) * d)
        var sum = 0.0
        means.elements.withUnsafeBufferPointer { mean in
            first.vector.withUnsafeBufferPointer { v1 in
                second.vector.withUnsafeBufferPointer { v2 in
                    for j in 0..<d {
                        let shift = mean[a + j] * weights[leaving] - mean[b + j] * weightIn
                        let difference = (v1[j] - shift) / w1 - (v2[j] + shift) / w2
                        sum += difference * difference
                    }
                }
            }
        }
        return sum.squareRoot()
    }
}

private func distance(_ a: ArraySlice<Double>, _ b: [Double]) -> Double {
    var sum = 0.0
    for (x, y) in zip(a, b) { sum += (x - y) * (x - y) }
    return sum.squareRoot()
}

extension [(Int, value: Double, scale: Double)] {
    /// The numbers in the order of falling value; values that differ by rounding alone stand in the order of numbers.
    fileprivate func rankedByFallingValue() -> [Int] {
        let sorted = self.sorted { $0.value != $1.value ? $0.value > $1.value : $0.0 < $1.0 }
        var ranked: [Int] = []
        var ties: [Int] = []
        var leader: Element?
        for element in sorted {
            if let first = leader,
                first.value - element.value > ClassSelection.tieTolerance * Swift.max(first.scale, element.scale)
            {
                ranked += ties.sorted()
                ties = []
                leader = element
            }
            leader = leader ?? element
            ties.append(element.0)
        }
        return ranked + ties.sorted()
    }
}
