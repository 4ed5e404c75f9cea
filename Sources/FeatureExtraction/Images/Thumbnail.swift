internal import CImageCodecs

extension Image8 {
    /// The image shrunk to fit into a square, as a lossy WebP file, for a web page.
    ///
    /// Images that fit already keep their size.
    ///
    /// - Parameters:
    ///   - side: The maximum length of the longer side, at least 1.
    ///   - quality: From 0 to 100.
    /// - Throws: ``FeatureExtractionError/outOfMemory(path:)`` if the encoder runs out of memory.
    public func thumbnail(side: Int, quality: Double = 75) throws -> [UInt8] {
        precondition(side >= 1 && side <= 16383, "a thumbnail of \(side) pixels a side")
        let scale = min(1, Double(side) / Double(max(width, height)))
        let small = resized(
            width: max(1, Int((Double(width) * scale).rounded())),
            height: max(1, Int((Double(height) * scale).rounded())), interpolation: .bilinear
        ).converted(toChannelCount: 3)
        var pixels = small.pixels
        return try pixels.withUnsafeMutableBufferPointer { buffer in
            var image = image_codecs_image()
            image.width = Int32(small.width)
            image.height = Int32(small.height)
            image.channel_count = 3
            image.pixels = buffer.baseAddress
            var (bytes, size): (UnsafeMutablePointer<UInt8>?, Int) = (nil, 0)
            let status = image_codecs_encode_webp(&image, Float(quality), &bytes, &size)
            defer { image_codecs_free_webp(bytes) }
            guard status == image_codecs_ok, let bytes else {
                throw FeatureExtractionError.outOfMemory(path: "a thumbnail")
            }
            return Array(UnsafeBufferPointer(start: bytes, count: size))
        }
    }
}
