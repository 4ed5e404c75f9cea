internal import Files

/// What the levels of ordered splits follow in place of the distance, as the manifest has it.
public struct LevelOrder: Sendable, Hashable, Codable {
    /// The column of the samples, or `near`: how far the nearest class of the other side is.
    public let name: String
    /// Which of its samples stands for a class in the column, `first`, `median` or `last`; nil along `near`.
    public let classValue: String?
    /// What the values of the column are taken for, `numbers`, `dates` or `text`; nil along `near`, and for splits of older
    /// versions, which do not say.
    public let kind: String?

    /// Names an order.
    public init(name: String, classValue: String?, kind: String?) {
        self.name = name
        self.classValue = classValue
        self.kind = kind
    }

    /// Whether the levels follow a column; otherwise how near the nearest classes are.
    public var isOfColumn: Bool { classValue != nil }

    /// What the levels stand by, in a few words.
    public var words: String { isOfColumn ? name : "nearest classes" }

    private enum CodingKeys: String, CodingKey {
        case name, kind
        case classValue = "class_value"
    }
}
