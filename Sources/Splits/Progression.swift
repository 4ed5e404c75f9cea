internal import Datasets
public import Frechet

/// Which arm of a progression a partition was reached on.
public enum Origin: String, Sendable, Codable, CaseIterable {
    /// Exchanges that make the sides more alike.
    case easier
    /// The split that the progression starts from.
    case start
    /// Exchanges that make the sides less alike.
    case swap
    /// Classes leaving, after the hardest exchange.
    case removal
}

/// One step of a progression.
public struct ProgressionStep: Sendable, Equatable {
    /// The arm that the step is on.
    public let origin: Origin
    /// The number of the step on its arm, from 1; 0 at the start.
    public let step: Int
    /// Where the classes stand after the step.
    public let partition: ClassPartition
    /// The distance between the sides after the step.
    public let distance: FrechetDistance
    /// The classes that went from the train to the test side in this step.
    public let movedToTest: [Int]
    /// The classes that went from the test to the train side in this step.
    public let movedToTrain: [Int]
    /// The classes that left in this step.
    public let removed: [Int]
    /// Whether the step went further than all before it on its arm; only such steps can become levels.
    public let isKept: Bool
}

/// All steps from a dataset's official split towards easier and towards harder ones.
public struct Progression: Sendable, Equatable {
    /// The steps in the order easiest, …, start, …, hardest exchange, …, hardest removal.
    public let steps: [ProgressionStep]

    /// The kept steps; their distances strictly increase.
    public var keptSteps: [ProgressionStep] { steps.filter(\.isKept) }

    /// Walks from the official split of `embedded` in both directions, and on by removal.
    ///
    /// *Harder*: the class of largest gap on each side changes places (see `ClassSelection`). *Easier*: the pair whose
    /// exchange brings the two means closest. A class just moved is tabu for some steps, and each arm walks on through a
    /// few steps without gain, because the first of these is rarely the last chance. *Removal*: from the hardest exchange
    /// on, the classes of largest gap leave, as many from each side.
    ///
    /// The sides keep their numbers of classes (each loses as many by removal).
    ///
    /// - Parameter report: called before each step with the arm and the number of the step, for progress.
    /// - Complexity: one Fréchet distance for each step.
    /// - Throws: ``SplitError``; `LinearAlgebraError`.
    public init(
        of embedded: EmbeddedDataset, by settings: SplitProtocol, report: (Origin, Int) -> Void = { _, _ in }
    ) throws {
        try settings.validate()
        let official = ClassPartition(sides: embedded.dataset.officialSides)
        let start = ProgressionStep(
            origin: .start, step: 0, partition: official, distance: try embedded.distance(of: official),
            movedToTest: [], movedToTrain: [], removed: [], isKept: true)
        var walk = Walk(embedded: embedded, settings: settings, from: start)
        let easier = try walk.exchanges(.easier, report: report)
        let harder = try walk.exchanges(.swap, report: report)
        let hardest = harder.last(where: \.isKept) ?? start
        walk = Walk(embedded: embedded, settings: settings, from: hardest)
        let removal = try walk.removals(report: report)
        steps = easier.reversed() + [start] + harder + removal
    }
}

/// One walk away from a partition.
private struct Walk {
    let embedded: EmbeddedDataset
    let settings: SplitProtocol
    let start: ProgressionStep

    init(embedded: EmbeddedDataset, settings: SplitProtocol, from start: ProgressionStep) {
        self.embedded = embedded
        self.settings = settings
        self.start = start
    }

    /// Exchanges pairs until `patience` steps in a row bring nothing, or every class of a side is tabu.
    func exchanges(_ origin: Origin, report: (Origin, Int) -> Void) throws -> [ProgressionStep] {
        var steps: [ProgressionStep] = []
        var partition = start.partition
        var best = start.distance.squared
        var lastMoved: [Int: Int] = [:]
        var failures = 0
        var number = 0
        while failures <= settings.patience {
            number += 1
            report(origin, number)
            let pairs = exchangePairs(origin, in: partition) { classNumber in
                lastMoved[classNumber].map { number - $0 > settings.tabuSteps } ?? true
            }
            guard !pairs.isEmpty else { break }
            for (train, test) in pairs {
                partition.exchange(trainClass: train, testClass: test)
                lastMoved[train] = number
                lastMoved[test] = number
            }
            let distance = try embedded.distance(of: partition)
            let isKept = improves(distance.squared, on: best, towards: origin)
            failures = isKept ? 0 : failures + 1
            if isKept { best = distance.squared }
            steps.append(
                ProgressionStep(
                    origin: origin, step: number, partition: partition, distance: distance,
                    movedToTest: pairs.map(\.train), movedToTrain: pairs.map(\.test), removed: [], isKept: isKept))
        }
        return steps
    }

    /// Takes classes out, as many from each side, down to the floor.
    func removals(report: (Origin, Int) -> Void) throws -> [ProgressionStep] {
        var steps: [ProgressionStep] = []
        var partition = start.partition
        var best = start.distance.squared
        let floors = Side.allCases.map { side in
            let count = start.partition.classes(on: side).count
            return max(settings.minimumClassCount, Int((settings.keepFraction * Double(count)).rounded(.up)))
        }
        while true {
            let spare = zip(Side.allCases, floors).map { partition.classes(on: $0).count - $1 }.min() ?? 0
            let count = min(settings.swapsPerStep, spare)
            guard count > 0 else { return steps }
            let number = steps.count + 1
            report(.removal, number)
            let selection = ClassSelection(embedded: embedded, partition: partition)
            let leaving = Side.allCases.flatMap { selection.byGap(on: $0) { _ in true }.prefix(count) }
            for classNumber in leaving { partition.remove(classNumber) }
            let distance = try embedded.distance(of: partition)
            let isKept = improves(distance.squared, on: best, towards: .removal)
            if isKept { best = distance.squared }
            steps.append(
                ProgressionStep(
                    origin: .removal, step: number, partition: partition, distance: distance, movedToTest: [],
                    movedToTrain: [], removed: leaving, isKept: isKept))
        }
    }

    /// Up to `swapsPerStep` pairs of a train and a test class to exchange.
    private func exchangePairs(
        _ origin: Origin, in partition: ClassPartition, where allowed: (Int) -> Bool
    ) -> [(train: Int, test: Int)] {
        if origin == .swap {
            let selection = ClassSelection(embedded: embedded, partition: partition)
            let pairs = zip(selection.byGap(on: .train, where: allowed), selection.byGap(on: .test, where: allowed))
            return pairs.prefix(settings.swapsPerStep).map { (train: $0, test: $1) }
        }
        // Each pair changes the means that the next one is chosen by.
        var pairs: [(train: Int, test: Int)] = []
        var current = partition
        var moved: Set<Int> = []
        for _ in 0..<settings.swapsPerStep {
            let selection = ClassSelection(embedded: embedded, partition: current)
            guard let pair = selection.pairOfSmallestMeanDistance(where: { allowed($0) && !moved.contains($0) })
            else { break }
            current.exchange(trainClass: pair.train, testClass: pair.test)
            moved.formUnion([pair.train, pair.test])
            pairs.append(pair)
        }
        return pairs
    }

    /// Whether a distance lies beyond the best so far by more than rounding.
    private func improves(_ distance: Double, on best: Double, towards origin: Origin) -> Bool {
        let margin = ClassSelection.tieTolerance * best
        return origin == .easier ? distance < best - margin : distance > best + margin
    }
}
