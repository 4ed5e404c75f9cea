public import Foundation
internal import Datasets

extension FewShotEpisodes {
    /// The episodes as JSON: keys sorted by their UTF-8 bytes and a line for each class, so that the same episodes are the
    /// same bytes, and a difference is found by eye.
    ///
    /// `JSONEncoder` would write all on one line, or every sample on its own: a million lines for 22,634 classes.
    public var json: Data {
        var bytes: [UInt8] = []
        func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
        func append(_ strings: [String]) {
            append("[")
            for (index, string) in strings.enumerated() {
                if index > 0 { append(", ") }
                Self.append(string, to: &bytes)
            }
            append("]")
        }
        func append(_ episodes: [[String: [String]]], indentedBy indent: String) {
            append("[")
            for (index, episode) in episodes.enumerated() {
                append("\(index > 0 ? "," : "")\n\(indent)  {")
                for (position, label) in episode.keys.sorted(by: utf8Precedes).enumerated() {
                    append("\(position > 0 ? "," : "")\n\(indent)    ")
                    Self.append(label, to: &bytes)
                    append(": ")
                    append(episode[label] ?? [])
                }
                append("\n\(indent)  }")
            }
            append("\n\(indent)]")
        }
        if let episodesByLevel {
            append("{\n  \"episodes_by_level\": {")
            for (position, id) in episodesByLevel.keys.sorted(by: utf8Precedes).enumerated() {
                append("\(position > 0 ? "," : "")\n    ")
                Self.append(id, to: &bytes)
                append(": ")
                append(episodesByLevel[id] ?? [], indentedBy: "    ")
            }
            append("\n  }")
        } else {
            append("{\n  \"episodes\": ")
            append(episodes, indentedBy: "  ")
        }
        append(",\n  \"left_out\": ")
        append(leftOut)
        if let seed { append(",\n  \"seed\": \(seed)") }
        append(",\n  \"shots\": \(shots)\n}\n")
        return Data(bytes)
    }

    /// Appends a JSON string (RFC 8259, §7).
    private static func append(_ string: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Reads what ``json`` wrote.
    ///
    /// - Throws: ``SplitError/unreadableEpisodes(path:reason:)``.
    public init(readingFrom url: URL) throws {
        func failure(_ reason: String) -> SplitError { .unreadableEpisodes(path: url.path, reason: reason) }
        guard let data = try? Data(contentsOf: url) else {
            let exists = FileManager.default.fileExists(atPath: url.path)
            throw failure(exists ? "permission is denied" : "there is no such file; oodml make-splits writes it")
        }
        do {
            self = try JSONDecoder().decode(FewShotEpisodes.self, from: data)
        } catch let error as DecodingError {
            throw failure(error.inFewWords)
        }
        let counts = episodesByLevel.map { $0.values.map(\.count) } ?? [episodes.count]
        guard shots > 0, !counts.isEmpty, let least = counts.min(), least > 0 else {
            throw failure("it has \(counts.min() ?? 0) episodes of \(shots) shots; expected at least 1 each")
        }
    }
}
