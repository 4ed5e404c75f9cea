internal import CImageCodecs
internal import Files

extension Image8 {
    /// The maximum number of pixels: 178,956,970, beyond which Pillow reports a decompression bomb.
    public static let pixelLimit = Int(image_codecs_pixel_limit)

    /// Twice the size of the largest uncompressed image, with four channels of 16 bits.
    private static let fileSizeLimit = 16 * pixelLimit

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
        let file = try InputFile(path: path)
        // Checked before memory is allocated for the rest.
        let start = try file.bytes(in: 0..<min(file.byteCount, 512))
        guard ImageFormat(bytes: start) != nil else {
            throw FeatureExtractionError.notAnImage(path: path, found: ImageFormat.describe(start))
        }
        guard file.byteCount <= Image8.fileSizeLimit else {
            throw FeatureExtractionError.imageTooLarge(
                path: path, found: "a file of \(file.byteCount) bytes", limit: Image8.pixelLimit)
        }
        let bytes = try file.bytes
        let decoded = try Image8.decode(bytes, path: path)
        let converted = channelCount.map(decoded.converted(toChannelCount:)) ?? decoded
        self = orientedByEXIF ? converted.oriented(Orientation(bytes: bytes)) : converted
    }

    private static func decode(_ bytes: [UInt8], path: String) throws -> Image8 {
        guard let format = ImageFormat(bytes: bytes) else {
            throw FeatureExtractionError.notAnImage(path: path, found: ImageFormat.describe(bytes))
        }
        do throws(ImageFault) {
            switch format {
            case .bmp: return try Image8(bmp: bytes)
            case .pnm: return try Image8(pnm: bytes)
            case .png, .jpeg, .webp, .gif, .tiff: break
            }
        } catch {
            throw FeatureExtractionError(fault: error, path: path, format: format)
        }
        var image = image_codecs_image()
        var orientation: Int32 = 1
        defer { image_codecs_free(&image) }
        let status =
            switch format {
            case .png: image_codecs_decode_png(bytes, bytes.count, &image)
            case .jpeg: image_codecs_decode_jpeg(bytes, bytes.count, &image)
            case .webp: image_codecs_decode_webp(bytes, bytes.count, &image)
            case .gif: image_codecs_decode_gif(bytes, bytes.count, &image)
            case .tiff: image_codecs_decode_tiff(bytes, bytes.count, &image, &orientation)
            case .bmp, .pnm: preconditionFailure("\(format.name) has no codec")
            }
        guard status == image_codecs_ok, let pixels = image.pixels else {
            let message = String(cString: image_codecs_message(&image))
            throw FeatureExtractionError(status: status, path: path, format: format, message: message)
        }
        let (width, height, channelCount) = (Int(image.width), Int(image.height), Int(image.channel_count))
        let stored = Image8(
            width: width, height: height, channelCount: channelCount,
            pixels: Array(UnsafeBufferPointer(start: pixels, count: width * height * channelCount)))
        return stored.oriented(Orientation(rawValue: UInt32(orientation)) ?? .upright)
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
