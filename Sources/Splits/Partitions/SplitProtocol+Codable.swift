extension SplitProtocol: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, milbich2021, statistic, unit, start, seed, spacing, targets, tolerance, shots
        case swapsPerStep = "swaps_per_step"
        case keepFraction = "keep_fraction"
        case minimumClassCount = "minimum_class_count"
        case levelCount = "level_count"
        case nullDraws = "null_draws"
        case foldCount = "fold_count"
        case episodeCount = "episode_count"
    }

    /// Reads settings; those that nobody knows of imported splits have their defaults.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys) throws -> Value {
            try container.decode(Value.self, forKey: key)
        }
        let name: SplitMethod = try value(.name)
        guard name != .imported else {
            self.init(
                unitCount: 0, name: name, seed: try value(.seed), levelCount: try value(.levelCount), nullDraws: 0,
                foldCount: try value(.foldCount), shots: try value(.shots), episodeCount: try value(.episodeCount))
            return
        }
        self.init(
            unitCount: 0, name: name,
            milbich2021: try container.decodeIfPresent(Milbich2021.Settings.self, forKey: .milbich2021),
            statistic: try value(.statistic), unit: try value(.unit), start: try value(.start), seed: try value(.seed),
            swapsPerStep: try value(.swapsPerStep), keepFraction: try value(.keepFraction),
            minimumClassCount: try value(.minimumClassCount), levelCount: try value(.levelCount),
            spacing: try value(.spacing), targets: try container.decodeIfPresent([Double].self, forKey: .targets),
            tolerance: try value(.tolerance), nullDraws: try value(.nullDraws), foldCount: try value(.foldCount),
            shots: try value(.shots), episodeCount: try value(.episodeCount))
    }

    /// Writes the settings that say something.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(seed, forKey: .seed)
        try container.encode(levelCount, forKey: .levelCount)
        try container.encode(foldCount, forKey: .foldCount)
        try container.encode(shots, forKey: .shots)
        try container.encode(episodeCount, forKey: .episodeCount)
        guard name != .imported else { return }
        try container.encodeIfPresent(milbich2021, forKey: .milbich2021)
        try container.encode(statistic, forKey: .statistic)
        try container.encode(unit, forKey: .unit)
        try container.encode(start, forKey: .start)
        try container.encode(swapsPerStep, forKey: .swapsPerStep)
        try container.encode(keepFraction, forKey: .keepFraction)
        try container.encode(minimumClassCount, forKey: .minimumClassCount)
        try container.encode(spacing, forKey: .spacing)
        try container.encodeIfPresent(targets, forKey: .targets)
        try container.encode(tolerance, forKey: .tolerance)
        try container.encode(nullDraws, forKey: .nullDraws)
    }
}
