// Usage: confidence-coverage [repetitions, default 400] [population …, default all]
//
// How often the 95 % intervals of scores cover the truth, in data whose truth is known: classes are drawn from a population,
// so the truth of a score is its mean over many drawings of as many classes. Prints a table in Markdown for the populations,
// and if no population is named, another for series of levels.

import Datasets
import DenseLinearAlgebra
import Evaluation
import Foundation
import Retrieval
import Statistics

let repetitionCount = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 400
let truthCount = 10 * repetitionCount
let named = CommandLine.arguments.dropFirst(2).map { name in
    guard let population = Population(rawValue: name) else { fatalError("found \(name); expected a population") }
    return population
}
let dimension = 16
let shown: [RetrievalMetric] = [.recall(1), .rPrecision, .averagePrecisionAtR, .fullAveragePrecision]

/// Normal by Box and Muller; both halves are used.
struct NormalGenerator {
    var source: SeededGenerator
    private var spare: Double?

    init(seed: UInt64, stream: String) { source = SeededGenerator(seed: seed, stream: stream) }

    mutating func uniform() -> Double { (Double(source.next() >> 11) + 0.5) * 0x1p-53 }

    mutating func next() -> Double {
        if let value = spare {
            spare = nil
            return value
        }
        let (radius, angle) = ((-2 * log(uniform())).squareRoot(), 2 * Double.pi * uniform())
        spare = radius * sin(angle)
        return radius * cos(angle)
    }
}

/// A population of classes: what one class drawn from it is like.
enum Population: String, CaseIterable {
    /// Twelve samples a class, all classes equally spread.
    case even
    /// 2 to 40 samples a class, and classes that spread by different amounts, some much.
    case uneven
    /// Twelve samples a class, and classes of eight families that are fixed: classes of a family are mistaken for one
    /// another, and hardly for others.
    case families
    /// The same with new families of five classes in every drawing, as another dataset would have, of which some are harder
    /// than others. The groups of the jackknife are of whole families.
    case freshFamilies = "fresh families"
    /// Twelve samples a class; one class in twenty lies between the others and spreads widely, so it distracts them all.
    case hubs
    /// Twelve samples a class; one class in twenty spreads five times as much as the others, and hardly ever succeeds.
    case badClasses = "bad classes"

    /// The number of classes that share a family; nil if the population has no families that are drawn.
    var familySize: Int? { self == .freshFamilies ? 5 : nil }

    /// The rows of one class.
    ///
    /// - Parameter family: the centre of the class's family, and how much its classes spread, where families are drawn.
    func rows(
        using generator: inout NormalGenerator, family drawn: (centre: [Double], spread: Double)
    ) -> [[Float]] {
        let (count, own): (Int, Double)
        switch self {
        case .even: (count, own) = (12, 1)
        case .families: (count, own) = (12, 0.4)
        case .freshFamilies: (count, own) = (12, 0.4 * drawn.spread)
        case .uneven: (count, own) = (2 + Int(39 * pow(generator.uniform(), 2)), exp(0.4 * generator.next()))
        case .hubs, .badClasses: (count, own) = (12, 1)
        }
        var centre = (0..<dimension).map { _ in generator.next() }
        var spread = own
        switch self {
        case .families:
            var family = NormalGenerator(seed: generator.source.next() % 8, stream: "family")
            centre = centre.map { 2 * family.next() + 0.4 * $0 }
        case .freshFamilies: centre = zip(drawn.centre, centre).map { 2 * $0 + 0.4 * $1 }
        case .hubs where generator.uniform() < 0.05:
            centre = centre.map { 0.2 * $0 }
            spread = 1.5
        case .badClasses where generator.uniform() < 0.05: spread = 5
        case .even, .uneven, .hubs, .badClasses: break
        }
        return (0..<count).map { _ in centre.map { Float($0 + spread * generator.next()) } }
    }
}

