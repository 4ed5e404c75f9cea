internal import DenseLinearAlgebra

/// The iteration of k-means: rows to the nearest centres, centres to the means of their rows.
struct LloydIteration {
    /// The cluster of each row; after an assignment, no cluster is empty.
    private(set) var clusterNumbers: [Int32]
    /// How often the rows were assigned.
    private(set) var count = 0
    private let prepared: PreparedEmbeddings
    /// Whether each row equals an earlier one.
    private let isDuplicate: [Bool]
    private let clusterCount: Int
    /// k × d.
    private var centres: [Double]

    /// Starts with some of the rows, all different, as centres.
    init(rows: PreparedEmbeddings, seeds: [Int]) {
        prepared = rows
        isDuplicate = rows.duplicates.reduce(into: Array(repeating: false, count: rows.queries.rowCount)) {
            $0[$1.row] = true
        }
        clusterCount = seeds.count
        clusterNumbers = Array(repeating: 0, count: rows.queries.rowCount)
        centres = rows.queries.selectingRows(seeds).elements.map { Double($0) }
    }

    /// Iterates until no row changes its cluster, or the centres move by a squared distance of `tolerance` at most all
    /// together; says whether either happened within the given number of assignments.
    mutating func run(maximalCount: Int, tolerance: Double) -> Bool {
        assign()
        while true {
            let means = ClusterSums(of: prepared.queries, clusterNumbers: clusterNumbers, clusterCount: clusterCount)
                .means
            let movement = zip(means, centres).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            if movement <= tolerance { return true }
            guard count < maximalCount else { return false }
            centres = means
            let former = clusterNumbers
            assign()
            if clusterNumbers == former { return true }
        }
    }

    /// Gives every row the number of its nearest centre, and every cluster a row.
    private mutating func assign() {
        assignToNearest()
        fillEmptyClusters()
        // A row that duplicates another goes where that goes; see `rankAll` for why BLAS does not see to it.
        for (row, original) in prepared.duplicates { clusterNumbers[row] = clusterNumbers[original] }
        count += 1
    }

    /// Blocks of rows by all centres, each on one core with BLAS on one thread; the blocks, and with them the result,
    /// are the same for any number of cores.
    private mutating func assignToNearest() {
        let (n, d, k) = (prepared.queries.rowCount, prepared.queries.columnCount, clusterCount)
        let rounded = Matrix(rowCount: k, columnCount: d, elements: centres.map { Float($0) })
        let penalties = (0..<k).map { number in
            Float(rounded.row(number).reduce(0.0) { $0 + Double($1) * Double($1) } / 2)
        }
        let blockSize = max(64, min(512, (8 << 20) / (4 * k)))
        let blockCount = (n + blockSize - 1) / blockSize
        let rows = prepared.queries
        clusterNumbers.withUnsafeMutableBufferPointer { clusterNumbers in
            // Each row is one block's, so the threads do not meet.
            nonisolated(unsafe) let clusterNumbers = clusterNumbers
            inParallel(blockCount: blockCount) {
                [Float]()
            } _: { products, block in
                let range = block * blockSize..<min((block + 1) * blockSize, n)
                innerProducts(ofRows: range, of: rows, with: rounded, into: &products)
                products.withUnsafeBufferPointer { products in
                    penalties.withUnsafeBufferPointer { penalties in
                        for i in range {
                            let start = (i - range.lowerBound) * k
                            let row = UnsafeBufferPointer(rebasing: products[start..<start + k])
                            clusterNumbers[i] = indexOfLargestDifference(row, penalties)
                        }
                    }
                }
            }
        }
    }

    /// Moves into each empty cluster the row farthest from its centre, out of a cluster that has others; rows that
    /// duplicate one are not looked at, since they follow it.
    ///
    /// There always is one: the centres were chosen from as many different rows as there are clusters, so with an empty
    /// cluster some other one has different rows, which cannot all be at its centre.
    private mutating func fillEmptyClusters() {
        var sizes = [Int](repeating: 0, count: clusterCount)
        let originals = clusterNumbers.indices.filter { !isDuplicate[$0] }
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
        }
    }

    private func squaredDistanceFromCentre(ofRow i: Int) -> Double {
        let start = Int(clusterNumbers[i]) * prepared.queries.columnCount
        return zip(prepared.queries.row(i), centres[start...]).reduce(0) {
            $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1)
        }
    }
}

/// The first index at which `values − penalties` is largest; no access is checked, for this is the innermost loop.
private func indexOfLargestDifference(
    _ values: UnsafeBufferPointer<Float>, _ penalties: UnsafeBufferPointer<Float>
) -> Int32 {
    precondition(values.count == penalties.count, "\(values.count) values and \(penalties.count) penalties")
    guard let valuesStart = values.baseAddress, let penaltiesStart = penalties.baseAddress else { return 0 }
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
    return index
}

extension ArraySlice<Int> {
    /// Removes elements from the front up to the first one that fits, and returns that.
    fileprivate mutating func popFirst(where fits: (Int) -> Bool) -> Int? {
        while let element = popFirst() {
            if fits(element) { return element }
        }
        return nil
    }
}
