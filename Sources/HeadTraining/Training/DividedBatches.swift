internal import DenseLinearAlgebra
package import Statistics

/// The batches of learners, each of samples of its own group, where training is divided among them.
///
/// Groups are clusters of the embeddings as they are; those of a later grouping begin from the ones before, so that each
/// learner keeps about the samples that it knows.
struct DividedBatches {
    private struct Learner {
        let columns: Range<Int>
        var batches: ClassBalancedBatches
    }

    private let division: EmbeddingDivision
    private let settings: HeadTrainingSettings
    private let samples: TrainingSet
    /// The samples that are divided, as places among the training samples.
    private let divided: [Int]
    private(set) var groups: [Int] = []
    private var round = 0
    private var learners: [Learner] = []
    private var generator: SeededGenerator

    init(
        _ division: EmbeddingDivision, of samples: TrainingSet, excluding excluded: [Int],
        _ settings: HeadTrainingSettings
    ) {
        let excluded = Set(excluded)
        divided = samples.rows.indices.filter { !excluded.contains($0) }
        (self.division, self.samples, self.settings) = (division, samples, settings)
        generator = SeededGenerator(seed: settings.seed, stream: "head/learners")
    }

    /// Groups the samples by a head, where that is due before a step.
    mutating func group(before step: Int, by head: () -> Head) {
        guard division.isGrouping(before: step, of: settings.stepCount) else { return }
        let head = head()
        let d = head.dimension
        let count = min(division.learnerCount, d)
        var embeddings: [Float] = []
        embeddings.reserveCapacity(divided.count * d)
        // The rows are anywhere among the features, and few at a time take little memory.
        for start in stride(from: 0, to: divided.count, by: 256) {
            let rows = divided[start..<min(start + 256, divided.count)].map { samples.rows[$0] }
            embeddings += head.rows(0..<rows.count, of: samples.features.selectingRows(rows))
        }
        groups = sampleGroups(embeddings, dimension: d, count: count, from: groups, using: &generator)
        learners = (0..<count).compactMap { number in
            var members = Array(repeating: [Int](), count: samples.classCount)
            for (place, sample) in divided.enumerated() where groups[place] == number {
                members[samples.classNumbers[sample]].append(sample)
            }
            // A learner needs pairs, and something to tell them from.
            let classCount = members.count { $0.count > 1 }
            guard classCount > 1 else { return nil }
            return Learner(
                columns: division.columns(ofLearner: number, dimension: d),
                batches: ClassBalancedBatches(
                    members: members.map { $0.count > 1 ? $0 : [] },
                    classesPerBatch: min(settings.classesPerBatch, classCount),
                    samplesPerClass: settings.samplesPerClass, seed: settings.seed, stream: "\(round)/\(number)"))
        }
        round += 1
    }

    /// The next batch of a learner, each with the same chance, and its dimensions; nil if the whole embedding is trained.
    mutating func advance(
        before step: Int
    ) -> (samples: [Int], classes: [Int], columns: Range<Int>)? {
        guard step < division.firstWholeStep(of: settings.stepCount), !learners.isEmpty else { return nil }
        let number = generator.below(learners.count)
        learners[number].batches.advance()
        return (
            learners[number].batches.samples, learners[number].batches.classes, learners[number].columns
        )
    }
}

/// Groups of rows by k-means (Lloyd, 1982), begun from earlier groups or by k-means++ (Arthur and Vassilvitskii, SODA 2007).
///
/// - Parameters:
///   - rows: n × d, in row-major order.
///   - count: the number of groups; some may be left empty.
///   - earlier: a group of each row to begin from; empty for none.
/// - Returns: the group of each row, from 0 on.
/// - Complexity: O(20 · n · d · count).
package func sampleGroups(
    _ rows: [Float], dimension d: Int, count: Int, from earlier: [Int], using generator: inout SeededGenerator
) -> [Int] {
    let n = rows.count / d
    precondition(rows.count == n * d && (earlier.isEmpty || earlier.count == n), "\(rows.count) values of rows of \(d)")
    guard n > 0 else { return [] }
    return rows.withUnsafeBufferPointer { rows in
        var centers = [Double](repeating: 0, count: count * d)
        func squaredDistance(_ row: Int, _ center: Int) -> Double {
            var sum = 0.0
            for j in 0..<d {
                let difference = Double(rows[row * d + j]) - centers[center * d + j]
                sum += difference * difference
            }
            return sum
        }
        func setCenter(_ center: Int, toRow row: Int) {
            for j in 0..<d { centers[center * d + j] = Double(rows[row * d + j]) }
        }
        var groups = earlier
        if earlier.isEmpty {
            setCenter(0, toRow: generator.below(n))
            var nearest = (0..<n).map { squaredDistance($0, 0) }
            for center in 1..<max(count, 1) {
                let drawn = generator.part() * nearest.reduce(0, +)
                var (sum, row) = (0.0, 0)
                while row < n - 1 {
                    sum += nearest[row]
                    if sum > drawn { break }
                    row += 1
                }
                setCenter(center, toRow: row)
                for row in 0..<n { nearest[row] = min(nearest[row], squaredDistance(row, center)) }
            }
            groups = [Int](repeating: -1, count: n)
        } else {
            moveCenters(&centers, groups, rows, d)
        }
        for _ in 0..<20 {
            var isSame = true
            for row in 0..<n {
                var (best, bestDistance) = (0, Double.infinity)
                for center in 0..<count {
                    let distance = squaredDistance(row, center)
                    if distance < bestDistance { (best, bestDistance) = (center, distance) }
                }
                if groups[row] != best { (groups[row], isSame) = (best, false) }
            }
            if isSame { break }
            moveCenters(&centers, groups, rows, d)
        }
        return groups
    }
}

/// Moves centres to the means of their groups; that of an empty one stays.
private func moveCenters(_ centers: inout [Double], _ groups: [Int], _ rows: UnsafeBufferPointer<Float>, _ d: Int) {
    var sums = [Double](repeating: 0, count: centers.count)
    var counts = [Int](repeating: 0, count: centers.count / d)
    for (row, group) in groups.enumerated() {
        counts[group] += 1
        for j in 0..<d { sums[group * d + j] += Double(rows[row * d + j]) }
    }
    for (group, count) in counts.enumerated() where count > 0 {
        for j in 0..<d { centers[group * d + j] = sums[group * d + j] / Double(count) }
    }
}
