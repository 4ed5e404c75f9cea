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

    private static func resource(_ path: String) -> URL {
        (Bundle.module.resourceURL ?? Bundle.module.bundleURL).appending(path: path)
    }
}
