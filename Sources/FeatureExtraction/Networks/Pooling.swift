import Foundation

/// How a feature map of h × w positions, or a row of tokens, becomes one vector, channel by channel.
public enum Pooling: String, Sendable, Codable, CaseIterable {
    /// The first token, where vision transformers have the class token; of tokens only.
    case classToken = "cls"
    /// The mean over all positions or all tokens, the class token among them.
    case average = "avg"
    /// The mean over all tokens but the first; of tokens only, and only where the others are those of a grid of patches.
    case patchAverage = "patch-avg"
    /// The largest value.
    case maximum = "max"
    /// The generalised mean (mean of max(x, ε)ᵖ)^(1/p) with p = 3 and ε = 1e-6 (Radenović, Tolias and Chum, TPAMI 2019).
    case generalizedMean = "gem"
    /// The means over the four quarters of a feature map, left to right and top to bottom, as four features a channel.
    case grid2 = "grid-2"
    /// The means over the sixteen parts of a feature map divided by four both ways, as sixteen features a channel.
    case grid4 = "grid-4"

    /// Into how many parts a feature map is divided both ways.
    ///
    /// Where its sides cannot be divided evenly, parts overlap by a row or a column, as those of PyTorch's
    /// `adaptive_avg_pool2d` do.
    var side: Int {
        switch self {
        case .grid2: 2
        case .grid4: 4
        default: 1
        }
    }

    /// Whether only tokens can be pooled so.
    var isOfTokens: Bool { self == .classToken || self == .patchAverage }

    /// The positions that count, of `count`.
    func positions(of count: Int) -> Range<Int> {
        switch self {
        case .classToken: 0..<1
        case .patchAverage: 1..<count
        case .average, .maximum, .generalizedMean, .grid2, .grid4: 0..<count
        }
    }

    /// The pooled value, which is not finite if one of `values` is not.
    func pooled(_ values: some Collection<Float>) -> Float {
        var (sum, largest, cubes) = (0.0, -Float.infinity, 0.0)
        for value in values {
            sum += Double(value)
            largest = max(largest, value)
            let clamped = Double(max(value, 1e-6))
            cubes += clamped * clamped * clamped
        }
        // A maximum may ignore NaN.
        guard sum.isFinite else { return Float(sum) }
        return switch self {
        case .classToken, .average, .patchAverage, .grid2, .grid4: Float(sum / Double(values.count))
        case .maximum: largest
        case .generalizedMean: Float(cbrt(cubes / Double(values.count)))
        }
    }
}

/// Where the channels are among the sizes of an image or a feature map.
enum ChannelLayout {
    /// Batch × channels × height × width, NCHW.
    case first
    /// Batch × height × width × channels, NHWC.
    case last

    /// The sizes after the batch.
    func sizes(_ channelCount: Int, _ height: Int, _ width: Int) -> [Int] {
        switch self {
        case .first: [channelCount, height, width]
        case .last: [height, width, channelCount]
        }
    }
}

/// How the embedding of an image is read from a network's output.
struct OutputReading: Sendable {
    /// The index of the output.
    let index: Int
    /// The number of components of an embedding.
    let dimension: Int
    /// The number of positions in the feature map or of tokens; 1 for a vector.
    let positionCount: Int
    /// Whether the positions are tokens.
    let isOfTokens: Bool
    let layout: ChannelLayout
    let pooling: Pooling?
    /// The height and width of the feature map; of tokens or a vector 1 × the number of positions.
    private let size: (height: Int, width: Int)

    /// How to read an output with these sizes per image; nil if it cannot hold embeddings or a size is free.
    ///
    /// Where the channels of a feature map are is not where those of the input are: Swin takes them first and gives them last.
    ///
    /// - Parameters:
    ///   - isChannelsFirst: whether the channels of a feature map come first, if the file says; else two equal sizes, height
    ///     and width, tell it, and if they do not, it is as in the input.
    ///   - layout: where the channels of the input are.
    init?(
        index: Int, sizes: some Collection<Int?>, _ layout: ChannelLayout, isChannelsFirst: Bool?, _ pooling: Pooling?
    ) {
        let known = sizes.compactMap { $0 }
        guard known.count == sizes.count, known.allSatisfy({ $0 > 0 }) else { return nil }
        self.index = index
        self.pooling = pooling
        switch (pooling, known.count) {
        case (nil, 1...3):
            // In either layout, a map of one position may have its ones in the last two sizes.
            guard let dimension = known.first(where: { $0 > 1 }) ?? known.first, known.reduce(1, *) == dimension else {
                return nil
            }
            (self.dimension, positionCount, isOfTokens, self.layout) = (dimension, 1, false, layout)
            size = (1, 1)
        case (let pooling?, 2) where pooling.side == 1:
            (dimension, positionCount, isOfTokens, self.layout) = (known[1], known[0], true, .last)
            size = (1, known[0])
        case (let pooling?, 3) where !pooling.isOfTokens:
            let bySizes: Bool? =
                switch (known[0] == known[1], known[1] == known[2]) {
                case (false, true): true
                case (true, false): false
                default: nil
                }
            let layout: ChannelLayout =
                if let isFirst = isChannelsFirst ?? bySizes { isFirst ? .first : .last } else { layout }
            let channelCount = layout == .first ? known[0] : known[2]
            size = layout == .first ? (known[1], known[2]) : (known[0], known[1])
            guard min(size.height, size.width) >= pooling.side else { return nil }
            dimension = channelCount * pooling.side * pooling.side
            (isOfTokens, self.layout) = (false, layout)
            positionCount = size.height * size.width
        default: return nil
        }
    }

    /// Writes the embeddings of `count` images, `count × dimension` values.
    func read(_ output: UnsafeBufferPointer<Float>, count: Int) -> [Float] {
        guard let pooling else { return Array(output[..<(count * dimension * positionCount)]) }
        let channelCount = dimension / (pooling.side * pooling.side)
        let total = channelCount * positionCount
        let parts = parts(of: pooling)
        var rows: [Float] = []
        rows.reserveCapacity(count * dimension)
        for image in 0..<count {
            for channel in 0..<channelCount {
                let (start, step) =
                    switch layout {
                    case .first: (channel * positionCount, 1)
                    case .last: (channel, channelCount)
                    }
                for positions in parts {
                    rows.append(pooling.pooled(positions.lazy.map { output[image * total + start + $0 * step] }))
                }
            }
        }
        return rows
    }

    /// The positions that each of a channel's features is pooled from.
    private func parts(of pooling: Pooling) -> [[Int]] {
        let side = pooling.side
        guard side > 1 else { return [Array(pooling.positions(of: positionCount))] }
        func range(_ part: Int, of length: Int) -> Range<Int> {
            part * length / side..<((part + 1) * length + side - 1) / side
        }
        return (0..<side * side).map { part in
            range(part / side, of: size.height).flatMap { row in
                range(part % side, of: size.width).map { row * size.width + $0 }
            }
        }
    }
}
