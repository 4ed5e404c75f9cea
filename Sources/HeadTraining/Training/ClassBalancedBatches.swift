internal import Statistics

/// Batches of some classes with as many samples of each, drawn with a seed.
///
/// Every batch draws its classes anew, without repetition, and the samples of a class without repetition as long as it has
/// enough.
struct ClassBalancedBatches {
    private let samplesPerClass: Int
    /// The samples of each class, in an order that the draws change.
    private var members: [[Int]]
    private var order: [Int]
    private var generator: SeededGenerator
    /// The samples of the batch, class by class.
    private(set) var samples: [Int]
    /// The class of each.
    private(set) var classes: [Int]

    /// - Parameters:
    ///   - classNumbers: the class of each sample, from 0 on without gaps.
    ///   - excluded: samples that are never drawn; some of each class are left.
    init(
        classNumbers: [Int], excluding excluded: [Int] = [], classCount: Int, classesPerBatch: Int,
        samplesPerClass: Int, seed: UInt64
    ) {
        var members = Array(repeating: [Int](), count: classCount)
        let excluded = Set(excluded)
        for (sample, number) in classNumbers.enumerated() where !excluded.contains(sample) {
            members[number].append(sample)
        }
        self.init(
            members: members, classesPerBatch: classesPerBatch, samplesPerClass: samplesPerClass, seed: seed,
            stream: nil)
    }

    /// - Parameters:
    ///   - members: the samples of each class; classes without any are not drawn.
    ///   - stream: tells generators of one seed apart; nil for that of the whole training set.
    init(members: [[Int]], classesPerBatch: Int, samplesPerClass: Int, seed: UInt64, stream: String?) {
        (self.members, self.samplesPerClass) = (members, samplesPerClass)
        order = members.indices.filter { !members[$0].isEmpty }
        precondition(
            order.count >= classesPerBatch, "\(order.count) classes with samples for batches of \(classesPerBatch)")
        generator = SeededGenerator(seed: seed, stream: "head/batches" + (stream.map { "/" + $0 } ?? ""))
        samples = Array(repeating: 0, count: classesPerBatch * samplesPerClass)
        classes = samples
    }

    /// Draws the next batch.
    mutating func advance() {
        let classesPerBatch = samples.count / samplesPerClass
        for place in 0..<classesPerBatch {
            // The beginning of a shuffle (Fisher and Yates).
            order.swapAt(place, place + generator.below(order.count - place))
            let number = order[place]
            let count = members[number].count
            for draw in 0..<samplesPerClass {
                let index = place * samplesPerClass + draw
                if draw < count {
                    members[number].swapAt(draw, draw + generator.below(count - draw))
                    samples[index] = members[number][draw]
                } else {
                    samples[index] = members[number][generator.below(count)]
                }
                classes[index] = number
            }
        }
    }
}
