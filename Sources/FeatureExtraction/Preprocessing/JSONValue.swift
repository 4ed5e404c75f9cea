/// Any JSON value; the files that describe a preprocessing vary too much to decode into fixed types.
enum JSONValue: Decodable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// The value as messages quote it.
    var quoted: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): Int(exactly: value).map { "\($0)" } ?? "\(value)"
        case .string(let value): "\"\(value)\""
        case .array(let values): "[" + values.map(\.quoted).joined(separator: ", ") + "]"
        case .object(let members): "{" + members.keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ") + "}"
        }
    }
}

/// A problem with a description, before the file's name is known.
struct DescriptionProblem: Error {
    let found: String
    let expected: String
}

/// The members of a JSON object, read with checks.
struct JSONMembers {
    let members: [String: JSONValue]

    /// The member; nil if it is missing or null.
    subscript(_ key: String) -> JSONValue? {
        members[key].flatMap { $0 == .null ? nil : $0 }
    }

    func has(_ key: String) -> Bool { self[key] != nil }

    /// The names of all members that are not null.
    var names: [String] { members.keys.filter(has) }

    /// Refuses members of other names, unless they are null.
    func requireOnly(_ names: Set<String>) throws {
        if let other = members.keys.sorted().first(where: { has($0) && !names.contains($0) }) {
            throw DescriptionProblem(
                found: "\"\(other)\": \(self[other]?.quoted ?? "null"), which is not followed",
                expected: "no members but " + names.sorted().map { "\"\($0)\"" }.joined(separator: ", "))
        }
    }

    /// The problem of a missing or unexpected member.
    func problem(_ key: String, _ expected: String) -> DescriptionProblem {
        DescriptionProblem(
            found: self[key].map { "\"\(key)\": \($0.quoted)" } ?? "no \"\(key)\"",
            expected: "\"\(key)\" to be \(expected)")
    }

    func object(_ key: String, _ expected: String) throws -> JSONMembers {
        guard case .object(let members) = self[key] else { throw problem(key, expected) }
        return JSONMembers(members: members)
    }

    func string(_ key: String, _ expected: String) throws -> String {
        guard case .string(let value) = self[key] else { throw problem(key, expected) }
        return value
    }

    func flag(_ key: String, default value: Bool) throws -> Bool {
        guard has(key) else { return value }
        guard case .bool(let value) = self[key] else { throw problem(key, "true or false") }
        return value
    }

    func positiveNumber(_ key: String) throws -> Double {
        guard case .number(let value) = self[key], value > 0, value.isFinite else {
            throw problem(key, "a positive number")
        }
        return value
    }

    func size(_ key: String) throws -> Int {
        guard case .number(let value) = self[key], let size = JSONMembers.size(value) else {
            throw problem(key, JSONMembers.sizeRule)
        }
        return size
    }

    func numbers(_ key: String, _ expected: String) throws -> [Double] {
        guard case .array(let values) = self[key] else { throw problem(key, expected) }
        return try values.map {
            guard case .number(let value) = $0, value.isFinite else { throw problem(key, expected) }
            return value
        }
    }

    static let sizeRule = "a whole number of pixels from 1 to \(largestSize)"

    /// A larger side is a mistake, and four times the square of this one is still far from overflow.
    static let largestSize = 65_535

    static func size(_ value: Double) -> Int? {
        Int(exactly: value).flatMap { (1...largestSize).contains($0) ? $0 : nil }
    }
}
