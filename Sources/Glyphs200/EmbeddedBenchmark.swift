public import Foundation

/// The benchmark that comes with oodml: 200 characters of ten writing systems, each in 24 typefaces, and a small network
/// that was trained on characters and writing systems that are not among them.
public enum EmbeddedBenchmark {
    /// The name by which the command line and manifests know it.
    public static let name = "glyphs200"

    /// The folder of the images, `writing system/character/typeface.png`.
    public static var images: URL { resource(name) }

    /// The network, an ONNX file with its preprocessing in a `config.json` beside it.
    public static var backbone: URL { resource("backbone/backbone.onnx") }

    private static func resource(_ path: String) -> URL {
        (Bundle.module.resourceURL ?? Bundle.module.bundleURL).appending(path: path)
    }
}
