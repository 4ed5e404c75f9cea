import DenseLinearAlgebra
import Experiments
import Retrieval
import Statistics

extension VerificationReport: Encodable {
    private enum CodingKeys: String, CodingKey {
        case models, pairs
        case grouping = "intervals_over"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(
            zip(models, sets).enumerated().map { number, pair in
                ModelRecord(
                    pair.0, dimensions: pair.1.matrix.columnCount,
                    galleryCount: galleries.isEmpty ? nil : galleries[number].matrix.rowCount,
                    isOfTemplates: isOfTemplates)
            }, forKey: .models)
        if models.count > 1 {
            try container.encode(
                verification.pairs.map { pair in
                    PairRecord(
                        first: models[pair.first].name, second: models[pair.second].name,
                        differences: Dictionary(
                            uniqueKeysWithValues: pair.differences.map { metric, estimate in
                                (
                                    metric.name,
                                    DifferenceRecord(
                                        difference: ScoreReport.record(estimate),
                                        p: estimate.pValue?.rounded(significantDigits: 10),
                                        adjustedP: pair.adjustedPs[metric]?.rounded(significantDigits: 10))
                                )
                            }))
                }, forKey: .pairs)
        }
        try container.encodeIfPresent(verification.grouping, forKey: .grouping)
    }

    private struct DifferenceRecord: Encodable {
        let difference: EstimateRecord
        let p: Double?
        let adjustedP: Double?

        enum CodingKeys: String, CodingKey {
            case difference, p
            case adjustedP = "p_adjusted"
        }
    }

    private struct PairRecord: Encodable {
        let first: String
        let second: String
        let differences: [String: DifferenceRecord]
    }

    private struct ThresholdRecord: Encodable {
        let far: Double
        let threshold: Double?
        let tar: EstimateRecord?
        let fnmr: Double?
        let acceptedImpostors: Int?
        let neededImpostors: Int?

        enum CodingKeys: String, CodingKey {
            case far, threshold, tar, fnmr
            case acceptedImpostors = "accepted_impostors"
            case neededImpostors = "needed_impostors"
        }
    }

    private struct IdentificationRecord: Encodable {
        let far: Double
        let threshold: Double?
        let dir: EstimateRecord?
        let acceptedUnknown: Int?
        let neededUnknown: Int?

        enum CodingKeys: String, CodingKey {
            case far, threshold, dir
            case acceptedUnknown = "accepted_unknown"
            case neededUnknown = "needed_unknown"
        }
    }

    private struct OpenSetRecord: Encodable {
        let known: Int
        let unknown: Int
        let lone: Int
        let rankOne: Double
        let thresholds: [IdentificationRecord]
        let rejectionArea: EstimateRecord
        let acceptedUnknown: EstimateRecord

        enum CodingKeys: String, CodingKey {
            case known, unknown, lone, thresholds
            case rankOne = "rank_1"
            case rejectionArea = "rejection_auroc"
            case acceptedUnknown = "fpr95"
        }
    }

    private struct FoldsRecord: Encodable {
        let mean: Double
        let deviation: Double
        let accuracies: [Double]
        let thresholds: [Double]

        enum CodingKeys: String, CodingKey {
            case mean, accuracies
            case deviation = "standard_deviation"
            case thresholds = "squared_distances"
        }
    }

    private struct AccuracyRecord: Encodable {
        let best: Double
        let threshold: Double
        let folds: FoldsRecord?
    }

    private struct ModelRecord: Encodable {
        let name: String
        let samples: Int?
        let templates: Int?
        let gallery: Int?
        let dimensions: Int
        let genuinePairs: Int
        let impostorPairs: Int
        let thresholds: [ThresholdRecord]
        let equalErrorRate: EstimateRecord
        let equalErrorThreshold: Double
        let area: EstimateRecord
        let areaError: Double
        let accuracy: AccuracyRecord?
        let openSet: OpenSetRecord?

        enum CodingKeys: String, CodingKey {
            case name, samples, templates, gallery, dimensions, thresholds, accuracy
            case genuinePairs = "genuine_pairs"
            case impostorPairs = "impostor_pairs"
            case equalErrorRate = "eer"
            case equalErrorThreshold = "eer_threshold"
            case area = "auroc"
            case areaError = "auroc_error"
            case openSet = "open_set"
        }

        init(_ model: Verification.Model, dimensions: Int, galleryCount: Int?, isOfTemplates: Bool) {
            func record(_ metric: VerificationMetric) -> EstimateRecord {
                ScoreReport.record(model.estimates[metric] ?? Estimate(value: 0))
            }
            let scores = model.scores
            name = model.name
            (samples, templates) = isOfTemplates ? (nil, model.rowCount) : (model.rowCount, nil)
            gallery = galleryCount
            self.dimensions = dimensions
            (genuinePairs, impostorPairs) = (scores.genuineCount, scores.impostorCount)
            thresholds = zip(scores.rates, scores.operations).map { rate, operation in
                ThresholdRecord(
                    far: rate, threshold: operation?.threshold,
                    tar: operation.map { _ in record(.acceptRate(falseAcceptRate: rate)) },
                    fnmr: operation?.falseNonMatchRate, acceptedImpostors: operation?.acceptedImpostorCount,
                    neededImpostors: operation == nil ? neededCount(forRate: rate) : nil)
            }
            equalErrorRate = record(.equalErrorRate)
            equalErrorThreshold = scores.equalErrorThreshold
            (area, areaError) = (record(.area), scores.areaError)
            accuracy = model.list.map { list in
                AccuracyRecord(
                    best: list.bestAccuracy, threshold: list.bestThreshold,
                    folds: list.foldAccuracy.map {
                        FoldsRecord(
                            mean: $0.mean, deviation: $0.standardDeviation, accuracies: $0.accuracies,
                            thresholds: $0.thresholds)
                    })
            }
            openSet = model.openSet.map { open in
                OpenSetRecord(
                    known: open.knownCount, unknown: open.unknownCount, lone: open.loneCount, rankOne: open.rankOneRate,
                    thresholds: zip(open.rates, open.operations).map { rate, operation in
                        IdentificationRecord(
                            far: rate, threshold: operation?.threshold,
                            dir: operation.map { _ in record(.identificationRate(falseAcceptRate: rate)) },
                            acceptedUnknown: operation?.acceptedUnknownCount,
                            neededUnknown: operation == nil ? neededCount(forRate: rate) : nil)
                    }, rejectionArea: record(.rejectionArea), acceptedUnknown: record(.acceptedUnknown))
            }
        }
    }
}
