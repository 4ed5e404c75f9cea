/// The supported image file formats.
public enum ImageFormat: String, Sendable, CaseIterable {
    /// Portable Network Graphics.
    case png
    /// JPEG in a JFIF, EXIF or bare stream, baseline or progressive.
    case jpeg
    /// WebP, lossy or lossless.
    case webp
    /// TIFF, classic or big: the only page.
    case tiff
    /// Graphics Interchange Format: the only frame.
    case gif
    /// Windows or OS/2 bitmap, with or without its file header (DIB).
    case bmp
    /// Portable bitmap, graymap or pixmap (PBM, PGM, PPM), plain or raw.
    case pnm

    /// The format's name as usually written.
    public var name: String {
        switch self {
        case .png: "PNG"
        case .jpeg: "JPEG"
        case .webp: "WebP"
        case .tiff: "TIFF"
        case .gif: "GIF"
        case .bmp: "BMP"
        case .pnm: "PNM"
        }
    }

    /// All names, for messages: "PNG, JPEG, … or PNM".
    static var names: String {
        let names = allCases.map(\.name)
        return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    }

    /// The format of a file that begins with `bytes`, whatever the file's name; nil for unsupported formats.
    public init?(bytes: some Collection<UInt8>) {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
            self = .webp
        } else if ImageFormat.tiffSignatures.contains(where: { bytes.starts(with: $0) }) {
            self = .tiff
        } else if bytes.starts(with: "GIF87a".utf8) || bytes.starts(with: "GIF89a".utf8) {
            self = .gif
        } else if bytes.starts(with: "BM".utf8) || ImageFormat.isDIB(bytes) {
            self = .bmp
        } else if ImageFormat.isPNM(bytes) {
            self = .pnm
        } else {
            return nil
        }
    }

    /// Classic and big, little-endian and big-endian.
    private static let tiffSignatures: [[UInt8]] = [
        [0x49, 0x49, 0x2A, 0x00], [0x4D, 0x4D, 0x00, 0x2A], [0x49, 0x49, 0x2B, 0x00], [0x4D, 0x4D, 0x00, 0x2B],
    ]

    /// A DIB has no signature: it begins with the size of its header, which also says that there is one plane.
    private static func isDIB(_ bytes: some Collection<UInt8>) -> Bool {
        let start = Array(bytes.prefix(16))
        guard let size = start.number(at: 0, size: 4, littleEndian: true) else { return false }
        let planes = start.number(at: size == 12 ? 8 : 12, size: 2, littleEndian: true)
        return [12, 40, 108, 124].contains(size) && planes == 1
    }

    private static func isPNM(_ bytes: some Collection<UInt8>) -> Bool {
        let start = Array(bytes.prefix(3))
        return start.count == 3 && start[0] == 0x50 && (0x31...0x36).contains(start[1])
            && ((0x09...0x0D).contains(start[2]) || start[2] == 0x20 || start[2] == 0x23)
    }

    /// A description, for messages, of a file that begins with `bytes`.
    static func describe(_ bytes: some Collection<UInt8>) -> String {
        knownKind(bytes) ?? "a file that begins with " + bytes.prefix(4).map(hexadecimal).joined(separator: " ")
    }

    /// The kind of a file that begins with `bytes`, if it is an image, text or another recognised kind; else nil.
    static func knownKind(_ bytes: some Collection<UInt8>) -> String? {
        if bytes.isEmpty { return "an empty file" }
        if let format = ImageFormat(bytes: bytes) { return "a \(format.name) image" }
        if let known = foreign.first(where: { bytes.starts(with: $0.signature) }) { return known.name }
        if bytes.dropFirst(4).starts(with: "ftyp".utf8) { return "an AVIF, HEIC or MP4 file" }
        let start = bytes.prefix(512)
        let isText = start.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
        return isText ? "a text file" : nil
    }

    private static let foreign: [(signature: [UInt8], name: String)] = [
        ([0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50], "a JPEG 2000 image"),
        (Array("%PDF".utf8), "a PDF document"),
        (Array("8BPS".utf8), "a Photoshop document"),
        ([0x93] + Array("NUMPY".utf8), "a NumPy array"),
        ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive"),
        ([0x1F, 0x8B], "a gzip archive"),
    ]

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }
}
