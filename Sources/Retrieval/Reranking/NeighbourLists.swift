internal import DenseLinearAlgebra
internal import Parallel

/// For every sample in a set, the nearest other samples and the distance to the farthest.
struct NeighbourLists: Sendable {
    /// How many neighbours each sample has: k, or all others if there are fewer.
    let count: Int
    /// For each sample, its largest squared distance from another, or 1 if that is 0.
    let largestDistances: [Float]
    /// The neighbours of each sample in turn, nearest first, ties by row.
    private let items: [Int32]

    /// The k nearest other samples of a sample, or all that there are.
    func nearest(_ k: Int, to sample: Int) -> ArraySlice<Int32> {
        items[sample * count..<sample * count + min(k, count)]
    }

    /// Finds the k nearest others by the similarities of the ranking pass, one block of rows at a time.
    ///
    /// - Parameter offsets: for each sample, its squared distance from another plus twice their similarity.
    /// - Complexity: O(n²·d) operations, 4·n·k bytes for the result, and a block of similarities per thread.
    init(of samples: PreparedEmbeddings, k: Int, offsets: [Float]) {
        let n = samples.queryCount
        let count = max(0, min(k, n - 1))
        let blockSize = max(64, min(256, (32 << 20) / (4 * max(n, 1))))
        let blocks = concurrentMap(count: (n + blockSize - 1) / blockSize) {
            (selection: NearestSelection(count: count), similarities: [Float]())
        } _: { buffers, block in
            let rows = block * blockSize..<min((block + 1) * blockSize, n)
            samples.fill(&buffers.similarities, rows: rows)
            var (largest, items): ([Float], [Int32]) = ([], [])
            for sample in rows {
                let lowest = buffers.similarities.withUnsafeMutableBufferPointer { similarities in
                    let start = (sample - rows.lowerBound) * n
                    let row = UnsafeMutableBufferPointer(rebasing: similarities[start..<start + n])
                    var nothing: Void = ()
                    samples.finish(row, query: sample, scratch: &nothing)
                    return buffers.selection.select(from: UnsafeBufferPointer(row), own: sample)
                }
                let distance = offsets[sample] - 2 * lowest
                largest.append(distance > 0 ? distance : 1)
                items += buffers.selection.rows
            }
            return (largest: largest, items: items)
        }
        self.count = count
        largestDistances = blocks.flatMap(\.largest)
        items = blocks.flatMap(\.items)
    }
}

/// Selects the most similar items of a row, in buffers for one thread.
private struct NearestSelection {
    let count: Int
    /// The items found so far, most similar first, ties by row.
    private(set) var rows: [Int32] = []
    private var values: [Float] = []

    init(count: Int) {
        self.count = count
    }

    /// Selects from one row of similarities, and returns the lowest similarity.
    ///
    /// - Parameter own: the item that the row belongs to, which is not selected.
    mutating func select(from row: UnsafeBufferPointer<Float>, own: Int) -> Float {
        rows.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        let items = UnsafeRawPointer(row.baseAddress)
        let laneCount = 16
        var lowest = SIMD16<Float>(repeating: .infinity)
        var start = 0
        while let items, start + laneCount <= row.count {
            let value = items.loadUnaligned(fromByteOffset: 4 * start, as: SIMD16<Float>.self)
            lowest.replace(with: value, where: value .< lowest)
            // Most vectors hold nothing near enough.
            if any(value .> threshold) {
                for item in start..<start + laneCount { offer(row[item], Int32(item), own: own) }
            }
            start += laneCount
        }
        for item in start..<row.count {
            lowest[0] = min(lowest[0], row[item])
            offer(row[item], Int32(item), own: own)
        }
        return lowest.min()
    }

    /// The similarity that a later item has to exceed.
    private var threshold: Float {
        values.count < count ? -.infinity : values.last ?? .infinity
    }

    private mutating func offer(_ value: Float, _ item: Int32, own: Int) {
        guard value > threshold, Int(item) != own else { return }
        var place = values.count
        while place > 0, values[place - 1] < value { place -= 1 }
        values.insert(value, at: place)
        rows.insert(item, at: place)
        if values.count > count {
            values.removeLast()
            rows.removeLast()
        }
    }
}
