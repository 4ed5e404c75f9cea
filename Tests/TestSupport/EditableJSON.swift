public import Foundation

/// JSON that a test changes in one place, as in `json["levels.2.fid"] = 7.0`.
public struct EditableJSON {
    private var root: Any

    /// Parses JSON.
    public init(_ data: Data) throws {
        root = try JSONSerialization.jsonObject(with: data)
    }

    /// The JSON as bytes.
    public var data: Data {
        get throws { try JSONSerialization.data(withJSONObject: root, options: [.sortedKeys]) }
    }

    /// The value at a path of keys and indices; nil takes the key, or the element, away.
    public subscript(path: String) -> Any? {
        get {
            var value: Any? = root
            for key in path.split(separator: ".") {
                if let list = value as? [Any], let index = Int(key) {
                    value = list[index]
                } else {
                    value = (value as? [String: Any])?[String(key)]
                }
            }
            return value
        }
        set { root = Self.setting(newValue, at: path.split(separator: ".").map(String.init)[...], in: root) ?? root }
    }

    private static func setting(_ new: Any?, at path: ArraySlice<String>, in value: Any) -> Any? {
        guard let key = path.first else { return new }
        if var list = value as? [Any], let index = Int(key) {
            if index == list.count, let new { return list + [new] }
            if let changed = setting(new, at: path.dropFirst(), in: list[index]) {
                list[index] = changed
            } else {
                list.remove(at: index)
            }
            return list
        }
        guard var object = value as? [String: Any] else { preconditionFailure("there is nothing at \(key)") }
        object[key] = setting(new, at: path.dropFirst(), in: object[key] ?? [String: Any]())
        return object
    }
}
