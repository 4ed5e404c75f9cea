import Files
import Foundation

/// Decodes images, those that need much memory one after the other, whatever the number of threads.
///
/// Threads that decode at the same time share one value.
package final class LargeImages: Sendable {
    /// What an image may need to be decoded beside others: a photo of forty million pixels.
    package static let share = 1 << 27

    /// Twice the size of the largest uncompressed image, with four channels of 16 bits.
    private static let fileSizeLimit = 16 * Image8.pixelLimit

    private let share: Int
    /// Held by the thread that has a large image.
    private let alone = NSLock()

    /// - Parameter share: what an image may need to be decoded beside others, in bytes.
    package init(share: Int = LargeImages.share) {
        self.share = share
    }

    /// Reads an image as `Image8.init(contentsOfFile:channelCount:orientedByEXIF:)` does, and passes it on while it may be
    /// in memory.
    ///
    /// - Throws: what that throws, and what `body` throws; ``/Files/FileError`` for an image that takes more memory than may
    ///   be taken.
    package func withImage<Result>(
        contentsOfFile path: String, channelCount: Int?, orientedByEXIF: Bool, _ body: (Image8) throws -> Result
    ) throws -> Result {
        let file = try InputFile(path: path)
        // Checked before memory is allocated for the rest.
        let start = try file.bytes(in: 0..<min(file.byteCount, 512))
        guard let format = ImageFormat(bytes: start) else {
            throw FeatureExtractionError.notAnImage(path: path, found: ImageFormat.describe(start))
        }
        guard file.byteCount <= Self.fileSizeLimit else {
            throw FeatureExtractionError.imageTooLarge(
                path: path, found: "a file of \(file.byteCount) bytes", limit: Image8.pixelLimit)
        }
        func decoded(_ bytes: [UInt8]) throws -> Image8 {
            let decoded = try Image8.decode(bytes, as: format, path: path)
            let converted = channelCount.map(decoded.converted(toChannelCount:)) ?? decoded
            return orientedByEXIF ? converted.oriented(Orientation(bytes: bytes)) : converted
        }
        func rest(of bytes: [UInt8]?) throws -> Result {
            let bytes = try bytes ?? file.bytes
            let needed = try Image8.byteCount(toDecode: bytes, as: format, path: path)
            guard needed > share else { return try body(decoded(bytes)) }
            try MemoryBudget.current().require(needed, for: "a large \(format.name) image", in: path)
            return try body(decoded(bytes))
        }
        guard file.byteCount <= share else { return try alone.withLock { try rest(of: nil) } }
        let bytes = try file.bytes
        let isLarge = try Image8.byteCount(toDecode: bytes, as: format, path: path) > share
        return isLarge ? try alone.withLock { try rest(of: bytes) } : try body(decoded(bytes))
    }
}
