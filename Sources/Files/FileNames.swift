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
    let escaped = names.map(escapedFileName)
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

/// A name with every character escaped that is not safe in file names.
private func escapedFileName(_ name: String) -> String {
    let scalars = Array(name.unicodeScalars)
    var result = ""
    for (place, scalar) in scalars.enumerated() {
        let isLast = place == scalars.count - 1
        let isAtRisk = (scalar == "." && (place == 0 || isLast)) || (scalar == " " && isLast)
        if isAtRisk || scalar.needsEscape {
            for byte in String(scalar).utf8 {
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    // The empty name; it cannot clash, since a real `%` is escaped.
    return name.isEmpty ? "%" : result
}

extension Unicode.Scalar {
    fileprivate var needsEscape: Bool {
        switch self {
        case "%", "~", "/", "\\", ":", "*", "?", "\"", "<", ">", "|": true
        default:
            switch properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: true
            default: false
            }
        }
    }
}

extension String {
    /// The name up to its extension, and the extension with its dot: at most eight ASCII letters and digits, or none.
    fileprivate var splitAtExtension: (stem: String, extension: String) {
        guard let dot = lastIndex(of: "."), dot != startIndex else { return (self, "") }
        let rest = self[index(after: dot)...]
        guard (1...8).contains(rest.utf8.count), rest.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else {
            return (self, "")
        }
        return (String(self[..<dot]), String(self[dot...]))
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
