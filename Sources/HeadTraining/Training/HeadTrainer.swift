public import DenseLinearAlgebra
internal import Differentiation
internal import Parallel
internal import Statistics

/// Trains a head on frozen features.
///
/// Features are standardised by the training samples. Each step draws a batch of ``HeadTrainingSettings/classesPerBatch``
/// classes, computes the objective's loss and its gradient, and moves all weights by AdamW.
///
/// The same input and settings give the same bytes on one machine, whatever the number of threads: a training has one
/// thread, and BLAS one too. Train several heads at once to use more processors.
///
/// - Parameters:
///   - features: n × d, one row per sample.
///   - rows: which rows are trained on; nil for all.
///   - labels: the class of each of these rows; any integers.
///   - settings: the objective, the form of the head, and how long it is trained.
///   - progress: called with the number of steps that are done, before the first and every 50; what it throws ends the
///     training.
/// - Returns: the head, with its losses.
/// - Complexity: O(steps · batch · weights), three products with the weights a step.
/// - Throws: ``HeadTrainingError`` if the samples cannot be trained on, or the training diverges.
public func trainHead(
    features: Matrix<Float>, rows: [Int]? = nil, labels: [Int], settings: HeadTrainingSettings,
    progress: (_ step: Int) throws -> Void = { _ in }
) throws -> TrainedHead {
    settings.requireSensible()
    let samples = try TrainingSet(features: features, rows: rows ?? Array(0..<features.rowCount), labels: labels)
    guard samples.classCount >= settings.classesPerBatch else {
        throw HeadTrainingError.tooFewClasses(found: samples.classCount, expected: settings.classesPerBatch)
    }
    try settings.require(largestClass: samples.largestClassSize)
    return try withSerialBLAS {
        let trainer = HeadTrainer(samples, settings)
        for step in 0..<settings.stepCount {
            if step % TrainedHead.curveInterval == 0 { try progress(step) }
            try WorkStop.check()
            guard trainer.advance() else {
                throw HeadTrainingError.diverged(
                    objective: settings.objective.name, step: step + 1, settings: settings.summary)
            }
        }
        try progress(settings.stepCount)
        guard let result = trainer.result else {
            throw HeadTrainingError.diverged(
                objective: settings.objective.name, step: settings.stepCount, settings: settings.summary)
        }
        return result
    }
}

/// One training, step after step.
private final class HeadTrainer {
    private let samples: TrainingSet
    private let settings: HeadTrainingSettings
    private let tape = Tape<Float>()
    private let layers: [(weights: Parameter<Float>, bias: Parameter<Float>)]
    private let learnables: [(name: String, parameter: Parameter<Float>)]
    private let optimizers: [AdamW]
    private let random: RandomSource
    private var batches: ClassBalancedBatches
    /// For PADS: what it looks at, and what it adapts.
    private let adaptation: (heldOut: HeldOutSamples, distances: PolicyAdaptedDistances)?
    /// Where training is divided among learners.
    private var divided: DividedBatches?
    private var stepCount = 0
    private var losses: [Float] = []
    private var lossSum = 0.0
    private var lossCount = 0

    init(_ samples: TrainingSet, _ settings: HeadTrainingSettings) {
        (self.samples, self.settings) = (samples, settings)
        var generator = SeededGenerator(seed: settings.seed, stream: "head/weights")
        let widths = settings.architecture.widths(inputDimension: samples.features.columnCount)
        layers = zip(widths, widths.dropFirst()).enumerated().map { number, sizes in
            // As PyTorch begins linear layers, and with the variance that ReLU needs before it (He and others, ICCV 2015).
            // Larger weights stay as noise: with three times this variance, MAP@R on glyphs200 was lower by up to 0.05.
            let variance = (number < widths.count - 2 ? 2 : 1.0 / 3) / Double(sizes.0)
            let weights = Matrix<Float>(
                rowCount: sizes.0, columnCount: sizes.1, drawnWith: &generator, standardDeviation: variance.squareRoot()
            )
            return (Parameter(weights), Parameter(Matrix(rowCount: 1, columnCount: sizes.1)))
        }
        let shape = ObjectiveShape(classCount: samples.classCount, dimension: settings.architecture.dimension)
        let described = settings.objective.learnables(shape, settings.parameters)
        learnables = described.map { learnable in
            var generator = SeededGenerator(seed: settings.seed, stream: "head/\(learnable.name)")
            return (learnable.name, Parameter(learnable.start(with: &generator)))
        }
        let (rate, decay) = (settings.learningRate, settings.weightDecay)
        let fixedBias = settings.objective.ignoresShift ? layers.count - 1 : nil
        optimizers =
            layers.enumerated().flatMap { number, layer in
                let weights = AdamW(layer.weights, learningRate: rate, weightDecay: decay)
                guard number != fixedBias else { return [weights] }
                return [weights, AdamW(layer.bias, learningRate: rate, weightDecay: 0)]
            }
            + zip(described, learnables).map { described, learnable in
                AdamW(
                    learnable.parameter, learningRate: rate * described.learningRateFactor, weightDecay: 0)
            }
        random = RandomSource(seed: settings.seed, stream: "head/objective")
        let adapts =
            settings.objective.parameters.contains { $0.name == "sampler" }
            && settings.parameters.choice("sampler") == TripletSampler.policyAdapted.rawValue
        let heldOut = adapts ? HeldOutSamples(samples, seed: settings.seed) : nil
        adaptation = heldOut.flatMap { $0.samples.isEmpty ? nil : ($0, PolicyAdaptedDistances(seed: settings.seed)) }
        batches = ClassBalancedBatches(
            classNumbers: samples.classNumbers, excluding: heldOut?.samples ?? [], classCount: samples.classCount,
            classesPerBatch: settings.classesPerBatch, samplesPerClass: settings.samplesPerClass, seed: settings.seed)
        divided = settings.objective.division(settings.parameters).map {
            DividedBatches($0, of: samples, excluding: heldOut?.samples ?? [], settings)
        }
    }

