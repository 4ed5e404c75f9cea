import Datasets
import Embeddings
import Evaluation
import Experiments
import Foundation
import Retrieval
import Splits
import Statistics

/// `axis.json`.
extension AxisReport: Encodable {
    private enum CodingKeys: String, CodingKey {
        case dataset, statistic, draws, levels, embeddings, agreement, models, answer
        case sampleLimit = "sample_limit"
    }

    private struct LevelRecord: Encodable {
        let id: String
        let fid: Double
    }

    private struct EmbeddingsRecord: Encodable {
        let name: String
        let file: String
        let sha256: String
        let dimension: Int
        let madeSplits: Bool
        let bandwidth: Double
        let spread: Double?
        let samples: Int
        let levels: [MeasuresRecord]

        private enum CodingKeys: String, CodingKey {
            case name, file, sha256, dimension, bandwidth, spread, levels
            case madeSplits = "made_splits"
            case samples = "paired_samples"
        }
    }

    private struct MeasuresRecord: Encodable {
        let id: String
        let measures: [String: ValueRecord]
        let novelty: [String: QuantilesRecord]
    }

    private struct ValueRecord: Encodable {
        let value: Double
        let random: NullBand?
        let position: BandPosition?
    }

    private struct QuantilesRecord: Encodable {
        let classes: Int
        let q10: Double
        let median: Double
        let q90: Double
    }

    private struct ColumnRecord: Encodable {
        let embeddings: String
        let measure: ShiftMeasure
    }

    private struct AgreementRecord: Encodable {
        let first: ColumnRecord
        let second: ColumnRecord
        let kendall: Double?
        let spearman: Double?
        let exchanged: [[String]]
    }

    private struct ModelRecord: Encodable {
        let name: String
        let metric: String
        let runs: Int
        let intervalsOver: String
        let curves: [CurveRecord]

        private enum CodingKeys: String, CodingKey {
            case name, metric, runs, curves
            case intervalsOver = "intervals_over"
        }
    }

    private struct CurveRecord: Encodable {
        let subject: NoveltyOfResults.Subject
        let embeddings: String
        let classes: Int
        let groups: Int
        let observations: Int
        let slope: EstimateRecord
        let intercept: Double
        let slopeWithinClasses: EstimateRecord?
        let bins: [BinRecord]

        private enum CodingKeys: String, CodingKey {
            case subject, embeddings, classes, groups, observations, slope, intercept, bins
            case slopeWithinClasses = "slope_within_classes"
        }
    }

    private struct BinRecord: Encodable {
        let low: Double
        let high: Double
        let novelty: Double
        let score: EstimateRecord
        let classes: Int
        let observations: Int
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(axis.manifest.dataset.name, forKey: .dataset)
        try container.encode(axis.manifest.settings.statistic ?? .samples, forKey: .statistic)
        try container.encode(axis.embeddings.first?.measurements.settings.nullDraws ?? 0, forKey: .draws)
        try container.encodeIfPresent(sampleLimit, forKey: .sampleLimit)
        try container.encode(levels.map { LevelRecord(id: $0.id, fid: $0.fid) }, forKey: .levels)
        try container.encode(axis.embeddings.map(record), forKey: .embeddings)
        try container.encode(axis.agreements.map(record), forKey: .agreement)
        try container.encode(models.map(record), forKey: .models)
        try container.encode(sentences, forKey: .answer)
    }

    private func record(_ embeddings: SplitAxis.Embeddings) -> EmbeddingsRecord {
        let measurements = embeddings.measurements
        return EmbeddingsRecord(
            name: embeddings.name, file: embeddings.provenance.file, sha256: embeddings.provenance.sha256,
            dimension: embeddings.provenance.dimension, madeSplits: embeddings.madeSplits,
            bandwidth: measurements.bandwidth.rounded(significantDigits: 10),
            spread: measurements.spread.typical?.rounded(significantDigits: 10),
            samples: measurements.pairedSampleCount,
            levels: levels.indices.map { number in
                var novelty: [String: QuantilesRecord] = [:]
                for direction in measurements.settings.directions {
                    func part(_ part: Double) -> Double? {
                        measurements.novelty(quantile: part, direction, level: number)?.rounded(significantDigits: 10)
                    }
                    guard let q10 = part(0.1), let median = part(0.5), let q90 = part(0.9) else { continue }
                    novelty[direction.rawValue] = QuantilesRecord(
                        classes: measurements.levels[number].novelty[direction.testSide]?.count ?? 0, q10: q10,
                        median: median, q90: q90)
                }
                var measures: [String: ValueRecord] = [:]
                for (measure, value) in measurements.levels[number].values {
                    measures[measure.rawValue] = ValueRecord(
                        value: value.value.rounded(significantDigits: 10), random: value.null, position: value.position)
                }
                return MeasuresRecord(id: levels[number].id, measures: measures, novelty: novelty)
            })
    }

    private func record(_ agreement: SplitAxis.Agreement) -> AgreementRecord {
        func column(_ column: SplitAxis.Column) -> ColumnRecord {
            ColumnRecord(embeddings: axis.embeddings[column.embeddings].name, measure: column.measure)
        }
        return AgreementRecord(
            first: column(agreement.first), second: column(agreement.second),
            kendall: agreement.kendall?.rounded(significantDigits: 10),
            spearman: agreement.spearman?.rounded(significantDigits: 10),
            exchanged: agreement.exchanged.map { [levels[$0.0].id, levels[$0.1].id] })
    }

    private func record(_ model: NoveltyOfResults) -> ModelRecord {
        ModelRecord(
            name: model.name, metric: model.metric.name, runs: model.runCount,
            intervalsOver: model.grouping ?? "class",
            curves: axis.embeddings.enumerated().flatMap { number, embeddings in
                NoveltyOfResults.Subject.allCases.compactMap { subject in
                    model.curve(of: subject, by: number).map { record($0, of: subject, by: embeddings.name) }
                }
            })
    }

    private func record(_ curve: NoveltyCurve, of subject: NoveltyOfResults.Subject, by name: String) -> CurveRecord {
        func estimate(_ estimate: Estimate) -> EstimateRecord {
            EstimateRecord(
                Estimate(
                    value: estimate.value.rounded(significantDigits: 8), contributions: estimate.contributions,
                    degreesOfFreedom: estimate.degreesOfFreedom), significantDigits: 6)
        }
        return CurveRecord(
            subject: subject, embeddings: name, classes: curve.classCount, groups: curve.groupCount,
            observations: curve.observationCount, slope: estimate(curve.slope),
            intercept: curve.intercept.rounded(significantDigits: 8),
            slopeWithinClasses: curve.slopeWithinClasses.map(estimate),
            bins: curve.bins.map { bin in
                BinRecord(
                    low: bin.range.lowerBound.rounded(significantDigits: 8),
                    high: bin.range.upperBound.rounded(significantDigits: 8),
                    novelty: bin.novelty.rounded(significantDigits: 8), score: estimate(bin.score),
                    classes: bin.classCount, observations: bin.observationCount)
            })
    }
}
