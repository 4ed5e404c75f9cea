import FeatureExtraction
import Foundation

extension NetworkReading {
    /// Opens a network; says how images are prepared for it, and warns if its output is not an embedding.
    func network(_ model: URL, announcedOn terminal: Terminal) throws -> FeatureExtractor {
        let extractor = try FeatureExtractor(model: model, reading: self)
        let tokens =
            extractor.tokenCount.map { " of \($0) tokens" }
            ?? extractor.positionCount.map { " of \($0) positions with \(extractor.dimension) channels" } ?? ""
        let pooled = pooling.map { ", \($0.rawValue) pooling\(tokens)" } ?? ""
        terminal.announce(
            "images: \(extractor.preprocessing)\(output.map { ", output \($0)" } ?? "")\(pooled)\(source(of: extractor, model))",
            of: model.lastPathComponent)
        for warning in extractor.warnings {
            terminal.announce(warning, of: model.lastPathComponent, isWarning: true)
        }
        if let sign = extractor.classifierSign {
            let advice =
                sign.alternative.map { "--output \($0) takes what its last layer reads" }
                ?? "export the network without its last layer"
            terminal.announce(
                "found \(sign.found), as of a classifier; \(advice)", of: model.lastPathComponent, isWarning: true)
        }
        return extractor
    }

    /// The file that says so; nothing if it is the model's own, which has its name.
    private func source(of extractor: FeatureExtractor, _ model: URL) -> String {
        guard let path = extractor.preprocessingFile else { return "" }
        let file = URL(filePath: path)
        let isBeside = file.deletingLastPathComponent().path == model.deletingLastPathComponent().path
        if isBeside && file.deletingPathExtension().lastPathComponent == model.deletingPathExtension().lastPathComponent
        {
            return ""
        }
        let name = isBeside ? file.lastPathComponent : path
        return changes == PreprocessingChanges() ? ", as \(name) says" : ", as \(name) and the options say"
    }
}
