import FeatureExtraction
import Foundation

extension NetworkReading {
    /// Opens a network; says how images are prepared for it, and warns if its output is not an embedding.
    func network(_ model: URL, announcedOn terminal: Terminal) throws -> FeatureExtractor {
        let extractor = try FeatureExtractor(model: model, reading: self)
        let pooled = pooling.map { ", \($0.rawValue) pooling" } ?? ""
        terminal.announce(
            "images: \(extractor.preprocessing)\(output.map { ", output \($0)" } ?? "")\(pooled)",
            of: model.lastPathComponent)
        if let sign = extractor.classifierSign {
            let advice =
                sign.alternative.map { "--output \($0) takes what its last layer reads" }
                ?? "export the network without its last layer"
            terminal.announce(
                "found \(sign.found), as of a classifier; \(advice)", of: model.lastPathComponent, isWarning: true)
        }
        return extractor
    }
}