struct Drawing {
    let dataset: Dataset
    let matrix: Matrix<Float>

    init(of population: Population, classCount: Int, seed: UInt64, stream: String) throws {
        var generator = NormalGenerator(seed: seed, stream: stream)
        var (rows, samples): ([[Float]], [Sample]) = ([], [])
        var family = (centre: [Double](), spread: 1.0)
        for number in 0..<classCount {
            if let size = population.familySize, number % size == 0 {
                family = ((0..<dimension).map { _ in generator.next() }, exp(0.4 * generator.next()))
            }
            let members = population.rows(using: &generator, family: family)
            for member in members.indices {
                samples.append(
                    Sample(
                        id: "\(number)-\(member)", classLabel: String(10000 + number),
                        superclass: population.familySize.map { String(10000 + number / $0) }))
            }
            rows += members
        }
        dataset = try Dataset(name: population.rawValue, samples: samples)
        matrix = Matrix(rows: rows)
    }
}

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

/// The values of all repetitions.
func repeated<Value: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Value) throws -> [Value] {
    try (0..<count).map(body)
}

func percent(_ share: Double, of count: Int) -> String {
    String(format: "%.1f ± %.1f %%", 100 * share, 100 * (share * (1 - share) / Double(count)).squareRoot())
}

print("\(repetitionCount) repetitions; the truth is the mean of \(truthCount) other ones.\n")
print(
    "| population | classes | metric | jackknife covers | by classes alone | fixed-gallery bootstrap covers "
        + "| sd of the score | jackknife's error |"
)
print("|---|---|---|---|---|---|---|---|")
for population in named.isEmpty ? Population.allCases : named {
    for classCount in [15, 30, 60, 100, 200] {
        let truth = try repeated(max(400, truthCount * 30 / max(30, classCount))) { number in
            let drawing = try Drawing(of: population, classCount: classCount, seed: UInt64(number), stream: "truth")
            let scores = try RetrievalSet(drawing.matrix, classNumbers: drawing.dataset.classOfSample).scores(shown)
                .mean()
            return shown.map { scores[$0] ?? .nan }
        }
        let estimates = try repeated(repetitionCount) { number in
            let drawing = try Drawing(of: population, classCount: classCount, seed: UInt64(number), stream: "test")
            let groups = try JackknifeGroups(
                .classJackknife(), of: drawing.dataset, tasks: [Array(drawing.dataset.classLabels.indices)])
            // Where no family is whole, groups of classes are what the first method has already.
            let methods: [(ConfidenceMethod, [[Int]]?)?] = [
                (groups.confidence, groups.families), groups.families.map { _ in (.classJackknife(), nil) },
                (.fixedGalleryBootstrap(), nil),
            ]
            return try methods.map { method in
                guard let (confidence, families) = method else { return [RetrievalMetric: Estimate]() }
                return try TaskScorer(
                    dataset: drawing.dataset, metrics: shown, confidence: confidence, families: families
                ).scores(of: drawing.matrix, samples: Array(drawing.dataset.samples.indices)).estimates
            }
        }
        for (m, metric) in shown.enumerated() {
            let expected = mean(truth.map { $0[m] })
            let coverage = (0..<3).map { method in
                guard estimates.contains(where: { !$0[method].isEmpty }) else { return "" }
                let share = mean(
                    estimates.map { repetition in
                        guard let interval = repetition[method][metric]?.interval else { return 0 }
                        return interval.low <= expected && expected <= interval.high ? 1 : 0
                    })
                return percent(share, of: repetitionCount)
            }
            let values = estimates.map { $0[0][metric]?.value ?? .nan }
            let centre = mean(values)
            let deviation = mean(values.map { ($0 - centre) * ($0 - centre) }).squareRoot()
            let error = mean(estimates.map { pow($0[0][metric]?.standardError ?? .nan, 2) }).squareRoot()
            print(
                "| \(population.rawValue) | \(classCount) | \(metric.title) | \(coverage.joined(separator: " | ")) | "
                    + "\(String(format: "%.4f", deviation)) | \(String(format: "%.4f", error)) |")
        }
    }
}

