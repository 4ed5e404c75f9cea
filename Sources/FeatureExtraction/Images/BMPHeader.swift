/// The header of a BMP file, or of a DIB file, which lacks the first 14 bytes: what is where, and how to read it.
struct BMPHeader {
    /// Where a channel is within a pixel of 16 or 32 bits.
    struct Channel {
        let shift: Int
        /// The greatest value: 31, 63 or 255.
        let maximum: Int
    }

    let width: Int
    let height: Int
    let isTopDown: Bool
    /// 1, 4, 8, 16, 24 or 32.
    let bitsPerPixel: Int
    /// Red, green and blue of each index; empty without a palette.
    let palette: [[UInt8]]
    /// Red, green and blue; empty with a palette.
    let channels: [Channel]
    /// The offset of the first stored row.
    let pixelStart: Int

    init(_ bytes: [UInt8]) throws(ImageFault) {
        let start = bytes.starts(with: "BM".utf8) ? 14 : 0
        let size = try BMPHeader.number(bytes, start, 4)
        guard [12, 40, 52, 56, 64, 108, 124].contains(size) else {
            throw .unsupported("a BMP with a header of \(size) bytes")
        }
        guard start + size <= bytes.count else { throw .endsEarly }
        let isOld = size == 12
        func field(_ offset: Int, _ size: Int) throws(ImageFault) -> Int {
            try BMPHeader.number(bytes, start + offset, size)
        }
        width = isOld ? try field(4, 2) : Int(Int32(truncatingIfNeeded: try field(4, 4)))
        let signedHeight = isOld ? try field(6, 2) : Int(Int32(truncatingIfNeeded: try field(8, 4)))
        height = abs(signedHeight)
        isTopDown = signedHeight < 0
        try checkDimensions(width: width, height: height)
        bitsPerPixel = try field(isOld ? 10 : 14, 2)
        let compression = isOld ? 0 : try field(16, 4)
        try BMPHeader.check(bitsPerPixel: bitsPerPixel, compression: compression, headerSize: size)

        let hasMasks = compression != 0
        // Longer headers contain the masks, and the shortest is followed by them.
        let masksFollow = hasMasks && size < 52
        let paletteStart = start + size + (masksFollow ? (compression == 6 ? 16 : 12) : 0)
        let announced = isOld ? 0 : try field(32, 4)
        let entryCount = bitsPerPixel > 8 ? 0 : min(announced == 0 ? .max : announced, 1 << bitsPerPixel)
        let entrySize = isOld ? 3 : 4
        palette = try BMPHeader.palette(bytes, at: paletteStart, count: entryCount, entrySize: entrySize)
        channels =
            bitsPerPixel <= 8
            ? [] : try BMPHeader.channels(bytes, masksAt: hasMasks ? start + 40 : nil, bitsPerPixel: bitsPerPixel)

        let paletteEnd = paletteStart + entryCount * entrySize
        let given = start == 0 ? 0 : try BMPHeader.number(bytes, 10, 4)
        // Some writers forget the palette when they count where the pixels begin.
        pixelStart = given == 0 || (given == start + size && bitsPerPixel <= 8) ? paletteEnd : given
    }

    private static func number(_ bytes: [UInt8], _ offset: Int, _ size: Int) throws(ImageFault) -> Int {
        guard let number = bytes.number(at: offset, size: size, littleEndian: true) else { throw .endsEarly }
        return number
    }

    private static func check(bitsPerPixel: Int, compression: Int, headerSize: Int) throws(ImageFault) {
        // In OS/2's header of 64 bytes the numbers from 3 on mean something else.
        switch (headerSize == 64 && compression > 2 ? -1 : compression, bitsPerPixel) {
        case (0, 1), (0, 4), (0, 8), (0, 16), (0, 24), (0, 32): break
        case (3, 16), (3, 32), (6, 16), (6, 32): break
        case (1, _), (2, _): throw .unsupported("a BMP with run-length compression")
        case (4, _): throw .unsupported("a BMP that contains a JPEG")
        case (5, _): throw .unsupported("a BMP that contains a PNG")
        default: throw .unsupported("a BMP of \(bitsPerPixel) bits per pixel with compression \(compression)")
        }
    }

    private static func palette(
        _ bytes: [UInt8], at start: Int, count: Int, entrySize: Int
    ) throws(ImageFault) -> [[UInt8]] {
        guard start + count * entrySize <= bytes.count else { throw .endsEarly }
        return (0..<count).map { entry in
            let first = start + entry * entrySize
            return [bytes[first + 2], bytes[first + 1], bytes[first]]
        }
    }

    private static func channels(
        _ bytes: [UInt8], masksAt start: Int?, bitsPerPixel: Int
    ) throws(ImageFault) -> [Channel] {
        guard let start else {
            let width = bitsPerPixel == 16 ? 5 : 8
            return [2, 1, 0].map { Channel(shift: $0 * width, maximum: 1 << width - 1) }
        }
        var channels: [Channel] = []
        for place in 0..<3 {
            let mask = try number(bytes, start + 4 * place, 4)
            let shift = mask == 0 ? 0 : mask.trailingZeroBitCount
            let maximum = mask >> shift
            // Channels of 5 and 6 bits, or whole bytes, as Pillow reads them.
            let isKnown = bitsPerPixel == 16 ? maximum == 31 || maximum == 63 : maximum == 255 && shift % 8 == 0
            guard isKnown, shift + maximum.bitWidth - maximum.leadingZeroBitCount <= bitsPerPixel else {
                throw .unsupported("a BMP of \(bitsPerPixel) bits per pixel with unusual masks of its colours")
            }
            channels.append(Channel(shift: shift, maximum: maximum))
        }
        return channels
    }
}
