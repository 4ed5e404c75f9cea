/// How to rotate and mirror a stored image so that it is upright, numbered as in EXIF.
enum Orientation: UInt32 {
    case upright = 1
    case mirrored, upsideDown, flipped, transposed, turnedLeft, transversed, turnedRight

    /// The orientation in the EXIF data of a PNG, JPEG or WebP file; upright if there is none, or none that can be
    /// read.
    init(bytes: [UInt8]) {
        let exif: ArraySlice<UInt8>? =
            switch ImageFormat(bytes: bytes) {
            case .jpeg: Orientation.exifOfJPEG(bytes)
            case .png: Orientation.exifOfPNG(bytes)
            case .webp: Orientation.exifOfWebP(bytes)
            // A TIFF is turned when it is decoded, as in Pillow, and the others have no such data.
            case .tiff, .gif, .bmp, .pnm, nil: nil
            }
        self = exif.flatMap(Orientation.init(exif:)) ?? .upright
    }

    /// Reads tag 0x0112 of the first directory of EXIF data, which is a TIFF stream.
    private init?(exif: ArraySlice<UInt8>) {
        let prefix = Array("Exif\0\0".utf8)
        let tiff = Array(exif.starts(with: prefix) ? exif.dropFirst(prefix.count) : exif)
        let isLittle: Bool
        if tiff.starts(with: [0x49, 0x49, 0x2A, 0]) {
            isLittle = true
        } else if tiff.starts(with: [0x4D, 0x4D, 0, 0x2A]) {
            isLittle = false
        } else {
            return nil
        }
        func number(_ offset: Int, _ size: Int) -> Int? {
            tiff.number(at: offset, size: size, littleEndian: isLittle)
        }
        guard let directory = number(4, 4), let count = number(directory, 2) else { return nil }
        for entry in 0..<count {
            let start = directory + 2 + 12 * entry
            guard let tag = number(start, 2) else { return nil }
            guard tag == 0x0112 else { continue }
            // 16 or 32 bits, at the start of the field in either case.
            guard let kind = number(start + 2, 2), kind == 3 || kind == 4, number(start + 4, 4) == 1,
                let value = number(start + 8, kind == 3 ? 2 : 4)
            else { return nil }
            self.init(rawValue: UInt32(value))
            return
        }
        return nil
    }

    private static func exifOfJPEG(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        var position = 2
        while let marker = bytes.number(at: position, size: 2, littleEndian: false) {
            // Padding bytes of 0xFF may precede a marker; the pixels begin at FF DA.
            if marker == 0xFFFF {
                position += 1
                continue
            }
            guard marker > 0xFF00, marker != 0xFFDA,
                let length = bytes.number(at: position + 2, size: 2, littleEndian: false), length >= 2
            else { return nil }
            let content = bytes.slice(from: position + 4, count: length - 2)
            if marker == 0xFFE1, content.starts(with: "Exif\0\0".utf8) { return content }
            position += 2 + length
        }
        return nil
    }

    private static func exifOfPNG(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        var position = 8
        while let length = bytes.number(at: position, size: 4, littleEndian: false) {
            let kind = bytes.slice(from: position + 4, count: 4)
            if kind.elementsEqual("eXIf".utf8) { return bytes.slice(from: position + 8, count: length) }
            position += 12 + length
        }
        return nil
    }

    private static func exifOfWebP(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        var position = 12
        while let length = bytes.number(at: position + 4, size: 4, littleEndian: true) {
            let kind = bytes.slice(from: position, count: 4)
            if kind.elementsEqual("EXIF".utf8) { return bytes.slice(from: position + 8, count: length) }
            // Chunks begin at even offsets.
            position += 8 + length + length % 2
        }
        return nil
    }
}

extension Image8 {
    /// The image rotated and mirrored so that it is upright.
    func oriented(_ orientation: Orientation) -> Image8 {
        guard orientation != .upright else { return self }
        let isTurned = orientation.rawValue >= Orientation.transposed.rawValue
        let (wide, tall) = isTurned ? (height, width) : (width, height)
        var target: [UInt8] = []
        target.reserveCapacity(pixels.count)
        for y in 0..<tall {
            for x in 0..<wide {
                let (column, row) =
                    switch orientation {
                    case .upright: (x, y)
                    case .mirrored: (width - 1 - x, y)
                    case .upsideDown: (width - 1 - x, height - 1 - y)
                    case .flipped: (x, height - 1 - y)
                    case .transposed: (y, x)
                    case .turnedLeft: (y, height - 1 - x)
                    case .transversed: (width - 1 - y, height - 1 - x)
                    case .turnedRight: (width - 1 - y, x)
                    }
                let start = (row * width + column) * channelCount
                for channel in 0..<channelCount { target.append(pixels[start + channel]) }
            }
        }
        return Image8(width: wide, height: tall, channelCount: channelCount, pixels: target)
    }
}
