import Foundation
import Glyphs200
import TestSupport

extension TemporaryFolder {
    /// Copies twelve characters of glyphs200, of two writing systems, with all of their images, as the class folders `images`.
    func copyGlyphs() throws {
        try FileManager.default.createDirectory(
            at: url.appending(path: "images"), withIntermediateDirectories: true)
        for system in ["latin", "thai"] {
            let source = EmbeddedBenchmark.images.appending(path: system)
            for name in try FileManager.default.contentsOfDirectory(atPath: source.path).sorted().prefix(6) {
                try FileManager.default.copyItem(
                    at: source.appending(path: name), to: url.appending(path: "images/\(system)-\(name)"))
            }
        }
    }
}