// Levels that share classes: each tests half of the classes and exchanges a sixth of them with the next, and a model that
// is worse from level to level spreads classes more. Its lead over another model, which spreads them more throughout, is
// measured on the same classes.
struct Series {
    let ags: Estimate
    let independentError: Double
    let lead: Estimate
    let unpairedError: Double

    init(classCount: Int, seed: UInt64, stream: String, confidence: ConfidenceMethod) throws {
        let drawing = try Drawing(of: .uneven, classCount: 2 * classCount, seed: seed, stream: stream)
        let scorer = TaskScorer(dataset: drawing.dataset, metrics: [.recall(1)], confidence: confidence)
        let curves = try [1.0, 1.1].map { factor in
            try DifficultyCurve(
                points: (0..<6).map { level in
                    let classes = (0..<classCount).map { ($0 + level * classCount / 6) }
                    let samples = drawing.dataset.samples(ofClasses: classes)
                    var generator = NormalGenerator(seed: seed, stream: "\(stream)/noise/\(level)")
                    let noise = factor * 0.5 * Double(1 + level) / 3
                    let rows = samples.map { sample in
                        drawing.matrix.row(sample).map { $0 + Float(noise * generator.next()) }
                    }
                    let scores = try scorer.scores(of: Matrix(rows: rows), samples: samples)
                    return .init(
                        level: "\(level)", shift: Double(level),
                        estimate: scores.estimates[.recall(1)] ?? Estimate(value: .nan))
                })
        }
        let areas = curves.map { $0.aggregatedGeneralizationScore ?? Estimate(value: .nan) }
        ags = areas[0]
        lead = areas[0] - areas[1]
        func error(_ estimate: Estimate) -> Double { estimate.standardError ?? .nan }
        unpairedError = areas.map { error($0) * error($0) }.reduce(0, +).squareRoot()
        let weights = (0..<6).map { $0 == 0 || $0 == 5 ? 0.1 : 0.2 }
        independentError = zip(weights, curves[0].points)
            .map { pow($0 * error($1.estimate), 2) }.reduce(0, +).squareRoot()
    }
}

if !named.isEmpty { exit(0) }
print(
    "\n| classes at each of six levels | covers the AGS | with levels taken as independent | covers the lead over another model | its error, to that of unpaired models |"
)
print("|---|---|---|---|---|")
for classCount in [30, 60] {
    let truth = try repeated(4 * repetitionCount) {
        try Series(classCount: classCount, seed: UInt64($0), stream: "truth", confidence: .none)
    }
    let all = try repeated(repetitionCount) {
        try Series(classCount: classCount, seed: UInt64($0), stream: "test", confidence: .classJackknife())
    }
    func coverage(_ truth: Double, _ estimate: (Series) -> Estimate, error: (Series) -> Double) -> String {
        percent(
            mean(
                all.map { series in
                    let estimate = estimate(series)
                    let quantile = (estimate.margin ?? .nan) / (estimate.standardError ?? .nan)
                    return abs(estimate.value - truth) <= quantile * error(series) ? 1 : 0
                }), of: repetitionCount)
    }
    let (area, lead) = (mean(truth.map(\.ags.value)), mean(truth.map(\.lead.value)))
    let ratio = mean(all.map { ($0.lead.standardError ?? .nan) / $0.unpairedError })
    print(
        "| \(classCount) | \(coverage(area, { $0.ags }, error: { $0.ags.standardError ?? .nan })) "
            + "| \(coverage(area, { $0.ags }, error: { $0.independentError })) "
            + "| \(coverage(lead, { $0.lead }, error: { $0.lead.standardError ?? .nan })) "
            + "| \(String(format: "%.2f", ratio)) |")
}
