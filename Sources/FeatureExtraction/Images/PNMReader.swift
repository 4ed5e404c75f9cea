extension Image8 {
    /// Reads a PBM, PGM or PPM file, plain (P1 to P3) or raw (P4 to P6).
    ///
    /// Values of another maximum than 255 are scaled to it and rounded, halves to even, as Pillow does for colour; it
    /// saturates grey of more than 8 bits instead, which loses nearly all. A value beyond the maximum is damage. Of bits,
    /// 1 is black. Whatever follows the image is ignored, unless it is another one.
    init(pnm bytes: [UInt8]) throws(ImageFault) {
        var scanner = PNMScanner(bytes: bytes)
        let kind = bytes.count > 1 ? Int(bytes[1]) - 0x30 : 0
        guard bytes.first == 0x50, (1...6).contains(kind) else {
            throw .damaged("it begins with no kind from P1 to P6")
        }
        let isPlain = kind <= 3
        let channelCount = kind % 3 == 0 ? 3 : 1
        let width = try scanner.number(in: "the width")
        let height = try scanner.number(in: "the height")
        try checkDimensions(width: width, height: height)
        let isBits = kind % 3 == 1
        let maximum = isBits ? 1 : try scanner.number(in: "the greatest value")
        guard (1...65535).contains(maximum) else { throw .damaged("its greatest value is \(maximum)") }

        let count = width * height * channelCount
        var pixels: [UInt8] = []
        // Nothing is reserved for values that cannot be there; a plain one takes at least a byte.
        let size = isPlain || maximum < 256 ? 1 : 2
        let stride = isBits && !isPlain ? (width + 7) / 8 : width * channelCount * size
        guard scanner.position + stride * height <= bytes.count else { throw .endsEarly }
        pixels.reserveCapacity(count)
        if isBits {
            if isPlain {
                for _ in 0..<count { pixels.append(try scanner.bit() ? 0 : 255) }
            } else {
                let start = scanner.position
                for y in 0..<height {
                    for x in 0..<width {
                        let isBlack = bytes[start + stride * y + x / 8] >> (7 - UInt8(x % 8)) & 1 == 1
                        pixels.append(isBlack ? 0 : 255)
                    }
                }
                scanner.position += stride * height
            }
        } else {
            let scaled = (0...maximum).map { value in
                UInt8((Double(value) / Double(maximum) * 255).rounded(.toNearestOrEven))
            }
            for _ in 0..<count {
                let value = isPlain ? try scanner.number(in: "a value") : scanner.raw(size: size)
                guard value <= maximum else {
                    throw .damaged("it has the value \(value) beyond its maximum \(maximum)")
                }
                pixels.append(scaled[value])
            }
        }
        try scanner.requireNoOtherImage()
        self.init(width: width, height: height, channelCount: channelCount, pixels: pixels)
    }
}

/// Takes one value after the other from a PNM file; `#` begins a comment, which the end of the line ends.
private struct PNMScanner {
    let bytes: [UInt8]
    /// After the kind at first.
    var position = 2

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// The next number, and past the one byte of white space after it.
    mutating func number(in field: String) throws(ImageFault) -> Int {
        var value: Int?
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case 0x30...0x39:
                // As many digits as Pillow accepts.
                guard value ?? 0 < 1_000_000_000 else { throw .damaged("\(field) has too many digits") }
                value = (value ?? 0) * 10 + Int(byte) - 0x30
            case 0x23: skipComment()
            case 0x09...0x0D, 0x20: if let value { return value }
            default: throw .damaged("\(field) is not a number")
            }
        }
        // The last value of a plain file may end with the file.
        guard let value else { throw .endsEarly }
        return value
    }

    /// The next digit, which may follow the one before it at once.
    mutating func bit() throws(ImageFault) -> Bool {
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case 0x30: return false
            case 0x31: return true
            case 0x23: skipComment()
            case 0x09...0x0D, 0x20: continue
            default: throw .damaged("a bit is neither 0 nor 1")
            }
        }
        throw .endsEarly
    }

    /// The next one or two bytes as a number; they must be there.
    mutating func raw(size: Int) -> Int {
        defer { position += size }
        return size == 1 ? Int(bytes[position]) : Int(bytes[position]) << 8 | Int(bytes[position + 1])
    }

    private mutating func skipComment() {
        while position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D { position += 1 }
        position += 1
    }

    /// The format lets images follow one another.
    func requireNoOtherImage() throws(ImageFault) {
        let rest = bytes.dropFirst(position).drop { (0x09...0x0D).contains($0) || $0 == 0x20 }
        if ImageFormat(bytes: rest) == .pnm { throw .unsupported("a PNM of several images") }
    }
}
