/// An image with 8 bits per channel: grey, or red, green and blue.
///
/// Element `(y * width + x) * channelCount + c` of `pixels` is channel `c` of the pixel in row `y` and column `x`.
public struct Image8: Sendable, Equatable {
    /// The number of columns, at least 1.
    public let width: Int
    /// The number of rows, at least 1.
    public let height: Int
    /// 1 (grey) or 3 (red, green, blue).
    public let channelCount: Int
    /// The values, `height × width × channelCount` in row-major order.
    public let pixels: [UInt8]

    /// Makes an image from its values.
    ///
    /// - Precondition: there is at least one pixel, `channelCount` is 1 or 3, and there are `height × width ×
    ///   channelCount` values.
    public init(width: Int, height: Int, channelCount: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0, "an image of \(width) × \(height) pixels")
        precondition(channelCount == 1 || channelCount == 3, "an image of \(channelCount) channels, not 1 or 3")
        precondition(
            pixels.count == width * height * channelCount,
            "\(width) × \(height) pixels of \(channelCount) channels need \(width * height * channelCount) values, not "
                + "\(pixels.count)")
        self.width = width
        self.height = height
        self.channelCount = channelCount
        self.pixels = pixels
    }

    /// The image in colour or in grey.
    ///
    /// Grey becomes colour by repetition; colour becomes grey by the luma of ITU-R 601, (19595 R + 38470 G + 7471 B +
    /// 2¹⁵) / 2¹⁶ rounded down, as Pillow's `convert("RGB")` and `convert("L")` do.
    ///
    /// - Parameter channelCount: 1 or 3.
    /// - Complexity: O(1) where nothing changes, else linear in the number of pixels.
    public func converted(toChannelCount channelCount: Int) -> Image8 {
        guard channelCount != self.channelCount else { return self }
        let count = width * height
        let converted = [UInt8](unsafeUninitializedCapacity: count * channelCount) { target, initializedCount in
            pixels.withUnsafeBufferPointer { source in
                for i in 0..<count {
                    if channelCount == 1 {
                        let (r, g, b) = (UInt32(source[3 * i]), UInt32(source[3 * i + 1]), UInt32(source[3 * i + 2]))
                        target[i] = UInt8(truncatingIfNeeded: (r &* 19595 &+ g &* 38470 &+ b &* 7471 &+ 0x8000) >> 16)
                    } else {
                        for c in 0..<3 { target[3 * i + c] = source[i] }
                    }
                }
            }
            initializedCount = count * channelCount
        }
        return Image8(width: width, height: height, channelCount: channelCount, pixels: converted)
    }

    /// The part of the image that begins at `left` and `top`; black where it extends beyond the image.
    func cropped(left: Int, top: Int, width: Int, height: Int) -> Image8 {
        guard (left, top, width, height) != (0, 0, self.width, self.height) else { return self }
        var target = [UInt8](repeating: 0, count: width * height * channelCount)
        let columns = max(left, 0)..<min(left + width, self.width)
        for y in max(top, 0)..<min(top + height, self.height) {
            let source = (y * self.width + columns.lowerBound) * channelCount
            let start = ((y - top) * width + columns.lowerBound - left) * channelCount
            let count = columns.count * channelCount
            target.replaceSubrange(start..<start + count, with: pixels[source..<source + count])
        }
        return Image8(width: width, height: height, channelCount: channelCount, pixels: target)
    }
}
