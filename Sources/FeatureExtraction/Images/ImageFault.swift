/// What is wrong with an image file that is read here rather than by a C library, as part of a sentence.
enum ImageFault: Error {
    case truncated(String)
    case damaged(String)
    case unsupported(String)
    case tooLarge(width: Int, height: Int)

    /// Where the contents end before the image does.
    static var endsEarly: ImageFault { .truncated("the file ends early") }
}

/// Refuses dimensions that no image has, or that are beyond the limit on pixels.
func checkDimensions(width: Int, height: Int) throws(ImageFault) {
    guard width > 0, height > 0 else { throw .damaged("the image has no pixels") }
    guard width <= Image8.pixelLimit / height else { throw .tooLarge(width: width, height: height) }
}

extension [UInt8] {
    /// The whole number of `size` bytes at an offset, or nil if the bytes end before it does.
    func number(at offset: Int, size: Int, littleEndian: Bool) -> Int? {
        guard offset >= 0, offset + size <= count else { return nil }
        return (0..<size).reduce(0) { $0 << 8 | Int(self[offset + (littleEndian ? size - 1 - $1 : $1)]) }
    }

    /// At most `count` elements from an index on.
    func slice(from start: Int, count: Int) -> ArraySlice<UInt8> {
        self[Swift.min(start, self.count)..<Swift.min(start + count, self.count)]
    }
}
