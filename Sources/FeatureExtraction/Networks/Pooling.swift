import Foundation

/// How a feature map of h × w positions becomes one vector, channel by channel.
public enum Pooling: String, Sendable, Codable, CaseIterable {
    /// The mean over the positions.
    case average = "avg"
    /// The largest value.
    case maximum = "max"
    /// The generalised mean (mean of max(x, ε)ᵖ)^(1/p) with p = 3 and ε = 1e-6 (Radenović, Tolias and Chum, TPAMI 2019).
    case generalizedMean = "gem"

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
        case .average: Float(sum / Double(values.count))
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
    /// The number of positions in the feature map; 1 for a vector.
    let positionCount: Int
    let layout: ChannelLayout
    let pooling: Pooling?

    /// Writes the embeddings of `count` images, `count × dimension` values.
    func read(_ output: UnsafeBufferPointer<Float>, count: Int) -> [Float] {
        let size = dimension * positionCount
        guard let pooling else { return Array(output[..<(count * size)]) }
        var rows: [Float] = []
        rows.reserveCapacity(count * dimension)
        for image in 0..<count {
            for channel in 0..<dimension {
                let (start, step) =
                    switch layout {
                    case .first: (channel * positionCount, 1)
                    case .last: (channel, dimension)
                    }
                rows.append(
                    pooling.pooled((0..<positionCount).lazy.map { output[image * size + start + $0 * step] }))
            }
        }
        return rows
    }
}
