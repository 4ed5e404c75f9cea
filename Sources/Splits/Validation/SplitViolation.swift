import Files

/// One thing that is wrong with a folder of splits.
public struct SplitViolation: Sendable, Hashable, Encodable {
    /// The file, relative to the folder.
    public let file: String
    /// Where in the file, such as `level-3, folds`; empty for the file as a whole.
    public let place: String
    /// What was found.
    public let found: String
    /// What was expected.
    public let expected: String

    /// Makes a violation.
    public init(file: String, place: String = "", found: String, expected: String) {
        self.file = file
        self.place = place
        self.found = found
        self.expected = expected
    }

    /// The same violation as seen from the folder above `folder`.
    public func below(_ folder: String) -> SplitViolation {
        SplitViolation(file: "\(folder)/\(file)", place: place, found: found, expected: expected)
    }
}

extension SplitViolation: CustomStringConvertible {
    /// The violation as one sentence on one line, whatever is in the labels.
    public var description: String {
        let places = ([file] + (place.isEmpty ? [] : [place])).joined(separator: ": ")
        return "\(places): found \(found); expected \(expected)"
            .escaped(for: .line)
    }
}
