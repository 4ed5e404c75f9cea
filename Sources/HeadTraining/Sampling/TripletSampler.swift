internal import Differentiation
internal import Foundation
public import Statistics

/// Which triplets of a batch a tuple loss sees: an anchor, a positive of its class and a negative of another.
public enum TripletSampler: String, Sendable, CaseIterable {
    /// All of them.
    case all
    /// For each pair of a class, in both orders, one negative at random.
    case random
    /// Those whose negative is farther than the positive, but by less than the margin (Schroff and others, CVPR 2015).
    case semiHard = "semi-hard"
    /// For each anchor its farthest positive and its nearest negative (Hermans, Beyer and Leibe, "In Defense of the
    /// Triplet Loss for Person Re-Identification", 2017).
    case batchHard = "batch-hard"
    /// For each anchor its nearest positive, and the nearest negative beyond it (Xuan, Stylianou and Pless, "Improved
    /// Embeddings with Easy Positive Triplet Mining", WACV 2020).
    case easyPositive = "easy-positive"
    /// For each pair of a class, in both orders, one negative drawn so that all distances up to 1.4 are about equally frequent,
    /// or any if all are beyond (Wu and others, ICCV 2017).
    case distanceWeighted = "distance-weighted"

    /// For each pair of a class, in both orders, one negative at a distance that a policy chooses, which learns while the
    /// head is trained what helps it on samples that are set apart (Roth, Milbich and Ommer, "PADS: Policy-Adapted Sampling
    /// for Visual Similarity Learning", CVPR 2020). Outside of ``trainHead(features:rows:labels:settings:progress:)`` all
    /// distances have the same chance.
    case policyAdapted = "pads"

    /// The choice of a sampler as a parameter of an objective.
    static func parameter(_ standard: TripletSampler) -> ObjectiveParameter {
        .choice(
            "sampler", [standard.rawValue] + allCases.filter { $0 != standard }.map(\.rawValue),
            "which triplets of a batch count")
    }
}

extension Batch {
    /// The triplets that the objective's parameter "sampler" chooses, by their squared distances (b × b).
    ///
    /// - Parameter margin: up to which difference of squared distances triplets are semi-hard.
    func triplets(_ squaredDistances: Variable<Scalar>, margin: Double) -> TripletList {
        guard let sampler = TripletSampler(rawValue: values.choice("sampler")) else {
            preconditionFailure("no sampler in \(values)")
        }
        squaredDistances.copyValues(into: &random.distances)
        return sampler.triplets(
            squaredDistances: random.distances, classes: classes, dimension: embeddings.columnCount, margin: margin,
            chancesOfDistances: random.distanceChances, using: &random.generator)
    }
}

/// Triplets, as the rows of a batch that are their anchors, positives and negatives.
public typealias TripletList = (anchors: [Int], positives: [Int], negatives: [Int])

