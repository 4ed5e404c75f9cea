internal import COpenVINO

/// The memory for one batch and its embeddings; each request belongs to one thread.
struct InferenceRequest: ~Copyable {
    private let network: EmbeddingNetwork
    private let request: OpaquePointer
    private let inputTensor: OpaquePointer
    private let outputTensor: OpaquePointer

    init(of network: EmbeddingNetwork, _ compiled: OpaquePointer) throws {
        let request = try created { openVINO.compiled_model_create_infer_request(compiled, $0) }
        do {
            let inputTensor = try created { openVINO.infer_request_get_input_tensor(request, $0) }
            do {
                outputTensor = try created {
                    openVINO.infer_request_get_output_tensor_by_index(request, network.output.index, $0)
                }
            } catch {
                openVINO.tensor_free(inputTensor)
                throw error
            }
            self.inputTensor = inputTensor
        } catch {
            openVINO.infer_request_free(request)
            throw error
        }
        self.request = request
        self.network = network
    }

    deinit {
        openVINO.tensor_free(inputTensor)
        openVINO.tensor_free(outputTensor)
        openVINO.infer_request_free(request)
    }

    /// Lets `fill` write the images of a batch, `batchSize × channelCount × height × width` values.
    func withInput(_ fill: (UnsafeMutableBufferPointer<Float>) throws -> Void) throws {
        try fill(try network.running { try values(of: inputTensor) })
    }

    /// Runs the network on the images written.
    func infer() throws {
        try network.running { try check(openVINO.infer_request_infer(request)) }
    }

    /// Lets `read` access the network's output for the batch.
    func withOutput<Result>(_ read: (UnsafeBufferPointer<Float>) throws -> Result) throws -> Result {
        try read(UnsafeBufferPointer(try network.running { try values(of: outputTensor) }))
    }

    private func values(of tensor: OpaquePointer) throws -> UnsafeMutableBufferPointer<Float> {
        var count = 0
        var data: UnsafeMutableRawPointer?
        try check(openVINO.tensor_get_size(tensor, &count))
        try check(openVINO.tensor_data(tensor, &data))
        return UnsafeMutableBufferPointer(start: data?.assumingMemoryBound(to: Float.self), count: count)
    }
}
