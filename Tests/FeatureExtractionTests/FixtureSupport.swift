import FeatureExtraction
import Files
import Foundation
import TestSupport

/// The files that Scripts/fixtures/feature_extraction.py makes.
enum Fixture {
    static let folder = Bundle.module.resourceURL?.appendingPathComponent("Fixtures") ?? URL(fileURLWithPath: "/")

    static func image(_ name: String) -> String {
        folder.appendingPathComponent("Images/\(name)").path
    }

    static func network(_ name: String, _ suffix: String = "onnx") -> URL {
        folder.appendingPathComponent("Networks/\(name).\(suffix)")
    }

    static func bytes(ofImage name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: image(name))))
    }

    static func table<Value: Decodable>(_ name: String, of type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(name)))
    }
}

/// A new folder that is removed with the value.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("oodml-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ bytes: [UInt8], as name: String) throws -> String {
        let file = url.appendingPathComponent(name)
        try Data(bytes).write(to: file)
        return file.path
    }

    @discardableResult
    func write(_ text: String, as name: String) throws -> String {
        try write(Array(text.utf8), as: name)
    }

    /// Copies a network of the fixtures into the folder, without what lies beside it.
    func copyNetwork(_ name: String) throws -> URL {
        let target = url.appendingPathComponent("\(name).onnx")
        try FileManager.default.copyItem(at: Fixture.network(name), to: target)
        return target
    }
}

/// What `body` throws, as one sentence.
func failure(of body: () throws -> Void) -> String {
    do {
        try body()
        return "nothing was thrown"
    } catch let error as FeatureExtractionError {
        return error.description
    } catch let error as FileError {
        return error.description
    } catch {
        return "another error: \(error)"
    }
}
