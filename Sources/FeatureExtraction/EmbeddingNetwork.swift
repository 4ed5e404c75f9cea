internal import COpenVINO
import Foundation

/// A network that turns a batch of images into a batch of vectors, compiled for this machine's processor.
///
/// It computes in single precision whatever the processor offers, and always in batches of one size, so that an
/// image's embedding does not depend on which images happen to be computed with it.
final class EmbeddingNetwork: Sendable {
    /// The number of images of one request.
    let batchSize: Int
    /// The number of components of an embedding.
    let dimension: Int
    /// The number of requests that keep the processor busy.
    let requestCount: Int
    /// The model's path, for messages.
    let path: String

    // OpenVINO lets any number of threads create requests from one compiled model, which is all that is done with it
    // after init; the core is only kept alive for it. Neither pointer changes.
    private nonisolated(unsafe) let core: OpaquePointer
    private nonisolated(unsafe) let compiled: OpaquePointer

    /// Eight images a batch are as fast as more on every network that was tried, and hold little memory.
    private static let preferredBatchSize = 8

    /// Reads and compiles a network whose input agrees with `preprocessing`, from a file that ``ModelFile`` has checked.
    init(path: String, preprocessing: Preprocessing) throws {
        let core = try EmbeddingNetwork.startOpenVINO()
        do {
            let (network, batchSize, dimension) = try EmbeddingNetwork.read(path, core, preprocessing)
            (compiled, requestCount) = try EmbeddingNetwork.compile(network, core, path)
            self.batchSize = batchSize
            self.dimension = dimension
        } catch {
            ov_core_free(core)
            throw error
        }
        self.core = core
        self.path = path
    }

    deinit {
        ov_compiled_model_free(compiled)
        ov_core_free(core)
    }

    /// A place to compute one batch at a time.
    func makeRequest() throws -> InferenceRequest {
        try running { try InferenceRequest(of: self, compiled) }
    }

    /// Names the model in what OpenVINO reports.
    func running<Result: ~Copyable>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let failure as OpenVINOFailure {
            throw FeatureExtractionError.inferenceFailed(model: path, reason: failure.reason)
        }
    }

    private static func startOpenVINO() throws -> OpaquePointer {
        do {
            let core = try created(ov_core_create)
            // Fails where the plug-in is missing, which would otherwise look like a fault of the model.
            var name: UnsafeMutablePointer<CChar>?
            let status = ov_core_get_property(core, "CPU", "FULL_DEVICE_NAME", &name)
            if let name { ov_free(name) }
            guard status == OK else {
                let failure = OpenVINOFailure(status)
                ov_core_free(core)
                throw failure
            }
            return core
        } catch let failure as OpenVINOFailure {
            throw FeatureExtractionError.inferenceUnavailable(reason: failure.reason)
        }
    }

    private static func read(
        _ path: String, _ core: OpaquePointer, _ preprocessing: Preprocessing
    ) throws -> (NetworkDescription, batchSize: Int, dimension: Int) {
        func load() throws -> NetworkDescription {
            do {
                return try NetworkDescription(taking: try created { ov_core_read_model(core, path, nil, $0) })
            } catch let failure as OpenVINOFailure {
                throw FeatureExtractionError.unreadableModel(path: path, reason: failure.reason)
            }
        }
        let network = try load()
        let ownBatchSize = try network.requireImageInput(path, preprocessing)
        try network.requireOneOutput(path)
        let sizes = [preprocessing.channelCount, preprocessing.height, preprocessing.width]
        if let dimension = try? network.dimension(path, batchSize: preferredBatchSize, sizes) {
            return (network, preferredBatchSize, dimension)
        }
        // A network exported for one batch size may have it written into its inner shapes as well.
        let batchSize = ownBatchSize ?? 1
        let fresh = try load()
        let dimension = try fresh.dimension(path, batchSize: batchSize, sizes)
        return (fresh, batchSize, dimension)
    }

    private static func compile(
        _ network: NetworkDescription, _ core: OpaquePointer, _ path: String
    ) throws -> (OpaquePointer, requestCount: Int) {
        // Written out because the header's variables cannot be shared between threads in Swift 6.
        let settings = [
            // Where the processor has bfloat16, the default would use it: another result on another machine.
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
                ov_core_compile_model_props(core, network.pointer, "CPU", properties.count, properties, $0)
            }
            var text: UnsafeMutablePointer<CChar>?
            let status = ov_compiled_model_get_property(compiled, "OPTIMAL_NUMBER_OF_INFER_REQUESTS", &text)
            let count = status == OK ? text.flatMap { Int(String(cString: $0)) } : nil
            if let text { ov_free(text) }
            return (compiled, max(count ?? 1, 1))
        } catch let failure as OpenVINOFailure {
            throw FeatureExtractionError.unreadableModel(path: path, reason: failure.reason)
        }
    }
}

extension NetworkDescription {
    /// Checks the input against the preprocessing; returns the batch size where it is fixed.
    fileprivate func requireImageInput(_ path: String, _ preprocessing: Preprocessing) throws -> Int? {
        let expected = [nil, preprocessing.channelCount, preprocessing.height, preprocessing.width]
        let names = expected.map { $0.map(String.init) ?? "batch" }.joined(separator: " × ")
        func unsuitable(_ found: String) -> FeatureExtractionError {
            .unsuitableModel(
                path: path, found: found,
                expected: "one input of float32 [\(names)], which is what the preprocessing makes")
        }
        guard let input = inputs.first, inputs.count == 1 else {
            throw unsuitable("\(inputs.count) inputs (" + inputs.map(\.name).joined(separator: ", ") + ")")
        }
        guard let sizes = input.sizes, sizes.count == 4, input.elementType == F32,
            zip(sizes, expected).allSatisfy({ $0 == nil || $1 == nil || $0 == $1 })
        else { throw unsuitable("an input \"\(input.name)\" of \(input.typeName) \(input.shape)") }
        return sizes[0]
    }

    fileprivate func requireOneOutput(_ path: String) throws {
        guard outputs.count == 1 else {
            throw FeatureExtractionError.unsuitableModel(
                path: path, found: "\(outputs.count) outputs (" + outputs.map(\.name).joined(separator: ", ") + ")",
                expected: "one output, the embedding")
        }
    }

    /// Fixes the batch size and returns the length of the vectors.
    fileprivate func dimension(_ path: String, batchSize: Int, _ sizes: [Int]) throws -> Int {
        do {
            try reshape([batchSize] + sizes)
            let output = try output()
            guard let shape = output.sizes, shape.count == 2 || shape.count == 4, output.elementType == F32,
                shape[0] == batchSize, let dimension = shape[1], dimension > 0, shape[2...].allSatisfy({ $0 == 1 })
            else {
                throw FeatureExtractionError.unsuitableModel(
                    path: path,
                    found: "an output \"\(output.name)\" of \(output.typeName) \(output.shape) for \(batchSize) images",
                    expected: "float32 of [\(batchSize) × d] or [\(batchSize) × d × 1 × 1], one vector an image")
            }
            return dimension
        } catch let failure as OpenVINOFailure {
            throw FeatureExtractionError.unsuitableModel(
                path: path, found: "a network that cannot take \(batchSize) images (\(failure.reason))",
                expected: "one whose batch size is free or fixed at its input")
        }
    }
}
