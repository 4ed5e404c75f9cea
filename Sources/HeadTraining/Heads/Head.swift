internal import CHeadTraining
public import DenseLinearAlgebra
internal import Parallel

/// A trained map from frozen features to embeddings: standardisation, layers with ReLU between them, rows of length 1.
///
///     e = normalised( W_L relu( … relu(W_1 ((x − mean) · scale) + b_1) … ) + b_L )
public struct Head: Sendable, Equatable {
    /// One affine layer, x ↦ x·weights + bias.
    public struct Layer: Sendable, Equatable {
        /// The weights, inputs × outputs.
        public let weights: Matrix<Float>
        /// What is added to each output.
        public let bias: [Float]

        /// Makes a layer.
        ///
        /// - Precondition: there is one bias for each output.
        public init(weights: Matrix<Float>, bias: [Float]) {
            precondition(
                bias.count == weights.columnCount, "\(bias.count) biases for \(weights.columnCount) outputs")
            (self.weights, self.bias) = (weights, bias)
        }
    }

    /// What is subtracted from each feature: its mean over the training samples.
    public let mean: [Float]
    /// What each feature is then multiplied by: the inverse of its standard deviation over the training samples, or 0 for
    /// a feature that was constant there.
    public let scale: [Float]
    /// The layers, at least one.
    public let layers: [Layer]

    /// Makes a head.
    ///
    /// - Precondition: the sizes of neighbouring parts agree.
    public init(mean: [Float], scale: [Float], layers: [Layer]) {
        precondition(mean.count == scale.count, "\(mean.count) means and \(scale.count) scales")
        var width = mean.count
        for layer in layers {
            precondition(
                layer.weights.rowCount == width, "a layer of \(layer.weights.rowCount) inputs after \(width) values")
            width = layer.weights.columnCount
        }
        precondition(!layers.isEmpty, "a head without layers")
        (self.mean, self.scale, self.layers) = (mean, scale, layers)
    }

    /// The number of features.
    public var inputDimension: Int { mean.count }

    /// The number of dimensions of embeddings.
    public var dimension: Int { layers[layers.count - 1].weights.columnCount }

    /// The embeddings (n × dimension) of features (n × inputDimension): rows of length 1, or of zeros where the layers
    /// give zeros.
    ///
    /// The number of threads does not affect the result.
    ///
    /// - Precondition: the features have ``inputDimension`` columns.
    /// - Complexity: O(n · weights), on all processors.
    public func embeddings(of features: Matrix<Float>) -> Matrix<Float> {
        precondition(
            features.columnCount == inputDimension,
            "features of \(features.columnCount) columns for a head of \(inputDimension)")
        let blockSize = 256
        let blockCount = (features.rowCount + blockSize - 1) / blockSize
        let blocks = concurrentMap(count: blockCount) { block in
            rows(block * blockSize..<min((block + 1) * blockSize, features.rowCount), of: features)
        }
        return Matrix(rowCount: features.rowCount, columnCount: dimension, elements: blocks.flatMap { $0 })
    }

    /// The embeddings of some rows, one after another, on this thread.
    func rows(_ range: Range<Int>, of features: Matrix<Float>) -> [Float] {
        let n = range.count
        var values = [Float](repeating: 0, count: n * inputDimension)
        values.withUnsafeMutableBufferPointer { values in
            standardize(features, rows: range, mean: mean, scale: scale, into: values)
        }
        for (number, layer) in layers.enumerated() {
            let (inputs, outputs) = (layer.weights.rowCount, layer.weights.columnCount)
            var next = [Float](unsafeUninitializedCapacity: n * outputs) { next, count in
                for i in 0..<n {
                    for j in 0..<outputs { next.initializeElement(at: i * outputs + j, to: layer.bias[j]) }
                }
                count = n * outputs
            }
            if n > 0, inputs > 0 {
                next.withUnsafeMutableBufferPointer { next in
                    values.withUnsafeBufferPointer { values in
                        layer.weights.withElements { weights in
                            guard let next = next.baseAddress, let values = values.baseAddress,
                                let weights = weights.baseAddress
                            else { return }
                            Float.addProduct(
                                values, weights, to: next, sizes: (n, outputs, inputs), transposingLeft: false,
                                transposingRight: false, scale: 1, kept: 1)
                        }
                    }
                }
            }
            if number < layers.count - 1 {
                for index in next.indices where next[index] < 0 { next[index] = 0 }
            }
            values = next
        }
        normalizeRows(&values, columnCount: dimension)
        return values
    }
}

/// Copies rows of features as a head sees them: (x − mean) · scale.
func standardize(
    _ features: Matrix<Float>, rows: some RandomAccessCollection<Int>, mean: [Float], scale: [Float],
    into target: UnsafeMutableBufferPointer<Float>
) {
    let d = features.columnCount
    features.withElements { source in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        var following = rows.dropFirst().makeIterator()
        for (place, row) in rows.enumerated() {
            let next = following.next().map { source + $0 * d }
            standardize_row(source + row * d, next, mean, scale, target + place * d, d)
        }
    }
}

private func normalizeRows(_ values: inout [Float], columnCount: Int) {
    guard columnCount > 0 else { return }
    for start in stride(from: 0, to: values.count, by: columnCount) {
        var sum = 0.0
        for index in start..<start + columnCount { sum += Double(values[index]) * Double(values[index]) }
        let scale = sum > 0 ? 1 / sum.squareRoot() : 0
        for index in start..<start + columnCount { values[index] = Float(Double(values[index]) * scale) }
    }
}
