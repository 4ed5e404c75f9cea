internal import Datasets
internal import Files
internal import Frechet
internal import Statistics

/// The settings of a hold-out that a progression does not have, in the JSON form of a manifest.
struct HoldOutRecord: Sendable, Equatable, Codable {
    let ratio: [Double]
    let by: HoldOutSettings.Measure
    let difficulty: String
    let target: Double?
    let validation: HoldOutSettings.ValidationChoice?
    let stratum: String?
    let pinned: [String: [String]]?

    init(_ settings: HoldOutSettings) {
        let shares = settings.ratio
        ratio = shares.validation > 0 ? [shares.train, shares.validation, shares.test] : [shares.train, shares.test]
        by = settings.measure
        (difficulty, target) =
            switch settings.difficulty {
            case .hardest: ("hardest", nil)
            case .median: ("median", nil)
            case .easiest: ("easiest", nil)
            case .at(let distance): ("at", distance)
            }
        validation = shares.validation > 0 ? settings.validation : nil
        stratum = settings.stratum
        let pins = Dictionary(grouping: settings.pins.keys) { settings.pins[$0]?.rawValue ?? "" }
        pinned = pins.isEmpty ? nil : pins.mapValues { $0.sorted(by: utf8Precedes) }
    }

    /// Takes over these settings.
    ///
    /// - Throws: `SplitError.invalidSetting` for what no settings can be.
    func apply(to settings: inout HoldOutSettings) throws {
        try requireSetting(
            ratio.count == 2 || ratio.count == 3, "the number of parts of the ratio", ratio.count, "2 or 3")
        settings.ratio = PartRatio(
            train: ratio[0], validation: ratio.count == 3 ? ratio[1] : 0, test: ratio[ratio.count - 1])
        settings.measure = by
        switch difficulty {
        case "hardest": settings.difficulty = .hardest
        case "median": settings.difficulty = .median
        case "easiest": settings.difficulty = .easiest
        default:
            try requireSetting(difficulty == "at", "the difficulty", difficulty, "hardest, median, easiest or at")
            settings.difficulty = .at(target ?? 0)
        }
        settings.validation = validation ?? .random
        settings.stratum = stratum
        for (name, labels) in pinned ?? [:] {
            guard let part = HoldOutPart(rawValue: name) else {
                throw SplitError.invalidSetting(
                    name: "a part of pinned classes", found: name, expected: "train, validation or test")
            }
            for label in labels { settings.pins[label] = part }
        }
    }
}

extension SplitManifest {
    /// How large the parts of a hold-out came out.
    public struct PartsRecord: Sendable, Equatable, Codable {
        /// The training part.
        public let train: Count
        /// The validation part; nil without one.
        public let validation: Count?
        /// The test part.
        public let test: Count
        /// The squared distance of the validation classes from the training classes; nil without one, or where there are
        /// too few samples.
        public let validationFid: Double?
        /// What each stratum has in the parts, by its value; nil without strata.
        public let strata: [Stratum]?

        /// A part's size.
        public struct Count: Sendable, Equatable, Codable {
            /// The number of its classes.
            public let classCount: Int
            /// The number of their samples.
            public let sampleCount: Int

            private enum CodingKeys: String, CodingKey {
                case classCount = "class_count"
                case sampleCount = "sample_count"
            }
        }

        /// The numbers of classes of one stratum in each part.
        public struct Stratum: Sendable, Equatable, Codable {
            /// The value.
            public let value: String
            /// In the training part.
            public let train: Int
            /// In the validation part.
            public let validation: Int
            /// In the test part.
            public let test: Int
        }

        private enum CodingKeys: String, CodingKey {
            case train, validation, test, strata
            case validationFid = "validation_fid"
        }

        init(_ holdOut: HoldOut) {
            let dataset = holdOut.embedded.dataset
            func count(_ part: HoldOutPart) -> Count {
                let classes = holdOut.classes(in: part)
                return Count(
                    classCount: classes.count,
                    sampleCount: classes.reduce(0) { $0 + dataset.samplesOfClass[$1].count })
            }
            train = count(.train)
            validation = holdOut.settings.ratio.validation > 0 ? count(.validation) : nil
            test = count(.test)
            validationFid = holdOut.validationDistance?.squared.rounded(significantDigits: 10)
            strata = holdOut.strata.map { values in
                let classes = Dictionary(grouping: values.indices) { Name(values[$0]) }
                return classes.keys.sorted().map { value in
                    func count(_ part: HoldOutPart) -> Int { classes[value]?.count { holdOut.parts[$0] == part } ?? 0 }
                    return Stratum(
                        value: value.text, train: count(.train), validation: count(.validation), test: count(.test))
                }
            }
        }
    }
}
