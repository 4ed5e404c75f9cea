public import Foundation

/// A file below the folder of all tests, such as the fixtures of one target.
public func testFile(_ path: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: path)
}
