internal import Datasets
internal import Embeddings
internal import Files
internal import HeadTraining

extension TrainingRecord {
    /// Whether this plan has everything that an earlier one has, so that its heads can stay: the same but for further seeds and
    /// objectives.
    func isExtension(of earlier: TrainingRecord) -> Bool { difference(from: earlier) == nil }

    /// The first thing that keeps the heads of an earlier plan from being a part of this one, in words; nil if nothing does.
    func difference(from earlier: TrainingRecord) -> String? {
        for (name, wanted) in properties {
            let found = earlier.properties.first { $0.name == name }?.value ?? "none"
            if found != wanted { return "\(name) \(excerpt(found)), not \(excerpt(wanted))" }
        }
        if earlier.features != features { return "on features that were made otherwise" }
        if let seed = earlier.seeds.first(where: { !seeds.contains($0) }) {
            return "seed \(seed), which is not asked for now"
        }
        // Before parameters, which a search chooses.
        return differenceOfSearch(from: earlier) ?? differenceOfObjectives(from: earlier)
            ?? differenceOfTrials(from: earlier)
    }

    /// What all heads share, in words.
    private var properties: [(name: String, value: String)] {
        [
            ("by", tool), ("of the dataset", dataset), ("along splits of digest", manifest.short),
            ("on features of digest", features.sha256.short),
            ("directions", directions.map(\.rawValue).joined(separator: ",")),
            ("left-out fold", fold.map { "\($0)" } ?? "none"),
            ("matched training sets:", isMatched ? "yes" : "no"),
        ]
    }

    private func differenceOfObjectives(from earlier: TrainingRecord) -> String? {
        for found in earlier.objectives {
            guard let wanted = objectives.first(where: { $0.name == found.name }) else {
                return "\(excerpt(found.name)), which is not asked for now"
            }
            if let difference = wanted.difference(from: found) { return "\(excerpt(found.name)) with \(difference)" }
        }
        return nil
    }

    private func differenceOfSearch(from earlier: TrainingRecord) -> String? {
        guard let found = earlier.tuning else { return tuning == nil ? nil : "without a search for parameters" }
        guard let tuning else { return "after a search for parameters" }
        guard found.level == tuning.level, found.foldCount == tuning.foldCount, found.trialCount == tuning.trialCount
        else {
            return "after a search of \(found.trialCount) trials on \(found.foldCount) folds of \(excerpt(found.level))"
        }
        return nil
    }

    private func differenceOfTrials(from earlier: TrainingRecord) -> String? {
        let same = (earlier.tuning?.trials ?? []).allSatisfy { (tuning?.trials ?? []).contains($0) }
        return same ? nil : "after a search with other trials"
    }
}

extension TrainingRecord.Objective {
    /// The first setting in which an earlier plan for this objective differs, in words; nil if none does.
    fileprivate func difference(from earlier: TrainingRecord.Objective) -> String? {
        for name in Set(parameters.keys).union(earlier.parameters.keys).sorted()
        where parameters[name] != earlier.parameters[name] {
            func text(_ value: TrainingRecord.Value?) -> String { value?.text ?? "none" }
            return "\(excerpt(name)) \(excerpt(text(earlier.parameters[name]))), not \(text(parameters[name]))"
        }
        let (found, wanted) = (earlier.numbers, numbers)
        for (name, value) in wanted where found.first(where: { $0.name == name })?.value != value {
            return "\(name) \(found.first { $0.name == name }?.value ?? "none"), not \(value)"
        }
        return nil
    }

    private var numbers: [(name: String, value: String)] {
        [
            ("dimensions", "\(dimension)"), ("hidden layers", "\(hidden)"), ("steps", "\(steps)"),
            ("classes of a batch", "\(classesPerBatch)"), ("samples of a class", "\(samplesPerClass)"),
            ("learning rate", "\(learningRate)"), ("weight decay", "\(weightDecay)"),
        ]
    }
}

extension TrainingRecord.Value {
    /// As it is written on the command line.
    public var text: String {
        switch self {
        case .number(let number): ObjectiveParameters.Value.number(number).description
        case .text(let text): text
        }
    }
}

extension String {
    /// The beginning of a digest.
    fileprivate var short: String { prefix(12) + "…" }
}
