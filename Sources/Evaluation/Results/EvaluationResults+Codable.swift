internal import Files
internal import Retrieval

extension EvaluationResults: Codable {
    enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case tool, dataset, model, seed, settings, provenance, metrics, levels, curves, leads
        case order = "axis"
        case leadChange = "lead_change"
        case gains
        case costs = "costs_of_shift"
    }

    /// Reads results, and recomputes everything derived from the levels.
    ///
    /// Results of version 2, which have no catalogue, and of version 3, which have the backbone's lead in place of the
    /// model's, are read too.
    ///
    /// - Throws: ``EvaluationError/schemaVersion(found:expected:)`` for another version; `DecodingError`;
    ///   an error of one sentence for ids that cannot be names of files, and numbers that no scores can have.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let version = try container.decode(Int.self, forKey: .schemaVersion)
        guard (Self.earliestSchemaVersion...Self.currentSchemaVersion).contains(version) else {
            throw EvaluationError.schemaVersion(found: version, expected: Self.currentSchemaVersion)
        }
        let settings = try container.decode(EvaluationSettings.self, forKey: .settings)
        try settings.requirePlausibleValues()
        let levels = try container.decode([LevelEvaluation].self, forKey: .levels)
        try requireLevelIDs(levels.map(\.id))
        for gallery in GalleryKind.allCases {
            try requireOneGrouping(
                of: levels.flatMap { $0.everyScore(in: gallery) }, decoder.codingPath + [CodingKeys.levels])
        }
        let order = try container.decodeIfPresent(LevelOrder.self, forKey: .order)
        if let place = order.flatMap({ _ in levels.firstIndex { $0.axisValue == nil } }) {
            throw ImplausibleValue(
                decoder.codingPath + [CodingKeys.levels], found: "level \(place + 1) without an axis_value",
                expected: "one at every level, since there is an axis")
        }
        self.init(
            tool: try container.decode(String.self, forKey: .tool),
            dataset: try container.decode(String.self, forKey: .dataset),
            model: try container.decode(String.self, forKey: .model),
            seed: try container.decodeIfPresent(String.self, forKey: .seed),
            settings: settings,
            provenance: try container.decodeIfPresent(ModelProvenance.self, forKey: .provenance),
            order: order,
            levels: levels)
    }

    /// Writes the results, followed by derived values as lists of records: the gains in the catalogue and what shift costs,
    /// the curves' AGS, slope, worst level and rank correlation, and within the test classes the leads at each level, and
    /// their change.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(schemaVersion, forKey: .schemaVersion)
        try container.encode(tool, forKey: .tool)
        try container.encode(dataset, forKey: .dataset)
        try container.encode(model, forKey: .model)
        try container.encodeIfPresent(seed, forKey: .seed)
        try container.encode(settings, forKey: .settings)
        try container.encodeIfPresent(provenance, forKey: .provenance)
        try container.encodeIfPresent(order, forKey: .order)
        try container.encode(metrics, forKey: .metrics)
        try container.encode(levels, forKey: .levels)
        try container.encode(gainRecords, forKey: .gains)
        try container.encode(costRecords, forKey: .costs)
        try container.encode(curveRecords, forKey: .curves)
        try container.encode(leadRecords, forKey: .leads)
        try container.encode(leadChangeRecords, forKey: .leadChange)
    }

    private var curveRecords: [CurveRecord] {
        var records: [CurveRecord] = []
        for axis in ShiftAxis.allCases {
            for gallery in GalleryKind.allCases {
                for subject in Subject.allCases {
                    for direction in DirectionOrMean.allCases {
                        let key = CurveKey(subject, gallery: gallery, direction: direction, over: axis)
                        records += metrics.compactMap { metric in
                            completeCurve(of: metric, key).flatMap {
                                CurveRecord($0, metric: metric, key: key, over: axis)
                            }
                        }
                    }
                }
            }
        }
        return records
    }

    private var gainRecords: [GainRecord] {
        levels.flatMap { level in
            let gains = level.gain() ?? [:]
            return metrics.compactMap { metric in
                gains[metric].map { GainRecord(level: level.id, metric: metric, gain: EstimateRecord($0)) }
            }
        }
    }

    private var costRecords: [CostRecord] {
        ShiftAxis.allCases.flatMap { axis in
            metrics.compactMap { metric in
                costOfShift(of: metric, over: axis).map {
                    CostRecord($0, axis: axis, isHeadline: metric == headlineMetric && axis == mainAxis)
                }
            }
        }
    }

    private var leadRecords: [LeadRecord] {
        var records: [LeadRecord] = []
        for level in levels {
            for gallery in [GalleryKind.full, .matched] {
                for direction in DirectionOrMean.allCases {
                    let leads = level.lead(gallery: gallery, direction: direction) ?? [:]
                    records += metrics.compactMap { metric in
                        leads[metric].map {
                            LeadRecord(
                                level: level.id, gallery: gallery, direction: direction, metric: metric,
                                lead: EstimateRecord($0))
                        }
                    }
                }
            }
        }
        return records
    }

    private var leadChangeRecords: [LeadRecord] {
        [GalleryKind.full, .matched].flatMap { gallery in
            DirectionOrMean.allCases.flatMap { direction in
                metrics.compactMap { metric in
                    leadChange(of: metric, gallery: gallery, direction: direction).map {
                        LeadRecord(
                            level: nil, gallery: gallery, direction: direction, metric: metric, lead: EstimateRecord($0)
                        )
                    }
                }
            }
        }
    }
}

