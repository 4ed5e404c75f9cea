internal import COpenVINO

/// A network whose input and output have been checked, with a batch size.
struct NetworkFit {
    let network: NetworkDescription
    let batchSize: Int
    let layout: ChannelLayout
    let output: OutputReading
    let outputName: String

    /// Batches of eight were as fast as larger ones on every network tried, and take little memory.
    private static let preferredBatchSize = 8

    init(_ source: NetworkSource, _ core: OpaquePointer, _ preprocessing: Preprocessing, _ pooling: Pooling?) throws {
        let network = try source.load(core)
        let (ownBatchSize, layout) = try network.requireImageInput(source, preprocessing)
        let index = try network.outputIndex(source)
        outputName = network.outputs[index].name
        self.layout = layout
        let sizes = layout.sizes(preprocessing.channelCount, preprocessing.height, preprocessing.width)
        func fit(_ network: NetworkDescription, _ batchSize: Int) throws -> OutputReading {
            try network.reading(index, layout, pooling, path: source.path, shape: [batchSize] + sizes)
        }
        if let output = try? fit(network, Self.preferredBatchSize) {
            (self.network, batchSize, self.output) = (network, Self.preferredBatchSize, output)
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
                expected: "one input of float32 \(names(.first)) or \(names(.last)), which is what the preprocessing "
                    + "makes")
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
        else { throw unsuitable("an input \"\(input.name)\" of \(input.typeName) \(input.shape)") }
        return (sizes[0], layout)
    }

    /// The index of the requested output.
    fileprivate func outputIndex(_ source: NetworkSource) throws -> Int {
        let names = outputs.map(\.name).joined(separator: ", ")
        guard let name = source.outputName else {
            guard outputs.count == 1 else {
                throw FeatureExtractionError.unsuitableModel(
                    path: source.path, found: "\(outputs.count) outputs (\(names))",
                    expected: "one output, the embedding, or the name of one of them")
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
        _ index: Int, _ layout: ChannelLayout, _ pooling: Pooling?, path: String, shape: [Int]
    ) throws -> OutputReading {
        let batchSize = shape[0]
        do {
            try reshape(shape)
            let output = try output(index)
            guard output.elementType == F32, let found = output.sizes, found.first == batchSize,
                let reading = OutputReading(index: index, sizes: found.dropFirst(), layout, pooling)
            else {
                let map = layout == .first ? "[\(batchSize) × d × h × w]" : "[\(batchSize) × h × w × d]"
                throw FeatureExtractionError.unsuitableModel(
                    path: path,
                    found: "an output \"\(output.name)\" of \(output.typeName) \(output.shape) for \(batchSize) images",
                    expected: pooling == nil
                        ? "float32 of [\(batchSize) × d] or [\(batchSize) × d × 1 × 1], one vector an image, or a "
                            + "pooling (avg, max or gem) of \(map)"
                        : "float32 of \(map), a feature map to be pooled")
            }
            return reading
        } catch let failure as OpenVINOFailure {
            throw FeatureExtractionError.unsuitableModel(
                path: path, found: "a network that cannot take \(batchSize) images (\(failure.reason))",
                expected: "one whose batch size is free or fixed at its input")
        }
    }
}

extension OutputReading {
    /// How to read an output with these sizes per image; nil if it cannot hold embeddings or a size is free.
    fileprivate init?(index: Int, sizes: some Collection<Int?>, _ layout: ChannelLayout, _ pooling: Pooling?) {
        let known = sizes.compactMap { $0 }
        guard known.count == sizes.count, known.allSatisfy({ $0 > 0 }) else { return nil }
        if pooling == nil {
            // In either layout, a map of one position may have its ones in the last two sizes.
            guard known.count == 1 || known.count == 3, let dimension = known.first(where: { $0 > 1 }) ?? known.first,
                known.reduce(1, *) == dimension
            else { return nil }
            self.init(index: index, dimension: dimension, positionCount: 1, layout: layout, pooling: nil)
        } else {
            guard known.count == 3 else { return nil }
            let dimension = layout == .first ? known[0] : known[2]
            self.init(
                index: index, dimension: dimension, positionCount: known.reduce(1, *) / dimension, layout: layout,
                pooling: pooling)
        }
    }
}
