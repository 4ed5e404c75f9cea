internal import Datasets
internal import Foundation

/// The settings in the JSON form of a manifest: one flat object, whose keys serve all methods and choices of levels.
///
/// `level_count`, `spacing` and `tolerance` are always written; those that do not apply to the chosen levels have their
/// defaults.
struct SettingsRecord: Sendable, Equatable {
    /// The settings.
    let settings: RecordedSettings
    /// Anything else in the JSON that is invalid: settings of another method, or numbers that are out of range but do
    /// not apply.
    let contradiction: SplitError?
    /// What the values of the column are taken for that an ordered series follows; nil for others, and in older manifests.
    let orderKind: ColumnOrder.Kind?

    /// The record of settings.
    init(_ settings: RecordedSettings, orderKind: ColumnOrder.Kind? = nil) {
        self.settings = settings
        self.orderKind = orderKind
        contradiction = nil
    }

    private enum CodingKeys: String, CodingKey {
        case name, milbich2021, holdout, axis, statistic, unit, start, seed, spacing, targets, tolerance, shots
        case swapsPerStep = "swaps_per_step"
        case keepFraction = "keep_fraction"
        case minimumClassCount = "minimum_class_count"
        case removalRule = "removal_rule"
        case levelCount = "level_count"
        case nullDraws = "null_draws"
        case foldCount = "fold_count"
        case episodeCount = "episode_count"
        case leftOutDirections = "left_out_directions"
    }
}

extension RecordedSettings {
    /// Whether a manifest of splits made with these settings would record them as these are: settings without effect do
    /// not count.
    package func isRecord(of settings: SplitSettings) -> Bool { isRecord(of: .made(settings)) }

    /// Whether both are recorded alike.
    package func isRecord(of settings: RecordedSettings) -> Bool {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let own = try? encoder.encode(SettingsRecord(self)),
            let other = try? encoder.encode(SettingsRecord(settings))
        else { return false }
        return own == other
    }
}

extension SettingsRecord: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(settings.methodName, forKey: .name)
        try container.encode(settings.seed, forKey: .seed)
        try container.encode(settings.foldCount, forKey: .foldCount)
        try container.encode(settings.shots, forKey: .shots)
        try container.encode(settings.episodeCount, forKey: .episodeCount)
        guard let made = settings.madeBy else {
            try container.encode(settings.levelCount, forKey: .levelCount)
            guard let heldOut = settings.heldOutBy else { return }
            try container.encode(heldOut.statistic, forKey: .statistic)
            try container.encode(heldOut.unit, forKey: .unit)
            try container.encode(heldOut.nullDraws, forKey: .nullDraws)
            try container.encode(HoldOutRecord(heldOut), forKey: .holdout)
            return
        }
        try container.encode(made.statistic, forKey: .statistic)
        try container.encode(made.unit, forKey: .unit)
        // An order says itself where the series starts.
        if made.order == nil { try container.encode(made.start, forKey: .start) }
        try container.encode(made.nullDraws, forKey: .nullDraws)
        switch made.method {
        case .search(let search):
            try container.encodeIfPresent(search.swapsPerStep, forKey: .swapsPerStep)
            try container.encode(search.removal.keepFraction, forKey: .keepFraction)
            try container.encode(search.removal.minimumClassCount, forKey: .minimumClassCount)
            // Files of older versions do not have it.
            if search.removal.rule != .gap { try container.encode(search.removal.rule, forKey: .removalRule) }
            if made.leftOutDirectionCount != 0 {
                try container.encode(made.leftOutDirectionCount, forKey: .leftOutDirections)
            }
        case .ordered(let order):
            try container.encode(AxisRecord(order.axis, kind: orderKind), forKey: .axis)
            try container.encodeIfPresent(order.swapsPerStep, forKey: .swapsPerStep)
            try container.encode(order.removal.keepFraction, forKey: .keepFraction)
            try container.encode(order.removal.minimumClassCount, forKey: .minimumClassCount)
        case .milbich2021(let reference):
            try container.encode(reference, forKey: .milbich2021)
        }
        var (count, spacing, tolerance) = (LevelChoice.defaultCount, LevelSpacing.fid, LevelChoice.defaultTolerance)
        switch made.levels {
        case .evenly(let chosen, let value): (count, spacing) = (chosen, value)
        case .at(let targets, let part):
            tolerance = part
            try container.encode(targets, forKey: .targets)
        }
        try container.encode(count, forKey: .levelCount)
        try container.encode(spacing, forKey: .spacing)
        try container.encode(tolerance, forKey: .tolerance)
    }
}

