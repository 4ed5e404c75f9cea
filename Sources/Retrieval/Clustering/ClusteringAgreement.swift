/// How well an assignment of items to clusters agrees with their classes; higher is better throughout.
///
/// Only which items are grouped together matters: neither the numbers given to classes and clusters nor the order of
/// the items changes a single bit of any value.
///
/// ```swift
/// let agreement = ClusteringAgreement(classNumbers: [7, 7, 7, 9], clusterNumbers: [0, 0, 1, 1])
/// print(agreement.pairwiseF1)  // 0.4: of 3 pairs of a class, 1 is found; of 2 pairs found, 1 is right
/// ```
public struct ClusteringAgreement: Sendable, Equatable {
    /// The number n of items.
    public let itemCount: Int
    /// The number of classes.
    public let classCount: Int
    /// The number of clusters with at least one item.
    public let clusterCount: Int
    /// How much class and cluster tell about each other, in nats: `MI = Σ nᵢⱼ/n · ln(n·nᵢⱼ / (aᵢ·bⱼ))`, where nᵢⱼ of
    /// the aᵢ items of class i are among the bⱼ of cluster j; 0 for independent assignments.
    public let mutualInformation: Double
    /// NMI: mutual information over the arithmetic mean of the entropies of classes and clusters, from 0 to 1.
    ///
    /// It is 1 if and only if both assignments group the items identically, which includes a single cluster on both
    /// sides and no items at all. It is 0 if only one side has a single cluster. It grows with the number of clusters
    /// even if they are random, which ``adjustedMutualInformation`` corrects. Others divide by the geometric mean, as
    /// scikit-learn did before version 0.22; since then its `normalized_mutual_info_score` agrees with this.
    public let normalizedMutualInformation: Double
    /// AMI: how far mutual information lies on the way from chance to the mean entropy, `(MI − E) / ((H₁ + H₂)/2 − E)`.
    ///
    /// E is the mean over all assignments with the same sizes, so random clusters score 0 on average, and worse ones
    /// less than 0; it is 1 if and only if both assignments group the items identically. If only one side has a single
    /// cluster, or has only clusters of one item, every assignment of these sizes has the same mutual information and
    /// the value is 0. Source: Vinh, Epps, Bailey, "Information Theoretic Measures for Clusterings Comparison", JMLR
    /// 2010, with the arithmetic mean as in scikit-learn's `adjusted_mutual_info_score`.
    public let adjustedMutualInformation: Double
    /// The fraction of pairs of items in one cluster that are of one class; see ``pairwiseF1`` for the case without
    /// such pairs.
    public let pairwisePrecision: Double
    /// The fraction of pairs of items of one class that are in one cluster; see ``pairwiseF1`` for the case without
    /// such pairs.
    public let pairwiseRecall: Double
    /// The harmonic mean of ``pairwisePrecision`` and ``pairwiseRecall``, from 0 to 1.
    ///
    /// With T pairs in one class and one cluster, A in one class and B in one cluster: `2T / (A + B)` (Manning,
    /// Raghavan, Schütze, "Introduction to Information Retrieval", 2008, §16.3). If every item is alone on both sides,
    /// there was nothing to find and no false pair was made: precision, recall and F1 are 1. If only one side has
    /// pairs, all three are 0.
    public let pairwiseF1: Double

    /// Compares n items' classes with their clusters, both named by any integers.
    ///
    /// - Precondition: there are as many class numbers as cluster numbers.
    /// - Complexity: O(n log n) operations and O(n) memory, however many classes and clusters there are. AMI adds O(√n)
    ///   for each pair of distinct class and cluster sizes; there are at most 2n such pairs, usually few.
    public init(classNumbers: [Int], clusterNumbers: [Int]) {
        let table = ContingencyTable(classNumbers: classNumbers, clusterNumbers: clusterNumbers)
        itemCount = table.itemCount
        classCount = table.classSizes.count
        clusterCount = table.clusterSizes.count

        let information = table.mutualInformation
        mutualInformation = information
        if table.isPerfect {
            normalizedMutualInformation = 1
            adjustedMutualInformation = 1
        } else {
            // At most one side is a single cluster, so the mean entropy is positive.
            let meanEntropy = (table.entropy(of: table.classSizes) + table.entropy(of: table.clusterSizes)) / 2
            let hasSingleCluster = classCount == 1 || clusterCount == 1
            normalizedMutualInformation = hasSingleCluster ? 0 : min(1, information / meanEntropy)
            // With clusters of one item each, every assignment has the same mutual information, E. In all other cases
            // some assignment has less mutual information than the smaller entropy, so E is below the mean entropy.
            if hasSingleCluster || table.hasOnlySingletonsOnOneSide {
                adjustedMutualInformation = 0
            } else {
                let chance = table.expectedMutualInformation
                adjustedMutualInformation = (information - chance) / (meanEntropy - chance)
            }
        }

        let classPairs = Self.pairCount(within: table.classSizes)
        let clusterPairs = Self.pairCount(within: table.clusterSizes)
        let sharedPairs = Self.pairCount(within: table.cells.map(\.count))
        let valueOfNothing = classPairs + clusterPairs == 0 ? 1.0 : 0
        func fraction(_ part: Int, of whole: Int) -> Double {
            whole > 0 ? Double(part) / Double(whole) : valueOfNothing
        }
        pairwisePrecision = fraction(sharedPairs, of: clusterPairs)
        pairwiseRecall = fraction(sharedPairs, of: classPairs)
        pairwiseF1 = fraction(2 * sharedPairs, of: classPairs + clusterPairs)
    }

    private static func pairCount(within sizes: [Int]) -> Int {
        sizes.reduce(0) { $0 + $1 * ($1 - 1) / 2 }
    }
}
