import Foundation
import Glyphs200
import TestSupport

extension TemporaryFolder {
    /// Copies twelve characters of glyphs200, of two writing systems, with all of their images, as the class folders `images`.
    func copyGlyphs() throws {
        for system in ["latin", "thai"] {
            let source = EmbeddedBenchmark.images.appending(path: system)
            for name in try FileManager.default.contentsOfDirectory(atPath: source.path).sorted().prefix(6) {
                try copy(source.appending(path: name), to: "images/\(system)-\(name)")
            }
        }
    }
}
