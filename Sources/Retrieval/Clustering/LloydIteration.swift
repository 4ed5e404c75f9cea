internal import DenseLinearAlgebra
internal import Parallel

/// The iteration of k-means: rows are assigned to their nearest centres, and centres move to the means of their rows.
///
/// If a cluster kept all its rows, its centre stays, and so do all distances from it. A row whose centre stays is
/// therefore compared only with the centres that moved; after two or three assignments they are few.
struct LloydIteration {
    /// The cluster of each row; after an assignment, no cluster is empty.
    private(set) var clusterNumbers: [Int32]
    /// How often the rows were assigned.
    private(set) var count = 1
    private let prepared: PreparedEmbeddings
    /// The rows that equal no earlier row; every other row follows the one that it equals.
    private let originals: [Int]
    private let clusterCount: Int
    /// k × d.
    private var centres: [Double]
    /// For each row x and its centre c, `x·c − ‖c‖²/2`, which is larger the nearer they are; −∞ if unknown.
    private var values: [Float]

    /// Starts with some distinct rows as centres.
    ///
    /// - Parameter nearest: the position in `seeds` of the seed nearest to each row.
    init(rows: PreparedEmbeddings, seeds: [Int], nearest: [Int32]) {
        prepared = rows
        let n = rows.queries.rowCount
        var isOriginal = Array(repeating: true, count: n)
        for (row, _) in rows.duplicates { isOriginal[row] = false }
        originals = (0..<n).filter { isOriginal[$0] }
        clusterCount = seeds.count
        clusterNumbers = nearest
        centres = rows.queries.selectingRows(seeds).elements.map { Double($0) }
        values = Array(repeating: -.infinity, count: n)
    }

    /// Iterates until no row changes its cluster, or the centres together move by a squared distance of at most
    /// `tolerance`; returns whether either happened within the given number of assignments.
    mutating func run(maximalCount: Int, tolerance: Double) -> Bool {
        let d = prepared.queries.columnCount
        while true {
            let means = ClusterSums(of: prepared.queries, clusterNumbers: clusterNumbers, clusterCount: clusterCount)
                .means
            var movement = 0.0
            let hasMoved = (0..<clusterCount).map { cluster in
                let squared = (cluster * d..<(cluster + 1) * d).reduce(0.0) {
                    $0 + (means[$1] - centres[$1]) * (means[$1] - centres[$1])
                }
                movement += squared
                return squared > 0
            }
            if movement <= tolerance { return true }
            guard count < maximalCount, !WorkStop.isRequested else { return false }
            centres = means
            let former = clusterNumbers
            assign(hasMoved: hasMoved)
            if clusterNumbers == former { return true }
        }
    }

    /// Assigns every row to its nearest centre, and makes sure that every cluster has a row.
    ///
    /// - Parameter hasMoved: whether each centre has changed since the previous assignment.
    private mutating func assign(hasMoved: [Bool]) {
        let isOpen = originals.map { hasMoved[Int(clusterNumbers[$0])] || values[$0] == -.infinity }
        let moved = hasMoved.indices.filter { hasMoved[$0] }
        let centres = Matrix(
            rowCount: clusterCount, columnCount: prepared.queries.columnCount, elements: centres.map { Float($0) })
        assign(zip(originals, isOpen).filter(\.1).map(\.0), to: Array(0..<clusterCount), of: centres, keeping: false)
        assign(zip(originals, isOpen).filter { !$0.1 }.map(\.0), to: moved, of: centres, keeping: true)
        fillEmptyClusters()
        // A duplicate row goes where its original goes; see `PreparedEmbeddings.finish` for why BLAS does not ensure
        // this.
        for (row, original) in prepared.duplicates { clusterNumbers[row] = clusterNumbers[original] }
        count += 1
    }

