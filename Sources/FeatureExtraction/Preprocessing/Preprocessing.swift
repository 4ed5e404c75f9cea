/// How an image becomes the input of a network: resize, centre crop, scale, normalise, as in torchvision.
///
/// The image is resized and cropped in 8 bits, as Pillow does, and only then scaled: each value becomes (x / 255 −
/// mean) / std in single precision, with the operations in this order.
public struct Preprocessing: Sendable, Equatable {
    /// How an image is resized before the crop.
    public enum Resize: Sendable, Equatable {
        /// Not at all.
        case unchanged
        /// So that the shorter side has this many pixels; the longer one follows, rounded down.
        case shorterSide(Int)
        /// To this size, whatever the shape.
        case exactly(height: Int, width: Int)
        /// So that both sides are at least this long and one is exactly so; the other follows, rounded to nearest.
        case covering(height: Int, width: Int)
        /// So that both sides are at most this long and one is exactly so; the other follows, rounded to nearest.
        case fitting(height: Int, width: Int)
    }

    /// The order of the channels of a colour image in a network's input.
    public enum ChannelOrder: String, Sendable, Codable, CaseIterable {
        /// Red, green, blue.
        case rgb
        /// Blue, green, red, as OpenCV and Caffe read images.
        case bgr
    }

    /// The number of channels that the network takes: 1 (grey) or 3 (in the order of ``channelOrder``).
    public let channelCount: Int
    /// The height of the network's input and of the centre crop, in pixels.
    public let height: Int
    /// The width of the network's input and of the centre crop, in pixels.
    public let width: Int
    /// How an image is resized before the crop.
    public let resize: Resize
    /// The filter of the resize.
    public let interpolation: Interpolation
    /// The value subtracted from each channel of the input, in its order, where 0 is black and 1 is white.
    public let mean: [Float]
    /// The value that each channel is then divided by.
    public let standardDeviation: [Float]
    /// Whether an image is first rotated as its EXIF data says, as Pillow's `exif_transpose` does.
    public let orientedByEXIF: Bool
    /// Whether a half pixel in the offset of the centre crop is rounded down, as in Hugging Face's transformers;
    /// otherwise it is rounded to even, as in torchvision.
    public let cropRoundsDown: Bool
    /// The order of three channels in the network's input; of one channel always ``ChannelOrder/rgb``.
    public let channelOrder: ChannelOrder

    /// Describes a preprocessing.
    ///
    /// - Precondition: there are 1 or 3 channels, all sizes are positive, `mean` and `standardDeviation` have one value
    ///   per channel, no standard deviation is zero, and grey images have the usual order.
    public init(
        channelCount: Int, height: Int, width: Int, resize: Resize, interpolation: Interpolation, mean: [Float],
        standardDeviation: [Float], orientedByEXIF: Bool = false, cropRoundsDown: Bool = false,
        channelOrder: ChannelOrder = .rgb
    ) {
        precondition(channelCount == 1 || channelCount == 3, "\(channelCount) channels, not 1 or 3")
        precondition(height > 0 && width > 0, "an input of \(height) × \(width) pixels")
        precondition(mean.count == channelCount, "\(mean.count) means for \(channelCount) channels")
        precondition(
            standardDeviation.count == channelCount && standardDeviation.allSatisfy { $0 > 0 },
            "standard deviations \(standardDeviation) for \(channelCount) channels")
        precondition(channelCount == 3 || channelOrder == .rgb, "the order \(channelOrder) of \(channelCount) channels")
        self.channelCount = channelCount
        self.height = height
        self.width = width
        self.resize = resize
        self.interpolation = interpolation
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.orientedByEXIF = orientedByEXIF
        self.cropRoundsDown = cropRoundsDown
        self.channelOrder = channelOrder
    }

    /// The resize that leaves a border around a crop of `height` × `width`, as timm defines `crop_pct`: the sides are
    /// divided by the fraction and rounded down.
    ///
    /// - Precondition: the fraction is positive.
    public static func resize(forCropFraction fraction: Double, height: Int, width: Int) -> Resize {
        precondition(fraction > 0, "a crop fraction of \(fraction)")
        let tall = Int((Double(height) / fraction).rounded(.down))
        let wide = Int((Double(width) / fraction).rounded(.down))
        return tall == wide ? .shorterSide(tall) : .covering(height: tall, width: wide)
    }

