/// What a description says of each step of a preprocessing; of a step that it leaves out or describes wrongly, what is
/// wrong with it.
struct PreprocessingParts {
    typealias Part<Value> = Result<Value, DescriptionProblem>
    typealias Size = (height: Int, width: Int)

    var resize: Part<Preprocessing.Resize>
    var crop: Part<Size>
    var interpolation: Part<Interpolation>
    var mean: Part<[Float]>
    var standardDeviation: Part<[Float]>
    var orientedByEXIF = false
    var cropRoundsDown = false
    var channelOrder = Preprocessing.ChannelOrder.rgb

    /// A description that says nothing.
    static var none: PreprocessingParts {
        func missing<Value>(_ name: String) -> Part<Value> {
            .failure(DescriptionProblem(found: "no \(name)", expected: name))
        }
        return PreprocessingParts(
            resize: missing("resize"), crop: missing("crop"), interpolation: missing("interpolation"),
            mean: missing("mean"), standardDeviation: missing("standard deviation"))
    }

    /// The preprocessing that the description and changes to it make together.
    ///
    /// - Throws: ``MissingParts``, all that neither gives; ``FeatureExtractionError`` for changes that contradict it.
    func changed(by changes: PreprocessingChanges) throws -> Preprocessing {
        precondition(
            changes.resize == nil || changes.cropFraction == nil,
            "a resize and a crop fraction of \(changes.cropFraction ?? 0)")
        precondition(changes.crop.map { $0.count == 2 } ?? true, "\(changes.crop?.count ?? 0) sizes of a crop, not 2")
        var missing: [MissingParts.Part] = []
        func taken<Value>(_ change: Value?, _ part: Part<Value>, _ options: String) -> Value? {
            if let change { return change }
            switch part {
            case .success(let value): return value
            case .failure(let problem):
                missing.append(.init(problem: problem, options: options))
                return nil
            }
        }
        let crop = taken(changes.crop.map { (height: $0[0], width: $0[1]) }, crop, "--crop")
        // Of a fraction only the crop is needed, which may be missing itself.
        let fractional = changes.cropFraction.map { fraction in
            crop.map { Preprocessing.resize(forCropFraction: fraction, height: $0.height, width: $0.width) }
                ?? Preprocessing.Resize.unchanged
        }
        let resize = taken(changes.resize ?? fractional, resize, "--resize (or --crop-pct)")
        // Without a resize there is nothing to filter.
        let unneeded: Interpolation? =
            if resize == .unchanged, case .failure = interpolation { .bilinear } else { nil }
        let interpolation = taken(changes.interpolation ?? unneeded, interpolation, "--interpolation")
        let mean = taken(changes.mean, mean, "--mean")
        let deviation = taken(changes.standardDeviation, standardDeviation, "--std")
        guard missing.isEmpty, let crop, let resize, let interpolation, let mean, let deviation else {
            throw MissingParts(parts: missing)
        }
        let isUsable =
            mean.count == deviation.count && (mean.count == 1 || mean.count == 3)
            && mean.allSatisfy(\.isFinite) && deviation.allSatisfy { $0.isFinite && $0 > 0 }
        guard isUsable else {
            throw FeatureExtractionError.unusableChanges(
                found: "mean \(mean) and standard deviation \(deviation)",
                expected: "1 or 3 numbers each, one a channel, and positive standard deviations")
        }
        // Configurations of detectors give both in units of 0 to 255, which would make all images nearly the same.
        guard mean.allSatisfy({ abs($0) <= 3 }), deviation.allSatisfy({ $0 <= 3 }) else {
            func words(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: ",") }
            throw FeatureExtractionError.unusableChanges(
                found:
                    "the mean \(words(mean)) and the standard deviation \(words(deviation)), as for values of 0 to 255",
                expected:
                    "them for values of 0 to 1, so divided by 255: mean \(words(mean.map { $0 / 255 })), standard deviation "
                    + words(deviation.map { $0 / 255 }))
        }
        let order = changes.channelOrder ?? channelOrder
        guard mean.count == 3 || order == .rgb else {
            throw FeatureExtractionError.unusableChanges(
                found: "the order blue, green, red for a network of grey images", expected: "3 channels, or no order")
        }
        return Preprocessing(
            channelCount: mean.count, height: crop.height, width: crop.width, resize: resize,
            interpolation: interpolation, mean: mean, standardDeviation: deviation,
            orientedByEXIF: changes.orientedByEXIF ?? orientedByEXIF, cropRoundsDown: cropRoundsDown,
            channelOrder: order)
    }
}

/// What a description and the changes to it leave open.
struct MissingParts: Error {
    struct Part {
        let problem: DescriptionProblem
        /// The options of `oodml` that would give it.
        let options: String
    }

    /// At least one, in the order of the steps.
    let parts: [Part]

    /// What was found, without repetition.
    var found: String {
        list(parts.map(\.problem.found))
    }

    /// What was expected, without the options.
    var expected: String {
        list(parts.map(\.problem.expected))
    }

    /// The options that would give what is missing.
    var options: String {
        list(parts.map(\.options))
    }

    private func list(_ texts: [String]) -> String {
        let distinct = texts.indices.filter { !texts[..<$0].contains(texts[$0]) }.map { texts[$0] }
        guard distinct.count > 1 else { return distinct.first ?? "" }
        return distinct.dropLast().joined(separator: ", ") + " and " + distinct[distinct.count - 1]
    }
}

extension Result where Failure == DescriptionProblem {
    /// What `body` returns, or the problem that it throws.
    init(of body: () throws -> Success) throws {
        do {
            self = .success(try body())
        } catch let problem as DescriptionProblem {
            self = .failure(problem)
        }
    }
}
