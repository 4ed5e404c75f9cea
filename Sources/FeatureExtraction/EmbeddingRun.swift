import Synchronization

/// The state that threads share while they embed one list of files.
final class EmbeddingRun: Sendable {
    private struct State {
        var nextBatch = 0
        var doneCount = 0
        var rows: [Float]
        /// The failure of the earliest batch that failed.
        var failure: (batch: Int, error: any Error)?
    }

    let batchCount: Int

    private let paths: [String]
    private let network: EmbeddingNetwork
    private let preprocessing: Preprocessing
    private let mirrored: Bool
    private let progress: (@Sendable (Int, Int) -> Void)?
    private let largeImages: LargeImages
    private let state: Mutex<State>

    init(
        paths: [String], network: EmbeddingNetwork, preprocessing: Preprocessing, mirrored: Bool,
        largeImages: LargeImages, progress: (@Sendable (Int, Int) -> Void)?
    ) {
        self.paths = paths
        self.network = network
        self.preprocessing = preprocessing
        self.mirrored = mirrored
        self.largeImages = largeImages
        self.progress = progress
        batchCount = (paths.count + network.batchSize - 1) / network.batchSize
        state = Mutex(State(rows: Array(repeating: 0, count: paths.count * network.dimension)))
    }

    /// Processes batches until none is left or one has failed; call it on any number of threads.
    ///
    /// Batches are handed out in order, so every batch before a failed one has already started and will finish: the
    /// failure reported is the earliest, whatever the timing of the threads.
    func work() {
        var batch = 0
        do {
            let request = try network.makeRequest()
            while let next = takeBatch() {
                batch = next
                try embed(batch, request)
            }
        } catch {
            state.withLock { state in
                if state.failure.map({ batch < $0.batch }) ?? true { state.failure = (batch, error) }
            }
        }
    }

    /// All rows, or the earliest failure.
    func result() throws -> [Float] {
        try state.withLock { state in
            if let failure = state.failure { throw failure.error }
            return state.rows
        }
    }

    private func takeBatch() -> Int? {
        state.withLock { state in
            guard state.failure == nil, state.nextBatch < batchCount else { return nil }
            defer { state.nextBatch += 1 }
            return state.nextBatch
        }
    }

    private func embed(_ batch: Int, _ request: borrowing InferenceRequest) throws {
        let first = batch * network.batchSize
        let count = min(network.batchSize, paths.count - first)
        try request.withInput { input in
            let size = input.count / network.batchSize
            // The unused rest of the last batch is computed too, so keep it the same every time. This comes first: as the
            // last statement it becomes a jump to memset, before which Swift 6.3 does not restore the register of errors.
            input[(count * size)...].update(repeating: 0)
            for i in 0..<count {
                let image = try largeImages.withImage(
                    contentsOfFile: paths[first + i], channelCount: preprocessing.channelCount,
                    orientedByEXIF: preprocessing.orientedByEXIF
                ) { preprocessing.resizedAndCropped($0) }
                let target = UnsafeMutableBufferPointer(rebasing: input[i * size..<(i + 1) * size])
                preprocessing.write(
                    image, into: target, layout: network.layout, mirrored: mirrored, asBytes: network.takesBytes)
            }
        }
        try request.infer()
        let rows = try request.withOutput { network.output.read($0, count: count) }
        if let bad = rows.firstIndex(where: { !$0.isFinite }) { throw nonFinite(rows[bad], bad, first) }
        store(rows, at: first * network.dimension, count)
    }

    private func nonFinite(_ value: Float, _ index: Int, _ first: Int) -> FeatureExtractionError {
        .nonFiniteEmbedding(
            path: paths[first + index / network.dimension], model: network.path,
            found: value.isNaN ? "NaN" : "an infinity", component: index % network.dimension)
    }

    private func store(_ rows: [Float], at start: Int, _ count: Int) {
        state.withLock { state in
            for (i, value) in rows.enumerated() { state.rows[start + i] = value }
            state.doneCount += count
            // Inside the lock, so that counts arrive in order.
            progress?(state.doneCount, paths.count)
        }
    }
}
