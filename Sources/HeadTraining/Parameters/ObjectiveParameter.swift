/// Something that can be set of an objective.
public struct ObjectiveParameter: Sendable, Equatable {
    /// What it may be.
    public enum Kind: Sendable, Equatable {
        /// A number.
        ///
        /// - Parameters:
        ///   - allowed: what is accepted.
        ///   - searched: where random search draws from.
        case number(standard: Double, allowed: ClosedRange<Double>, searched: ClosedRange<Double>, scale: Scale)
        /// One of some names.
        case choice(standard: String, options: [String])
    }

    /// How random search divides a range.
    public enum Scale: String, Sendable {
        /// Evenly.
        case linear
        /// Evenly in the logarithm.
        case logarithmic
        /// Evenly among whole numbers; nothing else is accepted.
        case whole
    }

    /// Its name: "margin".
    public let name: String
    /// What it means, in a few words.
    public let meaning: String
    /// What it may be.
    public let kind: Kind

    /// A number with its default, what is accepted, and where random search draws from.
    public static func number(
        _ name: String, _ standard: Double, allowed: ClosedRange<Double>, searched: ClosedRange<Double>,
        scale: Scale = .linear, _ meaning: String
    ) -> ObjectiveParameter {
        precondition(allowed.contains(standard), "\(standard) outside of \(allowed)")
        precondition(
            allowed.contains(searched.lowerBound) && allowed.contains(searched.upperBound),
            "\(searched) outside of \(allowed)")
        return ObjectiveParameter(
            name: name, meaning: meaning,
            kind: .number(standard: standard, allowed: allowed, searched: searched, scale: scale))
    }

    /// One of some names, the first by default.
    public static func choice(_ name: String, _ options: [String], _ meaning: String) -> ObjectiveParameter {
        precondition(!options.isEmpty, "no options of \(name)")
        return ObjectiveParameter(name: name, meaning: meaning, kind: .choice(standard: options[0], options: options))
    }
}
