/// For each new pixel along one axis, the old pixels that contribute to it and their weights.
struct ResizeTaps {
    /// The number of fractional bits of a weight: sums of 8-bit pixels stay within 32 bits, with room for overshoot.
    static let fractionBits: Int32 = 22
    /// One half, with which every sum begins so that truncation rounds it.
    static let half: Int32 = 1 << (fractionBits - 1)

    /// The number of new pixels.
    var count: Int { starts.count }
    /// The first old pixel for each new one.
    let starts: [Int]
    /// The number of old pixels for each new one.
    let counts: [Int]
    /// The weights: the k-th of new pixel i is element `i * stride + k`.
    let weights: [Int32]
    /// The distance between the first weights of adjacent new pixels.
    let stride: Int
    /// The range of old pixels that are used.
    let sourceRange: Range<Int>

    /// The taps for the new pixels in `kept` when `sourceSize` old pixels become `targetSize` new ones.
    init(from sourceSize: Int, to targetSize: Int, kept: Range<Int>, support: Double, weight: (Double) -> Double) {
        let scale = Double(sourceSize) / Double(targetSize)
        let filterScale = max(scale, 1)
        let reach = support * filterScale
        let stride = Int(reach.rounded(.up)) * 2 + 1
        var starts: [Int] = []
        var counts: [Int] = []
        var weights = [Int32](repeating: 0, count: kept.count * stride)
        for (i, pixel) in kept.enumerated() {
            let centre = (Double(pixel) + 0.5) * scale
            let start = max(Int(centre - reach + 0.5), 0)
            let end = min(Int(centre + reach + 0.5), sourceSize)
            let raw = (start..<end).map { weight((Double($0) - centre + 0.5) * (1 / filterScale)) }
            let sum = raw.reduce(0, +)
            for (k, value) in raw.enumerated() {
                weights[i * stride + k] = ResizeTaps.fixedPoint(sum == 0 ? value : value / sum)
            }
            starts.append(start)
            counts.append(end - start)
        }
        self.starts = starts
        self.counts = counts
        self.weights = weights
        self.stride = stride
        sourceRange = (starts.first ?? 0)..<((starts.last ?? 0) + (counts.last ?? 0))
    }

    /// The same without bounds checks, for the loops over pixels.
    struct Unsafe {
        let starts: UnsafeBufferPointer<Int>
        let counts: UnsafeBufferPointer<Int>
        let weights: UnsafeBufferPointer<Int32>
        let stride: Int
    }

    func withUnsafeTaps(_ body: (Unsafe) -> Void) {
        starts.withUnsafeBufferPointer { starts in
            counts.withUnsafeBufferPointer { counts in
                weights.withUnsafeBufferPointer { weights in
                    body(Unsafe(starts: starts, counts: counts, weights: weights, stride: stride))
                }
            }
        }
    }

    private static func fixedPoint(_ weight: Double) -> Int32 {
        Int32((weight * Double(1 << fractionBits) + (weight < 0 ? -0.5 : 0.5)).rounded(.towardZero))
    }

    /// The pixel value for a sum of weighted pixels.
    @inline(__always)
    static func rounded(_ sum: Int32) -> UInt8 {
        UInt8(truncatingIfNeeded: min(max(sum >> fractionBits, 0), 255))
    }
}
