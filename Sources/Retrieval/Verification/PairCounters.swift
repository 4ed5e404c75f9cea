internal import CRanks
internal import Synchronization

/// Keeps the keys of pairs.
// One thread at a time has it: see PairCounter.
final class KeyCounter: PairCounter, @unchecked Sendable {
    private let rows: CosineRows
    private(set) var genuine: [Int32] = []
    private(set) var impostors: [Int32] = []

    init(_ rows: CosineRows) { self.rows = rows }

    func count(query: Int, first: Int, products: UnsafeBufferPointer<Double>, genuine range: Range<Int>) {
        for place in 0..<range.lowerBound { impostors.append(rows.key(query, first + place, product: products[place])) }
        for place in range { genuine.append(rows.key(query, first + place, product: products[place])) }
        for place in range.upperBound..<products.count {
            impostors.append(rows.key(query, first + place, product: products[place]))
        }
    }

    func beginBlock(queryGroup: Int, itemGroup: Int) {}

    func endBlock() {}
}

/// Finds the bins of products, on one thread.
struct BinFinder {
    private let rows: CosineRows
    private var bins: [Int32] = []
    private var doubtful: [UInt32] = []

    init(_ rows: CosineRows) { self.rows = rows }

    /// Passes the bins of the products of a query with some items to `body`.
    @inline(__always)
    mutating func find(
        query: Int, first: Int, products: UnsafeBufferPointer<Double>, _ body: (UnsafeBufferPointer<Int32>) -> Void
    ) {
        guard let values = products.baseAddress else { return }
        if bins.count < products.count {
            bins = Array(repeating: 0, count: products.count)
            doubtful = Array(repeating: 0, count: products.count)
        }
        let count = ranks_bins(values, products.count, rows.doubt, &bins, &doubtful)
        for place in doubtful.prefix(count) {
            let place = Int(place)
            bins[place] = Int32(
                SimilarityGrid.bin(of: rows.key(query, first + place, product: products[place])))
        }
        bins.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[..<products.count])) }
    }
}

/// The numbers of pairs in all bins, which threads add to now and then.
final class BinTotal: Sendable {
    private let counts = Mutex(
        (
            genuine: [Int](repeating: 0, count: SimilarityGrid.binCount),
            impostors: [Int](repeating: 0, count: SimilarityGrid.binCount)
        ))

    /// Adds a thread's counts.
    func add(genuine: [UInt32], impostors: [UInt32]) {
        counts.withLock { counts in
            for bin in genuine.indices where genuine[bin] > 0 { counts.genuine[bin] += Int(genuine[bin]) }
            for bin in impostors.indices where impostors[bin] > 0 { counts.impostors[bin] += Int(impostors[bin]) }
        }
    }

    /// The bins with any pairs, from the highest down.
    var runs: [PairCounts.Run] {
        counts.withLock { counts in
            (0..<SimilarityGrid.binCount).reversed().compactMap { bin in
                let (genuine, impostors) = (counts.genuine[bin], counts.impostors[bin])
                guard genuine + impostors > 0 else { return nil }
                let low = SimilarityGrid.lowestKey(ofBin: bin)
                return PairCounts.Run(
                    low: low, high: min(low + Int32(SimilarityGrid.keysInBin - 1), SimilarityGrid.stepCount),
                    genuineCount: genuine, impostorCount: impostors)
            }
        }
    }
}

/// Counts pairs in bins.
// One thread at a time has it: see PairCounter.
final class BinCounter: PairCounter, @unchecked Sendable {
    private let total: BinTotal
    private var finder: BinFinder
    private var genuine = [UInt32](repeating: 0, count: SimilarityGrid.binCount)
    private var impostors = [UInt32](repeating: 0, count: SimilarityGrid.binCount)
    private var pairCount = 0

    init(_ rows: CosineRows, total: BinTotal) {
        self.total = total
        finder = BinFinder(rows)
    }

    func count(query: Int, first: Int, products: UnsafeBufferPointer<Double>, genuine range: Range<Int>) {
        pairCount += products.count
        finder.find(query: query, first: first, products: products) { bins in
            impostors.withUnsafeMutableBufferPointer { counts in
                for place in 0..<range.lowerBound { counts[Int(bins[place])] &+= 1 }
                for place in range.upperBound..<bins.count { counts[Int(bins[place])] &+= 1 }
            }
            for place in range { genuine[Int(bins[place])] &+= 1 }
        }
    }

    func beginBlock(queryGroup: Int, itemGroup: Int) {}

    func endBlock() {
        // Before a count could pass 2³².
        if pairCount > 1 << 31 { flush() }
    }

    /// Adds the counts to the total.
    func flush() {
        total.add(genuine: genuine, impostors: impostors)
        for bin in genuine.indices { (genuine[bin], impostors[bin]) = (0, 0) }
        pairCount = 0
    }
}
