internal import Differentiation

/// Embedding expansion: triplets whose negatives are synthesised between the samples of a class.
///
/// Between each two samples of a class, n points divide the line in equal parts and are scaled to length 1. With D(c, e)
/// the smallest squared distance between a point of class c and one of class e, synthesised or not, the loss is
///
///     mean over positive pairs (i, j) of class c and other classes e of [‖x_i − x_j‖² − D(c, e) + m]₊
///
/// over those above zero. Synthesised points are not used as positives.
///
/// Ko and Gu, "Embedding Expansion: Augmentation in Embedding Space for Deep Metric Learning", CVPR 2020, section 3, with
/// the triplet loss; n = 2 and m = 0.2.
struct EmbeddingExpansion: Objective {
    let name = "embedding-expansion"
    let title = "Embedding expansion"
    let paper = Paper(
        "Ko, Gu", "Embedding Expansion: Augmentation in Embedding Space for Deep Metric Learning", "CVPR", 2020)
    let parameters: [ObjectiveParameter] = [
        .number("margin", 0.2, allowed: 0...4, searched: 0.05...0.6, "by how much negatives must be farther, squared"),
        .number("points", 2, allowed: 0...16, searched: 1...4, scale: .whole, "n: the points between two samples"),
    ]

    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar> {
        let (i, j) = batch.positives().positions
        // Numbers of the classes in the batch only, since there may be very many others.
        let present = Set(batch.classes).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, $0) })
        let own = batch.classes.map { numbers[$0] ?? 0 }
        var (points, classes) = (batch.embeddings, own)
        let pairs = i.indices.filter { i[$0] < j[$0] }
        let (first, second) = (points.rows(at: pairs.map { i[$0] }), points.rows(at: pairs.map { j[$0] }))
        let count = Int(batch["points"])
        for point in 1..<count + 1 {
            let part = Double(point) / Double(count + 1)
            points = points.appendingRows(((1 - part) * first + part * second).normalizedRows())
            classes += pairs.map { own[i[$0]] }
        }
        let distance = squaredDistances(points, points)
        distance.copyValues(into: &batch.random.distances)
        let hardest = HardestPairs(batch.random.distances, classes: classes, classCount: present.count)
        let (pair, row, column) = hardest.negatives(of: i.map { own[$0] })
        let positive = distance.elements(atRows: pair.map { i[$0] }, columns: pair.map { j[$0] })
        let negative = distance.elements(atRows: row, columns: column)
        return (positive - negative + batch["margin"]).rectified().meanAboveZero()
    }
}

/// The nearest points of each two classes.
private struct HardestPairs {
    private let classCount: Int
    /// For each class, the other classes with the positions of the nearest points.
    private var nearest: [(row: Int, column: Int)?]

    init(_ distances: [Double], classes: [Int], classCount: Int) {
        self.classCount = classCount
        nearest = Array(repeating: nil, count: classCount * classCount)
        let n = classes.count
        for row in 0..<n {
            for column in row + 1..<max(n, row + 1) where classes[row] != classes[column] {
                let place = classes[row] * classCount + classes[column]
                if let best = nearest[place], distances[best.row * n + best.column] <= distances[row * n + column] {
                    continue
                }
                nearest[place] = (row, column)
                nearest[classes[column] * classCount + classes[row]] = (row, column)
            }
        }
    }

    /// Each positive pair with each other class that there is: the pair's number, and the nearest points.
    func negatives(of classes: [Int]) -> (pair: [Int], row: [Int], column: [Int]) {
        var result: (pair: [Int], row: [Int], column: [Int]) = ([], [], [])
        for (pair, number) in classes.enumerated() {
            for other in 0..<classCount {
                guard let (row, column) = nearest[number * classCount + other] else { continue }
                result.pair.append(pair)
                result.row.append(row)
                result.column.append(column)
            }
        }
        return result
    }
}