    /// Assigns rows to the nearest of some centres, or leaves them where they are if none is nearer.
    ///
    /// It works on blocks of rows by all these centres, each block on one core with BLAS on one thread; the blocks, and
    /// so the result, are the same for any number of cores.
    private mutating func assign(
        _ rows: [Int], to numbers: [Int], of centres: Matrix<Float>, keeping keepsNumbers: Bool
    ) {
        guard !rows.isEmpty, !numbers.isEmpty else { return }
        let all = prepared.queries
        let some = centres.selectingRows(numbers)
        let penalties = numbers.indices.map { Float(squaredNorm(some.row($0)) / 2) }
        let blockSize = max(64, min(512, (8 << 20) / (4 * numbers.count)))
        let blockCount = (rows.count + blockSize - 1) / blockSize
        let nearest = concurrentMap(count: blockCount) {
            [Float]()
        } _: { products, block in
            let own = rows[block * blockSize..<min((block + 1) * blockSize, rows.count)]
            innerProducts(ofRows: 0..<own.count, of: all.selectingRows(own), with: some, into: &products)
            return own.indices.map { i in
                let place = i - own.startIndex
                return largestDifference(
                    products[place * numbers.count..<(place + 1) * numbers.count], penalties)
            }
        }
        for (row, nearest) in zip(rows, nearest.joined()) {
            let number = Int32(numbers[nearest.index])
            let isNearer =
                !keepsNumbers || nearest.value > values[row]
                || (nearest.value == values[row] && number < clusterNumbers[row])
            guard isNearer else { continue }
            clusterNumbers[row] = number
            values[row] = nearest.value
        }
    }

    /// Moves the row farthest from its centre into each empty cluster, from a cluster that has other rows; duplicate
    /// rows are not considered, since they follow their originals.
    ///
    /// There always is such a row: there are at least as many distinct rows as clusters, so if one cluster is empty,
    /// some other one has distinct rows, which cannot all be at its centre.
    private mutating func fillEmptyClusters() {
        var sizes = [Int](repeating: 0, count: clusterCount)
        for row in originals { sizes[Int(clusterNumbers[row])] += 1 }
        let empty = sizes.indices.filter { sizes[$0] == 0 }
        guard !empty.isEmpty else { return }
        let distances = originals.map { (distance: squaredDistanceFromCentre(ofRow: $0), row: $0) }
        var candidates = distances.sorted { ($1.distance, $0.row) < ($0.distance, $1.row) }.map(\.row)[...]
        for cluster in empty {
            guard let row = candidates.popFirst(where: { sizes[Int(clusterNumbers[$0])] > 1 }) else {
                preconditionFailure("there are fewer different rows than clusters")
            }
            sizes[Int(clusterNumbers[row])] -= 1
            sizes[cluster] = 1
            clusterNumbers[row] = Int32(cluster)
            values[row] = -.infinity
        }
    }

    private func squaredDistanceFromCentre(ofRow i: Int) -> Double {
        let start = Int(clusterNumbers[i]) * prepared.queries.columnCount
        return zip(prepared.queries.row(i), centres[start...]).reduce(0) {
            $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1)
        }
    }
}

/// The largest of `values − penalties`, and its first index; accesses are unchecked, because this is the innermost
/// loop.
private func largestDifference(_ values: ArraySlice<Float>, _ penalties: [Float]) -> (index: Int, value: Float) {
    values.withUnsafeBufferPointer { values in penalties.withUnsafeBufferPointer { largestDifference(values, $0) } }
}

private func largestDifference(
    _ values: UnsafeBufferPointer<Float>, _ penalties: UnsafeBufferPointer<Float>
) -> (index: Int, value: Float) {
    precondition(values.count == penalties.count, "\(values.count) values and \(penalties.count) penalties")
    guard let valuesStart = values.baseAddress, let penaltiesStart = penalties.baseAddress else { return (0, 0) }
    let (rawValues, rawPenalties) = (UnsafeRawPointer(valuesStart), UnsafeRawPointer(penaltiesStart))
    var largest = SIMD8<Float>(repeating: -.infinity)
    var indices = SIMD8<Int32>.zero
    var current = SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7)
    var i = 0
    while i &+ 8 <= values.count {
        let difference =
            rawValues.loadUnaligned(fromByteOffset: 4 &* i, as: SIMD8<Float>.self)
            - rawPenalties.loadUnaligned(fromByteOffset: 4 &* i, as: SIMD8<Float>.self)
        let isLarger = difference .> largest
        largest.replace(with: difference, where: isLarger)
        indices.replace(with: current, where: isLarger)
        current &+= 8
        i &+= 8
    }
    var (best, index) = (-Float.infinity, Int32(0))
    for lane in 0..<8 where largest[lane] > best || (largest[lane] == best && indices[lane] < index) {
        (best, index) = (largest[lane], indices[lane])
    }
    while i < values.count {
        let difference = valuesStart[i] - penaltiesStart[i]
        if difference > best { (best, index) = (difference, Int32(i)) }
        i &+= 1
    }
    return (Int(index), best)
}

extension ArraySlice<Int> {
    /// Removes elements from the front up to and including the first one that fits, and returns that element.
    fileprivate mutating func popFirst(where fits: (Int) -> Bool) -> Int? {
        while let element = popFirst() {
            if fits(element) { return element }
        }
        return nil
    }
}