    /// Trains on one batch.
    ///
    /// - Returns: whether the loss was finite.
    func advance() -> Bool {
        adaptDistances()
        let (chosen, classes, columns) = nextBatch()
        tape.reset()
        var x = tape.constant(
            rowCount: chosen.count, columnCount: samples.features.columnCount
        ) { target in
            standardize(
                samples.features, rows: chosen.lazy.map { self.samples.rows[$0] }, mean: samples.mean,
                scale: samples.scale, into: target)
        }
        for (number, layer) in layers.enumerated() {
            x = product(x, tape.leaf(layer.weights)) + tape.leaf(layer.bias)
            if number < layers.count - 1 { x = x.rectified() }
        }
        if let columns { x = x.columns(columns) }
        let batch = Batch(
            outputs: x, classes: classes, classCount: samples.classCount, values: settings.parameters,
            learnables: learnables.map { ($0.name, tape.leaf($0.parameter)) }, random: random)
        let loss = settings.objective.loss(of: batch)
        guard loss.value.isFinite else { return false }
        tape.differentiate(loss)
        for optimizer in optimizers where tape.hasGradient(optimizer.parameter) { optimizer.advance() }
        note(loss.value)
        stepCount += 1
        return true
    }

    /// The samples of the next batch, their classes, and the dimensions that are trained; nil for all.
    private func nextBatch() -> (samples: [Int], classes: [Int], columns: Range<Int>?) {
        divided?.group(before: stepCount) { head }
        if let (samples, classes, columns) = divided?.advance(before: stepCount) { return (samples, classes, columns) }
        batches.advance()
        return (batches.samples, batches.classes, nil)
    }

    /// Every 30 steps, as the paper has it.
    private func adaptDistances() {
        guard let adaptation, stepCount % 30 == 0 else { return }
        adaptation.distances.adapt(
            to: adaptation.heldOut.score(head), progress: Double(stepCount) / Double(settings.stepCount))
        random.distanceChances = adaptation.distances.probabilities
    }

    private var head: Head {
        Head(
            mean: samples.mean, scale: samples.scale,
            layers: layers.map { Head.Layer(weights: $0.weights.matrix, bias: $0.bias.matrix.elements) })
    }

    private func note(_ loss: Float) {
        lossSum += Double(loss)
        lossCount += 1
        if lossCount == TrainedHead.curveInterval { closeInterval() }
    }

    private func closeInterval() {
        losses.append(Float(lossSum / Double(lossCount)))
        (lossSum, lossCount) = (0, 0)
    }

    /// What has been trained; nil if a weight is not finite.
    var result: TrainedHead? {
        let head = head
        guard head.layers.allSatisfy({ $0.weights.firstNonFinite == nil && $0.bias.allSatisfy(\.isFinite) }) else {
            return nil
        }
        if lossCount > 0 { closeInterval() }
        return TrainedHead(
            head: head, losses: losses, sampleCount: samples.rows.count, classCount: samples.classCount,
            constantFeatureCount: samples.constantFeatureCount)
    }
}

extension Matrix<Float> {
    /// Roughly normal values.
    fileprivate init(
        rowCount: Int, columnCount: Int, drawnWith generator: inout SeededGenerator, standardDeviation: Double
    ) {
        var values: [Float] = []
        values.reserveCapacity(rowCount * columnCount)
        for _ in 0..<rowCount * columnCount { values.append(Float(generator.bell() * standardDeviation)) }
        self.init(rowCount: rowCount, columnCount: columnCount, elements: values)
    }
}

extension Learnable {
    fileprivate func start(with generator: inout SeededGenerator) -> Matrix<Float> {
        switch start {
        case .random(let deviation):
            Matrix(
                rowCount: rowCount, columnCount: columnCount, drawnWith: &generator, standardDeviation: deviation)
        case .constant(let value):
            Matrix(rowCount: rowCount, columnCount: columnCount, repeating: Float(value))
        }
    }
}
