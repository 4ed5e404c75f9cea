internal import COpenVINO

/// A network whose input and output have been checked, with a batch size.
struct NetworkFit {
    let network: NetworkDescription
    let batchSize: Int
    /// The batch size that the network was exported with; nil if it is free.
    let ownBatchSize: Int?
    let layout: ChannelLayout
    let output: OutputReading
    let outputName: String

    /// Batches of eight were as fast as larger ones on every network tried, and take little memory.
    static let preferredBatchSize = 8

    init(
        _ source: NetworkSource, _ core: OpaquePointer, _ preprocessing: Preprocessing, _ pooling: Pooling?,
        preferring preferred: Int
    ) throws {
        let network = try source.load(core)
        (ownBatchSize, layout) = try network.requireImageInput(source, preprocessing)
        let index = try network.outputIndex(source)
        outputName = network.outputs[index].name
        let layout = layout
        let sizes = layout.sizes(preprocessing.channelCount, preprocessing.height, preprocessing.width)
        let tensor = source.outputName ?? source.graph.flatMap { $0.outputs.count == 1 ? $0.outputs[0] : nil }
        let isChannelsFirst = tensor.flatMap { source.graph?.hasChannelsFirst($0) }
        func fit(_ network: NetworkDescription, _ batchSize: Int) throws -> OutputReading {
            try network.reading(
                index, layout, isChannelsFirst: isChannelsFirst, pooling, path: source.path, shape: [batchSize] + sizes,
                image: (preprocessing.height, preprocessing.width))
        }
        if let output = try? fit(network, preferred) {
            (self.network, batchSize, self.output) = (network, preferred, output)
            return
        }
        // A network exported for one batch size may have that size in its inner shapes too.
        batchSize = ownBatchSize ?? 1
        self.network = try source.load(core)
        output = try fit(self.network, batchSize)
    }
}

extension NetworkDescription {
    /// Checks the input against the preprocessing; returns the batch size if it is fixed.
    fileprivate func requireImageInput(
        _ source: NetworkSource, _ preprocessing: Preprocessing
    ) throws -> (batchSize: Int?, ChannelLayout) {
        func expected(_ layout: ChannelLayout) -> [Int?] {
            [nil] + layout.sizes(preprocessing.channelCount, preprocessing.height, preprocessing.width)
        }
        func names(_ layout: ChannelLayout) -> String {
            "[" + expected(layout).map { $0.map(String.init) ?? "batch" }.joined(separator: " × ") + "]"
        }
        func unsuitable(_ found: String) -> FeatureExtractionError {
            .unsuitableModel(
                path: source.path, found: found,
                expected:
                    "one input of float32, float16 or uint8 \(names(.first)) or \(names(.last)), which is what the "
                    + "preprocessing makes")
        }
        guard let input = inputs.first, inputs.count == 1 else {
            throw unsuitable("\(inputs.count) inputs (" + inputs.map(\.name).joined(separator: ", ") + ")")
        }
        // If all sizes are free, the channels are assumed where networks of this format usually have them.
        let layouts: [ChannelLayout] = source.format == .tensorFlowLite ? [.last, .first] : [.first, .last]
        guard let sizes = input.sizes, sizes.count == 4, input.elementType == F32,
            let layout = layouts.first(where: { layout in
                zip(sizes, expected(layout)).allSatisfy { $0 == nil || $1 == nil || $0 == $1 }
            })
        else {
            throw unsuitable("an input \"\(input.name)\" of \(ownInputType ?? input.typeName) \(input.shape)")
        }
        return (sizes[0], layout)
    }

