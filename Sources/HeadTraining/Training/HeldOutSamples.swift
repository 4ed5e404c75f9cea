internal import DenseLinearAlgebra
internal import Statistics

/// Training samples that a sampler sets apart, to see while it is trained how good a head is.
struct HeldOutSamples {
    /// Their places among the training samples.
    let samples: [Int]
    private let features: Matrix<Float>
    private let classes: [Int]

    /// About a sixth of each class of four samples or more, at least two of them, until there are a thousand.
    init(_ set: TrainingSet, seed: UInt64) {
        var generator = SeededGenerator(seed: seed, stream: "head/validation")
        var members = Array(repeating: [Int](), count: set.classCount)
        for (sample, number) in set.classNumbers.enumerated() { members[number].append(sample) }
        var chosen: [Int] = []
        for number in generator.shuffled(0..<set.classCount) where chosen.count < 1000 && members[number].count >= 4 {
            chosen += generator.shuffled(members[number]).prefix(max(members[number].count / 6, 2))
        }
        samples = chosen.sorted()
        features = set.features.selectingRows(samples.map { set.rows[$0] })
        classes = samples.map { set.classNumbers[$0] }
    }

    /// The mean of Recall@1 and MAP@R of a head among these samples.
    func score(_ head: Head) -> Double {
        let (n, d) = (classes.count, head.dimension)
        guard n > 0 else { return 0 }
        let embeddings = head.rows(0..<n, of: features)
        var similarities: [Float] = []
        let matrix = Matrix(rowCount: n, columnCount: d, elements: embeddings)
        innerProducts(ofRows: 0..<n, of: matrix, with: matrix, into: &similarities)
        var total = 0.0
        for query in 0..<n {
            let row = similarities[query * n..<(query + 1) * n]
            func value(_ item: Int) -> Float { row[row.startIndex + item] }
            var ranks: [Int] = []
            for item in 0..<n where item != query && classes[item] == classes[query] {
                var rank = 1
                for other in 0..<n where other != query && value(other) > value(item) { rank += 1 }
                ranks.append(rank)
            }
            ranks.sort()
            var precision = 0.0
            for (place, rank) in ranks.enumerated() where rank <= ranks.count {
                precision += Double(place + 1) / Double(rank)
            }
            total += (ranks.first == 1 ? 1 : 0) + precision / Double(max(ranks.count, 1))
        }
        return total / Double(2 * n)
    }
}
