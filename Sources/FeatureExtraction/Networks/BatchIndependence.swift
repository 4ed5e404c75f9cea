import Foundation

extension EmbeddingNetwork {
    /// Two embeddings of one image may differ by this part of the largest component.
    ///
    /// Kernels that sum in another order at another place of a batch differ by about 1e-6; normalisation by a batch and
    /// dropout, by more than 1e-2.
    private static let tolerance: Float = 1e-4

    /// Refuses a network whose embedding of an image depends on the other images of the batch, on the image's place
    /// there, or on chance: one made-up image is embedded alone and in company.
    ///
    /// - Complexity: two batches.
    func requireIndependence(_ preprocessing: Preprocessing, _ graph: ONNXGraph?) throws {
        let request = try makeRequest()
        /// The embedding of the made-up image at a place, among others or among none.
        func embedding(at place: Int, inCompany: Bool) throws -> [Float] {
            try request.withInput { input in
                let size = input.count / batchSize
                input.update(repeating: 0)
                for i in 0..<batchSize where i == place || inCompany {
                    preprocessing.write(
                        .madeUp(i == place ? 0 : 1 + i, like: preprocessing),
                        into: UnsafeMutableBufferPointer(rebasing: input[i * size..<(i + 1) * size]), layout: layout,
                        mirrored: false, asBytes: takesBytes)
                }
            }
            try request.infer()
            let rows = try request.withOutput { output.read($0, count: batchSize) }
            return Array(rows[place * dimension..<(place + 1) * dimension])
        }
        let alone = try embedding(at: 0, inCompany: false)
        let accompanied = try embedding(at: batchSize - 1, inCompany: true)
        guard let difference = Self.difference(alone, accompanied) else { return }
        let isRandom = Self.difference(alone, try embedding(at: 0, inCompany: false)) != nil
        let culprit = isRandom ? graph?.randomNode : graph?.normalisationByBatch
        throw FeatureExtractionError.unsuitableModel(
            path: path,
            found: (isRandom
                ? "another embedding of the same image each time"
                : "an embedding that depends on the other images of the batch")
                + " (it differs by \(difference) of its "
                + "largest component), as of a network in training mode" + (culprit.map { ": \($0)" } ?? ""),
            expected: NetworkSource.evaluationMode)
    }

    /// How far two embeddings are apart, as messages write it; nil if not farther than rounding.
    private static func difference(_ a: [Float], _ b: [Float]) -> String? {
        var (largest, scale): (Float, Float) = (0, 0)
        for (a, b) in zip(a, b) {
            // What is not finite is reported for images that there are.
            guard a.isFinite && b.isFinite else {
                if a.isFinite != b.isFinite { largest = .infinity }
                continue
            }
            largest = max(largest, abs(a - b))
            scale = max(scale, abs(a), abs(b))
        }
        guard largest > tolerance * scale else { return nil }
        guard largest.isFinite else { return "more than 100 %" }
        let percent = 100 * largest / scale
        return String(format: percent < 1 ? "%.1g %%" : "%.0f %%", locale: nil, percent)
    }
}

extension Image8 {
    /// A made-up image of the size that a network takes: blocks of random brightness, whose mean and contrast differ
    /// from one number to the next, as do those of images.
    fileprivate static func madeUp(_ number: Int, like preprocessing: Preprocessing) -> Image8 {
        let (height, width, count) = (preprocessing.height, preprocessing.width, preprocessing.channelCount)
        let level = number == 0 ? 128 : 24 + number * 61 % 208
        let spread = number == 0 ? 256 : 16 + number * 37 % 64
        var pixels: [UInt8] = []
        pixels.reserveCapacity(height * width * count)
        for y in 0..<height {
            for x in 0..<width {
                for channel in 0..<count {
                    // The finaliser of SplitMix64, of the block's place.
                    var mixed =
                        UInt64(((number * 4096 + y / 4) * 16_384 + x / 4) * 3 + channel) &* 0x9E37_79B9_7F4A_7C15
                    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
                    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
                    let value = level + Int((mixed ^ mixed >> 31) % UInt64(spread)) - spread / 2
                    pixels.append(UInt8(clamping: value))
                }
            }
        }
        return Image8(width: width, height: height, channelCount: count, pixels: pixels)
    }
}
