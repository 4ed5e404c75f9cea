internal import Files
public import Statistics

/// The values of an objective's parameters.
public struct ObjectiveParameters: Sendable, Equatable {
    /// A value.
    public enum Value: Sendable, Equatable, CustomStringConvertible {
        /// A number.
        case number(Double)
        /// A name.
        case choice(String)

        /// As it is written on the command line.
        public var description: String {
            switch self {
            case .number(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
            case .choice(let value): value
            }
        }
    }

    /// The values in the order in which the objective declares them.
    public private(set) var values: [(name: String, value: Value)]

    /// The defaults of an objective.
    public init(of objective: any Objective) {
        values = objective.parameters.map { parameter in
            switch parameter.kind {
            case .number(let standard, _, _, _): (parameter.name, .number(standard))
            case .choice(let standard, _): (parameter.name, .choice(standard))
            }
        }
    }

    /// Defaults with changes from texts such as "margin=0.2".
    ///
    /// - Throws: ``HeadTrainingError`` for an unknown name, with the nearest known one, or a value that is not accepted.
    public init(of objective: any Objective, parsing texts: [String]) throws(HeadTrainingError) {
        self.init(of: objective)
        for text in texts {
            guard let sign = text.utf8.firstIndex(of: UInt8(ascii: "=")) else {
                throw .malformedSetting(found: text)
            }
            let value = text[text.index(after: sign)...]
            try set(String(text[..<sign]), String(value), of: objective)
        }
    }

    /// Changes a value.
    ///
    /// - Throws: ``HeadTrainingError`` for an unknown name, with the nearest known one, or a value that is not accepted.
    public mutating func set(_ name: String, _ text: String, of objective: any Objective) throws(HeadTrainingError) {
        guard let place = objective.parameters.firstIndex(where: { $0.name == name }) else {
            let known = objective.parameters.map(\.name)
            throw .unknownParameter(
                objective: objective.name, name: name, nearest: nearestName(to: name, among: known), known: known)
        }
        switch objective.parameters[place].kind {
        case .number(_, let allowed, _, let scale):
            guard let value = Double(text), allowed.contains(value), scale != .whole || value == value.rounded() else {
                throw .invalidValue(
                    objective: objective.name, parameter: name, found: text,
                    expected: scale == .whole
                        ? "a whole number from \(self.text(allowed.lowerBound)) to \(self.text(allowed.upperBound))"
                        : "a number from \(self.text(allowed.lowerBound)) to \(self.text(allowed.upperBound))")
            }
            values[place].value = .number(value)
        case .choice(_, let options):
            guard options.contains(text) else {
                throw .invalidValue(
                    objective: objective.name, parameter: name, found: text,
                    expected: "one of " + options.joined(separator: ", "))
            }
            values[place].value = .choice(text)
        }
    }

    /// Values drawn from the ranges that the objective declares for random search.
    public init(of objective: any Objective, drawnWith generator: inout SeededGenerator) {
        values = objective.parameters.map { parameter in
            switch parameter.kind {
            case .number(_, _, let searched, let scale):
                let part = generator.part()
                let (low, high) = (searched.lowerBound, searched.upperBound)
                let value: Double =
                    switch scale {
                    case .linear: low + part * (high - low)
                    case .logarithmic: low * pow(high / low, part)
                    case .whole: low + Double(Int(part * (high - low + 1)))
                    }
                // Four digits are enough to tell trials apart, and can be typed.
                return (parameter.name, .number(value.rounded(significantDigits: 4)))
            case .choice(_, let options): return (parameter.name, .choice(options[generator.below(options.count)]))
            }
        }
    }

    /// The value of a number.
    ///
    /// - Precondition: the objective declares it.
    public subscript(_ name: String) -> Double {
        guard case .number(let value)? = value(name) else { preconditionFailure("no number \"\(name)\" in \(self)") }
        return value
    }

    /// The value of a choice.
    ///
    /// - Precondition: the objective declares it.
    public func choice(_ name: String) -> String {
        guard case .choice(let value)? = value(name) else { preconditionFailure("no choice \"\(name)\" in \(self)") }
        return value
    }

    private func value(_ name: String) -> Value? {
        for entry in values where entry.name == name { return entry.value }
        return nil
    }

    private func text(_ bound: Double) -> String { Value.number(bound).description }

    /// Whether all values are the same.
    public static func == (a: ObjectiveParameters, b: ObjectiveParameters) -> Bool {
        a.values.count == b.values.count
            && zip(a.values, b.values).allSatisfy { $0.name == $1.name && $0.value == $1.value }
    }
}

extension ObjectiveParameters: CustomStringConvertible {
    /// As they are set on the command line: "margin=0.2,beta=1.2".
    public var description: String { values.map { "\($0.name)=\($0.value)" }.joined(separator: ",") }
}