    /// The image as the network sees it, in 8 bits: with the right channels, resized and cropped around its centre;
    /// black surrounds an image smaller than the crop.
    ///
    /// - Complexity: linear in the number of pixels.
    public func resizedAndCropped(_ image: Image8) -> Image8 {
        let image = image.converted(toChannelCount: channelCount)
        let (tall, wide) = resizedSize(height: image.height, width: image.width)
        let (top, left) = (cropOffset(tall, height), cropOffset(wide, width))
        let rows = max(top, 0)..<min(top + height, tall)
        let columns = max(left, 0)..<min(left + width, wide)
        // Only the part that the crop keeps is computed.
        let kept = image.resized(width: wide, height: tall, interpolation: interpolation, columns: columns, rows: rows)
        return kept.cropped(left: min(left, 0), top: min(top, 0), width: width, height: height)
    }

    /// The network's input for an image: `channelCount × height × width` values, one channel after the other.
    ///
    /// - Complexity: linear in the number of pixels.
    public func input(for image: Image8) -> [Float] {
        let count = channelCount * height * width
        return [Float](unsafeUninitializedCapacity: count) { target, initializedCount in
            let target = UnsafeMutableBufferPointer(rebasing: target[..<count])
            write(resizedAndCropped(image), into: target, layout: .first, mirrored: false)
            initializedCount = count
        }
    }

    /// Writes an image that is already of the input's size and channels into the network's input memory, in the
    /// network's layout.
    ///
    /// - Parameters:
    ///   - mirrored: Whether the image is mirrored left to right.
    ///   - asBytes: Whether values are left as they are, from 0 to 255.
    func write(
        _ ready: Image8, into target: UnsafeMutableBufferPointer<Float>, layout: ChannelLayout, mirrored: Bool,
        asBytes: Bool = false
    ) {
        let (step, planeStep) =
            switch layout {
            case .first: (1, height * width)
            case .last: (channelCount, 1)
            }
        ready.pixels.withUnsafeBufferPointer { pixels in
            for channel in 0..<channelCount {
                let stored = channelOrder == .bgr ? 2 - channel : channel
                // There are only 256 values, so each is computed once.
                let values = (0...255).map {
                    asBytes ? Float($0) : (Float($0) / 255 - mean[channel]) / standardDeviation[channel]
                }
                values.withUnsafeBufferPointer { values in
                    for y in 0..<height {
                        let start = y * width
                        for x in 0..<width {
                            let source = start + (mirrored ? width - 1 - x : x)
                            target[channel * planeStep + (start + x) * step] =
                                values[Int(pixels[source * channelCount + stored])]
                        }
                    }
                }
            }
        }
    }

    /// The size of an image after the resize.
    func resizedSize(height: Int, width: Int) -> (height: Int, width: Int) {
        switch resize {
        case .unchanged: return (height, width)
        case .exactly(let tall, let wide): return (tall, wide)
        case .shorterSide(let side):
            return height <= width ? (side, side * width / height) : (side * height / width, side)
        case .covering(let tall, let wide):
            let ratio = min(Double(height) / Double(tall), Double(width) / Double(wide))
            return Self.divided(height, width, by: ratio)
        case .fitting(let tall, let wide):
            let ratio = max(Double(height) / Double(tall), Double(width) / Double(wide))
            return Self.divided(height, width, by: ratio)
        }
    }

    /// Both sides divided by a ratio, rounded to nearest; each side keeps at least one pixel.
    private static func divided(_ height: Int, _ width: Int, by ratio: Double) -> (height: Int, width: Int) {
        (
            max(Int((Double(height) / ratio).rounded(.toNearestOrEven)), 1),
            max(Int((Double(width) / ratio).rounded(.toNearestOrEven)), 1)
        )
    }

    /// Where a centre crop begins; negative if it extends beyond the image.
    ///
    /// Within the image, half pixels are rounded to even, or down if `cropRoundsDown`; beyond it, an odd row of padding
    /// goes below.
    private func cropOffset(_ size: Int, _ cropSize: Int) -> Int {
        guard size < cropSize else {
            return Int((Double(size - cropSize) / 2).rounded(cropRoundsDown ? .down : .toNearestOrEven))
        }
        return -((cropSize - size) / 2)
    }
}
