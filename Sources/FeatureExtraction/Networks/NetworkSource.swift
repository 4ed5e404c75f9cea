internal import COpenVINO
import Files
import Foundation

/// A model file and the requested tensor in it.
struct NetworkSource {
    let path: String
    let format: ModelFile.Format
    /// The name of the requested output or, in an ONNX file, of any tensor; nil for the only output.
    let outputName: String?
    /// The graph of an ONNX file; nil for other formats.
    let graph: ONNXGraph?
    /// The files that hold the weights of an ONNX file: where the model says, and where they are.
    private let weights: [(location: String, file: URL)]

    /// - Throws: ``FeatureExtractionError`` if there is no network, or it lacks the tensor or its weights.
    init(path: String, outputName: String?) throws {
        self.path = path
        self.outputName = outputName
        format = try ModelFile.format(of: path)
        let graph = format == .onnx ? ONNXGraph(path: path) : nil
        self.graph = graph
        if let outputName, let graph, !graph.outputs.contains(outputName), !graph.computes(outputName) {
            let last = graph.lastTensors(6).map { "\"\($0)\"" }.joined(separator: ", ")
            throw FeatureExtractionError.unsuitableModel(
                path: path, found: "no tensor \"\(outputName)\"",
                expected: "the name of an output (\(graph.outputs.joined(separator: ", "))) or of another tensor, of "
                    + "which the last are \(last)")
        }
        // In the cache of a hub, the model and its weights are links into a folder where they have other names.
        let model = URL(fileURLWithPath: path)
        let folders = [model, model.resolvingSymlinksInPath()].map { $0.deletingLastPathComponent() }
        weights = try (graph?.weights ?? []).map { ($0.location, try $0.file(in: folders, ofModelAt: path)) }
        if format == .openVINO { try NetworkSource.requireWeights(ofOpenVINOModelAt: path) }
    }

    /// What to do about a network in training mode.
    static let evaluationMode = "a network exported in evaluation mode, after model.eval() in PyTorch"

    /// The files that determine the network.
    var files: [URL] {
        let model = URL(fileURLWithPath: path)
        switch format {
        case .openVINO: return [model, model.deletingPathExtension().appendingPathExtension("bin")]
        case .tensorFlowLite: return [model]
        case .onnx:
            let folder = model.deletingLastPathComponent()
            return [model]
                + weights.map { location, file in
                    let place = folder.appendingPathComponent(location)
                    return FileManager.default.fileExists(atPath: place.path) ? place : file
                }
        }
    }

    /// Reads the network anew, with single precision at its ends.
    func load(_ core: OpaquePointer) throws -> NetworkDescription {
        do {
            return try read(core).withSinglePrecision()
        } catch let failure as OpenVINOFailure {
            // OpenVINO has no dropout; that of a network in evaluation mode it leaves out.
            if failure.reason.contains("Dropout"), let node = graph?.randomNode {
                throw FeatureExtractionError.unsuitableModel(
                    path: path, found: "a network in training mode: \(node)", expected: NetworkSource.evaluationMode)
            }
            throw FeatureExtractionError.unreadableModel(path: path, reason: failure.reason)
        }
    }

    private func read(_ core: OpaquePointer) throws -> NetworkDescription {
        let cut = try cutFile()
        if !weights.isEmpty && (cut != nil || !weightsAreInPlace) { return try load(besideWeights: cut, core) }
        guard let cut else {
            return try NetworkDescription(taking: try created { openVINO.core_read_model(core, path, nil, $0) })
        }
        let pointer = try cut.withUnsafeBytes { bytes in
            try created {
                openVINO.core_read_model_from_memory_buffer(
                    core, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count, nil, $0)
            }
        }
        return try NetworkDescription(taking: pointer)
    }

    /// The file with the requested output alone; nil where the file itself is that.
    private func cutFile() throws -> Data? {
        if let graph, outputName == nil, graph.inputs.count > 1, graph.outputs.count > 1 {
            let possible = graph.outputs.filter { graph.inputs(of: $0).count == 1 }
                .map { "\($0) (from \(graph.inputs(of: $0)[0]))" }
            throw FeatureExtractionError.unsuitableModel(
                path: path,
                found:
                    "\(graph.inputs.count) inputs (\(graph.inputs.joined(separator: ", "))) and \(graph.outputs.count) "
                    + "outputs (\(graph.outputs.joined(separator: ", ")))",
                expected:
                    "by --output the name of the output that is the embedding of an image; of a single input need only "
                    + (possible.isEmpty ? "none" : possible.joined(separator: ", ")))
        }
        guard let graph, let output = outputName ?? (graph.outputs.count == 1 ? graph.outputs[0] : nil) else {
            return nil
        }
        // A network of one output may have inputs that do not lead to it.
        guard graph.outputs != [output] || graph.inputs.count > 1 else { return nil }
        let inputs = graph.inputs(of: output)
        if graph.inputs.count > 1 && inputs.count > 1 {
            throw FeatureExtractionError.unsuitableModel(
                path: path,
                found: "an output \"\(output)\" that needs \(inputs.count) inputs (\(inputs.joined(separator: ", ")))",
                expected: "one that needs an image alone, such as \"image_embeds\" of a model of images and texts")
        }
        return graph.file(withOnlyOutput: output)
    }

    /// Whether OpenVINO finds the weights itself; it follows no symbolic link out of the model's folder.
    private var weightsAreInPlace: Bool {
        let model = URL(fileURLWithPath: path)
        let folder = model.deletingLastPathComponent().resolvingSymlinksInPath()
        return model.resolvingSymlinksInPath().deletingLastPathComponent().path == folder.path
            && weights.allSatisfy { folder.appendingPathComponent($0.location).path == $0.file.path }
    }

    /// Reads the file, or a modified one, from a folder of its own, since weights are looked for beside the model.
    private func load(besideWeights cut: Data?, _ core: OpaquePointer) throws -> NetworkDescription {
        let folder = try ScratchFolder(for: "model")
        for (location, file) in weights { try folder.add(file, named: location) }
        // Weights may have any name, but not this one.
        let name = "oodml-\(UUID().uuidString).onnx"
        let model =
            if let cut {
                try folder.write(cut, named: name)
            } else {
                try folder.add(URL(fileURLWithPath: path).resolvingSymlinksInPath(), named: name)
            }
        return try withExtendedLifetime(folder) {
            try NetworkDescription(taking: try created { openVINO.core_read_model(core, model.path, nil, $0) })
        }
    }

    /// Names a `.bin` that is missing, which OpenVINO would not.
    private static func requireWeights(ofOpenVINOModelAt path: String) throws {
        let weights = URL(fileURLWithPath: path).deletingPathExtension().appendingPathExtension("bin")
        guard let file = try? InputFile(weights) else {
            throw FeatureExtractionError.unreadableModel(
                path: path,
                reason: "its weights should be in \"\(weights.lastPathComponent)\" beside it, which cannot be read")
        }
        if let pointer = LFSPointer(start: (try? file.bytes(in: 0..<min(file.byteCount, 512))) ?? []) {
            throw FeatureExtractionError.unreadableModel(
                path: path, reason: "its weights in \"\(weights.lastPathComponent)\" are \(pointer)")
        }
    }
}
