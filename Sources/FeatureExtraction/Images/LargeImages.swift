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
        func passOn(_ image: MeasuredImage, _ bytes: [UInt8]) throws -> Result {
            let decoded = try image.decoded()
            let converted = channelCount.map(decoded.converted(toChannelCount:)) ?? decoded
            return try body(orientedByEXIF ? converted.oriented(Orientation(bytes: bytes)) : converted)
        }
        func passOnAlone(_ image: MeasuredImage, _ bytes: [UInt8]) throws -> Result {
            try MemoryBudget.current().require(
                image.neededByteCount, for: "a large \(format.name) image", in: path)
            return try passOn(image, bytes)
        }
        guard file.byteCount <= share else {
            return try alone.withLock {
                let bytes = try file.bytes
                return try passOnAlone(MeasuredImage(bytes, format: format, path: path), bytes)
            }
        }
        let bytes = try file.bytes
        let image = try MeasuredImage(bytes, format: format, path: path)
        guard image.neededByteCount > share else { return try passOn(image, bytes) }
        return try alone.withLock { try passOnAlone(image, bytes) }
    }
}
