extension Image8 {
    /// Reads a BMP or DIB file: palettes of 1, 4 and 8 bits, and 16, 24 and 32 bits per pixel, stored from the bottom or
    /// the top.
    ///
    /// Pixels of an index beyond the palette are black, and channels of 5 and 6 bits are spread over 0 to 255, both as
    /// in Pillow. The fourth byte of a pixel of 32 bits is dropped.
    init(bmp bytes: [UInt8]) throws(ImageFault) {
        let header = try BMPHeader(bytes)
        let (width, height, bits) = (header.width, header.height, header.bitsPerPixel)
        // Rows are padded to whole words of 32 bits; the padding of the last one may be missing.
        let stride = (width * bits + 31) / 32 * 4
        guard header.pixelStart + stride * (height - 1) + (width * bits + 7) / 8 <= bytes.count else {
            throw .endsEarly
        }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 3)
        for y in 0..<height {
            let row = header.pixelStart + stride * (header.isTopDown ? y : height - 1 - y)
            if bits <= 8 {
                let mask = 1 << bits - 1
                for x in 0..<width {
                    let index = Int(bytes[row + x * bits / 8]) >> (8 - bits - x * bits % 8) & mask
                    pixels += index < header.palette.count ? header.palette[index] : [0, 0, 0]
                }
            } else if bits == 24 {
                for x in 0..<width {
                    let first = row + 3 * x
                    pixels.append(bytes[first + 2])
                    pixels.append(bytes[first + 1])
                    pixels.append(bytes[first])
                }
            } else {
                let size = bits / 8
                for x in 0..<width {
                    let first = row + size * x
                    var pixel = 0
                    for place in (0..<size).reversed() { pixel = pixel << 8 | Int(bytes[first + place]) }
                    for channel in header.channels {
                        pixels.append(UInt8((pixel >> channel.shift & channel.maximum) * 255 / channel.maximum))
                    }
                }
            }
        }
        self.init(width: width, height: height, channelCount: 3, pixels: pixels)
    }
}
