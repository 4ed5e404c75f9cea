/// What a reader took its input for, and what it passed over, for a person to check before work starts.
///
/// It says nothing about the data themselves: two datasets with the same samples are equal however they were read.
public struct DatasetReading: Sendable, Equatable {
    /// What the input was taken for where it could mean something else, one clause each.
    public var understood: [String]
    /// What the input claims and does not hold, one clause each.
    public var warnings: [String]
    /// What is in the folder of the dataset and is no sample of it.
    public var passedOver: [PassedOver]

    /// Something that is in the folder of a dataset and is no sample of it.
    public struct PassedOver: Sendable, Hashable {
        /// The path below the dataset's folder.
        public let path: String
        /// Its kind in few words, as in ".heic" or "dead link".
        public let kind: String
        /// Why it is no sample.
        public let reason: String

        /// Names something that was passed over.
        public init(path: String, kind: String, reason: String) {
            self.path = path
            self.kind = kind
            self.reason = reason
        }
    }

    /// Makes a record of a reading.
    public init(understood: [String] = [], warnings: [String] = [], passedOver: [PassedOver] = []) {
        self.understood = understood
        self.warnings = warnings
        self.passedOver = passedOver
    }

    /// How much was passed over, of which kinds, and the first of it; nil if nothing was.
    ///
    /// As in "3 entries were passed over (2 .heic, 1 dead link), first owl/a.heic".
    public var passedOverSummary: String? {
        guard let first = passedOver.first else { return nil }
        let count = passedOver.count
        return "\(count) \(count == 1 ? "entry was" : "entries were") passed over (\(passedOver.countsByKind)), first "
            + first.path
    }
}

extension [DatasetReading.PassedOver] {
    /// The counts of the kinds, the most frequent first, as in "2 .heic, 1 dead link".
    var countsByKind: String {
        Dictionary(grouping: self, by: \.kind)
            .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
            .map { "\($0.value.count) \($0.key)" }.joined(separator: ", ")
    }
}
