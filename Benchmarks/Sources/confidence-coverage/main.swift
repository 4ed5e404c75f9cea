// Usage: confidence-coverage [repetitions, default 400]
//
// How often the 95 % intervals of scores cover the truth, in data whose truth is known: classes are drawn from a population,
// so the truth of a score is its mean over many drawings of as many classes. Prints three tables in Markdown.

import Datasets
import DenseLinearAlgebra
import Evaluation
import Foundation
import Retrieval
import Statistics

let repetitionCount = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 400
let truthCount = 10 * repetitionCount
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

    /// The rows of one class.
    ///
    /// - Parameter spread: multiplies the spread within classes, as a harder level does.
    func rows(using generator: inout NormalGenerator, spread: Double = 1) -> [[Float]] {
        let (count, own): (Int, Double)
        switch self {
        case .even: (count, own) = (12, 1)
        case .families: (count, own) = (12, 0.4)
        case .uneven: (count, own) = (2 + Int(39 * pow(generator.uniform(), 2)), exp(0.4 * generator.next()))
        }
        var centre = (0..<dimension).map { _ in generator.next() }
        if self == .families {
            var family = NormalGenerator(seed: generator.source.next() % 8, stream: "family")
            centre = centre.map { 2 * family.next() + 0.4 * $0 }
        }
        return (0..<count).map { _ in centre.map { Float($0 + spread * own * generator.next()) } }
    }
}

struct Drawing {
    let dataset: Dataset
    let matrix: Matrix<Float>

    init(of population: Population, classCount: Int, seed: UInt64, stream: String) throws {
        var generator = NormalGenerator(seed: seed, stream: stream)
        var (rows, samples): ([[Float]], [Sample]) = ([], [])
        for number in 0..<classCount {
            let members = population.rows(using: &generator)
            for member in members.indices {
                samples.append(Sample(id: "\(number)-\(member)", classLabel: String(10000 + number)))
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
    "| population | classes | metric | jackknife covers | fixed-gallery bootstrap covers | sd of the score | jackknife's error |"
)
print("|---|---|---|---|---|---|---|")
for population in Population.allCases {
    for classCount in [15, 30, 60, 100, 200] {
        let truth = try repeated(max(400, truthCount * 30 / max(30, classCount))) { number in
            let drawing = try Drawing(of: population, classCount: classCount, seed: UInt64(number), stream: "truth")
            let scores = try RetrievalSet(drawing.matrix, classNumbers: drawing.dataset.classOfSample).scores(shown)
                .mean()
            return shown.map { scores[$0] ?? .nan }
        }
        let estimates = try repeated(repetitionCount) { number in
            let drawing = try Drawing(of: population, classCount: classCount, seed: UInt64(number), stream: "test")
            return try [ConfidenceMethod.classJackknife(), .fixedGalleryBootstrap()].map { method in
                try TaskScorer(dataset: drawing.dataset, metrics: shown, confidence: method)
                    .scores(of: drawing.matrix, samples: Array(drawing.dataset.samples.indices)).estimates
            }
        }
        for (m, metric) in shown.enumerated() {
            let expected = mean(truth.map { $0[m] })
            let coverage = (0..<2).map { method in
                mean(
                    estimates.map { repetition in
                        guard let interval = repetition[method][metric]?.interval else { return 0 }
                        return interval.low <= expected && expected <= interval.high ? 1 : 0
                    })
            }
            let values = estimates.map { $0[0][metric]?.value ?? .nan }
            let centre = mean(values)
            let deviation = mean(values.map { ($0 - centre) * ($0 - centre) }).squareRoot()
            let error = mean(estimates.map { pow($0[0][metric]?.standardError ?? .nan, 2) }).squareRoot()
            print(
                "| \(population.rawValue) | \(classCount) | \(metric.title) | \(percent(coverage[0], of: repetitionCount)) "
                    + "| \(percent(coverage[1], of: repetitionCount)) | \(String(format: "%.4f", deviation)) "
                    + "| \(String(format: "%.4f", error)) |")
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