extension SettingsRecord: Decodable {
    init(from decoder: any Decoder) throws {
        let fields = Fields(container: try decoder.container(keyedBy: CodingKeys.self))
        let name: String = try fields(.name)
        switch name {
        case "oodml": try self.init(made: fields, isReference: false)
        case "order": try self.init(made: fields, isReference: false, isOrdered: true)
        case "milbich2021": try self.init(made: fields, isReference: true)
        case "imported":
            self.init(
                .imported(
                    ImportedSettings(
                        seed: try fields(.seed), levelCount: try fields(.levelCount),
                        foldCount: try fields(.foldCount), shots: try fields(.shots),
                        episodeCount: try fields(.episodeCount))))
        case "holdout": try self.init(heldOut: fields)
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .name, in: fields.container, debugDescription: "the method \(name) is not known")
        }
    }

    private init(heldOut fields: Fields) throws {
        let record: HoldOutRecord = try fields(.holdout)
        var heldOut = HoldOutSettings(ratio: PartRatio(train: 1, test: 1))
        heldOut.seed = try fields(.seed)
        heldOut.statistic = try fields(.statistic)
        heldOut.unit = try fields(.unit)
        heldOut.nullDraws = try fields(.nullDraws)
        do {
            try record.apply(to: &heldOut)
            let expected = RecordedSettings.heldOut(heldOut)
            for (name, key, value) in [
                ("the number of levels", CodingKeys.levelCount, expected.levelCount),
                ("the number of folds", .foldCount, expected.foldCount),
            ] {
                let found: Int = try fields(key)
                try requireSetting(found == value, name, found, "\(value), as a hold-out has")
            }
            contradiction = nil
        } catch let error as SplitError {
            contradiction = error
        }
        settings = .heldOut(heldOut)
        orderKind = nil
    }

    private init(made fields: Fields, isReference: Bool, isOrdered: Bool = false) throws {
        var made = SplitSettings()
        let axis: AxisRecord? = try fields.ifPresent(.axis)
        made.start = axis == nil ? try fields(.start) : .official
        made.seed = try fields(.seed)
        made.nullDraws = try fields(.nullDraws)
        made.foldCount = try fields(.foldCount)
        made.shots = try fields(.shots)
        made.episodeCount = try fields(.episodeCount)
        made.leftOutDirectionCount = try fields.ifPresent(.leftOutDirections) ?? 0

        var search = SearchSettings(statistic: try fields(.statistic), unit: try fields(.unit))
        if isReference {
            // Nothing is searched for, but older manifests have these here too.
            search.swapsPerStep = try fields.ifPresent(.swapsPerStep)
            search.removal.keepFraction = try fields.ifPresent(.keepFraction) ?? search.removal.keepFraction
            search.removal.minimumClassCount =
                try fields.ifPresent(.minimumClassCount) ?? search.removal.minimumClassCount
        } else {
            search.swapsPerStep = try fields(.swapsPerStep) as Int
            search.removal.keepFraction = try fields(.keepFraction)
            search.removal.minimumClassCount = try fields(.minimumClassCount)
            search.removal.rule = try fields.ifPresent(.removalRule) ?? .gap
        }
        let reference: Milbich2021.Settings? = try fields.ifPresent(.milbich2021)
        made.method =
            isReference
            ? .milbich2021(reference ?? Milbich2021.Settings())
            : axis.map { .ordered(OrderSettings($0.axis, like: search)) } ?? .search(search)

        let even = LevelChoice.evenly(try fields(.levelCount), in: try fields(.spacing))
        let tolerance: Double = try fields(.tolerance)
        let targets: [Double]? = try fields.ifPresent(.targets)
        made.levels = targets.map { .at($0, tolerance: tolerance) } ?? even

        settings = .made(made)
        orderKind = axis?.kind
        // The settings that do not apply replace those that do, so that they are checked as well.
        var unused = made
        unused.method = .search(search)
        unused.levels = targets == nil ? .at([1], tolerance: tolerance) : even
        do {
            try unused.validate()
            if isReference {
                try requireSetting(
                    search.statistic == .classMeans, "the statistic", search.statistic.rawValue,
                    "class-means, as the reference has it")
                try requireSetting(
                    search.unit == .class, "the unit", search.unit.rawValue, "class, for the protocol milbich2021")
            }
            try requireSetting(
                (reference != nil) == isReference, "milbich2021", reference == nil ? "no settings" : "settings",
                "settings under the protocol milbich2021 and nowhere else")
            try requireSetting(
                (axis != nil) == isOrdered, "axis", axis == nil ? "none" : "there",
                "there under the protocol order and nowhere else")
            if let axis {
                try made.validate()
                try requireSetting(
                    axis.kind == nil || axis.moment != nil, "axis, kind", axis.kind?.rawValue ?? "",
                    "none along \(axis.name)")
            }
            contradiction = nil
        } catch let error as SplitError {
            contradiction = error
        }
    }

    /// The fields of the object.
    private struct Fields {
        let container: KeyedDecodingContainer<CodingKeys>

        /// A field that must be there.
        func callAsFunction<Value: Decodable>(_ key: CodingKeys) throws -> Value {
            try container.decode(Value.self, forKey: key)
        }

        /// A field that may be missing.
        func ifPresent<Value: Decodable>(_ key: CodingKeys) throws -> Value? {
            try container.decodeIfPresent(Value.self, forKey: key)
        }
    }
}
