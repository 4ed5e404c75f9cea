internal import COpenVINO
import Foundation

/// A model file and the requested tensor in it.
struct NetworkSource {
    let path: String
    let format: ModelFile.Format
    /// The name of the requested output or, in an ONNX file, of any tensor; nil for the only output.
    let outputName: String?
    /// The graph of an ONNX file; nil for other formats.
    let graph: ONNXGraph?

    /// - Throws: ``FeatureExtractionError`` if there is no network, or it lacks the tensor.
    init(path: String, outputName: String?) throws {
        self.path = path
        self.outputName = outputName
        format = try ModelFile.format(of: path)
        graph = format == .onnx ? ONNXGraph(path: path) : nil
        if let outputName, let graph, !graph.outputs.contains(outputName), !graph.computes(outputName) {
            let last = graph.lastTensors(6).map { "\"\($0)\"" }.joined(separator: ", ")
            throw FeatureExtractionError.unsuitableModel(
                path: path, found: "no tensor \"\(outputName)\"",
                expected: "the name of an output (\(graph.outputs.joined(separator: ", "))) or of another tensor, of "
                    + "which the last are \(last)")
        }
    }

    /// The files that determine the network.
    var files: [URL] {
        let model = URL(fileURLWithPath: path)
        switch format {
        case .openVINO: return [model, model.deletingPathExtension().appendingPathExtension("bin")]
        case .tensorFlowLite: return [model]
        case .onnx:
            let folder = model.deletingLastPathComponent()
            return [model] + (graph?.weightFiles ?? []).map { folder.appendingPathComponent($0) }
        }
    }

    /// Reads the network anew.
    func load(_ core: OpaquePointer) throws -> NetworkDescription {
        do {
            guard let outputName, let graph, graph.outputs != [outputName] else {
                return try NetworkDescription(taking: try created { ov_core_read_model(core, path, nil, $0) })
            }
            let file = graph.file(withOnlyOutput: outputName)
            guard graph.weightFiles.isEmpty else { return try load(file, besideWeightsOf: graph, core) }
            let pointer = try file.withUnsafeBytes { bytes in
                try created {
                    ov_core_read_model_from_memory_buffer(
                        core, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count, nil, $0)
                }
            }
            return try NetworkDescription(taking: pointer)
        } catch let failure as OpenVINOFailure {
            throw FeatureExtractionError.unreadableModel(path: path, reason: failure.reason)
        }
    }

    /// Reads a modified file from a folder of its own, since weights are looked for beside the model.
    private func load(
        _ file: Data, besideWeightsOf graph: ONNXGraph, _ core: OpaquePointer
    ) throws -> NetworkDescription {
        let manager = FileManager.default
        let folder = manager.temporaryDirectory.appendingPathComponent("oodml-model-\(UUID().uuidString)")
        defer { try? manager.removeItem(at: folder) }
        do {
            try manager.createDirectory(at: folder, withIntermediateDirectories: true)
            let original = URL(fileURLWithPath: path).deletingLastPathComponent()
            for name in graph.weightFiles {
                let link = folder.appendingPathComponent(name)
                try manager.createDirectory(at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
                // OpenVINO follows no symbolic link out of the folder; a hard link costs nothing, but works only on one
                // disk.
                let weights = original.appendingPathComponent(name)
                do {
                    try manager.linkItem(at: weights, to: link)
                } catch {
                    try manager.copyItem(at: weights, to: link)
                }
            }
            try file.write(to: folder.appendingPathComponent("model.onnx"))
        } catch {
            throw FeatureExtractionError.unreadableModel(
                path: path, reason: "a copy with another output cannot be written to \(folder.path)")
        }
        let copy = folder.appendingPathComponent("model.onnx").path
        return try NetworkDescription(taking: try created { ov_core_read_model(core, copy, nil, $0) })
    }
}
