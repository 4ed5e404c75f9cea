import DenseLinearAlgebra
import FeatureExtraction
import Foundation
import Testing

/// The whole way from files like photographs to the embeddings of a network with the shape of ResNet-50.
@Suite struct ResNetParityTests {
    /// `Scripts/fixtures/resnet_parity.py` wrote what Pillow, torchvision and onnxruntime make of the same files.
    ///
    /// Of the network in its full width, which is too large to be here, the script says how far both are apart.
    @Test func embeddingsAreThoseOfTorchvisionAndONNXRuntime() throws {
        let folder = Fixture.folder.appendingPathComponent("ResNet")
        let expected = try Fixture.table("ResNet/embeddings.json", of: [String: [Float]].self)
        let files = expected.keys.sorted()
        #expect(files.count == 6)
        let extractor = try FeatureExtractor(model: folder.appendingPathComponent("narrow.onnx"))
        #expect(
            extractor.preprocessing.description
                == "resize the shorter side to 256 (bicubic), crop to 224 × 224, RGB, mean 0.485 0.456 0.406, std 0.229 "
                + "0.224 0.225")
        let embeddings = try extractor.embed(paths: files.map { folder.appendingPathComponent($0).path })
        #expect(embeddings.columnCount == 192)
        for (row, file) in files.enumerated() {
            let reference = try #require(expected[file])
            let scale = reference.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let difference = zip(embeddings.row(row), reference).reduce(Float(0)) { sum, pair in
                sum + (pair.0 - pair.1) * (pair.0 - pair.1)
            }.squareRoot()
            #expect(difference <= 1e-4 * scale, "\(file): \(difference / scale)")
        }
        // Images that the network did not tell apart would make the comparison mean little.
        let (first, second) = (embeddings.row(0), embeddings.row(1))
        #expect(zip(first, second).contains { abs($0 - $1) > 0.01 * abs($0) })
    }
}
