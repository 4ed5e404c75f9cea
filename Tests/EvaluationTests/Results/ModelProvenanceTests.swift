import Datasets
import Embeddings
import Evaluation
import Files
import Foundation
import Testing

@Suite struct ModelProvenanceTests {
    private func record(_ size: Int, _ file: String) -> EmbeddingProvenance {
        EmbeddingProvenance(
            source: .backbone, file: file, sha256: "ab", dimension: 8, output: "pooled", pooling: "gem",
            preprocessing: PreprocessingRecord(
                inputSize: [3, 8, 8], resize: .init(mode: "shorter_side", size: size), interpolation: "bicubic",
                mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25], exifOrientation: true))
    }

    @Test func whatIsSharedIsSaidOnce() throws {
        let shared = try #require(
            ModelProvenance(tasks: [
                (level: "a", direction: .forward, embeddings: record(9, "a.onnx")),
                (level: "a", direction: .reverse, embeddings: record(9, "b.onnx")),
            ]))
        #expect(shared.output == "pooled" && shared.pooling == "gem")
        #expect(shared.preprocessing == record(9, "").preprocessing)
        #expect(shared.models.map(\.file) == ["a.onnx", "b.onnx"])
        #expect(shared.models.allSatisfy { $0.preprocessing == nil && $0.sha256 == "ab" && $0.dimension == 8 })
        let own = try #require(
            ModelProvenance(tasks: [
                (level: "a", direction: .forward, embeddings: record(9, "a.onnx")),
                (level: "b", direction: .forward, embeddings: record(10, "b.onnx")),
            ]))
        #expect(own.preprocessing == nil && own.models.map { $0.preprocessing?.resize.size } == [9, 10])
        #expect(ModelProvenance(tasks: []) == nil)
        for provenance in [shared, own] {
            let data = try JSONEncoder().encode(provenance)
            #expect(try JSONDecoder().decode(ModelProvenance.self, from: data) == provenance)
            #expect(String(decoding: data, as: UTF8.self).contains("\"input_size\":[3,8,8]"))
        }
    }

    @Test func recordsOfPreprocessingReadBack() throws {
        let record = try #require(record(9, "").preprocessing)
        let json = try stableJSON(record)
        #expect(json.contains("\"input_size\": ["))
        #expect(try JSONDecoder().decode(PreprocessingRecord.self, from: Data(json.utf8)) == record)
    }
}
