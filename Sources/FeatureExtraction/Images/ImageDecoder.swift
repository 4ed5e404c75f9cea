internal import CImageCodecs

extension Image8 {
    /// The maximum number of pixels: 178,956,970, beyond which Pillow reports a decompression bomb.
    public static let pixelLimit = Int(image_codecs_pixel_limit)

    /// Reads an image file of any ``ImageFormat``, recognised by its first bytes, and gives the same values as Pillow's
    /// `convert`.
    ///
    /// Transparency is dropped, colour profiles are ignored, CMYK in a JPEG is assumed to be inverted. 16-bit values of
    /// a PNG, and 16-bit colour of a TIFF, are reduced to the high byte; those of a PNM are rounded (Pillow does the same
    /// for colour, but saturates 16-bit grey). A TIFF is turned as its orientation says, as Pillow does on opening it. A
    /// GIF's frame lies on the screen that the file announces, in the transparent colour or else the first.
    ///
    /// Refused by name: animations and files of several images or pages; 16-bit grey, floating-point, signed, L\*a\*b\*
    /// and raw camera TIFFs, and those with JPEG 2000, WebP, JBIG or LERC inside; BMPs with run-length compression.
    ///
    /// Damage is an error wherever the format reveals it. PNG has checksums, so a file gives either the pixels that
    /// were written or an error; whatever follows the pixels may be missing. A JPEG that ends early is an error even if
    /// an end marker follows (Pillow would fill it with grey), and so is one with a code missing from its tables, with
    /// scans that contradict one another, or with more than 500 scans. The other formats have no checksums: no decoder can
    /// detect changed bytes that form another valid image, or a progressive JPEG that was cut between two scans and
    /// closed with an end marker. A GIF must end with its last block, a TIFF must have all its strips or tiles.
    ///
    /// - Parameters:
    ///   - path: The file's path.
    ///   - channelCount: 1 for grey, 3 for colour, or nil for what the file has.
    ///   - orientedByEXIF: Whether the image is rotated as its EXIF data says, which most training code does not do.
    /// - Throws: ``/Files/FileError`` if the file cannot be read; ``FeatureExtractionError`` if it is not a valid
    ///   image, is an animation, or has more than ``pixelLimit`` pixels.
    public init(contentsOfFile path: String, channelCount: Int? = nil, orientedByEXIF: Bool = false) throws {
        self = try LargeImages().withImage(
            contentsOfFile: path, channelCount: channelCount, orientedByEXIF: orientedByEXIF
        ) { $0 }
    }
}

/// The bytes of an image file, of which the codec has read as much as says how large the image is.
struct MeasuredImage {
    private let bytes: [UInt8]
    private let format: ImageFormat
    private let path: String
    /// What the codec said; nil for formats without one.
    private let measured: image_codecs_image?

    /// - Throws: ``FeatureExtractionError`` if the file's beginning shows that it cannot be decoded.
    init(_ bytes: [UInt8], format: ImageFormat, path: String) throws {
        (self.bytes, self.format, self.path) = (bytes, format, path)
        guard format != .bmp && format != .pnm else {
            measured = nil
            return
        }
        var image = image_codecs_image()
        var orientation: Int32 = 1
        let status = Self.run(format, bytes, &image, &orientation)
        guard status == image_codecs_measured else {
            let message = String(cString: image_codecs_message(&image))
            throw FeatureExtractionError(status: status, path: path, format: format, message: message)
        }
        measured = image
    }

    /// About how much memory the pixels take while they are decoded, converted and turned.
    var neededByteCount: Int {
        guard let measured else {
            // Black and white takes a bit of the file and three bytes of memory; these files are as long as their pixels.
            return bytes.count + min(24 * bytes.count, 3 * Image8.pixelLimit)
        }
        // Grey may become colour.
        let pixels = Int(measured.width) * Int(measured.height) * (measured.channel_count == 1 ? 4 : 3)
        return pixels + min(measured.codec_size, Int.max / 4) + bytes.count
    }

    /// The image as it lies in the file, or as a TIFF's orientation says.
    ///
    /// - Throws: ``FeatureExtractionError``.
    func decoded() throws -> Image8 {
        guard let measured else {
            do throws(ImageFault) {
                return try format == .bmp ? Image8(bmp: bytes) : Image8(pnm: bytes)
            } catch {
                throw FeatureExtractionError(fault: error, path: path, format: format)
            }
        }
        let (width, height, channelCount) = (Int(measured.width), Int(measured.height), Int(measured.channel_count))
        let count = width * height * channelCount
        var image = measured
        var orientation: Int32 = 1
        var status = image_codecs_damaged
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            image.pixels = buffer.baseAddress
            image.capacity = count
            status = Self.run(format, bytes, &image, &orientation)
            initializedCount = status == image_codecs_ok ? count : 0
        }
        image.pixels = nil
        guard status == image_codecs_ok else {
            let message = String(cString: image_codecs_message(&image))
            throw FeatureExtractionError(status: status, path: path, format: format, message: message)
        }
        return Image8(width: width, height: height, channelCount: channelCount, pixels: pixels)
            .oriented(Orientation(rawValue: UInt32(orientation)) ?? .upright)
    }

    private static func run(
        _ format: ImageFormat, _ bytes: [UInt8], _ image: inout image_codecs_image, _ orientation: inout Int32
    ) -> image_codecs_status {
        switch format {
        case .png: image_codecs_decode_png(bytes, bytes.count, &image)
        case .jpeg: image_codecs_decode_jpeg(bytes, bytes.count, &image)
        case .webp: image_codecs_decode_webp(bytes, bytes.count, &image)
        case .gif: image_codecs_decode_gif(bytes, bytes.count, &image)
        case .tiff: image_codecs_decode_tiff(bytes, bytes.count, &image, &orientation)
        case .bmp, .pnm: preconditionFailure("\(format.name) has no codec")
        }
    }
}

extension FeatureExtractionError {
    fileprivate init(fault: ImageFault, path: String, format: ImageFormat) {
        switch fault {
        case .truncated(let reason): self = .truncatedImage(path: path, format: format, reason: reason)
        case .damaged(let reason): self = .damagedImage(path: path, format: format, reason: reason)
        case .unsupported(let found): self = .unsupportedImage(path: path, found: found)
        case .tooLarge(let width, let height):
            self = .imageTooLarge(
                path: path, found: "a \(format.name) image of \(width) × \(height) pixels", limit: Image8.pixelLimit)
        }
    }

    fileprivate init(status: image_codecs_status, path: String, format: ImageFormat, message: String) {
        switch status {
        case image_codecs_truncated: self = .truncatedImage(path: path, format: format, reason: message)
        case image_codecs_unsupported: self = .unsupportedImage(path: path, found: message)
        case image_codecs_too_large:
            self = .imageTooLarge(
                path: path, found: "a \(format.name) image of \(message)", limit: Image8.pixelLimit)
        case image_codecs_out_of_memory: self = .outOfMemory(path: path)
        default: self = .damagedImage(path: path, format: format, reason: message)
        }
    }
}