    /// The index of the requested output.
    fileprivate func outputIndex(_ source: NetworkSource) throws -> Int {
        let names = outputs.map(\.name).joined(separator: ", ")
        guard let name = source.outputName else {
            guard outputs.count == 1 else {
                throw FeatureExtractionError.unsuitableModel(
                    path: source.path, found: "\(outputs.count) outputs (\(names))",
                    expected: "one output, the embedding, or the name of one of them by --output")
            }
            return 0
        }
        // A modified ONNX file has only that output.
        if source.graph != nil, outputs.count == 1 { return 0 }
        guard let index = outputs.firstIndex(where: { $0.name == name }) else {
            throw FeatureExtractionError.unsuitableModel(
                path: source.path, found: "no output \"\(name)\"", expected: "one of \(names)")
        }
        return index
    }

    /// Sets the input's sizes; returns how to read embeddings from the resulting output.
    fileprivate func reading(
        _ index: Int, _ layout: ChannelLayout, isChannelsFirst: Bool?, _ pooling: Pooling?, path: String, shape: [Int],
        image: (height: Int, width: Int)
    ) throws -> OutputReading {
        let batchSize = shape[0]
        do {
            try reshape(shape)
            let output = try output(index)
            func unsuitable(_ expected: String) -> FeatureExtractionError {
                .unsuitableModel(
                    path: path,
                    found: "an output \"\(output.name)\" of \(output.typeName) \(output.shape) for \(batchSize) "
                        + (batchSize == 1 ? "image" : "images"), expected: expected)
            }
            guard output.elementType == F32, let found = output.sizes, found.first == batchSize,
                let reading = OutputReading(
                    index: index, sizes: found.dropFirst(), layout, isChannelsFirst: isChannelsFirst, pooling)
            else {
                throw unsuitable(Self.expectedOutput(output.sizes, batchSize, layout, pooling))
            }
            if pooling == .patchAverage, !Self.isGrid(reading.positionCount - 1, of: image) {
                throw unsuitable(
                    "one token before those of a grid of patches for patch-avg; cls takes the first token, avg the mean "
                        + "over all \(reading.positionCount)")
            }
            return reading
        } catch let failure as OpenVINOFailure {
            throw FeatureExtractionError.unsuitableModel(
                path: path,
                found: "a network that cannot take \(batchSize) \(batchSize == 1 ? "image" : "images") of "
                    + shape.dropFirst().map(String.init).joined(separator: " × ") + " values (\(failure.reason))",
                expected:
                    "one for images of this size and so many channels, whose batch size is free or fixed at its input")
        }
    }

    /// What an output should be, where it is not.
    private static func expectedOutput(
        _ sizes: [Int?]?, _ batchSize: Int, _ layout: ChannelLayout, _ pooling: Pooling?
    ) -> String {
        let map = layout == .first ? "[\(batchSize) × d × h × w]" : "[\(batchSize) × h × w × d]"
        let tokens = "[\(batchSize) × tokens × d]"
        switch pooling {
        case nil where sizes?.count == 3:
            let count = sizes?[1].map { "its \($0)" } ?? "its"
            return
                "float32 of [\(batchSize) × d], one vector an image, or a pooling of \(count) tokens by --pool: cls (the first), "
                + "avg, max or gem (over all of them) or patch-avg (the mean over all but the first)"
        case nil:
            return
                "float32 of [\(batchSize) × d] or [\(batchSize) × d × 1 × 1], one vector an image, or a pooling (avg, "
                + "max or gem) of \(map)"
        case let pooling? where pooling.isOfTokens:
            return "float32 of \(tokens), tokens to be pooled by \(pooling.rawValue)"
        case let pooling? where pooling.side > 1:
            return "float32 of \(map), a feature map of \(pooling.side) × \(pooling.side) positions or more"
        default: return "float32 of \(map) or \(tokens), a feature map or tokens to be pooled"
        }
    }

    /// Whether patches of some size that cover an image are so many.
    private static func isGrid(_ count: Int, of image: (height: Int, width: Int)) -> Bool {
        (1...max(min(image.height, image.width), 1)).contains { side in
            (image.height / side) * (image.width / side) == count
        }
    }
}
