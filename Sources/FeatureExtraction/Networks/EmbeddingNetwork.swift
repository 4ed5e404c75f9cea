internal import COpenVINO
import Foundation

/// A network that turns a batch of images into a batch of vectors, compiled for this machine's CPU.
///
/// It always computes in single precision, whatever the processor offers, and in batches of one size, so that an
/// image's embedding does not depend on the other images in its batch.
final class EmbeddingNetwork: Sendable {
    /// The number of images per request.
    let batchSize: Int
    /// The batch size that the network was exported with; nil if it is free.
    let ownBatchSize: Int?
    /// Whether the input takes pixels as they are, from 0 to 255.
    let takesBytes: Bool
    /// Where the channels are in the input's shape.
    let layout: ChannelLayout
    /// How embeddings are read from the network's output.
    let output: OutputReading
    /// The number of components of an embedding.
    var dimension: Int { output.dimension }
    /// The number of requests that keep the processor busy.
    let requestCount: Int
    /// The model's path, for messages.
    let path: String
    /// Why the output may be class scores rather than an embedding.
    let classifierSign: ClassifierSign?

    // OpenVINO lets any number of threads create requests from one compiled model, and nothing else is done with it
    // after init; the core is only kept alive for it. Neither pointer changes.
    private nonisolated(unsafe) let core: OpaquePointer
    private nonisolated(unsafe) let compiled: OpaquePointer

    /// Reads and compiles a network whose input agrees with `preprocessing`, and checks that its embedding of an image
    /// depends on that image alone.
    static func open(
        _ source: NetworkSource, preprocessing: Preprocessing, pooling: Pooling?
    ) throws -> EmbeddingNetwork {
        // Values quantised by the range of a batch are right only for one image at a time.
        let preferred = source.graph?.isQuantisedDynamically == true ? 1 : NetworkFit.preferredBatchSize
        func opened(_ preferred: Int) throws -> EmbeddingNetwork {
            try EmbeddingNetwork(source: source, preprocessing: preprocessing, pooling: pooling, preferring: preferred)
        }
        let network = try opened(preferred)
        do {
            try network.requireIndependence(preprocessing, source.graph)
            return network
        } catch let error where network.ownBatchSize == 1 && network.batchSize > 1 {
            // As it was exported, it takes one image at a time.
            let single = try opened(1)
            guard single.batchSize == 1 else { throw error }
            try single.requireIndependence(preprocessing, source.graph)
            return single
        }
    }

    private init(
        source: NetworkSource, preprocessing: Preprocessing, pooling: Pooling?, preferring preferred: Int
    ) throws {
        let core = try EmbeddingNetwork.startOpenVINO()
        do {
            let fit = try NetworkFit(source, core, preprocessing, pooling, preferring: preferred)
            (compiled, requestCount) = try EmbeddingNetwork.compile(fit.network, core, source.path)
            batchSize = fit.batchSize
            ownBatchSize = fit.ownBatchSize
            takesBytes = fit.network.takesBytes
            layout = fit.layout
            output = fit.output
            classifierSign = ClassifierSign(of: fit.outputName, dimension: fit.output.dimension, graph: source.graph)
        } catch {
            openVINO.core_free(core)
            throw error
        }
        self.core = core
        path = source.path
    }

    deinit {
        openVINO.compiled_model_free(compiled)
        openVINO.core_free(core)
    }

    /// Makes a request, which computes one batch at a time.
    func makeRequest() throws -> InferenceRequest {
        try running { try InferenceRequest(of: self, compiled) }
    }

    /// Adds the model's path to OpenVINO's errors.
    func running<Result: ~Copyable>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let failure as OpenVINOFailure {
            throw FeatureExtractionError.inferenceFailed(model: path, reason: failure.reason)
        }
    }

    private static func startOpenVINO() throws -> OpaquePointer {
        do {
            try requireOpenVINO()
            let core = try created(openVINO.core_create)
            // Fails if the plug-in is missing, which would otherwise look like a fault of the model.
            var name: UnsafeMutablePointer<CChar>?
            let status = openVINO.core_get_property(core, "CPU", "FULL_DEVICE_NAME", &name)
            if let name { openVINO.free(name) }
            guard status == OK else {
                let failure = OpenVINOFailure(status)
                openVINO.core_free(core)
                throw failure
            }
            return core
        } catch let failure as OpenVINOFailure {
            throw FeatureExtractionError.inferenceUnavailable(reason: failure.reason)
        }
    }

    private static func compile(
        _ network: NetworkDescription, _ core: OpaquePointer, _ path: String
    ) throws -> (OpaquePointer, requestCount: Int) {
        // Spelt out because Swift 6 does not let threads share the header's variables.
        let settings = [
            // The default would use bfloat16 on processors that have it, and so give other results on other machines.
            ("INFERENCE_PRECISION_HINT", "f32"),
            ("PERFORMANCE_HINT", "THROUGHPUT"),
        ]
        let strings = settings.map { (strdup($0.0), strdup($0.1)) }
        defer {
            for (key, value) in strings {
                free(key)
                free(value)
            }
        }
        let properties = strings.map { ov_property_t(key: $0.0, value: $0.1) }
        do {
            let compiled = try created {
                openVINO.core_compile_model_props(core, network.pointer, "CPU", properties.count, properties, $0)
            }
            var text: UnsafeMutablePointer<CChar>?
            let status = openVINO.compiled_model_get_property(compiled, "OPTIMAL_NUMBER_OF_INFER_REQUESTS", &text)
            let count = status == OK ? text.flatMap { Int(String(cString: $0)) } : nil
            if let text { openVINO.free(text) }
            return (compiled, max(count ?? 1, 1))
        } catch let failure as OpenVINOFailure {
            throw FeatureExtractionError.unreadableModel(path: path, reason: failure.reason)
        }
    }
}