/// The values that summarise one curve over its levels.
private struct CurveRecord: Encodable {
    let over: ShiftAxis
    let gallery: GalleryKind
    let subject: Subject
    let direction: DirectionOrMean
    let metric: RetrievalMetric
    let ags: EstimateRecord
    let slope: EstimateRecord
    let worst: EstimateRecord
    let worstLevel: String
    let spearman: Double?

    init?(
        _ curve: DifficultyCurve, metric: RetrievalMetric, key: EvaluationResults.CurveKey, over axis: ShiftAxis
    ) {
        guard let ags = curve.aggregatedGeneralizationScore, let slope = curve.slope, let worst = curve.worst else {
            return nil
        }
        over = axis
        gallery = key.gallery
        subject = key.subject
        direction = key.direction
        self.metric = metric
        self.ags = EstimateRecord(ags)
        self.slope = EstimateRecord(slope)
        self.worst = EstimateRecord(worst.estimate)
        worstLevel = worst.level
        spearman = curve.rankCorrelation
    }

    enum CodingKeys: String, CodingKey {
        case over, gallery, subject, direction, metric, ags, slope, worst, spearman
        case worstLevel = "worst_level"
    }
}

/// The model's lead over the backbone in the catalogue.
private struct GainRecord: Encodable {
    let level: String
    let metric: RetrievalMetric
    let gain: EstimateRecord
}

/// What shift costs the model by a metric, and for the one by which it is judged the verdict.
private struct CostRecord: Encodable {
    let over: ShiftAxis
    let metric: RetrievalMetric
    let cost: EstimateRecord
    let trend: TrendRecord
    let verdict: CostOfShift.Verdict?

    init(_ cost: CostOfShift, axis: ShiftAxis, isHeadline: Bool) {
        over = axis
        metric = cost.metric
        self.cost = EstimateRecord(cost.cost)
        trend = TrendRecord(cost.trend)
        verdict = isHeadline ? cost.verdict : nil
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(over, forKey: .over)
        try container.encode(metric, forKey: .metric)
        try container.encode(cost, forKey: .cost)
        try container.encodeIfPresent(trend.errorOverLevels, forKey: .errorOverLevels)
        try container.encodeIfPresent(trend.marginOverLevels, forKey: .marginOverLevels)
        try container.encodeIfPresent(trend.p, forKey: .p)
        try container.encodeIfPresent(verdict, forKey: .verdict)
    }

    enum CodingKeys: String, CodingKey {
        case over, metric, cost, p, verdict
        case errorOverLevels = "standard_error_over_levels"
        case marginOverLevels = "margin_over_levels"
    }
}

/// What files have of a trend beside its value.
struct TrendRecord: Encodable {
    let errorOverLevels: Double?
    let marginOverLevels: Double?
    let p: Double?

    init(_ trend: Trend) {
        errorOverLevels = trend.errorOverLevels
        marginOverLevels = trend.marginOverLevels
        p = trend.pValue
    }
}

/// The model's lead over the backbone.
private struct LeadRecord: Encodable {
    let level: String?
    let gallery: GalleryKind
    let direction: DirectionOrMean
    let metric: RetrievalMetric
    let lead: EstimateRecord
}