extension TripletSampler {
    /// The triplets of a batch that this sampler chooses.
    ///
    /// Equal distances go to the smaller row.
    ///
    /// - Parameters:
    ///   - squaredDistances: of b embeddings of length 1 from each other, b × b in row-major order.
    ///   - classes: the class of each.
    ///   - dimension: that of the embeddings, of which the density of distances depends.
    ///   - margin: up to which difference of squared distances triplets are semi-hard.
    ///   - chances: for policy-adapted distances, the probabilities of 30 equal parts of the distances from 0.1 to 1.4; nil for
    ///     equal ones.
    /// - Complexity: O(b² · samples per class), times b for those that list all negatives.
    public func triplets(
        squaredDistances: [Double], classes: [Int], dimension: Int, margin: Double,
        chancesOfDistances chances: [Double]? = nil, using generator: inout SeededGenerator
    ) -> TripletList {
        let b = classes.count
        precondition(squaredDistances.count >= b * b, "\(squaredDistances.count) distances of \(b) embeddings")
        var list: TripletList = ([], [], [])
        func add(_ anchor: Int, _ positive: Int, _ negative: Int) {
            list.anchors.append(anchor)
            list.positives.append(positive)
            list.negatives.append(negative)
        }
        var (positives, negatives): ([Int], [Int]) = ([], [])
        var cumulated: [Double] = []
        for anchor in 0..<b {
            positives.removeAll(keepingCapacity: true)
            negatives.removeAll(keepingCapacity: true)
            for other in 0..<b where other != anchor {
                if classes[other] == classes[anchor] { positives.append(other) } else { negatives.append(other) }
            }
            guard !positives.isEmpty, !negatives.isEmpty else { continue }
            func distance(_ other: Int) -> Double { squaredDistances[anchor * b + other] }
            func nearest(_ rows: [Int], beyond bound: Double = -.infinity) -> Int? {
                var best: Int?
                for row in rows where distance(row) > bound {
                    if let found = best, distance(row) >= distance(found) { continue }
                    best = row
                }
                return best
            }
            switch self {
            case .all:
                for positive in positives { for negative in negatives { add(anchor, positive, negative) } }
            case .random:
                for positive in positives { add(anchor, positive, negatives[generator.below(negatives.count)]) }
            case .semiHard:
                for positive in positives {
                    let bound = distance(positive)
                    for negative in negatives where distance(negative) > bound && distance(negative) - bound <= margin {
                        add(anchor, positive, negative)
                    }
                }
            case .batchHard:
                var farthest = positives[0]
                for positive in positives where distance(positive) > distance(farthest) { farthest = positive }
                if let negative = nearest(negatives) { add(anchor, farthest, negative) }
            case .easyPositive:
                if let positive = nearest(positives), let negative = nearest(negatives, beyond: distance(positive)) {
                    add(anchor, positive, negative)
                }
            case .distanceWeighted, .policyAdapted:
                let hasAny =
                    self == .policyAdapted
                    ? Self.cumulate(negatives, distance, chances: chances, into: &cumulated)
                    : Self.cumulate(negatives, distance, dimension: dimension, into: &cumulated)
                // Its pairs of a class count all the same, so one of the others goes with each, as in the authors' code.
                if !hasAny { cumulated = negatives.indices.map { Double($0 + 1) } }
                for positive in positives {
                    let drawn = generator.part() * (cumulated.last ?? 0)
                    add(anchor, positive, negatives[cumulated.firstIndex { $0 > drawn } ?? negatives.count - 1])
                }
            }
        }
        return list
    }

    /// The running sums of the weights 1 / q(d), where q is the density of distances on a sphere (Wu and others, section
    /// 4): q(d) ∝ d^(n−2) (1 − d²/4)^((n−3)/2) in n dimensions.
    ///
    /// As in the authors' code, distances below 0.5 count as 0.5, and those from 1.4 on have no weight, since they no
    /// longer violate the margin. Where all are beyond, each has the same chance.
    ///
    /// - Returns: whether any negative has a weight.
    static func cumulate(
        _ negatives: [Int], _ squaredDistance: (Int) -> Double, dimension: Int, into sums: inout [Double]
    ) -> Bool {
        let (cutoff, last, n) = (0.5, 1.4, Double(dimension))
        func logWeight(_ squared: Double) -> Double? {
            let squared = max(squared, cutoff * cutoff)
            guard squared < last * last else { return nil }
            return (2 - n) / 2 * log(squared) - (n - 3) / 2 * log(1 - squared / 4)
        }
        var largest = -Double.infinity
        for negative in negatives { largest = max(largest, logWeight(squaredDistance(negative)) ?? largest) }
        guard largest.isFinite else { return false }
        sums.removeAll(keepingCapacity: true)
        var total = 0.0
        for negative in negatives {
            if let weight = logWeight(squaredDistance(negative)) { total += exp(weight - largest) }
            sums.append(total)
        }
        return total > 0
    }

    /// The running sums of the weights with which a bin of distances has its chance, divided among its negatives.
    ///
    /// - Returns: whether any negative has a weight.
    static func cumulate(
        _ negatives: [Int], _ squaredDistance: (Int) -> Double, chances: [Double]?, into sums: inout [Double]
    ) -> Bool {
        let count = PolicyAdaptedDistances.binCount
        precondition(chances?.count ?? count == count, "\(chances?.count ?? 0) chances of \(count) bins")
        var members = [Int](repeating: 0, count: count)
        let bins = negatives.map { PolicyAdaptedDistances.bin(ofSquared: squaredDistance($0)) }
        for bin in bins { members[bin] += 1 }
        sums.removeAll(keepingCapacity: true)
        var total = 0.0
        for bin in bins {
            total += (chances?[bin] ?? 1) / Double(members[bin])
            sums.append(total)
        }
        return total > 0
    }
}
