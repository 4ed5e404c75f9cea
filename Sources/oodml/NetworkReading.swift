import Embeddings
import FeatureExtraction
import Foundation

/// How a network is read and fed.
struct NetworkReading: Equatable {
    /// The output, or the tensor within an ONNX network, that is the embedding; nil for the only output.
    var output: String?
    /// How a feature map becomes a vector.
    var pooling: Pooling?
    /// What is otherwise than the file beside the model says.
    var changes = PreprocessingChanges()
    /// The preprocessing, if no file beside the model is to be read.
    var preprocessing: Preprocessing?

    /// Opens a network; says how images are prepared for it, and warns where its output is no embedding.
    func extractor(for model: URL, announcedOn terminal: Terminal) throws -> FeatureExtractor {
        let extractor = try FeatureExtractor(
            model: model, preprocessing: preprocessing, changes: changes, output: output, pooling: pooling)
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

    /// What records say of embeddings that a network makes when it is read like this.
    ///
    /// - Parameter sha256: the digest of the model's files.
    func provenance(of extractor: FeatureExtractor, sha256: String) -> EmbeddingProvenance {
        EmbeddingProvenance(
            source: .backbone, file: extractor.modelFiles[0].lastPathComponent, sha256: sha256,
            dimension: extractor.dimension, output: output, pooling: pooling?.rawValue,
            preprocessing: extractor.preprocessing.record)
    }
}

extension NetworkReading {
    /// How the embeddings of a record were made; what it leaves open, or all without one, is read beside the model.
    init(_ provenance: EmbeddingProvenance?) throws {
        self.init(
            output: provenance?.output, pooling: provenance?.pooling.flatMap(Pooling.init(rawValue:)),
            preprocessing: try provenance?.preprocessing.map(Preprocessing.init(record:)))
    }
}

extension Preprocessing {
    /// The preprocessing as manifests record it.
    var record: PreprocessingRecord {
        let resizeRecord: PreprocessingRecord.Resize =
            switch resize {
            case .unchanged: .init(mode: "none")
            case .shorterSide(let length): .init(mode: "shorter_side", size: length)
            case .exactly(let height, let width): .init(mode: "exactly", height: height, width: width)
            case .covering(let height, let width): .init(mode: "covering", height: height, width: width)
            case .fitting(let height, let width): .init(mode: "fitting", height: height, width: width)
            }
        return PreprocessingRecord(
            inputSize: [channelCount, height, width], resize: resizeRecord, interpolation: interpolation.rawValue,
            mean: mean, std: standardDeviation, exifOrientation: orientedByEXIF ? true : nil,
            cropRoundsDown: cropRoundsDown ? true : nil)
    }

    /// Reads a manifest's record, which has the form of a file beside a model.
    fileprivate init(record: PreprocessingRecord) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        do {
            self = try JSONDecoder().decode(Preprocessing.self, from: try encoder.encode(record))
        } catch DecodingError.dataCorrupted(let context) {
            throw CommandError("the manifest's record of the preprocessing: \(context.debugDescription)")
        }
    }
}
