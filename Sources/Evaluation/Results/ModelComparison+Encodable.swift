internal import Retrieval

extension ModelComparison: Encodable {
    private enum CodingKeys: String, CodingKey {
        case metric, gallery, direction, over, dataset, split, confidence, levels, models, pairs
        case order = "axis"
    }

    /// Writes the comparison: `models[].levels[]` has a value with its interval, a rank, the gain over the frozen
    /// features and the change against the mean, `models[].training` what tuning changed, and `pairs[].levels[]` a difference with its interval and its p-value, unadjusted and adjusted; `pairs[].change` is how
    /// the difference changes along the levels.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(metric, forKey: .metric)
        try container.encode(gallery, forKey: .gallery)
        try container.encode(direction.rawValue, forKey: .direction)
        try container.encode(axis, forKey: .over)
        try container.encodeIfPresent(order, forKey: .order)
        try container.encode(dataset, forKey: .dataset)
        try container.encode(split, forKey: .split)
        try container.encode(confidence, forKey: .confidence)
        try container.encode(levels, forKey: .levels)
        try container.encode(models.map { ModelRecord($0) }, forKey: .models)
        try container.encode(pairs.map { PairRecord($0, in: self) }, forKey: .pairs)
    }

    private struct ModelRecord: Encodable {
        struct Level: Encodable {
            let level: String
            let value: EstimateRecord
            let rank: Int
            let change: EstimateRecord
            let overRuns: StudentInterval?
            let gain: EstimateRecord?

            enum CodingKeys: String, CodingKey {
                case level, value, rank, gain
                case change = "change_against_mean"
                case overRuns = "over_runs"
            }
        }

        let name: String
        let runs: [String]
        let ags: EstimateRecord?
        let agsOverRuns: StudentInterval?
        let slope: EstimateRecord?
        let changeSlope: EstimateRecord?
        let worstLevel: String?
        let meanGain: EstimateRecord?
        let placesMoved: Int
        let training: HeadTrainingRecord?
        let levels: [Level]

        init(_ model: Model) {
            name = model.name
            runs = model.runs
            ags = model.ags.map(EstimateRecord.init)
            agsOverRuns = model.agsOverRuns
            slope = model.curve.slope.map(EstimateRecord.init)
            changeSlope = model.changeSlope.map(EstimateRecord.init)
            worstLevel = model.curve.worst?.level
            meanGain = model.meanGain.map(EstimateRecord.init)
            placesMoved = model.placesMoved
            training = model.training
            levels = model.curve.points.enumerated().map { position, point in
                Level(
                    level: point.level, value: EstimateRecord(point.estimate), rank: model.ranks[position],
                    change: EstimateRecord(model.changes[position]),
                    overRuns: model.valuesOverRuns.indices.contains(position) ? model.valuesOverRuns[position] : nil,
                    gain: model.gains.indices.contains(position) ? EstimateRecord(model.gains[position]) : nil)
            }
        }

        enum CodingKeys: String, CodingKey {
            case name, runs, ags, slope, levels, training
            case meanGain = "mean_gain"
            case placesMoved = "places_moved"
            case agsOverRuns = "ags_over_runs"
            case changeSlope = "change_slope"
            case worstLevel = "worst_level"
        }
    }

    private struct PairRecord: Encodable {
        struct Difference: Encodable {
            let level: String?
            let difference: EstimateRecord
            let p: Double?
            let adjustedP: Double?

            enum CodingKeys: String, CodingKey {
                case level, difference, p
                case adjustedP = "p_adjusted"
            }
        }

        let first: String
        let second: String
        let ags: Difference?
        let change: Change?
        let levels: [Difference]
        let crossings: [String]

        /// How the difference changes along the levels; a verdict only where an embedding that never changes has none.
        struct Change: Encodable {
            let change: EstimateRecord
            let errorOverLevels: Double?
            let marginOverLevels: Double?
            let p: Double?
            let adjustedP: Double?
            let losesMore: String?

            enum CodingKeys: String, CodingKey {
                case change, p
                case errorOverLevels = "standard_error_over_levels"
                case marginOverLevels = "margin_over_levels"
                case adjustedP = "p_adjusted"
                case losesMore = "loses_more"
            }
        }

        init(_ pair: Pair, in comparison: ModelComparison) {
            first = comparison.models[pair.first].name
            second = comparison.models[pair.second].name
            ags = pair.ags.map {
                Difference(
                    level: nil, difference: EstimateRecord($0), p: $0.pValue, adjustedP: pair.agsAdjustedP)
            }
            change = pair.trend.map { trend in
                let record = TrendRecord(trend)
                let sign = comparison.gallery == .catalogue ? pair.shownSign : nil
                return Change(
                    change: EstimateRecord(trend.change), errorOverLevels: record.errorOverLevels,
                    marginOverLevels: record.marginOverLevels, p: record.p, adjustedP: pair.trendAdjustedP,
                    losesMore: sign == 0
                        ? nil : sign.map { comparison.models[$0 > 0 ? pair.second : pair.first].name })
            }
            levels = pair.differences.enumerated().map { position, difference in
                Difference(
                    level: comparison.levels[position].id, difference: EstimateRecord(difference),
                    p: difference.pValue, adjustedP: pair.adjustedPs[position])
            }
            crossings = pair.crossings.map { comparison.levels[$0].id }
        }
    }
}
