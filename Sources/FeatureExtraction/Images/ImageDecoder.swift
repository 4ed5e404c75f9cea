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

extension Image8 {
    /// About how much memory the pixels of a file take while they are decoded, converted and turned.
    ///
    /// - Throws: ``FeatureExtractionError`` if the file's beginning shows that it cannot be decoded.
    static func byteCount(toDecode bytes: [UInt8], as format: ImageFormat, path: String) throws -> Int {
        guard format != .bmp && format != .pnm else {
            // Black and white takes a bit of the file and three bytes of memory; these files are as long as their pixels.
            return bytes.count + min(24 * bytes.count, 3 * pixelLimit)
        }
        var image = image_codecs_image()
        var orientation: Int32 = 1
        let status = run(format, bytes, &image, &orientation)
        guard status == image_codecs_measured else {
            let message = String(cString: image_codecs_message(&image))
            throw FeatureExtractionError(status: status, path: path, format: format, message: message)
        }
        // Grey may become colour.
        let pixels = Int(image.width) * Int(image.height) * (image.channel_count == 1 ? 4 : 3)
        return pixels + min(image.codec_size, Int.max / 4) + bytes.count
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

    static func decode(_ bytes: [UInt8], as format: ImageFormat, path: String) throws -> Image8 {
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
        var status = run(format, bytes, &image, &orientation)
        let (width, height, channelCount) = (Int(image.width), Int(image.height), Int(image.channel_count))
        var pixels: [UInt8] = []
        if status == image_codecs_measured {
            let count = width * height * channelCount
            pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
                image.pixels = buffer.baseAddress
                image.capacity = count
                status = run(format, bytes, &image, &orientation)
                initializedCount = status == image_codecs_ok ? count : 0
            }
            image.pixels = nil
        }
        guard status == image_codecs_ok, pixels.count == width * height * channelCount else {
            let message = String(cString: image_codecs_message(&image))
            throw FeatureExtractionError(status: status, path: path, format: format, message: message)
        }
        return Image8(width: width, height: height, channelCount: channelCount, pixels: pixels)
            .oriented(Orientation(rawValue: UInt32(orientation)) ?? .upright)
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
