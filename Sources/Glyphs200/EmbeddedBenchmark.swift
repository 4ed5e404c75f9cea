internal import CFileSystem
public import Foundation

/// The benchmark that comes with oodml: 200 characters of ten writing systems, each in 24 typefaces, and a small
/// network trained on other characters, from other writing systems.
public enum EmbeddedBenchmark {
    /// Its name on the command line and in manifests.
    public static let name = "glyphs200"

    /// The image folder, laid out as `writing system/character/typeface.png`.
    public static var images: URL { resource(name) }

    /// The network, an ONNX file with its preprocessing in a `config.json` beside it.
    public static var backbone: URL { resource("backbone/backbone.onnx") }

    /// The tensor in the middle of the network, 48 maps of 16 × 16: features that training can still improve, where the
    /// embedding itself was trained for such characters.
    public static let middle = "/features/features.3/Relu_1_output_0"

    private static func resource(_ path: String) -> URL { folder.appending(path: path) }

    /// The folder beside the program or library that this code is a part of; failing that, where the package was built.
    ///
    /// `Bundle.module` looks beside the program alone, and that may be Python.
    private static let folder: URL = {
        if let file = filesystem_own_file() {
            let beside = URL(filePath: String(cString: file)).deletingLastPathComponent()
                .appending(path: "oodml_Glyphs200.resources")
            if FileManager.default.fileExists(atPath: beside.path) { return beside }
        }
        return Bundle.module.resourceURL ?? Bundle.module.bundleURL
    }()
}
