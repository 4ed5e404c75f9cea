public import Foundation

/// The folder of all tests.
public let testsFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

/// The folder of the project, with its README and package.
public let repositoryFolder = testsFolder.deletingLastPathComponent()

/// A file below the folder of all tests, such as the fixtures of one target.
public func testFile(_ path: String) -> URL { testsFolder.appending(path: path) }
