internal import Foundation

/// File or folder names for arbitrary labels or ids: one path component each, no two the same.
///
/// Characters that are special to file systems, shells or globs are written as `%XX`, one per UTF-8 byte: `%`, `~`,
/// `/`, `\`, `:`, `*`, `?`, `"`, `<`, `>`, `|`, controls (NUL among them), invisible format characters and line
/// separators; also a leading dot and a trailing dot or space. So `..` becomes `%2E%2E`, and nothing leads out of a
/// folder.
///
/// Two kinds of names could collide, so they get `~` and 32 digits of the SHA-256 of the original before their
/// extension: names longer than 180 bytes, which are cut to 100, and names that differ from another of `names` only in
/// case or Unicode form, which many file systems do not distinguish. Ordinary names hold no `~`, so the mapping is
/// injective up to collisions of 128 bits of SHA-256.
///
/// - Returns: the names in the order given; equal bytes give equal names.
/// - Complexity: O(n) for n bytes in all names.
package func fileNames(for names: [String]) -> [String] {
    let escaped = names.map { $0.escaped(for: .fileName) }
    var members: [String: Set<Name>] = [:]
    let keys = escaped.map { $0.precomposedStringWithCompatibilityMapping.uppercased().lowercased() }
    for (key, name) in zip(keys, names) { members[key, default: []].insert(Name(name)) }
    return names.indices.map { index in
        let isLong = escaped[index].utf8.count > 180
        guard isLong || members[keys[index], default: []].count > 1 else { return escaped[index] }
        let parts = escaped[index].splitAtExtension
        let stem = isLong ? parts.stem.prefix(utf8Count: 100) : parts.stem
        let digest = SHA256.hexadecimal(of: Array(names[index].utf8)).prefix(32)
        return "\(stem)~\(digest)\(parts.extension)"
    }
}

extension String {
    /// The name up to its extension, and the extension with its dot: at most eight ASCII letters and digits, or none.
    fileprivate var splitAtExtension: (stem: String, extension: String) {
        guard let dot = utf8.lastIndex(of: UInt8(ascii: ".")), dot != startIndex else { return (self, "") }
        let rest = utf8[utf8.index(after: dot)...]
        guard (1...8).contains(rest.count), rest.allSatisfy(\.isLetterOrDigit) else { return (self, "") }
        return (String(decoding: utf8[..<dot], as: UTF8.self), String(decoding: utf8[dot...], as: UTF8.self))
    }

    /// The longest prefix of whole Unicode scalars in at most `limit` UTF-8 bytes.
    fileprivate func prefix(utf8Count limit: Int) -> String {
        var (result, count) = ("", 0)
        for scalar in unicodeScalars {
            count += String(scalar).utf8.count
            guard count <= limit else { break }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
